"""The LilyPond text of a tune."""

from __future__ import annotations

import pytest

from folkbench.engrave import Look, Tint, excerpt, lilypond, ready
from folkbench.notation import read, read_tunes
from folkbench.notation.tune import Note
from tests.conftest import SEED, printed_tunes


def text(music: str, **fields: str) -> str:
    head = {"X": "1", "T": "A Tune", "M": "4/4", "L": "1/8", **fields}
    head["K"] = head.pop("K", "G")  # which ends the header
    return " ".join(lilypond([read("\n".join([f"{name}:{value}" for name, value in head.items()] + [music]))]).split())


def test_a_repeat_with_two_endings_is_a_volta_with_alternatives() -> None:
    assert (
        "\\time 4/4 g'8[ a'8 b'8 c''8] d''2 | \\alternative { \\volta 1 { g'1 | } \\volta 2 { a'1 \\bar \"|.\" | } } }"
    ) in text("GABc d4 |1 G8 :|2 A8 |]")


def test_each_repeated_part_is_a_repeat_of_its_own_with_or_without_its_opening_sign() -> None:
    assert text("G8 :| A8 :|").count("\\repeat volta 2") == 2
    assert '\\bar ".|:" \\repeat volta 2' in text("|: G8 :: A8 :|")


def test_a_double_bar_before_a_repeat_leaves_room_for_its_opening_sign() -> None:
    assert "g'1 \\bar \".|:-||\" | \\repeat volta 2 { a'1 | }" in text("G8 || A8 :|")


def test_an_ending_that_is_listed_for_two_times_is_one_alternative() -> None:
    assert "\\volta 1,3 { a'1 | } \\volta 2 {" in text("|: G8 |1,3 A8 :|2 B8 |]")


def test_endings_that_make_no_form_are_drawn_by_hand() -> None:
    drawn = text("G8 |1 A8 |2 B8 |]")
    assert "\\repeat" not in drawn
    assert '(volta "1.")' in drawn
    assert '(volta #f) (volta "2.")' in drawn


def test_a_pickup_and_every_bar_that_is_short_or_long_say_how_long_they_are() -> None:
    drawn = text("D | G8 | G6 | G9 | G8 |]")
    assert "\\partial 1*1/8 d'8 |" in drawn
    assert "\\partial 1*3/4 g'2. |" in drawn
    assert "\\set Timing.measureLength = #(ly:make-moment 9 8) g'1~ g'8 |" in drawn
    assert "\\set Timing.measureLength = #(ly:make-moment 1 1) g'1" in drawn


def test_beams_follow_the_spaces_of_the_abc() -> None:
    assert "g'8[ a'8] b'8 c''8 d''8[ e''8 fis''8 g''8]" in text("GA B c defg |]")
    assert "g'8.[ a'16]" in text("G > A z6 |]")


def test_tuplets_hold_their_notes() -> None:
    assert "\\tuplet 3/2 { g'8[ a'8 b'8] } g'4" in text("(3GAB G2 z4 |]")


def test_slurs_find_their_notes_and_lone_ends_are_left_out() -> None:
    drawn = text("(GA B)c) (d2 ({e}d2) |]")
    assert "g'8[\\=0( a'8] b'8[\\=0) c''8]" in drawn
    assert "\\grace { e''8\\=1( } d''4\\=1)" in drawn
    assert drawn.count("(") - drawn.count(")") == text("GABc d2 {e}d2 |]").count("(") - text("GABc d2 {e}d2 |]").count(
        ")"
    )


def test_a_tie_to_another_note_is_no_tie() -> None:
    assert "~" not in text("G4- A4 |]").split("\\score")[1]
    assert "g'2~ |" in text("A4 G4- | G8 |]")


def test_an_accidental_that_the_abc_writes_is_printed_once_in_its_bar() -> None:
    assert "fis'!8[ fis'8 c''!8 c''8]" in text("^FF=cc z4 |]")


def test_a_tune_that_spells_every_note_gets_only_the_accidentals_that_it_needs() -> None:
    assert "!" not in text("^F=G=A=B =c=d=e^f |]", K="G").split("\\score")[1]


def test_ornaments_graces_and_bowing_stand_at_their_notes() -> None:
    drawn = text("~G2 T!upbow!A2 .B2 {/c}B{AB}c |]")
    assert "g'4\\roll a'4\\trill\\upbow b'4-. \\slashedGrace { c''8 } b'8[ \\grace { a'16[ b'16] } c''8]" in drawn


def test_a_fermata_behind_the_last_note_of_a_bar_stands_over_the_bar_line() -> None:
    assert "g'1 \\textEndMark \\markup \\musicglyph \"scripts.ufermata\" | a'1 " in text("G8 H| A8 |]")


def test_grace_notes_behind_the_last_note_of_a_bar_stay_in_it() -> None:
    assert "\\afterGrace g'1 { a'16[ b'16] } |" in text("G8 {AB} | G8 |]")


def test_key_meter_and_clef_change_where_the_abc_changes_them() -> None:
    drawn = text("G8 | [K:Dmix] [M:6/8] G6 | [K:C clef=bass] C3 [K:F] B3 |]")
    assert "\\key d \\mixolydian" not in drawn  # the same signature
    assert "\\numericTimeSignature \\time 6/8 g'2. |" in drawn
    assert "\\clef \"bass\" \\key c \\major c'4. \\key f \\major bes'4." in drawn


def test_octave_moves_the_notes_and_an_8_at_the_clef_tells_where_they_sound() -> None:
    assert '\\clef "treble" ' in text("G8 |]", K="C octave=-1")
    assert "g1" in text("G8 |]", K="C octave=-1")
    drawn = text("G8 | [K:F] G8 |]", K="C clef=treble-8")
    assert '\\clef "treble_8"' in drawn
    assert "\\key f \\major g1" in drawn
    assert drawn.count("\\clef") == 1


def test_signatures_that_are_no_mode_are_set_sign_by_sign() -> None:
    assert "\\set Staff.keyAlterations = #`((3 . ,SHARP) (2 . ,FLAT))" in text("G8 |]", K="D exp ^f _e")


def test_common_time_and_sums_are_printed_as_such() -> None:
    assert "\\defaultTimeSignature \\time 2/2" in text("G8 |]", M="C|")
    assert "\\compoundMeter #'((2 3 8))" in text("G2 A3 |]", M="2+3/8")


def test_chord_symbols_stand_over_their_notes_with_real_accidentals() -> None:
    drawn = text('"G"G4 "Bb7"B4 |]')
    assert '\\markup \\concat { "G" }1*1/2' in drawn
    assert '"B" \\hspace #0.15 \\fontsize #-3 \\raise #0.6 \\flat "7" }1*1/2' in drawn
    assert "LyricText" not in " ".join(lilypond([read('K:G\n"G"G4|]')], Look(chords=False)).split()).split("\\score")[1]


def test_titles_type_composer_origin_tempo_and_source_are_on_the_page() -> None:
    drawn = text("G8 |]", R="reel", C="Ed Reavy", O="Ireland", S="a session", B="A Book", Q='"Lively" 1/2=100')
    for words in (
        '"A Tune"',
        '"Reel"',
        '"Ed Reavy (Ireland)"',
        '"a session"',
        '"A Book"',
        '\\tempo \\markup "Lively" 2 = 100',
    ):
        assert words in drawn


def test_several_voices_are_several_staves() -> None:
    tune = read('X:1\nM:4/4\nL:1/8\nV:1 name="Fiddle"\nV:2 name="Cello" clef=bass\nK:G\nV:1\nG8|A8|]\nV:2\nG,8|]\n')
    drawn = lilypond([tune])
    assert drawn.count("\\new Staff ") == 2
    assert '\\clef "bass"' in drawn
    assert '"Fiddle"' in drawn
    assert "s1*1" in drawn  # the bar that the second voice lacks


def test_bar_numbers_count_as_players_do() -> None:
    tune = read("X:1\nM:2/4\nL:1/8\nK:G\nD|G4|A4:|\nB4|c4|]")
    drawn = lilypond([tune], Look(numbers=True))
    assert [line.split('"')[1] for line in drawn.split("\\numbered ")[1:]] == ["", "A1", "2", "B1", "2"]


def test_marked_events_are_coloured_with_a_line_and_a_label_under_them() -> None:
    tune = read("X:1\nM:4/4\nL:1/8\nK:G\nGABc d4|]")
    tint = Tint("#c00000", "copied")
    tints = {event: tint for event in tune.bars[0].events if isinstance(event, Note) and event.step < 7}
    drawn = lilypond([tune], Look(tints=tints))
    assert drawn.count('\\tinted "#c00000"') == 3
    assert '\\startTextSpan_\\markup \\with-color "#c00000"' in drawn
    assert drawn.count("\\stopTextSpan") == 1


def test_spaced_tokens_are_beamed_by_the_beat() -> None:
    tune = next(read_tunes(SEED.read_text().splitlines()))
    assert "g8[ c'8] c'4 g8[ c'8 e'8 c'8]" in lilypond([ready(tune)])


def test_an_excerpt_has_only_its_bars() -> None:
    tune = read("X:1\nM:4/4\nL:1/8\nK:G\nG8|A8|B8|c8|]")
    drawn = lilypond([excerpt(tune, (1, 2))])
    assert "a'1" in drawn
    assert "g'1" not in drawn.split("\\score")[1]
    assert "c''1" not in drawn


@pytest.mark.parametrize(
    "abc",
    [
        "",
        "X:1",
        "K:G",
        "K:G\n",
        "K:G\nG",
        "K:G\n|",
        "K:G\n[1",
        "K:G\n|1 G|2",
        "K:G\n:|:|:|",
        "M:none\nK:\nG|A B|",
        "((((",
    ],
)
def test_nothing_is_too_little_to_be_written(abc: str) -> None:
    assert "\\score" in lilypond([read(abc)])


def test_a_sample_of_the_printed_tunes_is_written(sample: tuple[str, ...]) -> None:
    for abc in sample:
        drawn = lilypond([read(abc)])
        assert drawn.count("{") >= 3


@pytest.mark.long
def test_every_printed_tune_is_written() -> None:
    for abc in printed_tunes():
        lilypond([read(abc)])
