"""What is notable in a tune: its form, where it comes home, its range, the notes outside its mode.

The model is what the author of folk-rnn wrote about one transcription (the seed transcription in `tunes/`):
parts and their bars, pickups, the opening repeat sign that is left out, endings on the tonic, the highest note
in the turn, the raised fourth that pulls to the dominant, which bars come back.
"""

from __future__ import annotations

from typing import NamedTuple

from folkbench.check.sketch import Sketch, Sounds, sketches, sounding
from folkbench.notation.form import Part, Place, form, structure
from folkbench.notation.keys import STEPS
from folkbench.notation.tune import Key, Tune

_DEGREES = ("tonic", "second", "third", "fourth", "fifth", "sixth", "seventh")
_INTERVALS = ("unison", "second", "third", "fourth", "fifth", "sixth", "seventh")
_SIGNS = {-2: "__", -1: "_", 0: "=", 1: "^", 2: "^^"}


class Outside(NamedTuple):
    """A note outside the mode: how it is written, its place, its degree, and where it leads ("" if nowhere)."""

    note: str  # "^F"
    place: str  # "B4"
    degree: str  # "raised fourth"
    leads_to: str  # "G"
    as_degree: str  # "dominant"


class Portrait(NamedTuple):
    """What is notable in a tune. Notes are written as in ABC, places as players say them (B6)."""

    structure: str
    parts: tuple[Part, ...]
    on_tonic: tuple[bool | None, ...]  # does each part end on the tonic? None without a key
    opening_left_out: bool  # the |: at the start, where the first part is repeated
    lowest: str
    highest: str
    lowest_at: str
    highest_at: tuple[str, ...]
    span: str  # "an octave and a sixth"
    outside: tuple[Outside, ...]
    sketches: tuple[Sketch, ...]
    shared: int  # bars of the second part that come from the first (varied ones as well); -1 unless two parts


def portray(tune: Tune, parts: tuple[Part, ...] | None = None) -> Portrait:
    """What is notable in the first voice of a tune; `parts` are its parts, where they are known already."""
    bars = tune.bars
    parts = form(tune) if parts is None else parts
    sounds = [sounding(bar) for bar in bars]
    heard = [{note[1:] for note in sound if note[1] > -90} for sound in sounds]
    places = [place for part in parts for place in part.places]
    pitches = set().union(*heard)
    low = min(pitches, default=None)
    high = max(pitches, default=None)
    drawn = sketches(parts, bars, sounds, tune.whole)
    return Portrait(
        structure(parts),
        parts,
        tuple([_on_tonic(part, sounds, tune.key) for part in parts]),
        bool(parts) and parts[0].repeated and not bars[0].open.begins,
        _written(low, tune.key) if low else "",
        _written(high, tune.key) if high else "",
        next((places[k].label for k, found in enumerate(heard) if low in found), ""),
        tuple([places[k].label for k, found in enumerate(heard) if high in found]),
        _span(low[0], high[0]) if low and high else "",
        _outside(tune, sounds, places, pitches),
        drawn,
        _shared(drawn),
    )


def _on_tonic(part: Part, sounds: list[Sounds], key: Key) -> bool | None:
    if not key.tonic:
        return None
    tonic = STEPS.index(key.tonic[0])
    for place in reversed(part.places):
        for _, step, alter in reversed(sounds[place.nth]):
            if step > -90:
                return step % 7 == tonic and alter == key.signature[tonic]
    return None


def _written(pitch: tuple[int, int], key: Key) -> str:
    """A pitch as ABC writes it in this key: `G,`, `e`, `^F`."""
    step, alter = pitch
    octave, degree = divmod(step, 7)
    letter = STEPS[degree]
    name = letter + "," * -octave if octave < 1 else letter.lower() + "'" * (octave - 1)
    return name if alter == key.signature[degree] else _SIGNS.get(alter, "") + name


def _span(low: int, high: int) -> str:
    octaves, rest = divmod(high - low, 7)
    if not octaves:
        return f"a {_INTERVALS[rest]}"
    whole = "an octave" if octaves == 1 else f"{octaves} octaves"
    return f"{whole} and a {_INTERVALS[rest]}" if rest else whole


def _outside(
    tune: Tune, sounds: list[Sounds], places: list[Place], pitches: set[tuple[int, int]]
) -> tuple[Outside, ...]:
    """The notes outside the mode, in order. Looked for only where there is one."""
    key = tune.key
    if not key.tonic or len({id(bar.key) for bar in tune.bars}) > 1:
        return ()
    strange = {pitch for pitch in pitches if key.signature[pitch[0] % 7] != pitch[1]}
    if not strange:
        return ()
    notes = [(note[1:], k) for k, heard in enumerate(sounds) for note in heard if note[1] > -90]
    return tuple(
        [
            _led(pitch, places[bar].label, notes[k + 1][0] if k + 1 < len(notes) else None, key)
            for k, (pitch, bar) in enumerate(notes)
            if pitch in strange and (k == 0 or notes[k - 1][0] != pitch)
        ]
    )


def _led(pitch: tuple[int, int], place: str, behind: tuple[int, int] | None, key: Key) -> Outside:
    """One note outside the mode, and where it leads: a raised one up a step, a lowered one down."""
    step, alter = pitch
    raised = alter > key.signature[step % 7]
    degree = (step - STEPS.index(key.tonic[0])) % 7
    word = f"{'raised' if raised else 'lowered'} {_DEGREES[degree]}"
    goal = step + (1 if raised else -1)
    if behind is None or behind[0] != goal:
        return Outside(_written(pitch, key), place, word, "", "")
    target = (degree + (1 if raised else -1)) % 7
    name = "dominant" if target == 4 else _DEGREES[target]
    return Outside(_written(pitch, key), place, word, _written(behind, key), name)


def _shared(drawn: tuple[Sketch, ...]) -> int:
    if len(drawn) != 2:
        return -1
    first = {letter.rstrip("'") for letter in drawn[0].letters}
    return sum(letter.rstrip("'") in first for letter in drawn[1].letters)
