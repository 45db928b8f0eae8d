"""Where a tune can stand: before the music, in it, behind it. The values that the grammar steps through."""

from __future__ import annotations

from typing import NamedTuple

from folkbench.compose.form import Form
from folkbench.compose.lines import Place

EIGHTH = 5040
"""Ticks in an eighth note: 7!, so that 64ths, dots and tuplets up to 9 are exact."""

LONGEST_TITLE = 80
"""Letters; hardly a human title has as many."""

NO_TIE, TIE, TIE_INSIDE = 0, 1, 2
"""A tie that waits for its note; INSIDE: it can't reach over the bar line, where an accidental ends."""


class Head(NamedTuple):
    """Before the music: `<s> [T: letters] [R:] M: K:`. `last` is the kind of the token before."""

    form: Form
    last: str = "start"
    letters: int = 0
    space: bool = False
    meter: tuple[int, int] = (0, 0)


class Tail(NamedTuple):
    """Behind the music: the title, letter by letter, if it doesn't stand before."""

    letters: int = 0
    space: bool = False


class Over(NamedTuple):
    """`</s>` has come."""


class State(NamedTuple):
    """Where in the bar the music stands. `scale` num/den is what tuplet and broken rhythm make of `note`."""

    place: Place
    at: int = 0  # ticks from the bar line to the beginning of `note`, or to where the next note begins
    note: int = 0  # ticks as written of the last note, chord or rest; 0 if it can no longer change
    sized: bool = False  # its length has come
    single: bool = False  # it is one note, which can be tied
    marked: bool = False  # and carries an accidental
    scale: tuple[int, int] = (1, 1)
    tuplet: tuple[int, int] = (1, 1)  # (q, p): p notes in the time of q
    left: int = 0  # notes that the tuplet still wants
    after: tuple[int, int] = (1, 1)  # what the broken rhythm before makes of the next note
    chord: int = 0  # 1 + the notes in the chord that is open
    tie: int = NO_TIE
    altered: bool = False  # an accidental stands in this bar

    @property
    def end(self) -> int:
        """Ticks from the bar line to the end of `note`."""
        return self.at + self.note * self.scale[0] // self.scale[1]

    @property
    def fresh(self) -> bool:
        """Whether the bar has nothing in it yet."""
        return self._replace(tie=NO_TIE) == State(self.place, at=self.place.offset)

    @property
    def open(self) -> bool:
        """Whether a chord, a tuplet or a broken rhythm waits for its end."""
        return bool(self.chord or self.left) or self.after != (1, 1)


AnyState = Head | State | Tail | Over
