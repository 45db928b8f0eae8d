"""The gates' weights: what each token tells each gate of the first layer, and how memory answers.

Layer 1 takes a token as one column of W_x; the gate's bias b stands for all tokens, and W_h for what is remembered
(Sturm 2018-19, "Making sense of the folk-rnn v2 model", on the gates of the layers). In layers 2 and 3 the columns
belong to the units of the layer below.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from folkbench.dissect.softmax import cosines
from folkbench.encoding.tokens import Token, meaning
from folkbench.model.checkpoint import Checkpoint
from folkbench.notation.tune import SEMITONES

Array = NDArray[np.float32]

GATES = {"i": "input", "f": "forget", "c": "cell", "o": "output"}
"""Gates in the order of the rows of the weights. "c" is the candidate, what may be written into the cell."""

SUBSPACES = (8, 32, 128, 256)
"""Leading left singular vectors of W_h in which the share of W_x + b is taken."""


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """How alike the columns of some pairs of pitches are, against pairs of pitches drawn by chance."""

    pairs: tuple[tuple[str, str], ...]
    cosines: Array  # (pairs,)
    mean: float
    chance: float  # mean cosine of all pairs of pitches
    chance_spread: float  # their standard deviation
    z: float  # (mean - chance) / (chance_spread / sqrt(pairs)); 0 where there are no pairs


@dataclass(frozen=True, slots=True, eq=False)
class Gate:
    """One gate of one layer. H hidden units; n columns: the vocabulary in layer 1, H units above it."""

    vocabulary: tuple[str, ...]
    layer: int
    gate: str  # "i", "f", "c", "o"
    norms: Array  # (n,) of the columns of W_x
    gramian: Array  # (n, n): their cosines
    bias_norm: float
    bias_mean: float
    bias_against_columns: Array  # (n,): cosine of b and each column
    mean_value: Array  # (n,): mean over units of the gate on this input alone (h = 0); tanh for the cell
    same_note: Likeness | None  # A and =A: a sign that changes nothing in the mode (layer 1)
    enharmonic: Likeness | None  # ^F and _G
    half_step: Likeness | None  # neighbours: E and F, F and ^F
    octave: Likeness | None  # C and c
    angles: Array  # (bins,): share of the cosines between columns of W_h and of W_x + b in each bin
    angle_edges: Array  # (bins + 1,)
    angle_spread: float  # standard deviation of those cosines
    random_spread: float  # ... of random vectors of that size: 1 / sqrt(H)
    subspaces: Array  # (len(SUBSPACES), n): share of each column of W_x + b in W_h's leading left subspaces
    sizes: tuple[int, ...]  # how many singular vectors each of these has


def gate_weights(checkpoint: Checkpoint) -> tuple[Gate, ...]:
    """All gates of all layers, layer by layer, in the order of GATES."""
    found = []
    for layer in range(1, checkpoint.layers + 1):
        parts = (np.split(checkpoint.weights[f"{name}{layer}"], 4) for name in ("W_x", "W_h", "b"))
        for gate, into, back, bias in zip(GATES, *parts, strict=True):
            found.append(_gate(checkpoint, layer, gate, into, back, bias))
    return tuple(found)


def reading(found: tuple[Gate, ...]) -> list[str]:
    """What is to be seen, in a few lines."""
    lines = []
    for layer in sorted({gate.layer for gate in found}):
        rows = [gate for gate in found if gate.layer == layer]
        norms = ", ".join(f"{GATES[gate.gate]} {gate.bias_norm:.3g}" for gate in rows)
        lines.append(f"layer {layer}: norms of the biases: {norms}")
        values = ", ".join(f"{GATES[gate.gate]} {gate.mean_value.mean():.2f}" for gate in rows if gate.gate != "c")
        lines.append(f"layer {layer}: mean value of a gate on its input alone: {values}")
        spreads = ", ".join(f"{GATES[gate.gate]} {gate.angle_spread:.3f}" for gate in rows)
        lines.append(
            f"layer {layer}: spread of cosines, W_h against W_x + b: {spreads} (random: {rows[0].random_spread:.3f})"
        )
    for gate in found:
        for name, like in (("A and =A", gate.same_note), ("half-steps", gate.half_step), ("octaves", gate.octave)):
            if like is not None and len(like.pairs) and gate.gate == "c":
                lines.append(
                    f"cell gate, {name}: mean cosine {like.mean:.2f} over {len(like.pairs)} pairs, any two pitches "
                    f"{like.chance:.2f} ± {like.chance_spread:.2f} (z = {like.z:.1f})"
                )
    return lines


def likeness(vocabulary: tuple[str, ...], gramian: Array, pairs: list[tuple[int, int]]) -> Likeness:
    """How alike the columns of `pairs` (token numbers) are, beside all pairs of pitches. `gramian` (n, n)."""
    pitches = np.array([k for k, text in enumerate(vocabulary) if meaning(text).kind == "pitch"], np.int64)
    every = gramian[np.ix_(pitches, pitches)][np.triu_indices(len(pitches), 1)]
    chance, spread = (float(every.mean()), float(every.std())) if len(every) else (0.0, 0.0)
    values = np.array([gramian[a, b] for a, b in pairs], np.float32)
    mean = float(values.mean()) if len(pairs) else 0.0
    z = (mean - chance) / (spread / len(pairs) ** 0.5) if len(pairs) and spread > 0 else 0.0
    return Likeness(tuple((vocabulary[a], vocabulary[b]) for a, b in pairs), values, mean, chance, spread, z)


def _gate(checkpoint: Checkpoint, layer: int, gate: str, into: Array, back: Array, bias: Array) -> Gate:
    given = into + bias[:, None]
    gramian = cosines(into.T)
    left = np.linalg.eigh(back @ back.T)[1][:, ::-1]  # W_h's left singular vectors, largest first
    sizes = tuple(size for size in SUBSPACES if size < len(back)) or (len(back) // 2,)
    edges = np.linspace(-1, 1, 201, dtype=np.float32)
    angles = _unit(back).T @ _unit(given)
    value = np.tanh(given) if gate == "c" else 0.5 * (np.tanh(0.5 * given) + 1)
    read = np.cumsum((left.T @ _unit(given)) ** 2, axis=0)
    # only the first layer's columns are tokens
    words = checkpoint.vocabulary if layer == 1 else ()
    kinds = {name: likeness(words, gramian, _pairs(words, test)) if words else None for name, test in _TESTS.items()}
    return Gate(
        vocabulary=checkpoint.vocabulary,
        layer=layer,
        gate=gate,
        norms=np.linalg.norm(into, axis=0),
        gramian=gramian,
        bias_norm=float(np.linalg.norm(bias)),
        bias_mean=float(bias.mean()),
        bias_against_columns=_unit(into).T @ _unit(bias[:, None])[:, 0],
        mean_value=np.asarray(value.mean(axis=0), np.float32),
        angles=np.asarray(np.histogram(angles, edges)[0] / angles.size, np.float32),
        angle_edges=edges,
        angle_spread=float(angles.std()),
        random_spread=float(len(back) ** -0.5),
        subspaces=read[[size - 1 for size in sizes]],
        sizes=sizes,
        **kinds,
    )


def _unit(columns: Array) -> Array:
    norms = np.linalg.norm(columns, axis=0)
    return np.asarray(columns / np.where(norms > 0, norms, 1), np.float32)


def _pairs(vocabulary: tuple[str, ...], test: object) -> list[tuple[int, int]]:
    assert callable(test)
    tokens = [(k, meaning(text)) for k, text in enumerate(vocabulary) if meaning(text).kind == "pitch"]
    return [(a, b) for place, (a, one) in enumerate(tokens) for b, other in tokens[place + 1 :] if test(one, other)]


def _semitone(token: Token) -> int:
    octave, degree = divmod(token.step, 7)
    return 12 * octave + SEMITONES[degree] + (token.alter or 0)


def _same_note(one: Token, other: Token) -> bool:
    return one.step == other.step and (one.alter or 0) == (other.alter or 0)


def _enharmonic(one: Token, other: Token) -> bool:
    return one.step != other.step and _semitone(one) == _semitone(other)


def _half_step(one: Token, other: Token) -> bool:
    return abs(_semitone(one) - _semitone(other)) == 1


def _octave(one: Token, other: Token) -> bool:
    return abs(one.step - other.step) == 7 and one.alter == other.alter


_TESTS = {"same_note": _same_note, "enharmonic": _enharmonic, "half_step": _half_step, "octave": _octave}
