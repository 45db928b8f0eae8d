"""Steering a rework: in which rhythm, with which figure, higher, lower or simpler than what stood there.

A rhythm and a figure are held while a bar is drawn, so that every candidate has them. Higher, lower and simpler lean
on what is drawn (`lean` is added to the logits), and a candidate that isn't so all the same is left out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from folkbench.compose.masks import Floats
from folkbench.encoding import Token
from folkbench.errors import FolkbenchError

_UP = 0.12
"""Nats a diatonic step that higher and lower lean."""

_PLAIN = 0.7
"""Nats an octave of length that simpler leans: twice as long, so much likelier."""


class Steer(NamedTuple):
    """What the new bars should be like.

    like: a figure that each has, from one of its eighths on. rhythm_of: bars whose rhythm they have, one after the
    other and from the first again. keep_rhythm: each the rhythm of what stood there. higher, lower: their notes lie
    a step or more away on average. simpler: fewer notes in all, and in no bar more.
    """

    like: str = ""
    rhythm_of: str = ""
    keep_rhythm: bool = False
    higher: bool = False
    lower: bool = False
    simpler: bool = False

    def checked(self) -> Steer:
        """Itself. Raises FolkbenchError for wishes that can't be met together."""
        rhythm = "--rhythm-of" if self.rhythm_of else "--keep-rhythm" if self.keep_rhythm else ""
        for one, other in (
            ("--higher" * self.higher, "--lower" * self.lower),
            ("--rhythm-of" if self.rhythm_of else "", "--keep-rhythm" * self.keep_rhythm),
            (rhythm, "--simpler" * (self.simpler and self.keep_rhythm)),
            (rhythm, "--like" if self.like else ""),
        ):
            if one and other:
                raise FolkbenchError(f"{one} and {other} can't both be had", "give one of them")
        return self


Bars = Sequence[Sequence[Token]]


def lean(steer: Steer, tokens: Sequence[Token]) -> Floats:
    """What is added to the logits in the new bars, float32 `(vocabulary,)`."""
    up = _UP * (steer.higher - steer.lower)
    row = [
        up * token.step
        if token.kind == "pitch"
        else _PLAIN * steer.simpler * math.log2(token.num / token.den)
        if token.kind == "length"
        else -_PLAIN * steer.simpler * (token.kind in ("tuplet", "broken"))
        for token in tokens
    ]
    return np.array(row, np.float32)


def follows(steer: Steer, old: Bars, new: Bars) -> bool:
    """Whether new bars are higher, lower, simpler than the old ones, as it was asked; bars are words."""
    before, after = (
        np.array([word.step for bar in bars for word in bar if word.kind == "pitch"]) for bars in (old, new)
    )
    if steer.simpler:
        counts = [[sum(word.kind == "pitch" for word in bar) for bar in bars] for bars in (old, new)]
        if len(after) >= len(before) or any(m > n for n, m in zip(*counts, strict=True)):
            return False
    if not (steer.higher or steer.lower) or not len(before):
        return True
    rise = float(after.mean() - before.mean()) if len(after) else 0.0
    return rise >= 1 if steer.higher else rise <= -1


def rhythm(tokens: Sequence[Token], bar: Sequence[int]) -> tuple[int, ...]:
    """A bar as a pattern: any pitch may stand where one stood. Ties behind chords are left out: no grammar has them."""
    found: list[int] = []
    chord = False
    for number in bar:
        kind = tokens[number].kind
        if kind == "tie" and chord:
            continue
        chord = kind == "close" or (chord and kind == "length")
        found.append(number)
    return tuple(found)
