"""What belongs together: the notes under a beam, a slur, a tie.

The ABC says it all by signs and white space; what leads nowhere (a slur never closed, a tie to another note) is left
out, for neither LilyPond nor MusicXML can draw it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from folkbench.engrave.values import QUARTER, durations
from folkbench.notation.tune import Bar, Broken, Chord, Event, Grace, Mark, Note, Rest

_MANY_SLURS = 9


class Slur(NamedTuple):
    """From the note or grace at one place of the source to the note at another; `depth` counts slurs around it."""

    start: int
    end: int
    depth: int


def beams(events: Sequence[Event], values: Sequence[Fraction]) -> list[list[int]]:
    """Indices of the events under each beam, as the ABC groups them: no white space between the notes of a beam.

    `values` are the written lengths of the events, in whole notes.
    """
    found: list[list[int]] = []
    group: list[int] = []
    for at, event in enumerate(events):
        closed = isinstance(event, Rest) or (isinstance(event, Mark) and event.kind == "break")
        if isinstance(event, Note | Chord):
            closed = values[at] >= QUARTER or len(durations(values[at])) > 1
            if not closed:
                group.append(at)
                follows = events[at + 1] if at + 1 < len(events) else None
                closed = event.gap and not isinstance(follows, Broken)
        if closed and group:
            found.append(group)
            group = []
    return [group for group in (*found, group) if len(group) > 1]


def slurs(bars: Sequence[Bar]) -> list[Slur]:
    """The slurs of a voice. One that begins right before grace notes begins at them."""
    found: list[Slur] = []
    for layer in _layers(bars):
        waiting = 0  # slurs that begin at the next note
        opened: list[int] = []  # places of the notes at which open slurs begin
        before = -1
        for event in layer:
            if isinstance(event, Mark) and event.kind == "slur":
                if event.text == "(":
                    waiting += 1
                elif waiting:
                    waiting -= 1
                elif opened:
                    start = opened.pop()
                    if start < before and len(opened) < _MANY_SLURS:
                        found.append(Slur(start, before, len(opened)))
            elif isinstance(event, Note | Chord | Grace):
                opened.extend([event.at] * waiting)
                waiting = 0
                if not isinstance(event, Grace):
                    before = event.at
    return found


def ties(bars: Sequence[Bar]) -> set[int]:
    """Places of the notes and chords that are tied to the next; of the notes alone where a chord is tied in part."""
    tied: set[int] = set()
    for layer in _layers(bars):
        sounding = [event for event in layer if isinstance(event, Note | Chord | Rest)]
        for event, follows in pairwise(sounding):
            if isinstance(event, Rest) or isinstance(follows, Rest):
                continue
            held = {(note.step, note.alter) for note in notes(follows)}
            if event.tie and any((note.step, note.alter) in held for note in notes(event)):
                tied.add(event.at)
            elif isinstance(event, Chord):
                tied.update(note.at for note in event.notes if note.tie and (note.step, note.alter) in held)
    return tied


def notes(event: Note | Chord) -> tuple[Note, ...]:
    """The notes of a chord, or the one note."""
    return (event,) if isinstance(event, Note) else event.notes


def _layers(bars: Sequence[Bar]) -> Iterator[list[Event]]:
    """The events of a voice through all its bars; then each overlay, which lives for one bar."""
    yield [event for bar in bars for event in bar.events]
    for bar in bars:
        yield from (list(layer) for layer in bar.overlays)
