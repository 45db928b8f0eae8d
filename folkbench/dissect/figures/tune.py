"""Pictures of one tune: what was expected, what the units did, which steps are alike."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from folkbench.dissect.axis import axis
from folkbench.dissect.figures.staff import notation
from folkbench.dissect.figures.style import (
    AMOUNT,
    COLOURS,
    GREY,
    NARROW,
    WIDE,
    Picture,
    bar_lines,
    heat,
    step_axis,
    token_axis,
)
from folkbench.dissect.gramian import Gramians
from folkbench.dissect.posterior import FLOOR, Posterior
from folkbench.dissect.spectrum import BEATS_OVER_TUNES, CUT, Many, Spectra
from folkbench.dissect.units import LARGE, SMALL, Units


def expectations(figure: Figure, found: Posterior) -> None:
    """log10 p over the vocabulary, step by step, the tokens that came marked."""
    figure.set_size_inches(WIDE + 1, 8.2)
    tokens = axis(found.vocabulary)
    axes = figure.subplots()
    place = {number: k for k, number in enumerate(tokens.order.tolist())}
    heat(axes, np.maximum(found.logp[:, tokens.order].T, FLOOR), "log10 p", limits=(FLOOR, 0))
    came = [(k, place[token]) for k, token in enumerate(found.tokens.tolist()) if token in place]
    axes.plot(
        *zip(*came, strict=True),
        "s",
        markersize=2.4,
        markerfacecolor="none",
        markeredgecolor=COLOURS[1],
        markeredgewidth=0.7,
    )
    token_axis(axes, tokens, "y", 4.6)
    step_axis(axes, found.texts)
    axes.set_xlabel("token that came (marked)")


def along(figure: Figure, found: Posterior) -> None:
    """Surprise and entropy along the tune, the followed tokens, and entropy by position in the bar."""
    rows = 2 + bool(found.followed)
    figure.set_size_inches(WIDE, 1.9 * rows)
    parts = figure.subplots(rows, 1)
    steps = np.arange(len(found.bits))
    parts[0].bar(steps, found.bits, color=COLOURS[0], label="surprise of the token that came")
    parts[0].plot(steps, found.entropy, color=COLOURS[1], label="entropy of what was expected")
    parts[0].set_ylabel("bits")
    parts[0].legend(ncols=2, loc="lower right", bbox_to_anchor=(1, 0.95))
    step_axis(parts[0], found.texts)
    if found.followed:
        for one, colour in zip(found.followed, COLOURS, strict=False):
            parts[1].plot(steps, one.probability, color=colour, label=one.name)
        parts[1].set_ylabel("probability")
        parts[1].legend(ncols=4, loc="lower right", bbox_to_anchor=(1, 0.95))
        step_axis(parts[1], found.texts)
    by_position(parts[-1], found)


def by_position(axes: Axes, found: Posterior) -> None:
    """Entropy and surprise by position in the bar."""
    places = [place.eighths for place in found.by_position]
    axes.plot(
        places, [place.surprise for place in found.by_position], "o-", color=COLOURS[0], markersize=3, label="surprise"
    )
    axes.plot(
        places, [place.entropy for place in found.by_position], "s-", color=COLOURS[1], markersize=3, label="entropy"
    )
    for place in found.by_position:
        axes.annotate(str(place.steps), (place.eighths, 0), fontsize=4.5, color=GREY, ha="center")
    axes.set_ylim(bottom=-0.3)
    axes.set_xlabel("eighths from the beginning of the bar (bar lines at 0; below, how many tokens)")
    axes.set_ylabel("bits, mean")
    axes.legend()


def activations(figure: Figure, found: Units) -> None:
    """Every unit of every layer along the tune."""
    figure.set_size_inches(WIDE + 1, 2.4 * len(found.layers) + 0.6)
    parts = np.atleast_1d(figure.subplots(len(found.layers), 1))
    for axes, one in zip(parts, found.layers, strict=True):
        limits = (-1.0, 1.0) if found.part in "hg" else None
        order = np.argsort(-np.abs(one.values).mean(axis=0), kind="stable")
        heat(axes, one.values[:, order].T, found.part, signed=found.part in "hgc", limits=limits)
        axes.set_ylabel(f"layer {one.layer}: units, most active on top")
        step_axis(axes, found.texts)


def sizes(figure: Figure, found: Units) -> None:
    """Sorted sizes of all activations, and the largest of each unit."""
    figure.set_size_inches(NARROW + 1, 2.8)
    left, right = figure.subplots(1, 2)
    for one, colour in zip(found.layers, COLOURS, strict=False):
        share = np.linspace(0, 1, len(one.ranked))
        every = max(len(share) // 2000, 1)
        left.plot(share[::every], one.ranked[::every], color=colour, label=f"layer {one.layer}")
        right.plot(np.sort(one.largest)[::-1], color=colour)
    for size, name in ((SMALL, f"{SMALL}"), (LARGE, f"{LARGE}")):
        left.axhline(size, color=GREY, linewidth=0.5, linestyle=":")
        left.annotate(name, (1, size), ha="right", va="bottom", fontsize=5.5, color=GREY)
    left.set_xlabel("share of all activations of the tune")
    left.set_ylabel("|h|")
    left.legend()
    right.set_xlabel("units, by their largest |h|")
    right.set_ylabel("largest |h| in the tune")


def traces(figure: Figure, found: Units) -> None:
    """Chosen units against the tokens."""
    _traces(
        figure,
        found.texts,
        found.lines,
        [(f"{layer}:{unit}", row) for (layer, unit), row in zip(found.chosen, found.traces, strict=True)],
    )


def spectra(figure: Figure, found: Spectra) -> None:
    """Spectra of all units in dB below their maxima, the period's harmonics marked."""
    figure.set_size_inches(WIDE, 1.9 * len(found.layers) + 1)
    parts = np.atleast_1d(figure.subplots(len(found.layers), 1, sharex=True))
    for axes, one in zip(parts, found.layers, strict=True):
        order = np.argsort(-one.share, kind="stable")
        bins = len(one.decibels)
        drawn = np.ma.masked_less(one.decibels[:, order].T, CUT)
        axes.imshow(
            drawn,
            cmap=AMOUNT + "_r",
            aspect="auto",
            interpolation="nearest",
            vmin=CUT,
            vmax=0,
            extent=(0, 0.5, len(order), 0),
        )
        for harmonic in range(1, int(found.period / 2) + 1 if found.period else 0):
            axes.axvline(harmonic / found.period, color=COLOURS[1], linewidth=0.5, alpha=0.7)
        axes.axhline(len(one.at_period), color=COLOURS[2], linewidth=0.6)
        axes.set_ylabel(f"layer {one.layer}: units,\nclearest on top")
        axes.set_xlim(0, 0.5 * (bins - 1) / bins)
    period = f"; orange: harmonics of 1/{found.period:g}" if found.period else ""
    parts[-1].set_xlabel(
        f"cycles a step{period}; dark: within {-CUT:g} dB of the unit's maximum; above green: beats with the bar"
    )


def beating(figure: Figure, found: Spectra) -> None:
    """The clearest units at the period against the tokens."""
    lines = np.array([k for k, text in enumerate(found.texts) if "|" in text], np.int64)
    rows = [(f"{layer}:{unit}", row) for (layer, unit), row in zip(found.units, found.traces, strict=False)]
    _traces(figure, found.texts, lines, rows)


def many(figure: Figure, found: Many) -> None:
    """Over many tunes: each unit's share of power at the period, against the floor of shuffled steps."""
    figure.set_size_inches(NARROW, 2.9)
    axes = figure.subplots()
    for layer, colour in zip(range(len(found.share)), COLOURS, strict=False):
        axes.plot(np.sort(found.share[layer])[::-1], color=colour, label=f"layer {layer + 1}")
        axes.plot(np.sort(found.floor[layer])[::-1], color=colour, linestyle=":")
    axes.axhline(BEATS_OVER_TUNES, color=GREY, linewidth=0.5)
    axes.set_ylim(0, 1)
    axes.set_xlabel("units, by their share")
    axes.set_ylabel("power at the bar's harmonics")
    axes.set_title(f"Mean of {found.tunes} tunes; dotted: the same with the steps shuffled")
    axes.legend()


def similarity(figure: Figure, found: Gramians) -> None:
    """Gramians over the steps: tokens, posteriors, h of each layer; bar lines drawn."""
    names = [name for name in found.names if name.startswith(("tokens", "posteriors", "h "))]
    _panels(figure, found, names)


def gate_similarity(figure: Figure, found: Gramians) -> None:
    """The same for the gates."""
    _panels(figure, found, [name for name in found.names if name[0] in "ifo" and name[1] == " "])


POSTERIOR = (
    Picture(
        "notation",
        "The tune, and under each note the surprise it was to the network (bits) and what it held likeliest, best on "
        "top, darker the likelier. Where would it have gone otherwise?",
        notation,
    ),
    Picture(
        "posterior",
        "log10 of the probability of every token at every step of the tune (cut at −10); squares mark the tokens that "
        "came. What does the network expect?",
        expectations,
    ),
    Picture(
        "along",
        "Surprise and entropy along the tune, the tokens that are followed, and both by the position in the bar. "
        "Where in the bar is the network sure?",
        along,
    ),
)
UNITS = (
    Picture("activations", "Every unit of each layer along the tune. What do the units do?", activations),
    Picture(
        "sizes",
        "All activations of the tune by size, and each unit's largest. How many rest, how many are at their limit?",
        sizes,
    ),
    Picture("traces", "Chosen units (layer:unit) against the tokens taken. What does a unit follow?", traces),
)
SPECTRUM = (
    Picture(
        "spectra",
        "Discrete Fourier transform of each unit's activations, less their mean, in dB below its own maximum. "
        "Which units beat with the bar?",
        spectra,
    ),
    Picture("traces", "The units that beat clearest with the bar, against the tokens taken. Pulse, or ramp?", beating),
)
MANY = (
    Picture(
        "many",
        "The share of each unit's power at the bar's harmonics, a mean over sampled tunes. Does it rest on more than "
        "one tune?",
        many,
    ),
)
GRAMIAN = (
    Picture(
        "steps",
        "Cosines between all pairs of steps of the tune; bar lines in grey. A repeat is a diagonal. Is the network in "
        "the same state when the same music comes round?",
        similarity,
    ),
    Picture(
        "gates", "The same for the gates of each layer. Which gates know that the music comes round?", gate_similarity
    ),
)


def _panels(figure: Figure, found: Gramians, names: list[str]) -> None:
    across = 3
    down = -(-len(names) // across)
    figure.set_size_inches(WIDE, 3.2 * down)
    parts = figure.subplots(down, across, squeeze=False, sharex=True, sharey=True).ravel()
    for axes, name in zip(parts, names, strict=False):
        matrix = found.matrices[found.names.index(name)]
        signed = name[0] == "h"
        heat(axes, matrix, "cosine", signed=signed, limits=(-1.0 if signed else float(matrix.min()), 1.0))
        bar_lines(axes, found.lines, both=True, colour="#b0b0b0")
        axes.set_title(name)
        axes.set_aspect("equal")
    every = max(len(found.lines) // 16, 1)
    lines = found.lines[::every]
    for axes in parts:
        names_of_bars = [found.places[min(k + 1, len(found.places) - 1)] for k in lines]
        axes.set_xticks(lines, names_of_bars, fontsize=5, rotation=90)
        axes.set_yticks(lines, names_of_bars, fontsize=5)
    for axes in parts[len(names) :]:
        axes.set_visible(False)
    for axes in parts[::across]:
        axes.set_ylabel("bar")


def _traces(figure: Figure, texts: tuple[str, ...], lines: np.ndarray, rows: list[tuple[str, np.ndarray]]) -> None:
    figure.set_size_inches(WIDE, 0.6 + 0.75 * max(len(rows), 1))
    parts = np.atleast_1d(figure.subplots(max(len(rows), 1), 1, sharex=True))
    for axes, (name, values) in zip(parts, rows, strict=False):
        axes.plot(values, ".-", color=COLOURS[0], markersize=2, linewidth=0.6)
        axes.axhline(0, color=GREY, linewidth=0.3)
        bar_lines(axes, lines)
        axes.set_ylabel(name, rotation=0, ha="right", va="center")
        axes.tick_params(axis="x", labelbottom=False, length=0)
    step_axis(parts[-1], texts)
    parts[-1].tick_params(axis="x", labelbottom=True)
