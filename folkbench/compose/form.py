"""What shape a tune is asked to have: its parts and their bars, pickup, endings, and where its title stands."""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

from folkbench.errors import FolkbenchError

LONGEST_PART = 32
"""Bars; a part asked to be longer is refused."""

MOST_PARTS = 12
"""Those that come back are counted."""

_LIKE = "write it like AABB, AB or ABAC"


class Part(NamedTuple):
    """One part: so many bars (endings counted once, the pickup not), played once or twice.

    again: which part (from 0) comes back here, note for note; -1 for a new one. plain: it has no endings, as it is
    played twice in one place and once in another.
    """

    letter: str
    bars: int
    repeated: bool
    again: int = -1
    plain: bool = False


Coda = tuple[tuple[int, str], ...]
"""The music that a tune must end with, as its bars and the lines behind them: ticks, and the line's text."""


class Form(NamedTuple):
    """A request. With no parts the network chooses; None is "as it likes" everywhere."""

    parts: tuple[Part, ...] = ()
    pickup: bool | None = None
    endings: bool | None = None  # a first and second ending in every repeated part
    title: str | None = None  # "before" the music, "behind" it, or "none"
    coda: Coda = ()

    @property
    def returns(self) -> bool:
        """Whether a part comes back."""
        return any(part.again >= 0 for part in self.parts)


FREE = Form()


def parse_form(letters: str, bars: int = 8, pickup: bool | None = None, endings: bool | None = None) -> Form:
    """The form written as players write it: "AABB" is two repeated parts, "AB" two played once, ABAC a part that
    comes back, written out again note for note.

    Raises FolkbenchError for what is no form: another character, a letter before its turn, a part three times in a
    row, endings where nothing is repeated or in a part that comes back otherwise.
    """
    if not 2 <= bars <= LONGEST_PART:
        raise FolkbenchError(f"{bars} bars a part can't be made", f"ask for 2 to {LONGEST_PART}")
    letters = letters.strip().upper()
    if not letters:
        raise FolkbenchError("the form is empty", _LIKE)
    parts: list[Part] = []
    first: dict[str, int] = {}
    for letter, run in groupby(letters):
        times = len(list(run))
        if letter != chr(ord("A") + len(first)) and letter not in first:
            raise FolkbenchError(f"{letters} is no form: {letter} doesn't follow", _LIKE)
        if times > 2:
            raise FolkbenchError(f"the form {letters} plays {letter} three times", "a part is played once or twice")
        parts.append(Part(letter, bars, times == 2, first.get(letter, -1)))
        first.setdefault(letter, len(parts) - 1)
    if len(parts) > MOST_PARTS:
        raise FolkbenchError(f"the form {letters} has {len(parts)} parts", f"{MOST_PARTS} are the most")
    if endings and not any(part.repeated for part in parts):
        raise FolkbenchError(f"endings need a repeated part, and {letters} has none", "write it like AABB")
    ways = {(part.letter, part.repeated) for part in parts}
    uneven = {letter for letter, repeated in ways if (letter, not repeated) in ways}
    if endings and uneven:
        raise FolkbenchError(
            f"{letters} plays {min(uneven)} twice and then once, which endings don't allow", "leave --endings away"
        )
    return Form(tuple(part._replace(plain=part.letter in uneven) for part in parts), pickup, endings)


def form_words(form: Form) -> list[str]:
    """The form as the words of a command line, `--form AABB --bars 8`; [] for none."""
    words = []
    if form.parts:
        letters = "".join(part.letter * (1 + part.repeated) for part in form.parts)
        words += ["--form", letters, "--bars", str(form.parts[0].bars)]
    for asked, yes, no in ((form.pickup, "--pickup", "--no-pickup"), (form.endings, "--endings", "--no-endings")):
        words += [] if asked is None else [yes if asked else no]
    return words
