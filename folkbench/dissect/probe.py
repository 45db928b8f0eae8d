"""Linear probes: what can be read off h, layer by layer, beside what shuffled labels would give.

For each question a linear map from h to the answers is fitted by ridge regression (one column of 0 and 1 for each
answer) on some tunes and judged on others (Alain and Bengio 2016, "Understanding intermediate layers using linear
classifier probes"). The token itself, as a one-hot, is probed beside the layers: what is no better than that, the
layer needn't have worked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from folkbench.dissect.altered import Altered, states
from folkbench.dissect.walk import HEAD, Walk
from folkbench.encoding.tokens import meaning
from folkbench.errors import FolkbenchError
from folkbench.model.checkpoint import Checkpoint
from folkbench.notation.tune import SEMITONES

Array = NDArray[np.float32]
Numbers = NDArray[np.int64]

QUESTIONS = {
    "position in the bar": "the eighth on which the note began",
    "bar in the part": "as players count, a pickup is 0",
    "time round": "in the first part or a later one (a repeat is written once: there is no other second time)",
    "pitch above the tonic": "semitones of the last note, octaves taken out",
    "mode": "major, minor, dorian or mixolydian",
}
"""What is asked -> what it means."""

UNKNOWN = -1
_RIDGE = 1.0
_MOST = 9  # answers above this (bar 12 of a part ...) are left out: too few to learn


class Probe(NamedTuple):
    """One question put to one layer (0: to the token alone)."""

    question: str
    layer: int
    accuracy: float  # on tunes that the probe hasn't seen
    shuffled: float  # the same, fitted to shuffled labels
    commonest: float  # ... of always giving the commonest answer


@dataclass(frozen=True, slots=True, eq=False)
class Probes:
    """All questions put to all layers."""

    tunes: int
    steps: int  # fitted on
    held_out: int  # steps judged on
    probes: tuple[Probe, ...]


def probes(checkpoint: Checkpoint, tunes: Sequence[Walk], seed: int = 1, most: int = 12000) -> Probes:
    """Put every question to every layer over `tunes`; a third of them is held out, about `most` steps are used.

    Raises FolkbenchError if there are fewer than three tunes.
    """
    if len(tunes) < 3:
        raise FolkbenchError("probing needs at least three tunes", "name a corpus, or ask for more sampled tunes")
    draw = np.random.default_rng(seed)
    kept = _enough([tunes[k] for k in draw.permutation(len(tunes))], most)
    away = max(len(kept) // 3, 1)
    inside = states(Altered(checkpoint), [tune.tokens for tune in kept])
    asked = [labels(tune) for tune in kept]
    music = [tune.bar != HEAD for tune in kept]
    hot = np.eye(len(checkpoint.vocabulary), dtype=np.float32)
    found: list[Probe] = []
    size = (0, 0)
    for layer in range(checkpoint.layers + 1):
        rows = [
            hot[tune.tokens[here]] if not layer else h[here, layer - 1]
            for tune, h, here in zip(kept, inside, music, strict=True)
        ]
        test, train = np.concatenate(rows[:away]), np.concatenate(rows[away:])
        size = len(train), len(test)
        for question in QUESTIONS:
            answers = [one[question][here] for one, here in zip(asked, music, strict=True)]
            found.append(
                _probe(
                    question, layer, train, np.concatenate(answers[away:]), test, np.concatenate(answers[:away]), draw
                )
            )
    return Probes(len(kept), *size, tuple(found))


def labels(tune: Walk) -> dict[str, Numbers]:
    """The answer to each question at each step: (steps,), UNKNOWN where there is none."""
    whole = tune.eighths == np.floor(tune.eighths)
    mode = next((meaning(word).value for word in tune.words if meaning(word).kind == "mode"), "")
    modes = {"maj": 0, "min": 1, "dor": 2, "mix": 3}
    steps = len(tune.tokens)
    return {
        "position in the bar": np.where(whole, tune.eighths, UNKNOWN).astype(np.int64),
        "bar in the part": np.where(tune.bar_in_part < _MOST, tune.bar_in_part, UNKNOWN),
        "time round": np.minimum(tune.part, 1),
        "pitch above the tonic": _pitches(tune),
        "mode": np.full(steps, modes.get(mode, UNKNOWN), np.int64),
    }


def reading(found: Probes) -> list[str]:
    """What can be read, in a table."""
    layers = sorted({one.layer for one in found.probes})
    heads = "".join(f"{'token' if not layer else f'layer {layer}':>10}" for layer in layers)
    lines = [
        f"{found.tunes} tunes, fitted on {found.steps:,} steps, judged on {found.held_out:,} of other tunes; "
        "% right (by shuffled labels)",
        f"{'':22}{heads}{'commonest':>12}",
    ]
    for question in QUESTIONS:
        row = [one for one in found.probes if one.question == question]
        cells = "".join(f"{100 * one.accuracy:5.0f} ({100 * one.shuffled:2.0f})" for one in row)
        lines.append(f"{question:22}{cells}{100 * row[0].commonest:9.0f}")
    return lines


def _enough(tunes: list[Walk], most: int) -> list[Walk]:
    """The first tunes that hold about `most` steps, three at least."""
    climbing = np.cumsum([len(tune.tokens) for tune in tunes])
    return tunes[: max(int(np.searchsorted(climbing, most)), 3)]


def _pitches(tune: Walk) -> Numbers:
    found, now = [], UNKNOWN
    for word in tune.words:
        token = meaning(word)
        if token.kind == "pitch":
            now = (SEMITONES[token.step % 7] + (token.alter or 0)) % 12
        found.append(now)
    return np.array(found, np.int64)


def _probe(
    question: str, layer: int, x: Array, y: Numbers, x_test: Array, y_test: Numbers, draw: np.random.Generator
) -> Probe:
    known, known_test = y != UNKNOWN, y_test != UNKNOWN
    x, y, x_test, y_test = x[known], y[known], x_test[known_test], y_test[known_test]
    if not len(y) or not len(y_test):
        return Probe(question, layer, 0.0, 0.0, 0.0)
    shuffled = y[draw.permutation(len(y))]
    right, by_chance = (float((guess == y_test).mean()) for guess in _fit(x, (y, shuffled), x_test))
    commonest = np.bincount(y).argmax()
    return Probe(question, layer, right, by_chance, float((y_test == commonest).mean()))


def _fit(x: Array, targets: tuple[Numbers, ...], x_test: Array) -> list[Numbers]:
    """Ridge regression of 0 and 1 for each answer: the answer guessed for each row of x_test, for each target."""
    mean = x.mean(axis=0)
    away = x - mean
    gram = away.T @ away
    gram[np.diag_indices(len(gram))] += _RIDGE
    sides = []
    for y in targets:
        hot = np.eye(int(y.max()) + 1, dtype=np.float32)[y]
        sides.append((hot.mean(axis=0), away.T @ (hot - hot.mean(axis=0))))
    solved = np.linalg.solve(gram, np.concatenate([side for _, side in sides], axis=1))
    guesses, first = [], 0
    for middle, side in sides:
        slope = solved[:, first : first + side.shape[1]]
        guesses.append(np.asarray((middle + (x_test - mean) @ slope).argmax(axis=1), np.int64))
        first += side.shape[1]
    return guesses
