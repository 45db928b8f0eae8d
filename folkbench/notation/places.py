"""Bars as a player names them: `5`, `A5`, `5-8`, `A7-B2`, `B`, `A8.2`, `A1-4,B7`."""

from __future__ import annotations

import re

from folkbench.errors import FolkbenchError
from folkbench.notation.form import Place, form
from folkbench.notation.tune import Tune

_NAMED = re.compile(r"([A-Z]*)(\d*)(?:\.(\d+))?$")


def named_bars(tune: Tune, text: str) -> tuple[int, ...]:
    """Indices of the bars that `text` names, in the order in which they are written, each once.

    A bare number is of part A, or of the part that the range began in; a letter alone is the whole part, its
    pickup included; bar 8 is both of its endings. Raises FolkbenchError for what can't be read or isn't there.
    """
    places = [place for part in form(tune) for place in part.places]
    chosen: set[int] = set()
    for piece in text.replace(" ", "").upper().split(","):
        first, dash, last = piece.partition("-")
        begin = _meant(places, first, "A", text)
        end = _meant(places, last, begin[0].part, text) if dash else begin
        if end[-1].nth < begin[0].nth:
            raise FolkbenchError(f"{piece} runs backwards", "name the earlier bar first: A7-B2")
        chosen.update(range(begin[0].nth, end[-1].nth + 1) if dash else [place.nth for place in begin])
    return tuple(sorted(chosen))


def _meant(places: list[Place], name: str, part: str, text: str) -> list[Place]:
    match = _NAMED.match(name)
    if not match or not name:
        raise FolkbenchError(f"{text} names no bars", "say 5, 5-8, B, A7-B2 or A8.2")
    letters, number, ending = match.groups()
    part = letters or part
    found = [
        place
        for place in places
        if place.part == part
        and (not number or place.bar == int(number))
        and (not ending or place.ending == int(ending))
    ]
    if not found:
        parts = {place.part: 0 for place in places}
        for place in places:
            parts[place.part] = max(parts[place.part], place.bar)
        there = ", ".join(f"{letter}1-{letter}{bars}" for letter, bars in parts.items()) or "no bars at all"
        raise FolkbenchError(f"this tune has no bar {part if not number else part + number}", f"it has {there}")
    return found
