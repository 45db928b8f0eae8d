"""Clefs, keys, meters and tempos as LilyPond writes them."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple

from folkbench.engrave.text import block
from folkbench.engrave.values import SINGLE
from folkbench.notation.keys import signature
from folkbench.notation.tune import Change, Key, Meter, Tune

CLEFS = {
    **{name: name for name in ("treble", "alto", "tenor", "bass", "baritone", "soprano", "mezzosoprano")},
    "perc": "percussion",
}
"""The clefs of ABC (section 4.6) -> LilyPond's names."""

MODES = {
    "maj": "major",
    "min": "minor",
    "dor": "dorian",
    "mix": "mixolydian",
    "phr": "phrygian",
    "lyd": "lydian",
    "loc": "locrian",
}
"""A key's mode -> its name, in English, in LilyPond and in music21."""

_NAMED_CLEF = re.compile(r"clef\s*=\s*\"?(\w+)")
_ACCIDENTALS = {"": "", "#": "is", "b": "es"}
_ALTERATIONS = {-2: "DOUBLE-FLAT", -1: "FLAT", 1: "SHARP", 2: "DOUBLE-SHARP"}
_FIFTHS_ORDER = (3, 0, 4, 1, 5, 2, 6)  # F C G D A E B, as steps from C
_TEMPO = re.compile(r"(?:([A-Ga-g])?((?:\d+\s*/\s*\d+\s*)+|\d*)\s*=\s*)?(\d{1,4})(?:\.\d+)?\s*$")


def clef(key: Key, voice: str = "") -> str:
    """The clef that K: names, else the voice's own, else treble; an 8 above or below as the ABC has it."""
    name = key.clef or voice or "treble"
    return f'\\clef "{CLEFS.get(name, "treble")}{("", "^8", "_8")[key.ottava]}"'


def voice_clef(tune: Tune, number: int) -> str:
    """The clef that V: gives the voice, in the header or in the music; "" if none."""
    voice = tune.voices[number]
    lines = [text for text in tune.texts("V") if text.split(None, 1)[:1] == [voice.name]]
    lines += [e.value for bar in voice.bars for e in bar.events if isinstance(e, Change) and e.name == "V"]
    named = [match.group(1).lower() for line in lines if (match := _NAMED_CLEF.search(line))]
    return next((name for name in named if name in CLEFS), "")


def key_signature(key: Key) -> str:
    """The signature: LilyPond's own where key and mode say it all, else sign by sign; none for the pipes' HP."""
    if key.mode == "HP":
        return "\\omit Staff.KeySignature \\key d \\major"
    if key.mode in MODES and key.signature == signature(key.tonic, key.mode):
        return f"\\key {key.tonic[0].lower()}{_ACCIDENTALS[key.tonic[1:]]} \\{MODES[key.mode]}"
    signs = [f"({step} . ,{_ALTERATIONS[key.signature[step]]})" for step in _FIFTHS_ORDER if key.signature[step]]
    return f"\\set Staff.keyAlterations = #`({' '.join(signs)})"


def time_signature(meter: Meter) -> str:
    """The meter: `C` and `C|` as such, 4/4 and 2/2 in numbers, sums as sums; none in free meter."""
    if not meter.beats:
        return "\\omit Staff.TimeSignature"
    if meter.text in ("C", "C|"):
        return f"\\defaultTimeSignature \\time {meter.beats}/{meter.unit}"
    parts = re.findall(r"\d+", meter.text.partition("/")[0])
    if len(parts) > 1:
        return f"\\compoundMeter #'(({' '.join(parts)} {meter.unit}))"
    return f"\\numericTimeSignature \\time {meter.beats}/{meter.unit}"


class Metronome(NamedTuple):
    """What Q: says: its words, the note that is counted (in whole notes), and how many of them a minute."""

    words: str
    beat: Fraction
    rate: int


def metronome(value: str, unit: Fraction) -> Metronome | None:
    """`1/4=120`, `"Lively" 3/8=110`, `C=100`, or a bare number of unit notes a minute; None if only words."""
    words = " ".join(re.findall(r'"([^"]*)"', value))
    match = _TEMPO.match(re.sub(r'"[^"]*"', " ", value).strip())
    if match is None or int(match.group(3)) == 0:
        return None
    letter, beats, number = match.groups()
    beat = _beat(letter, (beats or "").strip(), unit)
    return Metronome(words, beat, int(number)) if beat in SINGLE else None


def tempo(value: str, unit: Fraction) -> str:
    """Q: as a tempo mark; as words where it names no note and number."""
    mark = metronome(value, unit)
    if mark is None:
        shown = " ".join(re.findall(r'"([^"]*)"', value)) or value.strip()
        return f"\\tempo \\markup {block(shown)}" if shown else ""
    text = f" \\markup {block(mark.words)}" if mark.words else ""
    return f"\\tempo{text} {SINGLE[mark.beat]} = {mark.rate}"


def _beat(letter: str | None, beats: str, unit: Fraction) -> Fraction:
    if "/" in beats:
        pairs = re.findall(r"(\d+)\s*/\s*(\d+)", beats)
        return sum((Fraction(int(num), int(den)) for num, den in pairs if int(den)), Fraction(0))
    return unit * int(beats) if beats and letter else unit
