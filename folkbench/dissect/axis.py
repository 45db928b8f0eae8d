"""The vocabulary as an axis: tokens grouped by kind, pitches from low to high, lengths from short to long.

Any vocabulary will do. The letters of titles are left out of pictures (they are half of a vocabulary and say
nothing about music); the numbers keep them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from folkbench.encoding.tokens import meaning, order

Numbers = NDArray[np.int64]

GROUPS = {
    "ends": ("start", "end", "marker"),
    "title": ("letter",),
    "rhythm": ("rhythm",),
    "meter": ("meter",),
    "mode": ("mode",),
    "bar": ("bar", "ending"),
    "pitch": ("pitch", "rest"),
    "length": ("length", "broken"),
    "figure": ("tie", "tuplet", "open", "close"),
    "other": ("other",),
}
"""What stands together on the axis -> the kinds of token in it (`folkbench.encoding.tokens`)."""

_GROUP = {kind: name for name, kinds in GROUPS.items() for kind in kinds}


class Axis(NamedTuple):
    """An order of tokens. `order[k]` is the number of the token at place k, `labels[k]` its text."""

    order: Numbers
    labels: tuple[str, ...]
    groups: tuple[tuple[str, int, int], ...]
    """(name, first place, one past the last) of each group."""


def axis(vocabulary: Sequence[str], *, letters: bool = False) -> Axis:
    """The tokens of a vocabulary in a musician's order; `letters`: those of titles as well."""
    kept = [number for number, text in enumerate(vocabulary) if letters or meaning(text).kind != "letter"]
    names = list(GROUPS)
    kept.sort(key=lambda number: (names.index(group(vocabulary[number])), order(vocabulary[number])))
    labels = tuple(vocabulary[number] for number in kept)
    found: list[tuple[str, int, int]] = []
    for place, text in enumerate(labels):
        name = group(text)
        if found and found[-1][0] == name:
            found[-1] = (name, found[-1][1], place + 1)
        else:
            found.append((name, place, place + 1))
    return Axis(np.array(kept, np.int64), labels, tuple(found))


def group(text: str) -> str:
    """The group that a token stands in."""
    return _GROUP[meaning(text).kind]


def of_kind(vocabulary: Sequence[str], *kinds: str) -> Numbers:
    """The numbers of the tokens of these kinds, or of these groups."""
    return np.array(
        [number for number, text in enumerate(vocabulary) if meaning(text).kind in kinds or group(text) in kinds],
        np.int64,
    )
