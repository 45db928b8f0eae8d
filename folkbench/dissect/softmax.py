"""The softmax layer: what each unit of the last layer says to the vocabulary, and what the bias says by itself.

p = softmax(V h + v): column u of V (Sturm 2018-19, "Making sense of the folk-rnn v2 model", on the softmax layer)
is a shape over the vocabulary that unit u adds to the logits, v what is there before any unit speaks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from folkbench.encoding import END, START
from folkbench.errors import FolkbenchError
from folkbench.model.checkpoint import Checkpoint

Array = NDArray[np.float32]
Numbers = NDArray[np.int64]

ALIKE = 0.98
"""Columns whose cosine is above this are called near-identical."""

_FEW = 6


class Weighed(NamedTuple):
    """A token and a number that belongs to it (a logit, a probability, a factor)."""

    token: str
    value: float


class Pair(NamedTuple):
    """Two units (counted from 0) of the last layer and the cosine of their columns."""

    first: int
    second: int
    cosine: float


class Difference(NamedTuple):
    """What one of two near-identical columns does that the other doesn't: tokens that V[:, first] - V[:, second]
    pushes up most, and down most, in logits.
    """

    first: int
    second: int
    up: tuple[Weighed, ...]
    down: tuple[Weighed, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Softmax:
    """The softmax layer taken apart. Units count from 0."""

    vocabulary: tuple[str, ...]
    parameters: int  # of the whole network: gates, biases and softmax layer, without initial states
    layer_parameters: int  # of the softmax layer
    columns: Array  # V, (vocabulary, hidden)
    bias: Array  # v, (vocabulary,)
    counts: Numbers | None  # how often each token stands in the corpus, if one is at hand
    bias_follows_counts: float | None  # Spearman's rank correlation of the two
    rank: int  # of V
    silent: int  # dimensions of h that leave every probability as it is (V h the same for all tokens)
    norms: Array  # (hidden,) of the columns
    gramian: Array  # (hidden, hidden): cosines of the columns
    most_alike: tuple[Pair, ...]
    most_opposite: tuple[Pair, ...]
    near_identical: tuple[tuple[int, ...], ...]  # groups of units, any of them above ALIKE with another of the group
    differences: tuple[Difference, ...]  # of the most alike pairs
    loners: tuple[tuple[int, float], ...]  # units like no other: (unit, its largest |cosine| with another)
    start_and_end: float | None  # cosine of the first layer's columns for <s> and </s>
    start_column: Array | None  # (4 hidden,): the column of <s> in W_x1, gates i, f, c, o
    end_column: Array | None


@dataclass(frozen=True, slots=True, eq=False)
class Voice:
    """What one unit of the last layer says."""

    vocabulary: tuple[str, ...]
    unit: int
    column: Array  # (vocabulary,): logits per unit of activation
    likes: tuple[Weighed, ...]
    dislikes: tuple[Weighed, ...]
    factor_up: Array  # (vocabulary,): by what a probability of `probability` changes when the unit is +1
    factor_down: Array  # ... when it is -1
    probability: float


def softmax_layer(checkpoint: Checkpoint, counts: Numbers | None = None) -> Softmax:
    """Take the softmax layer apart. `counts` (vocabulary,) are the tokens' numbers in a corpus, None if unknown."""
    weights, words = checkpoint.weights, checkpoint.vocabulary
    v_columns, bias = weights["V"], weights["v"]
    norms = np.linalg.norm(v_columns, axis=0)
    gramian = cosines(v_columns.T)
    alike, opposite = _extremes(gramian)
    ends = [words.index(text) if text in words else None for text in (START, END)]
    start, end = (None if place is None else weights["W_x1"][:, place] for place in ends)
    return Softmax(
        vocabulary=words,
        parameters=sum(weight.size for name, weight in weights.items() if not name.startswith(("h0", "c0"))),
        layer_parameters=v_columns.size + bias.size,
        columns=v_columns,
        bias=bias,
        counts=counts,
        bias_follows_counts=None if counts is None else spearman(bias[counts > 0], counts[counts > 0]),
        rank=rank(v_columns),
        silent=v_columns.shape[1] - rank(v_columns - v_columns.mean(axis=0)),
        norms=norms,
        gramian=gramian,
        most_alike=alike,
        most_opposite=opposite,
        near_identical=_near(gramian),
        differences=tuple(_difference(v_columns, pair, words) for pair in alike[:3]),
        loners=_loners(gramian),
        start_and_end=None if start is None or end is None else cosine(start, end),
        start_column=start,
        end_column=end,
    )


def voice(checkpoint: Checkpoint, unit: int, probability: float = 0.05) -> Voice:
    """What unit `unit` (from 0) of the last layer says to the tokens. Raises FolkbenchError if there is none such."""
    if not 0 <= unit < checkpoint.hidden:
        raise FolkbenchError(f"there is no unit {unit}", f"units of the last layer: 0 to {checkpoint.hidden - 1}")
    column = checkpoint.weights["V"][:, unit]
    rising = np.argsort(column, kind="stable")
    words = checkpoint.vocabulary
    return Voice(
        vocabulary=words,
        unit=unit,
        column=column,
        likes=weigh(words, column, rising[::-1][:_FEW]),
        dislikes=weigh(words, column, rising[:_FEW]),
        factor_up=factor(column, probability),
        factor_down=factor(-column, probability),
        probability=probability,
    )


def factor(push: Array, probability: float) -> Array:
    """By what a token's probability is multiplied when `push` is added to its logit alone:
    a = e^d / (1 - (1 - e^d) p).
    """
    return np.asarray(np.exp(push) / (1 - (1 - np.exp(push)) * probability), np.float32)


def reading(found: Softmax) -> list[str]:
    """What is to be seen, in a few lines."""
    words, rising = found.vocabulary, np.argsort(found.bias, kind="stable")
    lines = [
        f"{found.parameters:,} parameters, {found.layer_parameters:,} of them in the softmax layer "
        f"({len(words)} tokens, {found.columns.shape[1]} units)",
        f"V has rank {found.rank}; in {found.silent} dimensions h can move and no probability changes",
        f"bias: highest {_few(weigh(words, found.bias, rising[::-1][:5]))}; lowest "
        f"{_few(weigh(words, found.bias, rising[:5]))}",
    ]
    if found.bias_follows_counts is not None:
        lines.append(
            f"bias against how often a token stands in the corpus: rank correlation {found.bias_follows_counts:.2f}"
        )
    if found.most_alike:
        near, far = found.most_alike[0], found.most_opposite[0]
        lines.append(
            f"columns most alike: units {near.first} and {near.second} ({near.cosine:.4f}); most opposite: "
            f"{far.first} and {far.second} ({far.cosine:.4f}); near-identical groups: {len(found.near_identical)}"
        )
        one = found.differences[0]
        lines.append(f"unit {one.first} less unit {one.second} pushes up {_few(one.up)} and down {_few(one.down)}")
        lines.append("like no other: " + ", ".join(f"unit {unit} ({most:.2f})" for unit, most in found.loners))
    if found.start_and_end is not None:
        lines.append(f"first layer: the columns of <s> and </s> have the cosine {found.start_and_end:.2f}")
    return lines


def reading_voice(found: Voice) -> list[str]:
    """What a unit says, in a few lines."""
    words, percent = found.vocabulary, f"{100 * found.probability:g} %"
    up, down = np.argmax(found.factor_up), np.argmin(found.factor_up)
    return [
        f"unit {found.unit} favours {_few(found.likes)} and is against {_few(found.dislikes)} (logits at h = 1)",
        f"at +1 it makes {percent} of {words[up]} {100 * found.probability * found.factor_up[up]:.2g} % and of "
        f"{words[down]} {100 * found.probability * found.factor_up[down]:.2g} %",
        f"at -1 it makes {percent} of {words[up]} {100 * found.probability * found.factor_down[up]:.2g} % and of "
        f"{words[down]} {100 * found.probability * found.factor_down[down]:.2g} %",
    ]


def cosines(rows: Array) -> Array:
    """The cosines of all pairs of rows: `(n, n)` of `(n, width)`. A row of zeros is like none, 0."""
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    unit = rows / np.where(norms > 0, norms, 1)
    return np.asarray(unit @ unit.T, np.float32)


def cosine(a: Array, b: Array) -> float:
    """The cosine of two vectors."""
    return float(a @ b / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-30))


def rank(matrix: Array) -> int:
    """The rank; singular values below 1e-4 of the largest are what half precision leaves of zero."""
    values = np.linalg.svd(matrix, compute_uv=False)
    return int((values > 1e-4 * values[0]).sum()) if values[0] > 0 else 0


def spearman(a: NDArray[np.generic], b: NDArray[np.generic]) -> float:
    """Spearman's rank correlation; ties have their mean rank."""
    return float(np.corrcoef(_ranks(a), _ranks(b))[0, 1])


def weigh(words: Sequence[str], values: Array, places: Sequence[int] | Numbers) -> tuple[Weighed, ...]:
    """The tokens at `places` with their values."""
    return tuple(Weighed(words[place], float(values[place])) for place in places)


def _ranks(values: NDArray[np.generic]) -> NDArray[np.float64]:
    kinds, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    means = last - (counts - 1) / 2 if len(kinds) else last
    return np.asarray(means[inverse], np.float64)


def _extremes(gramian: Array) -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
    first, second = np.triu_indices(len(gramian), 1)
    values = gramian[first, second]
    rising = np.argsort(values, kind="stable")
    pairs = [Pair(int(first[k]), int(second[k]), float(values[k])) for k in (*rising[:_FEW], *rising[::-1][:_FEW])]
    few = min(_FEW, len(values))
    return tuple(pairs[few:]), tuple(pairs[:few])


def _near(gramian: Array) -> tuple[tuple[int, ...], ...]:
    left = set(range(len(gramian)))
    groups = []
    while left:
        group, edge = set(), {min(left)}
        while edge:
            group |= edge
            edge = {int(k) for unit in edge for k in np.flatnonzero(gramian[unit] > ALIKE)} - group
        left -= group
        if len(group) > 1:
            groups.append(tuple(sorted(group)))
    return tuple(sorted(groups, key=lambda group: (-len(group), group)))


def _difference(columns: Array, pair: Pair, words: Sequence[str]) -> Difference:
    push = columns[:, pair.first] - columns[:, pair.second]
    rising = np.argsort(push, kind="stable")
    return Difference(
        pair.first, pair.second, weigh(words, push, rising[::-1][:_FEW]), weigh(words, push, rising[:_FEW])
    )


def _loners(gramian: Array) -> tuple[tuple[int, float], ...]:
    others = np.abs(gramian - np.diag(np.diag(gramian)))
    most = others.max(axis=1)
    return tuple((int(unit), float(most[unit])) for unit in np.argsort(most, kind="stable")[:_FEW])


def _few(weighed: Sequence[Weighed]) -> str:
    return ", ".join(f"{token} {value:+.2f}" for token, value in weighed[:5])
