"""What shape a tune is asked to have: its parts and their bars, pickup, endings, and where its title stands."""

from __future__ import annotations

from typing import NamedTuple

from folkbench.errors import FolkbenchError

LONGEST_PART = 32
"""Bars; a part asked to be longer is refused."""


class Part(NamedTuple):
    """One part: so many bars (endings counted once, the pickup not), played once or twice."""

    letter: str
    bars: int
    repeated: bool


class Form(NamedTuple):
    """A request. With no parts the network chooses; None is "as it likes" everywhere."""

    parts: tuple[Part, ...] = ()
    pickup: bool | None = None
    endings: bool | None = None  # a first and second ending in every repeated part
    title: str | None = None  # "before" the music, "behind" it, or "none"


FREE = Form()


def parse_form(letters: str, bars: int = 8, pickup: bool | None = None, endings: bool | None = None) -> Form:
    """The form written as players write it: "AABB" is two repeated parts, "AB" two played once.

    Raises FolkbenchError for what is no form: another character, a letter before its turn, a part three times in a
    row, a part that comes back later (written out it is a part of its own), endings where nothing is repeated.
    """
    if not 2 <= bars <= LONGEST_PART:
        raise FolkbenchError(f"{bars} bars a part can't be made", f"ask for 2 to {LONGEST_PART}")
    parts: list[Part] = []
    for letter in letters.strip().upper():
        if parts and parts[-1].letter == letter:
            if parts[-1].repeated:
                raise FolkbenchError(f"the form {letters} plays {letter} three times", "a part is played once or twice")
            parts[-1] = parts[-1]._replace(repeated=True)
        elif letter == chr(ord("A") + len(parts)):
            parts.append(Part(letter, bars, False))
        elif letter in (part.letter for part in parts):
            raise FolkbenchError(f"the form {letters} brings {letter} back later", "ask for AB, AABB or AABBCC")
        else:
            raise FolkbenchError(f"{letters} is no form: {letter} doesn't follow", "write it like AABB, AB or AABBCC")
    if not parts:
        raise FolkbenchError("the form is empty", "write it like AABB, AB or AABBCC")
    if endings and not any(part.repeated for part in parts):
        raise FolkbenchError(f"endings need a repeated part, and {letters} has none", "write it like AABB")
    return Form(tuple(parts), pickup, endings)


def form_words(form: Form) -> list[str]:
    """The form as the words of a command line, `--form AABB --bars 8`; [] for none."""
    words = []
    if form.parts:
        letters = "".join(part.letter * (1 + part.repeated) for part in form.parts)
        words += ["--form", letters, "--bars", str(form.parts[0].bars)]
    for asked, yes, no in ((form.pickup, "--pickup", "--no-pickup"), (form.endings, "--endings", "--no-endings")):
        words += [] if asked is None else [yes if asked else no]
    return words
