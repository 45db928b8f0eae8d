"""Gramians over the steps of a tune: which steps look alike to the network, and where the tune repeats itself.

A repeat is a diagonal beside the main one; in the Gramian of one-hots it is exact, in those of posteriors, gates
and h it shows how far the network is in the same state when the same music comes round.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from folkbench.dissect.record import PARTS, Record
from folkbench.dissect.softmax import cosines
from folkbench.dissect.walk import Walk

Array = NDArray[np.float32]

FEWEST = 8
"""Tokens in a row that are the same as `lag` steps before make a repeat: about a bar."""


class Diagonal(NamedTuple):
    """A repeat: `length` tokens from step `start` on are those from `start - lag` on."""

    start: int
    lag: int
    length: int
    bars: int  # how many bars back


class Echo(NamedTuple):
    """How far a Gramian shows the repeats."""

    name: str
    on: float  # mean similarity on the diagonals
    off: float  # ... of all other pairs of steps
    spread: float  # standard deviation of the latter


@dataclass(frozen=True, slots=True, eq=False)
class Gramians:
    """Cosines between all pairs of steps."""

    texts: tuple[str, ...]
    places: tuple[str, ...]  # where each step stands: "A5"
    lines: NDArray[np.int64]  # steps at which a bar line is taken
    names: tuple[str, ...]  # "tokens", "posteriors", then "h 1", "h 2" ... and the gates "i 1" ...
    matrices: Array  # (names, steps, steps)
    repeats: tuple[Diagonal, ...]  # the longest first
    echoes: tuple[Echo, ...]  # one for each name; () where nothing repeats


def gramians(found: Record, tune: Walk, parts: str = "hifo") -> Gramians:
    """The Gramians over the steps of one-hots, posteriors, and of `parts` (letters of PARTS) in every layer."""
    steps, size = found.logits.shape
    rows = {"tokens": np.eye(size, dtype=np.float32)[found.tokens], "posteriors": found.posteriors()}
    for part in (name for name in ("h", *PARTS[:-1]) if name in parts):
        for layer in range(1, found.activations.shape[-3] + 1):
            rows[f"{part} {layer}"] = found.part(part, layer)
    matrices = np.array([cosines(values) for values in rows.values()], np.float32)
    repeats = diagonals(found.tokens, tune.bar)
    return Gramians(
        texts=tune.texts,
        places=tune.places,
        lines=tune.lines,
        names=tuple(rows),
        matrices=matrices,
        repeats=repeats,
        echoes=_echoes(tuple(rows), matrices, repeats, steps),
    )


def diagonals(tokens: NDArray[np.int64], bar: NDArray[np.int64], fewest: int = FEWEST) -> tuple[Diagonal, ...]:
    """All runs of at least `fewest` tokens that stood in the tune before. Tokens (steps,), `bar` that of each."""
    steps = len(tokens)
    found = []
    for lag in range(1, steps - fewest + 1):
        same = np.concatenate(([False], tokens[lag:] == tokens[:-lag], [False]))
        edges = np.flatnonzero(np.diff(same.astype(np.int8)))
        for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            if last - first >= fewest:
                back = int(bar[first + lag] - bar[first])
                found.append(Diagonal(first + lag, lag, last - first, back))
    return tuple(sorted(found, key=lambda one: (-one.length, one.lag, one.start)))


def reading(found: Gramians) -> list[str]:
    """What is to be seen, in a few lines."""
    if not found.repeats:
        return [f"nothing of {FEWEST} tokens or more comes again in this tune"]
    lines = [f"{len(found.repeats)} repeats of {FEWEST} tokens or more"]
    for one in found.repeats[:3]:
        texts = " ".join(found.texts[one.start : one.start + one.length][:14])
        lines.append(f"{one.length} tokens, {one.bars} bars later: {texts}{' ...' if one.length > 14 else ''}")
    for echo in found.echoes:
        if echo.name[0] != "t" and echo.name[0] in "ph":
            lines.append(
                f"{echo.name}: cosine {echo.on:.2f} where the tune repeats, else {echo.off:.2f} ± {echo.spread:.2f}"
            )
    return lines


def _echoes(names: tuple[str, ...], matrices: Array, repeats: tuple[Diagonal, ...], steps: int) -> tuple[Echo, ...]:
    if not repeats:
        return ()
    on = np.zeros((steps, steps), bool)
    for one in repeats:
        along = np.arange(one.length)
        on[one.start + along, one.start - one.lag + along] = True
    off = np.tri(steps, k=-1, dtype=bool) & ~on
    return tuple(
        Echo(name, float(matrix[on].mean()), float(matrix[off].mean()), float(matrix[off].std()))
        for name, matrix in zip(names, matrices, strict=True)
    )
