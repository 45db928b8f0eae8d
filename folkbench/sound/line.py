"""A tune laid out in time as it is played: repeats and endings unrolled, ties joined, slurs and marks at their notes.

Times are the tune's own ticks, counted from where it begins; nothing is swung or ornamented yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from folkbench.notation import play_order
from folkbench.notation.tune import (
    SEMITONES,
    Bar,
    Change,
    Chord,
    Event,
    Grace,
    Mark,
    Meter,
    Note,
    Rest,
    Tune,
    Voice,
)


class Spot(NamedTuple):
    """One bar in its turn. `offset`: ticks into its meter at which it begins, more than 0 for a pickup."""

    bar: int  # index among the bars of its voice
    time: int  # which time through, from 0
    start: int
    ticks: int
    offset: int
    meter: Meter
    ends_part: bool


class Written(NamedTuple):
    """One note as written, at its place in time. `above`, `below`: its neighbours in the key, for ornaments."""

    start: int
    ticks: int
    pitch: int
    above: int
    below: int
    spot: int  # which of the spots
    marks: frozenset[str]  # decorations
    graces: tuple[int, ...]  # pitches of the grace notes before it
    into: bool  # slurred to the next note
    top: bool  # the highest of its chord, or alone: ornaments stand on it
    ends_part: bool = False


class Line(NamedTuple):
    """A tune in time. `symbols`: chord symbols, `tempos`: the texts of Q:, each with its tick."""

    notes: tuple[Written, ...]
    spots: tuple[Spot, ...]
    symbols: tuple[tuple[int, str], ...]
    tempos: tuple[tuple[int, str], ...]
    ticks: int


def lay_out(tune: Tune, times: int = 1, bars: Sequence[int] | None = None) -> Line:
    """The whole tune, `times` times over; or the `bars` alone (indices of the first voice), in their order."""
    voices = [voice for voice in tune.voices if voice.bars] or [Voice("", ())]
    order = tuple(bars) if bars is not None else play_order(voices[0])
    spots = tuple(_spots(voices[0], order, times, tune.whole))
    notes: list[Written] = []
    symbols: list[tuple[int, str]] = []
    tempos: list[tuple[int, str]] = []
    for voice in voices:
        if len(voice.bars) < len(voices[0].bars):
            continue  # a voice that doesn't keep up with the first can't be put under it
        for layer in range(1 + max((len(voice.bars[spot.bar].overlays) for spot in spots), default=0)):
            notes += _Reading(voice, spots, layer, symbols, tempos).notes
    notes.sort(key=lambda note: (note.start, note.pitch))
    ticks = spots[-1].start + spots[-1].ticks if spots else 0
    return Line(tuple(notes), spots, tuple(sorted(set(symbols))), tuple(sorted(set(tempos))), ticks)


def _spots(voice: Voice, order: Sequence[int], times: int, whole: int) -> Iterator[Spot]:
    start = reached = 0  # reached: ticks into the meter at which the last bar ended
    for time in range(times):
        for place, index in enumerate(order):
            bar = voice.bars[index]
            full = bar.meter.ticks(whole)
            after = order[(place + 1) % len(order)]
            short = 0 < bar.ticks < full
            if short and reached and reached + bar.ticks == full:
                offset = reached  # the other half of a bar that a repeat sign cut
            elif short and (not place or voice.bars[order[place - 1]].close.style not in ("", "single", "dotted")):
                offset = full - bar.ticks  # a pickup
            else:
                offset = 0
            reached = (offset + bar.ticks) % full if full else 0
            line = bar.close
            ends = after != index + 1 or bool(line.ends or line.begins) or line.style in ("double", "final", "heavy")
            yield Spot(index, time, start, bar.ticks, offset, bar.meter, ends)
            start += bar.ticks


class _Reading:
    """One layer of a voice, read from bar to bar: what is open at the end of one goes on in the next."""

    def __init__(
        self,
        voice: Voice,
        spots: Sequence[Spot],
        layer: int,
        symbols: list[tuple[int, str]],
        tempos: list[tuple[int, str]],
    ) -> None:
        self.notes: list[Written] = []
        self.symbols, self.tempos = symbols, tempos
        self.tied: dict[int, int] = {}  # pitch -> which note goes on
        self.slurs = 0
        self.marks: set[str] = set()
        self.graces: tuple[int, ...] = ()
        for number, spot in enumerate(spots):
            bar = voice.bars[spot.bar]
            layers = (bar.events, *bar.overlays)
            if layer < len(layers):
                self._bar(bar, layers[layer], number, spot)
            else:
                self.tied = {}

    def _bar(self, bar: Bar, events: Iterable[Event], number: int, spot: Spot) -> None:
        at = spot.start
        first = len(self.notes)
        for event in events:
            if isinstance(event, Note):
                self._sound((event,), event.ticks, event.tie, at, number, bar)
                at += event.ticks
            elif isinstance(event, Chord):
                self._sound(event.notes, event.ticks, event.tie, at, number, bar)
                at += event.ticks
            elif isinstance(event, Rest):
                self.tied = {}
                self.marks, self.graces = set(), ()
                at += event.ticks
            elif isinstance(event, Grace):
                self.graces = tuple([_sounding(note, bar) for note in event.notes])
            elif isinstance(event, Mark):
                self._mark(event, at)
            elif isinstance(event, Change) and event.name == "Q":
                self.tempos.append((at, event.value))
        if spot.ends_part and len(self.notes) > first:
            self.notes[-1] = self.notes[-1]._replace(ends_part=True)

    def _mark(self, mark: Mark, at: int) -> None:
        if mark.kind == "decoration":
            self.marks.add(mark.text)
        elif mark.kind == "chord":
            self.symbols.append((at, mark.text))
        elif mark.kind == "slur" and mark.text == "(":
            self.slurs += 1
        elif mark.kind == "slur" and mark.text == ")":
            self.slurs = max(0, self.slurs - 1)
            if self.notes and not self.slurs:
                self.notes[-1] = self.notes[-1]._replace(into=False)

    def _sound(self, notes: Sequence[Note], ticks: int, tie: bool, at: int, number: int, bar: Bar) -> None:
        tied: dict[int, int] = {}
        top = max((_sounding(note, bar) for note in notes), default=0)
        for note in notes:
            pitch = _sounding(note, bar)
            going = self.tied.get(pitch)
            if going is not None and self.notes[going].start + self.notes[going].ticks == at:
                self.notes[going] = self.notes[going]._replace(ticks=at + ticks - self.notes[going].start)
            elif ticks:
                going = len(self.notes)
                self.notes.append(
                    Written(
                        at, ticks, pitch, _neighbour(note, bar, 1), _neighbour(note, bar, -1), number,
                        frozenset(self.marks), self.graces, self.slurs > 0, pitch == top,
                    )
                )  # fmt: skip
            if going is not None and (tie or note.tie):
                tied[pitch] = going
        self.tied = tied
        self.marks, self.graces = set(), ()


def _sounding(note: Note, bar: Bar) -> int:
    """The MIDI number that is heard: an 8 at the clef moves it."""
    return note.midi + 12 * bar.key.ottava


def _neighbour(note: Note, bar: Bar, steps: int) -> int:
    """The next note of the key, above or below."""
    octave, degree = divmod(note.step + steps, 7)
    return 60 + 12 * (octave + bar.key.ottava) + SEMITONES[degree] + bar.key.signature[degree]
