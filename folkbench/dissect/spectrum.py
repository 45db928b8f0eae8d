"""Periods: which units beat with the bar.

The discrete Fourier transform of each unit's activations along a tune, zero-padded to SIZE, in dB below its own
maximum (Sturm 2019, "Making sense of the folk-rnn v2 model", on the activations of the third layer); the unit's mean
is taken away first, or it would be the maximum of nearly all. In a 4/4 tune of eighths a bar is nine steps: eight
notes and the bar line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from folkbench.dissect.units import Unit
from folkbench.dissect.walk import HEAD, Walk

Array = NDArray[np.float32]

SIZE = 512
CUT = -6.0
"""dB below a unit's maximum from which on its spectrum isn't drawn."""

BEATS = 0.4
"""A unit is at the period if this share of its power stands at the period's harmonics, which are some 8 % of all."""

BEATS_OVER_TUNES = 0.3
"""… and over several tunes, whose bars differ in their number of steps, if this share is there in the mean."""

_NEAR = 2  # bins to either side of a harmonic that count as it: a tune of 140 steps has peaks of about that width


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """The spectra of one layer's units along one tune."""

    layer: int
    decibels: Array  # (SIZE / 2 + 1, hidden): of each unit's power, below its own maximum
    share: Array  # (hidden,): of the power that stands at the period's harmonics
    chance: float  # the share of all bins that count as harmonics: what a unit without a period has
    at_period: tuple[int, ...]  # units with BEATS or more there
    trains: tuple[int, ...]  # of them those with most harmonics within CUT: a pulse a bar
    spikes: tuple[int, ...]  # units that are large in under one step of twenty


@dataclass(frozen=True, slots=True, eq=False)
class Spectra:
    """All layers along one tune."""

    period: float  # in steps
    found: bool  # whether the period was taken from the tune, not given
    steps: int
    texts: tuple[str, ...]
    layers: tuple[Spectrum, ...]
    units: tuple[Unit, ...]  # at the period, all layers, the clearest first
    traces: Array  # (up to 6, steps): the activations of the first of `units`


@dataclass(frozen=True, slots=True, eq=False)
class Many:
    """The same over several tunes of one meter: what is left when no single tune decides."""

    tunes: int
    periods: Array  # (tunes,): of each
    share: Array  # (layers, hidden): mean share of the power at the harmonics of each tune's own period
    floor: Array  # (layers, hidden): the same when each tune's steps are shuffled, plus three standard deviations
    ranked: tuple[Unit, ...]  # all units above the floor, the clearest first
    at_period: tuple[Unit, ...]  # of them those with BEATS_OVER_TUNES or more in the mean
    overlap: float  # mean Jaccard index of the sets of units at the period, over pairs of tunes
    overlap_by_chance: float  # ... if each tune drew its units at random
    in_most: int  # units that are at the period in over half of the tunes


def bar_period(tune: Walk) -> float:
    """How many steps a bar takes in this tune: the median distance of its bar lines; 0 if there are too few."""
    lines = [int(k) for k in tune.lines if tune.bar[k] != HEAD]
    gaps = np.diff(lines)
    gaps = gaps[gaps > 1]
    return float(np.median(gaps)) if len(gaps) > 1 else 0.0


def periods(h: Array, tune: Walk, period: float = 0.0) -> Spectra:
    """The spectra of h `(steps, layers, hidden)` along a tune, at `period` steps (0: that of the tune's bars)."""
    steps = period or bar_period(tune)
    music = h[tune.head :]
    layers = tuple(_layer(music[:, k], k + 1, steps) for k in range(h.shape[1]))
    units = _clearest(np.array([layer.share for layer in layers]), np.array([_mask(layer) for layer in layers]))
    return Spectra(
        period=steps,
        found=not period,
        steps=len(music),
        texts=tune.texts,
        layers=layers,
        units=units,
        traces=np.array([h[:, layer - 1, unit] for layer, unit in units[:6]], np.float32).reshape(-1, len(h)),
    )


def many(states: Sequence[Array], tunes: Sequence[Walk], seed: int = 1, at: float = 0.0) -> Many:
    """The same over several tunes, each `states[k]` (steps, layers, hidden), with a floor from shuffled steps;
    `at`: one period in steps for all, 0 for each tune's own.
    """
    draw = np.random.default_rng(seed)
    shares, floors, periods = [], [], []
    for h, tune in zip(states, tunes, strict=True):
        period = at or bar_period(tune)
        music = h[tune.head :]
        if not period or len(music) < 4 * period:
            continue
        periods.append(period)
        shares.append(_shares(music, period))
        floors.append(_shares(music[draw.permutation(len(music))], period))
    if not shares:
        blank = np.zeros(states[0].shape[1:] if states else (0, 0), np.float32)
        return Many(0, np.zeros(0, np.float32), blank, blank, (), (), 0.0, 0.0, 0)
    every, shuffled = np.array(shares), np.array(floors)
    mean = every.mean(axis=0)
    floor = shuffled.mean(axis=0) + 3 * shuffled.std(axis=0) / len(shares) ** 0.5
    sets = (every >= BEATS).reshape(len(every), -1)
    overlap, chance = _overlap(sets)
    return Many(
        tunes=len(every),
        periods=np.array(periods, np.float32),
        share=mean,
        floor=floor,
        ranked=_clearest(mean, mean > floor),
        at_period=_clearest(mean, (mean >= BEATS_OVER_TUNES) & (mean > floor)),
        overlap=overlap,
        overlap_by_chance=chance,
        in_most=int((sets.mean(axis=0) > 0.5).sum()),
    )


def reading(found: Spectra) -> list[str]:
    """What is to be seen, in a few lines."""
    if not found.period:
        return ["this tune has too few bar lines to have a period; give one with --period"]
    source = ", that of the tune's bars" if found.found else ""
    share = f"{100 * BEATS:.0f} % of its power at the period's harmonics"
    lines = [f"period {found.period:g} steps{source}; a unit beats with it that has {share}"]
    for one in found.layers:
        lines.append(
            f"layer {one.layer}: {len(one.at_period)} of {len(one.share)} units beat with it "
            f"(mean share {one.share.mean():.2f}, by chance {one.chance:.2f}), {len(one.trains)} pulse trains, "
            f"{len(one.spikes)} spikes"
        )
    if found.units:
        lines.append("clearest (layer:unit): " + ", ".join(f"{layer}:{unit}" for layer, unit in found.units[:8]))
    return lines


def reading_many(found: Many) -> list[str]:
    """What is to be seen over several tunes, in a few lines."""
    if not found.tunes:
        return ["none of the tunes has bars enough to have a period"]
    lines = [
        f"over {found.tunes} tunes, each at its own period ({found.periods.min():g} to {found.periods.max():g} steps): "
        f"{len(found.at_period)} units beat with the bar (a mean of {100 * BEATS_OVER_TUNES:.0f} % of their power), "
        f"{len(found.ranked)} more than when the steps are shuffled",
        f"the same units in another tune? overlap {found.overlap:.2f} (Jaccard; by chance "
        f"{found.overlap_by_chance:.2f}); {found.in_most} are there in most tunes",
    ]
    if found.at_period:
        lines.append("clearest (layer:unit): " + ", ".join(f"{layer}:{unit}" for layer, unit in found.at_period[:8]))
    return lines


def _power(values: Array) -> NDArray[np.float64]:
    """(SIZE / 2 + 1, ...) of (steps, ...); longer tunes have the next power of two."""
    size = max(SIZE, 1 << (len(values) - 1).bit_length())
    away = values - values.mean(axis=0)
    return np.asarray(np.abs(np.fft.rfft(away, size, axis=0)) ** 2, np.float64)


def _comb(bins: int, period: float) -> NDArray[np.bool_]:
    """Which bins stand at a harmonic of 1 / period."""
    comb = np.zeros(bins, bool)
    size = 2 * (bins - 1)
    for harmonic in range(1, int(period / 2) + 1):
        place = round(size * harmonic / period)
        comb[max(place - _NEAR, 1) : place + _NEAR + 1] = True
    return comb


def _shares(values: Array, period: float) -> Array:
    """The share of power at the harmonics, of every unit: values (steps, ...). A unit that never moves has none."""
    power = _power(values)
    whole = power[1:].sum(axis=0)
    at = power[_comb(len(power), period)].sum(axis=0)
    moving = whole > 1e-9 * len(values)
    return np.asarray(np.where(moving, at / np.where(moving, whole, 1), 0), np.float32)


def _layer(values: Array, layer: int, period: float) -> Spectrum:
    power = _power(values)
    top = power.max(axis=0)
    decibels = 10 * np.log10(np.maximum(power, 1e-30) / np.maximum(top, 1e-30))
    decibels[:, top < 1e-9 * len(values)] = -300.0
    comb = _comb(len(power), period) if period else np.zeros(len(power), bool)
    share = _shares(values, period) if period else np.zeros(values.shape[1], np.float32)
    at = np.flatnonzero(share >= BEATS)
    harmonics = int(period / 2)
    size = np.abs(values)
    rare = (size > 0.5 * size.max(axis=0)).mean(axis=0) < 0.05
    return Spectrum(
        layer=layer,
        decibels=np.asarray(decibels, np.float32),
        share=share,
        chance=float(comb[1:].mean()),
        at_period=tuple(int(unit) for unit in at),
        trains=tuple(int(unit) for unit in at if 2 * _peaks(decibels[:, unit], period) >= max(harmonics, 1)),
        spikes=tuple(int(unit) for unit in np.flatnonzero(rare & (size.max(axis=0) > 0.1))),
    )


def _peaks(decibels: NDArray[np.float64], period: float) -> int:
    size = 2 * (len(decibels) - 1)
    places = [round(size * harmonic / period) for harmonic in range(1, int(period / 2) + 1)]
    return sum(bool(decibels[max(place - _NEAR, 1) : place + _NEAR + 1].max() > CUT) for place in places)


def _mask(layer: Spectrum) -> NDArray[np.bool_]:
    mask = np.zeros(len(layer.share), bool)
    mask[list(layer.at_period)] = True
    return mask


def _clearest(share: Array, mask: NDArray[np.bool_]) -> tuple[Unit, ...]:
    places = np.argwhere(mask)
    order = np.argsort(-share[mask], kind="stable")
    return tuple((int(layer) + 1, int(unit)) for layer, unit in places[order])


def _overlap(sets: NDArray[np.bool_]) -> tuple[float, float]:
    """Mean Jaccard index over pairs of rows, and what rows of those sizes would have by chance."""
    inside = sets.astype(np.float64)
    both = inside @ inside.T
    sizes = inside.sum(axis=1)
    first, second = np.triu_indices(len(sets), 1)
    expected = sizes[first] * sizes[second] / max(sets.shape[1], 1)
    either = sizes[first] + sizes[second]
    known = either > 0
    if not known.any():
        return 0.0, 0.0
    jaccard = both[first, second][known] / np.maximum(either - both[first, second], 1)[known]
    chance = expected[known] / np.maximum(either - expected, 1)[known]
    return float(jaccard.mean()), float(chance.mean())
