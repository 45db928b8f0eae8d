"""MusicXML, read back by music21: the same notes, measures, repeats and endings."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from folkbench.notation import Tune, read
from folkbench.notation.tune import Bar, Chord, Note, Rest
from tests.conftest import printed_tunes

Sounds = list[tuple[Fraction, list[int], Fraction]]


def read_back(tune: Tune) -> Any:
    from music21 import converter

    from folkbench.engrave.musicxml import musicxml

    return converter.parse(musicxml(tune).decode(), format="musicxml")


def sounds(bar: Bar, whole: int) -> Sounds:
    found: Sounds = []
    at = 0
    for event in bar.events:
        if isinstance(event, Note | Chord | Rest):
            if not isinstance(event, Rest):
                notes = [event] if isinstance(event, Note) else event.notes
                pitches = sorted(note.midi for note in notes)
                found.append((Fraction(4 * at, whole), pitches, Fraction(4 * event.ticks, whole)))
            at += event.ticks
    return found


def sounds_back(measure: Any) -> Sounds:
    return [
        (Fraction(item.offset), sorted(pitch.midi for pitch in item.pitches), Fraction(item.quarterLength))
        for item in measure.notes
        if not item.duration.isGrace and "ChordSymbol" not in item.classes
    ]


def compare(tune: Tune) -> None:
    from music21 import bar as bars21
    from music21 import spanner

    score = read_back(tune)
    measures = list(score.parts[0].getElementsByClass("Measure"))
    assert len(measures) == len(tune.bars)
    for measure, bar in zip(measures, tune.bars, strict=True):
        assert sounds_back(measure) == sounds(bar, tune.whole)
        right = measure.rightBarline
        assert (isinstance(right, bars21.Repeat) and right.direction == "end") == bool(bar.close.ends)
    brackets = list(score.recurse().getElementsByClass(spanner.RepeatBracket))
    assert len(brackets) == sum(bool(bar.ending) for bar in tune.bars)


def test_printed_tunes_come_back_with_their_notes_measures_repeats_and_endings() -> None:
    for text in printed_tunes()[3::900]:
        compare(read(text))


@pytest.mark.long
def test_three_hundred_printed_tunes_come_back() -> None:
    for text in printed_tunes()[::14]:
        tune = read(text)
        if len(tune.voices) == 1 and not any(bar.overlays for bar in tune.bars):
            compare(tune)


def test_all_that_a_tune_can_have_goes_through() -> None:
    compare(
        read(
            "X:1\nT:All\nC:Someone\nM:6/8\nL:1/8\nQ:1/4.=60\nQ:3/8=110\nK:Edor\n"
            '|:"Em"~E2 F "Bb7"G{AB}A{/c}B|(3Bcd (e2 .f) Tg-|g3 [EGB]3|1 "N.C."z3 "^text"a3:|2 e6||\n'
            "[M:2/4][K:D exp _b]ubva !fermata!d|(5ABcde f2|]"
        )
    )


def test_a_bar_that_is_too_long_keeps_its_notes_and_the_meter_is_printed_once() -> None:
    from folkbench.engrave.musicxml import musicxml

    tune = read("X:1\nT:a\nM:3/4\nL:1/8\nK:G\nG2A2B2|g3a2b2|G6|\n")
    compare(tune)
    text = musicxml(tune).decode()
    assert text.count("<time") == 3
    assert text.count('<time print-object="no"') == 2


def test_pickups_keys_tempo_and_beams_are_said() -> None:
    from folkbench.engrave.musicxml import musicxml

    text = musicxml(read("X:1\nT:Jig\nM:6/8\nL:1/8\nQ:3/8=110\nK:Ador\nE|ABc d2e|A3 A2:|")).decode()
    for words in (
        "<movement-title>Jig</movement-title>",
        'implicit="yes" number="0"',
        "<fifths>1</fifths>",
        "<mode>dorian</mode>",
        "<per-minute>110</per-minute>",
        '<beam number="1">begin</beam>',
        'repeat direction="backward"',
    ):
        assert words in text
    assert text.count("<beam ") == 3


def test_an_8_at_the_clef_and_an_octave_are_said_as_they_sound() -> None:
    from folkbench.engrave.musicxml import musicxml

    text = musicxml(read("X:1\nM:4/4\nL:1/4\nK:G clef=treble-8\nG4|[K:D]G4|]\n")).decode()
    assert text.count("<clef-octave-change>-1<") == 1
    assert text.count("<octave>3<") == 2
    assert "<octave>3<" in musicxml(read("X:1\nM:4/4\nL:1/4\nK:G octave=-1\nG4|]\n")).decode()
