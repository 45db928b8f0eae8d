"""A part written out, so that what was one text twice can differ: a second time round, or a second ending.

What comes out is the text of a tune in which bars stand twice, and which of them are to be made anew. What stood there
stays to the byte but for the bar lines that change.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from folkbench.check import check
from folkbench.check.kinds import ERROR
from folkbench.compose.drawing import dice
from folkbench.compose.phrasing import held
from folkbench.encoding import encode
from folkbench.errors import FolkbenchError
from folkbench.notation import Part, Tune, form, named_bars, read, write_bar
from folkbench.notation.tune import Change, Event, Mark

_USE = 3
"""The use of a seed's random numbers that draws which bars a variation varies."""

_VARIED = 3 / 8  # of a part's bars, where nobody said which
_ENDING = re.compile(r"([ \t]*\n?[ \t]*)\[?(\d)[ \t]*")


class WrittenOut(NamedTuple):
    """A tune with a part written out. bars: which of its bars are to be made anew; words: what was done."""

    tune: Tune
    bars: tuple[int, ...]
    words: str


def vary(tune: Tune, letter: str, bars: str, seed: int) -> WrittenOut:
    """A repeated part written out a second time, with some of its bars to be varied.

    `bars` are the bars of the part, as in "3,7"; without, the seed draws some that are neither its first nor its last,
    nor tied to others.

    Raises FolkbenchError for a part that isn't there, or is played once, and for a tune that tokens can't say.
    """
    encode(tune)
    parts = form(tune)
    nth = next((nth for nth, part in enumerate(parts) if part.name == letter), -1)
    if nth < 0:
        there = ", ".join(part.name for part in parts)
        raise FolkbenchError(f"this tune has no part {letter}", f"it has {there}" if there else "it has no bars")
    part = parts[nth]
    first, last = part.places[0].nth, part.places[-1].nth
    if not part.repeated:
        raise FolkbenchError(f"part {letter} is played once, so there is no second time to vary", "name another part")
    endings = [place for place in part.places if place.ending]
    if endings and {place.ending for place in endings} != {1, 2}:
        raise FolkbenchError(f"part {letter} has other endings than a first and a second", "name another part")
    source = tune.source
    begin = next((event.at for event in tune.bars[first].events if not _is_line(event)), tune.bars[first].open.end)
    again = _again(parts, nth)
    edits = _opened(tune, first, begin)
    if endings:
        one, two = (next(place for place in endings if place.ending == number) for number in (1, 2))
        edits += [
            (*_sign(tune, one.nth), " " if _splits(part, one.nth) else "|"),
            (*_sign(tune, two.nth), f"||\n{_copy(tune, first, one.nth)}{' ' if _splits(part, one.nth) else '|'}"),
        ]
    else:
        close = tune.bars[last].close
        copied = source[begin : close.at].rstrip()
        edits.append((close.at, close.end, f"||\n{copied} {_closing(tune, last, again)}"))
    written = _read_again(tune, edits, f"part {letter} can't be written out twice")
    places = form(written)[nth + 1].places
    wanted = {place.bar for place in part.places if place.nth in named_bars(tune, bars)} if bars else set()
    chosen = [place.nth for place in places if place.bar in wanted]
    if bars and not chosen:
        raise FolkbenchError(f"{bars} names no bar of part {letter}", f"say which: {letter}3,{letter}7")
    if not bars:
        inner = [place.nth for place in places if 1 < place.bar < max(each.bar for each in places)]
        all_bars = written.bars
        loose = [n for n in inner if not (held(all_bars[n - 1], all_bars[n]) or held(all_bars[n], all_bars[n + 1]))]
        inner = loose or inner or [places[-1].nth]
        chosen = sorted(dice(seed, 1, _USE).permutation(inner)[: max(1, round(_VARIED * len(inner)))].tolist())
    again_as = form(written)[nth + 1].name
    return WrittenOut(written, tuple(chosen), f"the second time of part {letter} is written out as part {again_as}")


def second_ending(tune: Tune, bars: str) -> WrittenOut:
    """First and second endings for repeated parts that have none; the second is to be made anew.

    Of `bars`, those that end a part become its first ending; where none does, its last bar. Others of them are to be
    made anew as well. Without `bars` the first repeated part without endings gets one. Raises FolkbenchError where a
    part is played once or has endings.
    """
    encode(tune)
    parts = form(tune)
    named = frozenset(named_bars(tune, bars)) if bars else frozenset()
    chosen = [part for part in parts if named & {place.nth for place in part.places}]
    if not bars:
        chosen = [part for part in parts if part.repeated and not any(place.ending for place in part.places)][:1]
        if not chosen:
            raise FolkbenchError("no repeated part of this tune is without endings", "folkbench show shows them")
    edits: list[tuple[int, int, str]] = []
    anew: list[tuple[str, int]] = []
    for part in chosen:
        nths = [place.nth for place in part.places]
        if not part.repeated or any(place.ending for place in part.places):
            why = "has endings" if part.repeated else "is played once"
            raise FolkbenchError(f"part {part.name} {why}", "name bars of a repeated part that has none")
        length = max(1, next((n for n, nth in enumerate(reversed(nths)) if nth not in named), len(nths)))
        if length >= len(nths) - part.pickup:
            raise FolkbenchError(f"part {part.name} would be all ending", "name its last bars: --bars A7-8")
        first, last = nths[-length], nths[-1]
        anew += [(part.name, place.bar) for place in part.places if place.nth in named and place.nth < first]
        anew += [(f"{part.name} 2", place.bar) for place in part.places if place.nth >= first]
        edits.append(_first_sign(tune, first))
        close = tune.bars[last].close
        again = _again(parts, parts.index(part))
        edits.append((close.at, close.end, f":|2 {_copy(tune, first, last + 1)} {_closing(tune, last, again)}"))
    written = _read_again(tune, edits, "these endings can't be written out")
    found = [
        place.nth
        for part in form(written)
        for place in part.places
        if (f"{part.name} 2" if place.ending == 2 else part.name, place.bar) in anew
    ]
    names = " and ".join(part.name for part in chosen)
    which = f"parts {names} have" if len(chosen) > 1 else f"part {names} has"
    return WrittenOut(written, tuple(found), f"{which} a first and a second ending now")


def _again(parts: Sequence[Part], nth: int) -> bool:
    """Whether the part behind is repeated."""
    return nth + 1 < len(parts) and parts[nth + 1].repeated


def _is_line(event: Event) -> bool:
    """A line break, or a field on a line of its own."""
    return (isinstance(event, Mark) and event.kind == "break") or (isinstance(event, Change) and not event.inline)


def _opened(tune: Tune, first: int, begin: int) -> list[tuple[int, int, str]]:
    """What takes the `|:` away before a part whose music begins at `begin`."""
    line = tune.bars[first].open
    if not line.begins:
        return []
    before, colon, _ = tune.source[line.at : line.end].rpartition("|:")
    text = (before or ("||" if first else "")) if colon else ":|"
    return [(line.at, begin if text[-1:] in ("", "\n") else line.end, text)]


def _closing(tune: Tune, last: int, again: bool) -> str:
    """The line behind a part whose repeat has been written out; `again`: the part behind is repeated."""
    line = tune.bars[last].close
    if last + 1 >= len(tune.bars):
        return "|]"
    text = tune.source[line.at : line.end]
    newline = text.find("\n")
    if newline >= 0:
        return "||" + text[newline:]
    return "|:" if line.begins or again else "||"


def _sign(tune: Tune, nth: int) -> tuple[int, int]:
    """From where to where the line and the number of the ending stand that bar `nth` begins."""
    line = tune.bars[nth].open
    number = _ENDING.match(tune.source, line.end)
    if not number:
        raise FolkbenchError("the endings of this part can't be taken apart", "write them as |1 ... :|2 ... |")
    return line.at, number.end()


def _first_sign(tune: Tune, first: int) -> tuple[int, int, str]:
    """What makes bar `first` begin a first ending: `|1`, or `[1` where the bar begins a line."""
    line = tune.bars[first].open
    begin = next(event.at for event in tune.bars[first].events if not _is_line(event))
    if "\n" in tune.source[line.end : begin] or line.style != "single":
        return begin, begin, "[1 "
    return line.at, line.end, "|1"


def _splits(part: Part, nth: int) -> bool:
    """Whether the ending that begins with this bar begins within a bar."""
    numbers = {place.nth: place.bar for place in part.places}
    return numbers.get(nth - 1) == numbers[nth]


def _copy(tune: Tune, first: int, last: int) -> str:
    """The music of the bars from `first` to before `last`, on one line."""
    bars = [tuple(event for event in bar.events if not _is_line(event)) for bar in tune.bars[first:last]]
    text = tune.source[bars[0][0].at : bars[-1][-1].end]
    if "\n" not in text:
        return text
    whole = zip(tune.bars[first:last], bars, strict=True)
    return " | ".join(write_bar(bar._replace(events=events)) for bar, events in whole)


def _read_again(tune: Tune, edits: Sequence[tuple[int, int, str]], what: str) -> Tune:
    """The tune with its text edited. Raises FolkbenchError where `check` finds an error that wasn't there."""
    text = tune.source
    for begin, end, new in sorted(edits, reverse=True):
        text = text[:begin] + new + text[end:]
    written = read(text, line=tune.line, index=tune.index, defaults=tune.defaults)
    before, after = (
        Counter(problem.code for problem in check(one, strict=True) if problem.severity == ERROR)
        for one in (tune, written)
    )
    new_ones = set(after) - set(before)
    if new_ones:
        raise FolkbenchError(f"{what}: its bars would no longer count ({min(new_ones)})", "folkbench check says why")
    return written
