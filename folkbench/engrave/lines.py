"""Where lines of music end: where the ABC's lines do, and sooner where one of them is too long for the page."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

from folkbench.notation.tune import Bar, Chord, Event, Mark, Note, Rest, Tuplet

BARS = 4
"""Bars on a line where the ABC doesn't say."""

_BAR_LINE = 1.6  # what a bar line, and what stands about it, takes of a line, in notes
_SHORT = 0.6  # a line of less than this share of the longest looks empty when it is drawn out to the margin
_TIGHT = 1.25  # a line of the ABC may be this much fuller than one that we make


class Lines(NamedTuple):
    """Bar index -> indices of its events before which a new line begins (0: at the bar); is the last line short?"""

    breaks: dict[int, tuple[int, ...]]
    last_is_short: bool


class _Piece(NamedTuple):
    """A bar, or what stands of it on one line: from which event on, and how much room it takes."""

    bar: int
    event: int
    weight: float


def line_breaks(bars: Sequence[Bar], room: float) -> Lines:
    """Where the lines of a voice end. `room` is how many notes a line comfortably holds.

    A line of the ABC that holds many more (a whole tune may stand in one) is divided: at its repeat signs and double
    bars, then evenly, into lines of at most four bars. A single bar that is too long is divided between two groups of
    notes. A line that is much shorter than the others joins its neighbour, if there is room and they are of one part.
    """
    bangs = _breaks_at_bangs(bars)
    lines: list[list[_Piece]] = [[]]
    for index, bar in enumerate(bars):
        written = [at for at, event in enumerate(bar.events) if _is_break(event, bangs)]
        starts, after = _starts(bar, written, room)
        for event, weight in starts:
            if event or _begins_line(bar, written):
                lines.append([])
            lines[-1].append(_Piece(index, event, weight))
        if after:
            lines.append([])
    drawn = [
        part for line in _joined([line for line in lines if line], bars, room) for part in _divided(line, bars, room)
    ]
    breaks: dict[int, tuple[int, ...]] = {}
    for piece, *_ in drawn[1:]:
        breaks[piece.bar] = (*breaks.get(piece.bar, ()), piece.event)
    weights = [_weight(line) for line in drawn]
    return Lines(breaks, len(drawn) > 1 and weights[-1] < _SHORT * max(weights))


def _sounding(bar: Bar) -> list[int]:
    return [at for at, event in enumerate(bar.events) if isinstance(event, Note | Chord | Rest)]


def _is_break(event: Event, bangs: bool) -> bool:
    return isinstance(event, Mark) and event.kind == "break" and (event.text == "!" or not bangs)


def _breaks_at_bangs(bars: Sequence[Bar]) -> bool:
    """Whether a lone `!` ends the lines of this tune: one stands amid a line, so that line ends mean nothing."""
    after_bang = False
    for bar in bars:
        for event in bar.events:
            if isinstance(event, Mark) and event.kind == "break":
                after_bang = event.text == "!"
            elif after_bang and isinstance(event, Note | Chord | Rest):
                return True
    return False


def _begins_line(bar: Bar, breaks: Sequence[int]) -> bool:
    """Whether the ABC begins a line before the bar's first note."""
    sounding = _sounding(bar)
    return bool(sounding and breaks) and breaks[0] < sounding[0]


def _starts(bar: Bar, breaks: Sequence[int], room: float) -> tuple[list[tuple[int, float]], bool]:
    """Where the bar's pieces begin (event, weight), and whether a line ends behind its last note."""
    sounding = _sounding(bar)
    if not sounding:
        return [(0, _BAR_LINE)], False
    places = [0, *[at for at in breaks if sounding[0] < at < sounding[-1]]]
    if len(sounding) > room * _TIGHT:
        places = sorted({*places, *_inside(bar, room)})
    ends = [*places[1:], len(bar.events)]
    weights = [sum(start <= at < end for at in sounding) for start, end in zip(places, ends, strict=True)]
    return [(at, weight + _BAR_LINE) for at, weight in zip(places, weights, strict=True)], bool(breaks) and breaks[
        -1
    ] > sounding[-1]


def _inside(bar: Bar, room: float) -> list[int]:
    """Events of a bar too long for a line before which a new line begins: behind a space if there is one."""
    places: list[int] = []
    count, left = 0, 0
    for at, event in enumerate(bar.events):
        if isinstance(event, Tuplet):
            left = event.r
        elif isinstance(event, Note | Chord | Rest):
            count += 1
            left = max(0, left - 1)
            if count >= room * 0.7 and not left and (event.gap or count >= room) and at + 1 < len(bar.events):
                places.append(at + 1)
                count = 0
    return places


def _weight(line: Sequence[_Piece]) -> float:
    return sum([piece.weight for piece in line])


def _ends_part(bars: Sequence[Bar], index: int) -> bool:
    """Whether a part ends with this bar: at a repeat sign or a double bar, if no other ending follows."""
    close = bars[index].close
    other = index + 1 < len(bars) and bars[index + 1].ending
    return not other and bool(close.ends or close.begins or close.style in ("double", "final"))


def _joined(lines: list[list[_Piece]], bars: Sequence[Bar], room: float) -> list[list[_Piece]]:
    """The lines, those that are much shorter than the longest joined with their shorter neighbour."""
    short = _SHORT * max([min(_weight(line), room) for line in lines], default=0)
    joined: list[list[_Piece]] = []
    for number, line in enumerate(lines):
        after = lines[number + 1] if number + 1 < len(lines) else None
        if _weight(line) < short:
            to_before = bool(joined) and _go_together(joined[-1], line, bars, room)
            to_after = after is not None and _go_together(line, after, bars, room)
            if after and to_after and not (to_before and _weight(joined[-1]) <= _weight(after)):
                lines[number + 1] = line + after
                continue
            if to_before:
                joined[-1] = joined[-1] + line
                continue
        joined.append(line)
    return joined


def _go_together(line: list[_Piece], after: list[_Piece], bars: Sequence[Bar], room: float) -> bool:
    return _weight(line) + _weight(after) <= room * _TIGHT and not _ends_part(bars, line[-1].bar)


def _divided(line: list[_Piece], bars: Sequence[Bar], room: float) -> list[list[_Piece]]:
    """The lines that one line of the ABC becomes."""
    if _weight(line) <= room * _TIGHT:
        return [line]
    lines: list[list[_Piece]] = []
    part: list[_Piece] = []
    for piece in line:
        part.append(piece)
        if len(part) > 1 and _ends_part(bars, piece.bar):
            lines += _even(part, bars, room)
            part = []
    return lines + (_even(part, bars, room) if part else [])


def _even(part: Sequence[_Piece], bars: Sequence[Bar], room: float) -> list[list[_Piece]]:
    """The same for one part: lines of even length, a pickup not counted."""
    pickup = len(part) > 1 and bars[part[0].bar].ticks * 2 <= bars[part[1].bar].ticks
    full = len(part) - pickup
    # a bar more than four goes on the line if there is room: second endings
    count = max(ceil(_weight(part) / (room * _TIGHT)), ceil((full - 1) / BARS), 1)
    starts, at = [0], int(pickup)
    for number in range(count - 1):
        at += ceil((full - at + pickup) / (count - number))
        if at < len(part):
            starts.append(at)
    return [list(part[start:end]) for start, end in zip(starts, [*starts[1:], len(part)], strict=True)]
