"""Bar lines: where in the tune a bar stands, which lines may end it, and where they lead.

A part is [pickup] bars, ended by `:|`, by `||`, by the `|:` of the next part, or by the tune's end; where it is
repeated it may have two endings, `|1 ... :| |2 ...`, which begin at a bar line or within a bar. Inside `|: ... :|`
a double bar is only a mark for the eye.

A tune that must end with given music (`Form.coda`) is led there: no line is allowed from which that music can't
become the tune's end, and `begins` says where in a bar it begins. A *hole* is a stretch of a bar between given notes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from folkbench.compose.form import Form, Part

LINES = ("|", "|:", ":|", "|1", "|2", "||")
"""The bar lines that the grammar knows how to place."""

FEWEST_BARS = 2
"""A part's, where no form is asked for."""

LONGEST_ENDING = 4
"""Bars; the network is made to close an ending then."""

NEITHER, FIRST, BETWEEN, SECOND = 0, 1, 2, 3
"""Which ending a bar stands in; BETWEEN: `:|` has closed the first and `|2` must come."""


class Place(NamedTuple):
    """Where in the tune a bar stands: all that its bar line needs to know. Lengths are in ticks."""

    form: Form
    meter: int  # of a whole bar
    grid: int  # pickups and split bars are so many of these
    compound: bool
    titled: bool = False  # a title stands before the music
    pickup: int = 0  # of this part
    part: int = 0  # parts done; counted where a form is asked for, else 0 or 1
    bar: int = 0  # this bar's number in its part, 0 if it may be a pickup; without a form never above FEWEST_BARS
    opened: bool = False  # `|:` stands before this part
    ending: int = NEITHER
    since: int = 0  # this bar's number in its ending
    split: int = 0  # how much of a bar stands before the endings
    may_end: bool = False  # the tune, where this bar would begin
    must_end: bool = False
    hurried: bool = False  # the tune is long enough
    closing: bool = False  # and was when this bar began
    hole: int = 0  # ticks from the bar line at which given music goes on; 0 where none is waiting
    then: str = ""  # its first token
    plain: bool = False  # up to there no accidental may stand, which would change what is given

    @property
    def offset(self) -> int:
        """How much of this bar stands before its opening line: 0 but in an ending that splits a bar."""
        return self.split if self.ending in (FIRST, SECOND) and self.since == 1 else 0


def lengths(place: Place) -> list[int]:
    """What a bar could last, from short to long."""
    return sorted({*range(place.grid, place.meter, place.grid), place.meter, place.meter - place.pickup})


@cache
def goals(place: Place) -> tuple[int, ...]:
    """How long this bar may be, from short to long; () where no bar may begin."""
    if place.hole:
        return (place.hole,)
    if place.must_end or place.ending == BETWEEN or unopened(place):
        return ()
    return tuple(ticks for ticks in lengths(place) if any(turn(place, ticks, line) for line in LINES))


@cache
def turn(place: Place, at: int, line: str) -> Place | None:
    """The place behind `line`, when its bar lasts `at` ticks; None if the line may not stand there."""
    after = None if place.hole else _turn(place, at, line)
    if after is None or not place.form.coda:
        return after
    return after if after in _leading(_first(place)) else None


@cache
def begins(place: Place) -> int | None:
    """At which tick of this bar the music that the tune must end with begins; None if it doesn't begin in it."""
    if not place.form.coda:
        return None
    (ticks, line), *rest = place.form.coda
    for length in (0, *lengths(place)):
        at = length - ticks
        fits = at % place.grid == 0 and (at >= place.offset or not length)
        if fits and _lands(_turn(place, length, line), rest):
            return at
    return None


def comes_back(place: Place) -> int:
    """Which part is to be played again where this bar begins; -1 for none."""
    asked = _asked(place)
    return asked.again if asked and not (place.bar or place.hole or place.must_end or unopened(place)) else -1


def ends_part(place: Place) -> bool:
    """Whether this bar is the last of a part, or of an ending, whose length was asked for."""
    return bool(place.form.parts) and not (place.hole or place.must_end) and _may_close(place)


def unopened(place: Place) -> bool:
    """Whether `|:` must come first; players leave it out only at a tune's beginning."""
    asked = _asked(place)
    return asked is not None and asked.repeated and place.part > 0 and place.bar == 0 and not place.opened


@cache
def coda_places(first: Place) -> tuple[tuple[Place, int], ...]:
    """Where the music that a tune must end with may begin, if the tune begins at `first`: places and ticks."""
    found = [(place, begins(place)) for place in _leading(first)]
    return tuple((place, at) for place, at in found if at is not None)


def _lands(place: Place | None, coda: Sequence[tuple[int, str]]) -> bool:
    for ticks, line in coda:
        if place is None:
            return False
        place = _turn(place, ticks and place.offset + ticks, line)
    return place is not None and place.must_end


def _first(place: Place) -> Place:
    return Place(place.form, place.meter, place.grid, place.compound, place.titled)


@cache
def _leading(first: Place) -> frozenset[Place]:
    """All places, from the first on, from which the given end can be reached."""
    before: dict[Place, list[Place]] = {first: []}
    waiting = [first]
    while waiting:
        place = waiting.pop()
        usual = {0, place.meter, place.meter - place.pickup}
        for length in usual if place.bar else (0, *lengths(place)):
            for line in LINES:
                after = _turn(place, length, line)
                if after is not None:
                    if after not in before:
                        before[after] = []
                        waiting.append(after)
                    before[after].append(place)
    waiting = [place for place in before if begins(place) is not None]
    found = set(waiting)
    while waiting:
        fresh = set(before[waiting.pop()]) - found
        found |= fresh
        waiting += fresh
    return frozenset(found)


@cache
def _turn(place: Place, at: int, line: str) -> Place | None:
    if at == 0:
        return _line_on_line(place, line)
    if place.must_end or place.ending == BETWEEN or unopened(place) or not place.offset < at <= place.meter:
        return None
    if line == "|" and place.bar == 0 and at < place.meter:
        return _behind_pickup(place, at)
    if place.bar == 0 and place.form.pickup and place.pickup == 0:
        return None
    if line == "|1":
        return _into_first(place, at)
    if line == "|" and at == place.meter and not _must_close(place):
        return _next_bar(place)
    if line == "||" and place.opened and place.ending == NEITHER:
        # behind it `check` no longer sees the part's pickup, which a second ending has to make up
        mark = at == place.meter and not (place.form.parts or place.pickup or _must_close(place))
        return _next_bar(place) if mark else None
    if line == "|2" or at != place.meter - place.pickup or not _may_close(place):
        return None
    return _behind_part(place, line)


def _asked(place: Place) -> Part | None:
    parts = place.form.parts
    return parts[place.part] if place.part < len(parts) else None


def _may_close(place: Place) -> bool:
    asked = _asked(place)
    return max(place.bar, 1) == asked.bars if asked else place.bar >= FEWEST_BARS


def _must_close(place: Place) -> bool:
    if place.form.parts:
        return _may_close(place)
    return _may_close(place) and (place.closing or place.since >= LONGEST_ENDING)


def _once(place: Place) -> bool:
    """Whether what stands here is played once: a part without a repeat, or a second ending."""
    asked = _asked(place)
    return place.ending == SECOND or (
        place.ending == NEITHER and not place.opened and not (asked is not None and asked.repeated)
    )


def _line_on_line(place: Place, line: str) -> Place | None:
    if line == "|2" and place.ending == BETWEEN:
        return place._replace(ending=SECOND, since=1)
    asked = _asked(place)
    if line != "|:" or place.bar or place.opened or place.must_end or (asked is not None and not asked.repeated):
        return None
    return place._replace(opened=True, may_end=False)


def _behind_pickup(place: Place, at: int) -> Place | None:
    if place.form.pickup is False or at % place.grid or 2 * at > place.meter:
        return None
    return place._replace(pickup=at, bar=1, may_end=False, closing=place.hurried)


def _next_bar(place: Place) -> Place | None:
    asked = _asked(place)
    number = max(place.bar, 1)
    endings_due = asked is not None and asked.repeated and place.form.endings and place.ending == NEITHER
    if asked is not None and endings_due and number == asked.bars - 1:
        return None  # they must begin here
    return place._replace(
        bar=number + 1 if asked is not None else min(number + 1, FEWEST_BARS),
        since=place.since + (place.ending != NEITHER),
        may_end=not place.form.parts and _may_close(place) and _once(place) and place.pickup == 0,
        closing=place.hurried,
    )


def _into_first(place: Place, at: int) -> Place | None:
    """A first ending begins: behind a whole bar, or within one where nobody asked for endings or for a tune's end."""
    asked = _asked(place)
    number = max(place.bar, 1)
    splits = at < place.meter
    if asked is not None and asked.plain:
        return None
    if place.ending != NEITHER or place.form.endings is False or place.bar == 0:
        return None
    if splits and asked is not None and (place.form.coda or place.pickup):
        return None  # counted with a pickup its two halves would be no whole bar
    if splits and (place.form.endings or at % place.grid or at >= place.meter - place.pickup):
        return None
    if asked is None and (place.closing or place.bar < FEWEST_BARS):
        return None
    if asked is not None and not (asked.repeated and asked.bars - 2 <= number <= asked.bars - (not splits)):
        return None
    number += not splits
    return place._replace(
        bar=number if asked is not None else FEWEST_BARS,
        ending=FIRST,
        since=1,
        split=at if splits else 0,
        may_end=False,
        closing=place.hurried,
    )


def _behind_part(place: Place, line: str) -> Place | None:
    """A part, or its first ending, ends with `line`."""
    asked = _asked(place)
    if line == ":|":
        if place.ending == FIRST:
            bar = place.bar - place.since + 1 if asked is not None else place.bar
            return place._replace(bar=bar, ending=BETWEEN, since=0, may_end=False, closing=place.hurried)
        if asked is not None and (not asked.repeated or (place.form.endings and place.ending == NEITHER)):
            return None
    elif not _once(place):
        return None
    free = not place.form.parts
    part = 1 if free else place.part + 1
    over = place.hurried or line == "|" if free else part == len(place.form.parts)
    if over and line in ("|:", "||"):
        return None  # another part would have to follow
    if not free and not over and line != ":|" and place.form.parts[part].repeated != (line == "|:"):
        return None
    return Place(
        form=place.form,
        meter=place.meter,
        grid=place.grid,
        compound=place.compound,
        titled=place.titled,
        part=part,
        opened=line == "|:",
        may_end=over or (free and line == ":|"),
        must_end=over,
        hurried=place.hurried,
        closing=place.hurried,
    )
