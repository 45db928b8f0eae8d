"""A performance: notes in time, as they come from a player and go to MIDI, to a file or to the loudspeakers.

Time is counted in quarter notes, as MIDI does, and turned into seconds through a list of tempos: so a
performance can be written as a MIDI file that a person can read, and be slowed down while it plays.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple


class Sound(NamedTuple):
    """One sounding note. Times in quarter notes; `part` is "tune", "chords", "drone" or "kit"."""

    start: float
    end: float
    pitch: int
    velocity: int
    part: str


class Passage(NamedTuple):
    """A bar as it goes by: which bar of which tune, when, and the time through. Times in quarter notes."""

    start: float
    end: float
    tune: int
    bar: int  # index among the bars of the tune's first voice
    time: int


@dataclass(frozen=True)
class Performance:
    """Notes in time, in order. `tempos`: (from which quarter note, quarter notes a minute), the first at 0."""

    sounds: tuple[Sound, ...]
    passages: tuple[Passage, ...]
    tempos: tuple[tuple[float, float], ...]
    length: float
    instrument: str
    chords: str = ""

    @cached_property
    def _clock(self) -> tuple[list[float], list[float]]:
        """Where the tempo changes: in quarter notes and in seconds."""
        seconds = [0.0]
        for (start, tempo), (end, _) in zip(self.tempos, self.tempos[1:], strict=False):
            seconds.append(seconds[-1] + (end - start) * 60 / tempo)
        return [start for start, _ in self.tempos], seconds

    def tempo(self, quarters: float) -> float:
        """Quarter notes a minute at a place."""
        return self.tempos[max(0, bisect_right(self._clock[0], quarters) - 1)][1]

    def seconds(self, quarters: float) -> float:
        """When a place is reached, in seconds from the beginning."""
        starts, seconds = self._clock
        piece = max(0, bisect_right(starts, quarters) - 1)
        return seconds[piece] + (quarters - starts[piece]) * 60 / self.tempos[piece][1]

    def quarters(self, seconds: float) -> float:
        """The place that is reached at a time: `seconds` the other way round."""
        starts, times = self._clock
        piece = max(0, bisect_right(times, seconds) - 1)
        return starts[piece] + (seconds - times[piece]) * self.tempos[piece][1] / 60

    @property
    def duration(self) -> float:
        """How long it takes, in seconds."""
        return self.seconds(self.length)


def in_turn(*turns: Performance) -> Performance:
    """One performance after the other, as in a set; their tunes are numbered on. The last one's instrument plays."""
    sounds: list[Sound] = []
    passages: list[Passage] = []
    tempos: list[tuple[float, float]] = []
    by, tunes = 0.0, 0
    for turn in turns:
        sounds += [s._replace(start=s.start + by, end=s.end + by) for s in turn.sounds]
        passages += [p._replace(start=p.start + by, end=p.end + by, tune=p.tune + tunes) for p in turn.passages]
        tempos += [(start + by, tempo) for start, tempo in turn.tempos]
        by += turn.length
        tunes = 1 + max([passage.tune for passage in passages], default=-1)
    chords = next((turn.chords for turn in turns if turn.chords), "")
    return Performance(tuple(sounds), tuple(passages), tuple(tempos), by, turns[-1].instrument, chords)
