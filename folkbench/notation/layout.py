"""A tune laid out as players write it: eighths beamed by the beat, four bars a line, a final bar line.

Only the look changes: where white space stands, where lines break, and the last bar line. Within a group there is no
space; quarter notes and longer, rests and tuplets stand apart, but in 6/8, 9/8 and 12/8 a quarter stays with its
eighth (`A2B c2d`). The result is a changed tune without `source` and remarks until it is written and read again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import NamedTuple

from folkbench.notation.form import Part, Place, form
from folkbench.notation.tune import Bar, BarLine, Broken, Change, Chord, Event, Mark, Meter, Note, Rest, Tune, Tuplet

BARS_A_LINE = 4


def layout(tune: Tune) -> Tune:
    """The tune with a player's beams and lines. Lines that have words (w:) under them stay as they are."""
    voices = []
    for number, voice in enumerate(tune.voices):
        parts = form(tune, number)
        offsets = _offsets(voice.bars, parts, tune.whole)
        bars = [_beamed(bar, offset, tune.whole) for bar, offset in zip(voice.bars, offsets, strict=True)]
        if not any(isinstance(e, Change) and e.name in ("w", "s") for bar in bars for e in bar.events):
            first = _line_beginnings(parts)
            bars = [_lined(bar, index in first) for index, bar in enumerate(bars)]
        if bars:
            bars[-1] = bars[-1]._replace(close=_final(bars[-1].close))
        voices.append(voice._replace(bars=tuple(bars)))
    return replace(tune, voices=tuple(voices), source="", remarks=())


class _Item(NamedTuple):
    """A note, chord or rest in its bar."""

    place: int  # among the bar's events
    start: int  # ticks from the beginning of the full bar
    ticks: int
    group: int  # the number of the beam group in which it begins
    tuplet: int  # which tuplet of the bar it belongs to, 0 for none
    rest: bool
    paired: bool  # a broken rhythm ties it to the next


@lru_cache(64)
def groups(meter: Meter, whole: int) -> tuple[int, ...]:
    """Where the beams of a full bar begin, in ticks, and where it ends: half bars in 4/4, beats in 6/8 and 3/4.

    Meters such as 5/8 and 7/8 go by threes, then twos, unless M: says how (`2+2+3/8`).
    """
    unit = whole // meter.unit if meter.unit else whole
    beats = meter.beats
    if "+" in meter.text:
        lengths = [int(n) for n in meter.text.split("/")[0].strip("( )").split("+")]
    elif meter.compound or (meter.unit >= 8 and beats == 3):
        lengths = [3] * (beats // 3)
    elif meter.unit >= 8 and beats % 2:
        lengths = [3, *[2] * ((beats - 3) // 2)] if beats > 3 else [beats]
    elif (beats, meter.unit) in ((4, 4), (2, 2), (3, 2), (4, 2)):
        lengths = [whole // 2 // unit] * (beats * unit * 2 // whole)
    else:
        lengths = [max(1, whole // 4 // unit)] * max(1, beats * unit * 4 // whole)
    return (0, *accumulate(length * unit for length in lengths))


def _beamed(bar: Bar, offset: int, whole: int) -> Bar:
    if not bar.meter.beats:
        return bar  # free meter: the beams are the writer's own
    layers = [_beamed_layer(layer, bar.meter, offset, whole) for layer in (bar.events, *bar.overlays)]
    return bar._replace(events=layers[0], overlays=tuple(layers[1:]))


def _beamed_layer(events: tuple[Event, ...], meter: Meter, offset: int, whole: int) -> tuple[Event, ...]:
    items = _items(events, offset, groups(meter, whole))
    fine = _fine_groups(items, whole)
    beamed = list(events)
    for number, item in enumerate(items, 1):
        event = events[item.place]
        assert isinstance(event, Note | Chord | Rest)
        gap = number == len(items) or _parted(item, items[number], meter.compound, whole, fine)
        if gap != event.gap:
            beamed[item.place] = event._replace(gap=gap)
    return tuple(beamed)


def _items(events: Iterable[Event], offset: int, begins: tuple[int, ...]) -> list[_Item]:
    items: list[_Item] = []
    start = offset
    tuplets = left = 0
    for place, event in enumerate(events):
        if isinstance(event, Note | Chord | Rest):
            around, within = divmod(start, begins[-1])  # a bar that is too long goes round again
            group = around * len(begins) + bisect_right(begins, within)
            tuplet = tuplets if left > 0 else 0
            items.append(_Item(place, start, event.ticks, group, tuplet, isinstance(event, Rest), False))
            start += event.ticks
            left -= 1
        elif isinstance(event, Tuplet):
            tuplets, left = tuplets + 1, event.r
        elif isinstance(event, Broken) and items:
            items[-1] = items[-1]._replace(paired=True)
    return items


def _parted(item: _Item, after: _Item, compound: bool, whole: int, fine: set[int]) -> bool:
    """Whether white space stands between two neighbours."""
    if item.paired or (item.tuplet and item.tuplet == after.tuplet):
        return False
    if item.rest or after.rest or item.group != after.group:
        return True
    if compound:
        return False
    if item.tuplet or after.tuplet or max(item.ticks, after.ticks) >= whole // 4:
        return True
    return item.group in fine and item.start * 4 // whole != after.start * 4 // whole


def _fine_groups(items: list[_Item], whole: int) -> set[int]:
    """The groups of half a bar that hold sixteenths, and so are beamed by the quarter."""
    paired = {b.place for a, b in pairwise(items) if a.paired}
    return {i.group for i in items if i.ticks * 8 < whole and not (i.tuplet or i.paired or i.place in paired)}


def _offsets(bars: tuple[Bar, ...], parts: tuple[Part, ...], whole: int) -> list[int]:
    """Ticks of the full bar that went before each bar began: a pickup comes late, so does the rest of a cut bar."""
    offsets = [0] * len(bars)
    for part in parts:
        before: Place | None = None
        for place in part.places:
            bar = bars[place.nth]
            full = bar.meter.ticks(whole)
            cut = before is not None and before.bar == place.bar and bars[before.nth].ticks + bar.ticks == full
            if 0 < bar.ticks < full and (place.bar == 0 or cut):
                offsets[place.nth] = full - bar.ticks
            before = place
    return offsets


def _line_beginnings(parts: tuple[Part, ...]) -> set[int]:
    """Indices of the bars that begin a new line: a part's first, then one in four.

    Pickups and the second halves of cut bars don't count. Short endings stay on one line, each long one begins its
    own, and a part's last bar isn't left alone.
    """
    beginnings: set[int] = set()
    for part in parts:
        endings = Counter(place.ending for place in part.places if place.ending)
        together = max(endings.values(), default=0) <= BARS_A_LINE // 2
        filled = 0
        before: Place | None = None
        for place in part.places:
            again = place.ending > 1
            turned = before is not None and place.ending != before.ending
            counts = before is None or place.bar != before.bar or (again and turned)
            counts = counts and place.bar > 0 and not (again and together)
            full = counts and filled >= BARS_A_LINE and place.bar < part.bars
            if before is None or full or (again and turned and not together):
                beginnings.add(place.nth)
                filled = 0
            filled += counts
            before = place
    return beginnings - {0}


def _lined(bar: Bar, begins: bool) -> Bar:
    events = tuple([e for e in bar.events if not (isinstance(e, Mark) and e.kind == "break")])
    if begins:
        events = (Mark(0, 0, "break", "\n"), *events)
    return bar._replace(events=events)


def _final(line: BarLine) -> BarLine:
    """The tune's last bar line: `:|` stays, all else becomes `|]`."""
    if line.ends:
        return line._replace(text=":" * line.ends + "|", begins=0)
    return line._replace(text="|]", style="final", begins=0)
