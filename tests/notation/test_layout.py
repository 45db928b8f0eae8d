"""ABC as players write it, and the music in it untouched."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from folkbench.notation import Tune, read, write
from folkbench.notation.layout import layout
from folkbench.notation.tune import Bar, Chord, Grace, Note, Rest
from tests.conftest import SEED, printed_tunes


def laid_out(abc: str, meter: str = "4/4", unit: str = "1/8") -> list[str]:
    """The lines of music of a tune laid out."""
    text = write(layout(read(f"X:1\nT:A tune\nM:{meter}\nL:{unit}\nK:C\n{abc}\n")))
    return text.split("K:C\n")[1].splitlines()


def heard(tune: Tune) -> list[object]:
    """The music alone: pitches, durations, bars, repeats and endings."""

    def bar(bar: Bar, last: bool) -> object:
        events = [e for layer in (bar.events, *bar.overlays) for e in layer]
        sounds = [
            (e.ticks, e.midi, e.tie)
            if isinstance(e, Note)
            else (e.ticks, e.symbol)
            if isinstance(e, Rest)
            else (getattr(e, "ticks", 0), *[n.midi for n in e.notes])
            for e in events
            if isinstance(e, Note | Chord | Rest | Grace)
        ]
        return sounds, bar.ticks, bar.ending, bar.close.ends, 0 if last else bar.close.begins, bar.key.signature

    return [[bar(b, i + 1 == len(v.bars)) for i, b in enumerate(v.bars)] for v in tune.voices]


def keeps_the_music(abc: str) -> None:
    tune = read(abc)
    once = layout(tune)
    text = write(once)
    assert heard(once) == heard(tune)
    assert heard(read(text)) == heard(tune), "what is written says something else"
    assert layout(once) == once
    assert write(layout(read(text))) == text


@pytest.mark.parametrize(
    ("meter", "unit", "abc", "expected"),
    [
        ("4/4", "1/8", "A B c d e f g a|", "ABcd efga |]"),
        ("C|", "1/8", "A2 B c d e3|", "A2 Bc d e3 |]"),
        ("4/4", "1/8", "AB(3cde fgab|", "AB (3cde fgab |]"),
        ("4/4", "1/8", "A > B c > d e < f g > a|", "A>Bc>d e<fg>a |]"),
        ("4/4", "1/8", "A/B/c/d/ ef gab2|", "A/B/c/d/ ef ga b2 |]"),
        ("4/4", "1/8", "ABcz dz ef|", "ABc z d z ef |]"),
        ("6/8", "1/8", "A2 B c2d|efg a3|", "A2B c2d | efg a3 |]"),
        ("9/8", "1/8", "ABcdefgab|", "ABc def gab |]"),
        ("12/8", "1/8", "A2Bcde f3 gab|", "A2B cde f3 gab |]"),
        ("3/4", "1/8", "ABcdef|A2BcdB|", "AB cd ef | A2 Bc dB |]"),
        ("2/4", "1/8", "ABcd|A/B/c/d/ eA|", "AB cd | A/B/c/d/ eA |]"),
        ("2/4", "1/16", "ABcdefga|A2BcdedB|", "ABcd efga | A2Bc dedB |]"),
        ("3/2", "1/8", "ABcdefgabagf|", "ABcd efga bagf |]"),
        ("7/8", "1/8", "ABcdefg|", "ABc de fg |]"),
        ("2+2+3/8", "1/8", "ABcdefg|", "AB cd efg |]"),
        ("5/4", "1/8", "ABcdefgab2|", "AB cd ef ga b2 |]"),
        ("3/8", "1/8", "ABc|", "ABc |]"),
        ("4/4", "1/8", "[A c][Bd] (AB) {g}a .b c'|", "[Ac][Bd](AB) {g}a.bc' |]"),
        ("none", "1/8", "ABc de|", "ABc de |]"),
    ],
)
def test_notes_are_beamed_by_the_beat(meter: str, unit: str, abc: str, expected: str) -> None:
    assert laid_out(abc, meter, unit) == [expected]


def test_a_pickup_is_beamed_as_the_end_of_a_bar_and_not_counted() -> None:
    lines = laid_out("GABcd|" + "ABcd efga|" * 7 + "A3:|")
    assert lines == [
        "G ABcd | ABcd efga | ABcd efga | ABcd efga | ABcd efga |",
        "ABcd efga | ABcd efga | ABcd efga | A3 :|",
    ]


def test_a_new_part_begins_a_new_line_with_its_own_repeat_sign() -> None:
    lines = laid_out("|:A8|A8|A8|A8|A8|A8::B8|B8:|")
    assert lines == ["|: A8 | A8 | A8 | A8 |", "A8 | A8 :|", "|: B8 | B8 :|"]


def test_short_endings_stay_together_and_long_ones_begin_their_own_lines() -> None:
    assert laid_out("|:" + "A8|" * 7 + "1 A8:|2 B8|]")[-1] == "A8 | A8 | A8 |1 A8 :|2 B8 |]"
    long = laid_out("|:" + "A8|" * 4 + "[1" + "A8|" * 3 + "A8:|[2" + "B8|" * 4)
    assert long == ["|: A8 | A8 | A8 | A8 |", "[1 A8 | A8 | A8 | A8 :|", "[2 B8 | B8 | B8 | B8 |]"]


def test_the_last_bar_of_a_part_is_not_left_alone() -> None:
    assert [line.count("|") for line in laid_out("A8|" * 9)] == [4, 5]


def test_a_tune_ends_on_a_final_bar_line_or_a_repeat() -> None:
    assert laid_out("A8") == ["A8 |]"]
    assert laid_out("A8||") == ["A8 |]"]
    assert laid_out("|:A8::") == ["|: A8 :|"]


def test_lines_with_words_under_them_stay_as_they_are() -> None:
    lines = laid_out("A4 A4|B8|\nw:one two three\nA4 A4|B8|\nw:four five six")
    assert lines == ["A4 A4 | B8 |", "w:one two three", "A4 A4 | B8 |]", "w:four five six"]


def test_the_seed_transcription_reads_like_a_players() -> None:
    lines = write(layout(read(SEED.read_text()))).splitlines()[-4:]
    assert lines[0] == "B, | G,C C2 G,CEC | G,CEG FDB,D | G,C C2 G,CEG | FEDE CEA,B, |"
    assert lines[1].endswith("DEFD C3 :|")
    assert lines[2].startswith("|: D | EC C2 DB,G,A,")


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(printed_tunes()) - 1))
def test_a_printed_tune_keeps_its_music_and_its_second_layout_is_the_first(index: int) -> None:
    keeps_the_music(printed_tunes()[index])


@pytest.mark.long
def test_every_printed_tune_keeps_its_music() -> None:
    for abc in printed_tunes():
        keeps_the_music(abc)


TEXT = st.text("ABcd|:[]12 34()<>-/z{}&\n'\"y!~^=_", max_size=70)


@settings(max_examples=300, deadline=None)
@given(TEXT, st.sampled_from(["4/4", "6/8", "3/4", "2+3/8", "1/2", "none", "2/16"]))
def test_layout_is_safe_for_any_music(abc: str, meter: str) -> None:
    tune = read(f"X:1\nM:{meter}\nL:1/8\nK:D\n{abc}")
    once = layout(tune)
    assert heard(once) == heard(tune)
    assert layout(once) == once
