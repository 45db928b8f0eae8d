"""The instruments that can be heard: where each stands in our soundfont and in General MIDI, and how it plays.

`program` is General MIDI's own number for the instrument, or for the nearest that it knows; `bank` tells
those apart which share one. A font of another maker is asked for the program alone. What notes lie under a
player's fingers is told by `notation.instruments`.
"""

from __future__ import annotations

from typing import NamedTuple

from folkbench.errors import NotFound
from folkbench.notation import instruments as players


class Instrument(NamedTuple):
    """How an instrument is found and how it behaves."""

    bank: int
    program: int  # from 0
    sounds: int  # semitones from the written note to the sounding one
    gap: float  # seconds of silence between two notes that are not slurred: the bow turns, the tongue strikes
    rings: bool  # plucked: a note isn't held, so nothing need be cut short
    accent: float  # how far it can stress a note: a chanter hardly can


INSTRUMENTS = {
    "fiddle": Instrument(0, 110, 0, 0.012, False, 1.0),
    "flute": Instrument(0, 73, 0, 0.022, False, 0.85),
    "whistle": Instrument(0, 74, 12, 0.020, False, 0.5),
    "pipes": Instrument(0, 109, 0, 0.006, False, 0.25),
    "concertina": Instrument(0, 23, 0, 0.016, False, 0.8),
    "melodeon": Instrument(0, 21, 0, 0.020, False, 0.8),
    "mandolin": Instrument(1, 25, 0, 0.0, True, 1.0),
    "banjo": Instrument(0, 105, -12, 0.0, True, 1.0),
    "bouzouki": Instrument(2, 25, -12, 0.0, True, 1.0),
    "harp": Instrument(0, 46, 0, 0.0, True, 1.0),
    "guitar": Instrument(0, 25, -12, 0.0, True, 1.0),
    "piano": Instrument(0, 0, 0, 0.0, True, 1.0),
    "drones": Instrument(1, 109, 0, 0.0, False, 0.0),
}
"""Name -> instrument. General MIDI has no whistle, concertina, melodeon, mandolin or bouzouki: recorder,
tango accordion, accordion and steel guitar stand for them there."""

KIT = {
    "bodhran low": 41,
    "bodhran": 45,
    "bodhran high": 48,
    "bodhran rim": 37,
    "bones": 75,
    "click high": 76,
    "click low": 77,
}
"""Strokes of the session kit (bank 128) -> key. General MIDI's percussion map has toms, side stick,
claves and wood blocks there."""

_ALSO = {"accordion": "melodeon", "button accordion": "melodeon", "box": "melodeon", "zouk": "bouzouki"}


def named(name: str) -> str:
    """The table's name for what a person calls an instrument ("Irish flute", "violin", "tin whistle").

    Raises NotFound, with the names there are.
    """
    words = " ".join(name.lower().split())
    words = _ALSO.get(words, words)
    if words in INSTRUMENTS:
        return words
    try:
        theirs = players.instrument(name).name
    except NotFound:
        theirs = ""
    for ours in INSTRUMENTS:
        if ours in theirs:
            return ours
    raise NotFound(f"there is no sound for an instrument called {name}", "one of: " + ", ".join(INSTRUMENTS))
