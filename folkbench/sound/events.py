"""A performance as what a synth understands: notes on, notes off, in order.

MIDI files, rendering and live playing read this.
"""

from __future__ import annotations

from typing import NamedTuple

from folkbench.sound.instruments import INSTRUMENTS
from folkbench.sound.performance import Performance

CHANNELS = {"tune": 0, "chords": 1, "drone": 2, "kit": 9}
"""Part of a performance -> MIDI channel, from 0; 9 is the drum channel."""

_VOLUMES = {"tune": 112, "chords": 84, "drone": 84, "kit": 80}
_PLACES = {"tune": 64, "chords": 82, "drone": 52, "kit": 46}  # left to right; 64 is the middle


class Event(NamedTuple):
    """A note begins (`velocity` above 0) or ends (0). `at` in quarter notes."""

    at: float
    velocity: int
    channel: int
    pitch: int


class Player(NamedTuple):
    """What sounds on a channel, and how it stands in the room (controllers 7 and 10)."""

    part: str
    channel: int
    bank: int
    program: int
    volume: int
    place: int


def events(performance: Performance) -> list[Event]:
    """All events in order; at one time the notes that end come first.

    Where a pitch is struck again while it sounds, the first is ended there, so that no note off hits a later note.
    """
    out: list[Event] = []
    sounding: dict[tuple[int, int], int] = {}  # channel and pitch -> where its end stands in `out`
    for sound in sorted(performance.sounds):
        channel = CHANNELS[sound.part]
        place = sounding.get((channel, sound.pitch))
        if place is not None and out[place - 1].at == sound.start:
            # a doubled string: one note for a synth
            out[place] = out[place]._replace(at=max(out[place].at, sound.end))
            continue
        if place is not None and out[place].at > sound.start:
            out[place] = out[place]._replace(at=sound.start)
        out.append(Event(sound.start, sound.velocity, channel, sound.pitch))
        sounding[channel, sound.pitch] = len(out)
        out.append(Event(sound.end, 0, channel, sound.pitch))
    return sorted(out)


def players(performance: Performance) -> list[Player]:
    """Who plays in a performance, a row a channel."""
    parts = {sound.part for sound in performance.sounds} | {"tune"}
    names = {"tune": performance.instrument, "chords": performance.chords or "guitar", "drone": "drones"}
    out = []
    for part, channel in CHANNELS.items():
        if part in parts:
            bank, program = (128, 0) if part == "kit" else INSTRUMENTS[names[part]][:2]
            out.append(Player(part, channel, bank, program, _VOLUMES[part], _PLACES[part]))
    return out
