"""Singular values and vectors: V's, and how the recurrent matrices stretch.

V = U S W^T: h is read along the right vectors (columns of W, over the units), and what is read is said to the
vocabulary as the left vectors (columns of U, over the tokens), s_k times as loud (Sturm 2019, "Making sense of the
folk-rnn v2 model", on the softmax layer's SVD).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from folkbench.dissect.softmax import Weighed, weigh
from folkbench.model.checkpoint import Checkpoint

Array = NDArray[np.float32]

_DRAWN = 40
_STRENGTHS = (-1.0, -0.5, 0.5, 1.0)


class Direction(NamedTuple):
    """One singular direction of V. `up`, `down`: softmax(v + s_k u_k) and softmax(v - s_k u_k), likeliest first."""

    number: int  # from 1
    value: float
    up: tuple[Weighed, ...]
    down: tuple[Weighed, ...]
    left_kurtosis: float  # excess kurtosis of u_k's entries: 0 as if Gaussian, large if few tokens have it all
    right_kurtosis: float
    drawn: dict[str, tuple[str, ...]]  # strength "-1", "-0.5" ... -> tokens drawn from softmax(v + strength s_k u_k)


class Spectrum(NamedTuple):
    """The singular values of a recurrent matrix."""

    layer: int
    gate: str
    values: Array  # (hidden,)
    half: int  # how many of them hold half of the energy
    most: int  # ... 90 % of it


@dataclass(frozen=True, slots=True, eq=False)
class Svd:
    """V's singular values and vectors; W_h's singular values."""

    vocabulary: tuple[str, ...]
    values: Array  # (k,), k the smaller of vocabulary and hidden
    left: Array  # U, (vocabulary, k)
    right: Array  # W, (hidden, k)
    energy: Array  # (k,): share of the sum of squares in the first k values
    up: Array  # (directions, vocabulary): softmax(v + s_k u_k)
    down: Array
    directions: tuple[Direction, ...]
    recurrent: tuple[Spectrum, ...]


def singular_values(checkpoint: Checkpoint, directions: int = 6, seed: int = 1) -> Svd:
    """Singular values and vectors of V, the first `directions` in words, and the values of every W_h."""
    weights = checkpoint.weights
    left, values, right = np.linalg.svd(weights["V"], full_matrices=False)
    left, right = _upright(left, right.T)
    shown = min(directions, len(values))
    pushes = (left[:, :shown] * values[:shown]).T
    up, down = softmax(weights["v"] + pushes), softmax(weights["v"] - pushes)
    draw = np.random.default_rng(seed)
    return Svd(
        vocabulary=checkpoint.vocabulary,
        values=values,
        left=left,
        right=right,
        energy=_energy(values),
        up=up,
        down=down,
        directions=tuple(
            Direction(
                k + 1,
                float(values[k]),
                _likeliest(checkpoint.vocabulary, up[k]),
                _likeliest(checkpoint.vocabulary, down[k]),
                kurtosis(left[:, k]),
                kurtosis(right[:, k]),
                _drawn(checkpoint, pushes[k], draw),
            )
            for k in range(shown)
        ),
        recurrent=tuple(
            _spectrum(layer, gate, matrix)
            for layer in range(1, checkpoint.layers + 1)
            for gate, matrix in zip("ifco", np.split(weights[f"W_h{layer}"], 4), strict=True)
        ),
    )


def reading(found: Svd) -> list[str]:
    """What is to be seen, in a few lines."""
    energy = found.energy
    lines = [
        "singular values of V: " + ", ".join(f"{value:.4g}" for value in found.values[:6]) + " ...",
        f"the first {_reach(energy, 0.5)} hold half of its energy, {_reach(energy, 0.9)} hold 90 %, "
        f"{_reach(energy, 0.99)} 99 %",
    ]
    for one in found.directions[:3]:
        lines.append(f"direction {one.number}: one way {_said(one.up)}; the other way {_said(one.down)}")
    for matrix in found.recurrent:
        if matrix.gate == "c":
            span = f"{matrix.values[0]:.3g} to {matrix.values[-1]:.2g}"
            half = f"half of the energy in {matrix.half} of {len(matrix.values)}"
            lines.append(f"layer {matrix.layer}, W_h of the cell gate: {span}, {half}")
    return lines


def softmax(logits: Array) -> Array:
    """Probabilities along the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)


def kurtosis(values: Array) -> float:
    """Excess kurtosis: 0 for a Gaussian, -1.2 for a uniform distribution, large for a few that stand out."""
    away = values - values.mean()
    spread = float((away**2).mean())
    return float((away**4).mean() / spread**2 - 3) if spread > 0 else 0.0


def _upright(left: Array, right: Array) -> tuple[Array, Array]:
    """A direction's sign means nothing; choose the one in which the token of largest size is pushed up."""
    signs = np.sign(left[np.abs(left).argmax(axis=0), np.arange(left.shape[1])])
    return left * signs, right * signs


def _energy(values: Array) -> Array:
    squares = np.cumsum(values.astype(np.float64) ** 2)
    return np.asarray(squares / max(squares[-1], 1e-30), np.float32)


def _reach(energy: Array, share: float) -> int:
    return min(int(np.searchsorted(energy, share - 1e-6)) + 1, len(energy))


def _spectrum(layer: int, gate: str, matrix: Array) -> Spectrum:
    values = np.linalg.svd(matrix, compute_uv=False)
    energy = _energy(values)
    return Spectrum(layer, gate, values, _reach(energy, 0.5), _reach(energy, 0.9))


def _likeliest(words: Sequence[str], p: Array) -> tuple[Weighed, ...]:
    return weigh(words, p, np.argsort(-p, kind="stable")[:6])


def _drawn(checkpoint: Checkpoint, push: Array, draw: np.random.Generator) -> dict[str, tuple[str, ...]]:
    found = {}
    for strength in _STRENGTHS:
        p = softmax(checkpoint.weights["v"] + np.float32(strength) * push).astype(np.float64)
        tokens = draw.choice(len(p), size=_DRAWN, p=p / p.sum())
        found[f"{strength:g}"] = tuple(checkpoint.vocabulary[token] for token in tokens)
    return found


def _said(weighed: Sequence[Weighed]) -> str:
    return ", ".join(f"{token} {100 * value:.0f} %" for token, value in weighed[:4])
