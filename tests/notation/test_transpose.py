"""Tunes in other keys: the same intervals, and what is written is what sounds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from folkbench.errors import FolkbenchError
from folkbench.notation import Tune, read, write
from folkbench.notation.transpose import HIGHEST, LOWEST, Interval, chord_symbol, fitting, to_key, transpose
from folkbench.notation.tune import Chord, Grace, Note
from tests.conftest import SEED, printed_tunes


def heights(tune: Tune) -> list[int]:
    """MIDI numbers of everything written, grace notes and overlays included."""
    events = [e for v in tune.voices for bar in v.bars for layer in (bar.events, *bar.overlays) for e in layer]
    groups = [(e,) if isinstance(e, Note) else e.notes for e in events if isinstance(e, Note | Chord | Grace)]
    return [note.midi for group in groups for note in group]


def music(abc: str, key: str) -> Tune:
    return read(f"X:1\nT:A tune\nM:4/4\nL:1/8\nK:{key}\n{abc}\n")


def body(tune: Tune) -> str:
    return write(tune).splitlines()[-1]


def moves_exactly(abc: str, semitones: int) -> None:
    tune = read(abc)
    moved = transpose(tune, semitones)
    expected = [pitch + semitones for pitch in heights(tune)]
    assert heights(moved) == expected
    assert heights(read(write(moved))) == expected, "what is written says something else"
    assert heights(transpose(moved, -semitones)) == heights(tune)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(printed_tunes()) - 1), st.integers(-14, 14))
def test_every_interval_shifts_exactly_and_back(index: int, semitones: int) -> None:
    moves_exactly(printed_tunes()[index], semitones)


@pytest.mark.long
@pytest.mark.parametrize("semitones", [-7, -5, -1, 2, 3, 6])
def test_every_printed_tune_shifts_exactly_and_back(semitones: int) -> None:
    for abc in printed_tunes():
        moves_exactly(abc, semitones)


ABC = st.text("ABCDEFGabcdefg^_=|[]:-'>(3{}& \n", max_size=60)


@settings(max_examples=200, deadline=None)
@given(
    ABC,
    st.sampled_from(["C", "F#", "Gbm", "Ddor", "HP", "none", "D =c", "C#", "A exp ^f _e", "D clef=bass"]),
    st.integers(-12, 12),
)
def test_any_music_in_any_key_shifts_exactly(abc: str, key: str, semitones: int) -> None:
    tune = music(abc, key)
    moved = transpose(tune, semitones)
    assert heights(moved) == [pitch + semitones for pitch in heights(tune)]
    assert heights(transpose(moved, -semitones)) == heights(tune)


@pytest.mark.parametrize(
    ("key", "semitones", "expected"),
    [
        ("C", 7, "G"),
        ("G", 2, "A"),
        ("Em", -2, "Dm"),
        ("Ador", 1, "Bbdor"),
        ("D", 1, "Eb"),
        ("D", -1, "Db"),
        ("C", 6, "F#"),
        ("Amix", 10, "Gmix"),
        ("HP", 5, "Dmix"),
        ("D =c", 2, "E =d"),
        ("G clef=bass octave=-1", 2, "A clef=bass octave=-1"),
        ("none", 2, "none ^c ^f"),
        ("C#", 1, "D"),
    ],
)
def test_a_key_is_spelled_with_the_fewest_accidentals(key: str, semitones: int, expected: str) -> None:
    assert transpose(music("CDEF", key), semitones).key.text == expected


def test_a_raised_fourth_stays_a_raised_fourth() -> None:
    tune = music("G^FGA FG=FG | ^F4 (3ABA F2 |]", "C")
    assert body(transpose(tune, 7)) == "d^cde cd=cd | ^c4 (3efe c2 |]"
    assert body(transpose(tune, -2)) == "F=EFG EF_EF | =E4 (3GAG E2 |]"


def test_accidentals_already_in_force_are_not_written_again_but_courtesies_are_kept() -> None:
    assert body(transpose(music("^FGF=F | =F2 {^f}g2-|g4 |]", "C"), 2)) == "^GAG=G | =G2 {^g}a2- | a4 |]"


def test_an_accidental_tied_over_the_bar_line_holds() -> None:
    tune = music("c2 ^F6-|F4 F4 |]", "C")
    assert heights(tune) == [72, 66, 66, 65]
    assert body(transpose(tune, 5)) == "f2 =B6- | B4 B4 |]"
    assert heights(transpose(tune, 5)) == [77, 71, 71, 70]


def test_a_note_that_would_need_three_accidentals_is_spelled_on_the_next_step() -> None:
    moved = transpose(music("^^F^^E |]", "F#"), 0, "F#")
    assert body(moved) == "^^F^^E |]"
    moved = transpose(music("^^F2 ^^B2 |]", "E"), 9, "C#")
    assert all(abs(note.alter) <= 2 for bar in moved.bars for note in bar.events if isinstance(note, Note))
    assert heights(read(write(moved))) == heights(moved)


def test_a_change_of_key_goes_along_and_is_spelled_for_itself() -> None:
    tune = music("CDEF | [K:A] ABcd |\nK:Em\nEFGA |]", "C")
    moved = transpose(tune, 11)
    assert "[K:Ab]" in write(moved)
    assert [bar.key.text for bar in moved.bars] == ["B", "Ab", "D#m"]


@pytest.mark.parametrize(
    ("symbol", "moved"),
    [("G", "A"), ("Am7", "Bm7"), ("D/F#", "E/G#"), ("Bb", "C"), ("F#dim", "G#dim"), ("N.C.", "N.C."), ("Fine", "Fine")],
)
def test_chord_symbols_move_and_words_do_not(symbol: str, moved: str) -> None:
    assert chord_symbol(symbol, Interval(1, 2)) == moved


def test_a_changed_tune_has_no_source_until_it_is_read_again() -> None:
    tune = read(SEED.read_text())
    assert transpose(tune, 0) is tune
    assert transpose(tune, 2).source == ""
    assert transpose(tune, 2).title == tune.title


def test_a_key_is_taken_in_the_octave_that_fits_a_fiddle() -> None:
    seed = read(SEED.read_text())
    for key in ("G", "D", "F", "Eb", "Emaj"):
        pitches = heights(to_key(seed, key))
        assert min(pitches) >= LOWEST
        assert max(pitches) <= HIGHEST
    assert heights(to_key(seed, "D", octave=0)) == [pitch + 2 for pitch in heights(seed)]
    assert heights(to_key(seed, "D", octave=-1)) == [pitch - 10 for pitch in heights(seed)]


def test_a_tonic_alone_keeps_the_mode_and_another_mode_is_refused() -> None:
    tune = music("ABcd efga |]", "Ador")
    assert to_key(tune, "E").key.text == "Edor"
    with pytest.raises(FolkbenchError, match="can't become"):
        to_key(tune, "Emin")
    with pytest.raises(FolkbenchError, match="no key"):
        to_key(tune, "H")
    with pytest.raises(FolkbenchError, match="semitones"):
        transpose(tune, 3, "E")


def test_a_tune_without_notes_fits_anywhere() -> None:
    assert fitting(music("z8 |]", "C"), 5) == 5
