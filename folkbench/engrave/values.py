"""Note values: how a duration in ticks is drawn.

A duration that one note can't show becomes several, tied; one that no notes can show (an unfinished tuplet, a
length of 5/7) is drawn as the nearest note and lasts what it lasts.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from folkbench.notation.tune import Chord, Event, Note, Rest, Tuplet

QUARTER = Fraction(1, 4)
_MOST_TIED = 4


def _single() -> dict[Fraction, str]:
    names = {Fraction(2): "\\breve"} | {Fraction(1, 2**k): str(2**k) for k in range(8)}
    dotted = {
        value * (2 - Fraction(1, 2**dots)): name + "." * dots for value, name in names.items() for dots in range(4)
    }
    return dict(sorted(dotted.items(), reverse=True))


SINGLE = _single()
"""Length in whole notes -> LilyPond's name, for every length that one note with up to three dots can show."""

_PLAIN = tuple(value for value, name in SINGLE.items() if name.count(".") < 2)
_BY_BEAT = (Fraction(3), Fraction(3, 2), Fraction(3, 4), Fraction(3, 8), *_PLAIN)  # dotted beats first


@lru_cache(maxsize=4096)
def durations(value: Fraction, compound: bool = False) -> tuple[str, ...]:
    """The notes, to be tied, that show `value` whole notes; in a compound meter they break at the dotted beat."""
    if value in SINGLE:
        return (SINGLE[value],)
    pieces: list[str] = []
    rest = value
    for piece in _BY_BEAT if compound else _PLAIN:
        while piece <= rest and len(pieces) < _MOST_TIED:
            pieces.append(SINGLE[piece])
            rest -= piece
    if not rest:
        return tuple(pieces)
    near = next((piece for piece in SINGLE if piece <= value and "." not in SINGLE[piece]), Fraction(1, 128))
    return (f"{SINGLE[near]}*{value / near}",)


def skip(ticks: int, whole: int) -> str:
    """A duration of any length, for what isn't drawn as a note: `1*7/8`."""
    return f"1*{Fraction(ticks, whole)}"


def written(events: Sequence[Event], whole: int) -> list[Fraction]:
    """For every event the value, in whole notes, that is drawn: its ticks, taken out of its tuplet. 0 for the rest."""
    values: list[Fraction] = []
    left, p, q = 0, 1, 1
    for event in events:
        if isinstance(event, Tuplet):
            left, p, q = event.r, event.p, event.q
        if isinstance(event, Note | Chord | Rest):
            value = Fraction(event.ticks, whole)
            if left and not (isinstance(event, Rest) and event.bars):
                value, left = value * p / q, left - 1
            values.append(value)
        else:
            values.append(Fraction(0))
    return values
