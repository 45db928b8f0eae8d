"""Pictures of the weights: softmax layer, singular vectors, gates."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from folkbench.dissect.axis import Axis, axis
from folkbench.dissect.figures.style import (
    COLOURS,
    GREY,
    NARROW,
    WIDE,
    Picture,
    group_names,
    heat,
    token_axis,
)
from folkbench.dissect.gates import GATES, Gate
from folkbench.dissect.softmax import Softmax, Voice
from folkbench.dissect.svd import Svd


def columns(figure: Figure, found: Softmax) -> None:
    """Bias and the most telling columns of V over the vocabulary."""
    figure.set_size_inches(WIDE, 6.2)
    tokens = axis(found.vocabulary)
    top, middle, bottom = figure.subplots(3, 1, sharex=True, height_ratios=(1, 1, 1))
    bias(top, found, tokens)
    group_names(top, tokens)
    pairs = (found.most_alike[:1], found.most_opposite[:1])
    for axes, kind, which in zip((middle, bottom), ("most alike", "most opposite"), pairs, strict=True):
        for pair in which:
            for unit, colour in zip((pair.first, pair.second), COLOURS, strict=False):
                axes.plot(found.columns[tokens.order, unit], color=colour, label=f"unit {unit}", drawstyle="steps-mid")
            axes.set_title(f"Columns {kind}: cosine {pair.cosine:.4f}")
        axes.axhline(0, color=GREY, linewidth=0.4)
        axes.set_ylabel("logit at h = 1")
        axes.legend(loc="upper right", ncols=2)
    for axes in (top, middle, bottom):
        token_axis(axes, tokens)
    for axes in (top, middle):
        axes.tick_params(axis="x", labelbottom=False)


def bias(axes: Axes, found: Softmax, tokens: Axis) -> None:
    """v over the vocabulary; beside it how often each token stands in the corpus, if that is known."""
    axes.bar(np.arange(len(tokens.order)), found.bias[tokens.order], color=COLOURS[0], width=0.8)
    axes.axhline(0, color=GREY, linewidth=0.4)
    axes.set_ylabel("bias v (logits)", color=COLOURS[0])
    if found.counts is not None:
        other = axes.twinx()
        counts = found.counts[tokens.order]
        other.plot(np.flatnonzero(counts), counts[counts > 0], ".", color=COLOURS[1], markersize=3)
        other.set_yscale("log")
        other.set_ylabel("times in the corpus", color=COLOURS[1])
        other.spines["right"].set_visible(True)


def column_gramian(figure: Figure, found: Softmax) -> None:
    """Cosines between all columns of V, units in the order of the first direction, and their distribution."""
    figure.set_size_inches(NARROW + 1.5, 3.9)
    left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
    angle = np.linalg.eigh(found.gramian.astype(np.float64))[1][:, -1]
    order = np.argsort(-angle, kind="stable")
    heat(left, found.gramian[np.ix_(order, order)], "cosine", signed=True, limits=(-1, 1))
    left.set_aspect("equal")
    left.set_xlabel("unit, by its share in the Gramian's first eigenvector")
    left.set_ylabel("unit, the same order")
    left.set_title("Columns of V against each other")
    values = found.gramian[np.triu_indices(len(found.gramian), 1)]
    edges = np.linspace(-1, 1, 81)
    right.hist(values, edges, color=COLOURS[0], density=True, label="pairs of columns")
    width = len(found.vocabulary) ** -0.5
    right.plot(
        edges, np.exp(-((edges / width) ** 2) / 2) / (width * (2 * np.pi) ** 0.5), color=COLOURS[1], label="random"
    )
    right.set_xlabel("cosine")
    right.set_ylabel("density")
    right.set_title("… and how the cosines are spread")
    right.legend()


def ends(figure: Figure, found: Softmax) -> None:
    """The first layer's columns for the start and the end token, gate by gate."""
    figure.set_size_inches(NARROW, 2.6)
    axes = figure.subplots(1, 4, sharex=True, sharey=True)
    if found.start_column is None or found.end_column is None:
        return
    parts = (np.split(column, 4) for column in (found.start_column, found.end_column))
    for one, name, start, end in zip(axes, GATES.values(), *parts, strict=True):
        one.plot(start, end, ".", color=COLOURS[0], markersize=2, alpha=0.5, markeredgewidth=0)
        one.axhline(0, color=GREY, linewidth=0.4)
        one.axvline(0, color=GREY, linewidth=0.4)
        one.set_title(f"{name} gate")
        one.set_xlabel("weight from <s>")
    axes[0].set_ylabel("weight from </s>")


def unit_voice(figure: Figure, found: Voice) -> None:
    """One unit's column, and by what it multiplies a probability."""
    figure.set_size_inches(WIDE, 4.4)
    tokens = axis(found.vocabulary)
    top, bottom = figure.subplots(2, 1, sharex=True)
    top.bar(np.arange(len(tokens.order)), found.column[tokens.order], color=COLOURS[0])
    top.axhline(0, color=GREY, linewidth=0.4)
    top.set_ylabel("logit at h = 1")
    top.set_title(f"What unit {found.unit} of the last layer says", pad=14)
    group_names(top, tokens)
    places = np.arange(len(tokens.order))
    for values, marker, colour, sign in (
        (found.factor_up, "^", COLOURS[1], "+1"),
        (found.factor_down, "v", COLOURS[2], "-1"),
    ):
        bottom.plot(places, values[tokens.order], marker, color=colour, markersize=3, label=f"h = {sign}")
    bottom.axhline(1, color=GREY, linewidth=0.4)
    bottom.set_yscale("log")
    bottom.set_ylabel(f"factor on a probability of {100 * found.probability:g} %")
    bottom.legend(loc="upper right", ncols=2)
    token_axis(top, tokens)
    token_axis(bottom, tokens)
    top.tick_params(axis="x", labelbottom=False)


def singular_values(figure: Figure, found: Svd) -> None:
    """Singular values of V and their energy; entries of the vectors; the recurrent matrices."""
    figure.set_size_inches(WIDE, 3.2)
    values, entries, recurrent = figure.subplots(1, 3)
    places = np.arange(1, len(found.values) + 1)
    values.semilogy(places, np.maximum(found.values, 1e-6), ".", color=COLOURS[0], markersize=3)
    values.set_xlabel("k")
    values.set_ylabel("singular value of V", color=COLOURS[0])
    energy = values.twinx()
    energy.plot(places, found.energy, color=COLOURS[1])
    energy.set_ylim(0, 1.02)
    energy.set_ylabel("energy in the first k", color=COLOURS[1])
    energy.spines["right"].set_visible(True)
    values.set_title("Softmax layer")
    for vectors, name, colour in (
        (found.left, "left (tokens)", COLOURS[0]),
        (found.right, "right (units)", COLOURS[1]),
    ):
        scaled = vectors[:, :30] * len(vectors) ** 0.5
        entries.hist(scaled.ravel(), np.linspace(-5, 5, 101), density=True, histtype="step", color=colour, label=name)
    grid = np.linspace(-5, 5, 201)
    entries.plot(grid, np.exp(-(grid**2) / 2) / (2 * np.pi) ** 0.5, color=GREY, linewidth=0.6, label="Gaussian")
    entries.set_yscale("log")
    entries.set_ylim(1e-4, 5)
    entries.set_xlabel("entry, in its mean size")
    entries.set_title("Entries of the first singular vectors")
    entries.legend()
    for one in found.recurrent:
        style = ("-", "--", ":", "-.")[(one.layer - 1) % 4]
        label = f"{GATES[one.gate]}" if one.layer == 1 else None
        colour = COLOURS["ifco".index(one.gate)]
        recurrent.semilogy(np.maximum(one.values, 1e-3), style, color=colour, label=label)
    recurrent.set_xlabel("k")
    recurrent.set_title("W_h (layers: solid, dashed, dotted)")
    recurrent.legend()


def directions(figure: Figure, found: Svd) -> None:
    """softmax(v + s_k u_k) and softmax(v - s_k u_k) for the first directions."""
    tokens = axis(found.vocabulary)
    figure.set_size_inches(WIDE, 0.9 + 0.95 * len(found.up))
    rows = np.atleast_1d(figure.subplots(len(found.up), 1, sharex=True))
    places = np.arange(len(tokens.order))
    for axes, one, up, down in zip(rows, found.directions, found.up, found.down, strict=True):
        axes.bar(places, up[tokens.order], color=COLOURS[0], label="v + s u")
        axes.bar(places, -down[tokens.order], color=COLOURS[1], label="v − s u")
        axes.set_title(f"direction {one.number}, s = {one.value:.3g}")
        most = float(max(up.max(), down.max()))
        axes.set_ylim(-1.05 * most, 1.05 * most)
        axes.set_yticks((-most, 0, most), (f"{most:.2g}", "0", f"{most:.2g}"))
        axes.axhline(0, color=GREY, linewidth=0.4)
        token_axis(axes, tokens)
    for axes in rows[:-1]:
        axes.tick_params(axis="x", labelbottom=False)
    rows[0].legend(loc="upper right", ncols=2)
    figure.supylabel("probability", fontsize=7)


def gate_columns(figure: Figure, found: tuple[Gate, ...]) -> None:
    """First layer: norms of the tokens' columns, and the gates' mean value on each token."""
    first = [gate for gate in found if gate.layer == 1]
    tokens = _axis_of(found)
    figure.set_size_inches(WIDE, 4.6)
    rows = figure.subplots(3, 1, sharex=True)
    places = np.arange(len(tokens.order))
    for gate, colour, marker in zip(first, COLOURS, "ov^s", strict=False):
        style = {"color": colour, "markersize": 2.6, "linewidth": 0.4, "label": GATES[gate.gate]}
        rows[0].plot(places, gate.norms[tokens.order], marker + "-", **style)
        rows[1].plot(places, gate.bias_against_columns[tokens.order], marker + "-", **style)
        rows[2].plot(places, gate.mean_value[tokens.order], marker + "-", **style)
    for axes, name in zip(rows, ("norm of column", "cosine with the bias", "mean value, h = 0"), strict=True):
        axes.set_ylabel(name)
        token_axis(axes, tokens)
    for axes in rows[:-1]:
        axes.tick_params(axis="x", labelbottom=False)
    group_names(rows[0], tokens)
    rows[0].legend(loc="upper left", ncols=4)


def gate_gramians(figure: Figure, found: tuple[Gate, ...]) -> None:
    """First layer: cosines between the pitches' columns, for each gate."""
    figure.set_size_inches(WIDE, 9.2)
    tokens = _axis_of(found, ("pitch",))
    for axes, gate in zip(figure.subplots(2, 2).ravel(), found[:4], strict=False):
        _tokens_against_tokens(axes, gate, tokens, 4.6)


def cell_gramian(figure: Figure, found: tuple[Gate, ...]) -> None:
    """First layer, cell gate: cosines between the columns of all tokens."""
    figure.set_size_inches(WIDE, 9.2)
    _tokens_against_tokens(figure.subplots(), found[2], _axis_of(found), 4.6)


def memory_angles(figure: Figure, found: tuple[Gate, ...]) -> None:
    """W_h against W_x + b: angles beside random vectors, and shares in the leading subspaces."""
    layers = sorted({gate.layer for gate in found})
    figure.set_size_inches(WIDE, 3.4)
    grid = figure.subplots(2, max(len(layers), 1), squeeze=False)
    for k, layer in enumerate(layers):
        rows = [gate for gate in found if gate.layer == layer]
        top, bottom = grid[0, k], grid[1, k]
        for gate, colour in zip(rows, COLOURS, strict=False):
            middles = (gate.angle_edges[1:] + gate.angle_edges[:-1]) / 2
            per_bin = gate.angles / (middles[1] - middles[0])
            top.plot(middles, per_bin, color=colour, label=GATES[gate.gate])
            bottom.plot(gate.sizes, gate.subspaces.mean(axis=1), ".-", color=colour)
        spread = rows[0].random_spread
        middles = (rows[0].angle_edges[1:] + rows[0].angle_edges[:-1]) / 2
        top.plot(
            middles, np.exp(-((middles / spread) ** 2) / 2) / (spread * (2 * np.pi) ** 0.5), color=GREY, label="random"
        )
        top.set_xlim(-6 * spread, 6 * spread)
        top.set_title(f"Layer {layer}")
        top.set_xlabel("cosine, columns of W_h and of W_x + b")
        hidden = spread**-2
        bottom.plot(rows[0].sizes, [size / hidden for size in rows[0].sizes], color=GREY)
        bottom.set_ylim(0, 1)
        bottom.set_xlabel("leading left vectors of W_h")
    grid[0, 0].set_ylabel("density")
    grid[1, 0].set_ylabel("share of W_x + b in them")
    grid[0, 0].legend()


SOFTMAX = (
    Picture(
        "columns",
        "Bias v of the softmax layer over the vocabulary (points: how often each token stands in the corpus), and the "
        "columns of V of the two units most alike and most opposite. What does a unit of the last layer say to the "
        "tokens, and what is said before any unit speaks?",
        columns,
    ),
    Picture(
        "gramian",
        "Cosines between all columns of V, and their distribution beside that of random vectors. Do units say the "
        "same thing, or its opposite?",
        column_gramian,
    ),
    Picture(
        "ends",
        "Weights from <s> against weights from </s> in the first layer, one point a unit. Does the network take the "
        "end of a tune and the beginning of one for the same thing?",
        ends,
    ),
)
VOICE = (
    Picture(
        "unit",
        "One unit of the last layer: what it adds to each logit, and by what it multiplies a small probability at "
        "+1 and at −1. Which tokens does it favour?",
        unit_voice,
    ),
)
SVD = (
    Picture(
        "values",
        "Singular values of V with their cumulative energy, entries of its first 30 singular vectors beside a "
        "Gaussian, and singular values of the recurrent matrices. In how many directions does the network speak?",
        singular_values,
    ),
    Picture(
        "directions",
        "Probabilities when h points along a singular direction of V (blue up) and against it (orange down). "
        "What do the strongest directions say?",
        directions,
    ),
)
GATE_PICTURES = (
    Picture(
        "tokens",
        "First layer, token by token: norm of the column of each gate, its cosine with the gate's bias, and the mean "
        "value of the gate on that token alone. Which tokens open and shut the gates?",
        gate_columns,
    ),
    Picture(
        "cell",
        "Cosines between the columns of all tokens, first layer, cell gate. Which tokens are the same to it?",
        cell_gramian,
    ),
    Picture(
        "pitches",
        "Cosines between the pitches' columns of each gate of the first layer. Are a note and the same note with a "
        "natural alike, a note and its octave, neighbours?",
        gate_gramians,
    ),
    Picture(
        "memory",
        "Columns of W_h against columns of W_x + b: distribution of their cosines beside that of random vectors, and "
        "share of the input in the leading subspaces of W_h (grey: by chance). Do memory and input speak of the same "
        "things?",
        memory_angles,
    ),
)


def _tokens_against_tokens(axes: Axes, gate: Gate, tokens: Axis, size: float) -> None:
    matrix = gate.gramian[np.ix_(tokens.order, tokens.order)].copy()
    np.fill_diagonal(matrix, 0)
    most = float(np.abs(matrix).max()) or 1.0
    heat(axes, matrix, "cosine (diagonal left out)", signed=True, limits=(-most, most))
    token_axis(axes, tokens, "x", size)
    token_axis(axes, tokens, "y", size)
    axes.set_title(f"{GATES[gate.gate]} gate")


def _axis_of(found: tuple[Gate, ...], groups: tuple[str, ...] = ()) -> Axis:
    whole = axis(found[0].vocabulary)
    if not groups:
        return whole
    kept = [(name, first, last) for name, first, last in whole.groups if name in groups]
    order = np.concatenate([whole.order[first:last] for _, first, last in kept])
    labels = tuple(label for _, first, last in kept for label in whole.labels[first:last])
    places, at = [], 0
    for name, first, last in kept:
        places.append((name, at, at + last - first))
        at += last - first
    return Axis(order, labels, tuple(places))
