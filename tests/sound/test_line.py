from __future__ import annotations

import pytest

from folkbench.notation import read
from folkbench.sound.line import lay_out

HEAD = "X:1\nM:4/4\nL:1/8\nK:D\n"


def eighths(body: str, head: str = HEAD, **how) -> list[tuple[float, float, int]]:
    """Start and length in eighths, and pitch, of every note as it is played."""
    tune = read(head + body + "\n")
    unit = tune.whole / 8
    return [(note.start / unit, note.ticks / unit, note.pitch) for note in lay_out(tune, **how).notes]


def test_repeats_and_endings_are_unrolled() -> None:
    pitches = [pitch for _, _, pitch in eighths("|:d8|1e8:|2f8||a8|]")]
    assert pitches == [74, 76, 74, 78, 81]


def test_the_tune_goes_round_as_often_as_is_asked() -> None:
    assert [start for start, _, _ in eighths("d8|e8|]", times=3)] == [0, 8, 16, 24, 32, 40]


def test_chosen_bars_are_played_alone() -> None:
    assert [pitch for _, _, pitch in eighths("|:d8|e8|f8:|", bars=(1, 2))] == [76, 78]


def test_ties_join_over_bar_lines_and_only_the_same_pitch() -> None:
    assert eighths("d4e4-|e4f4|]") == [(0, 4, 74), (4, 8, 76), (12, 4, 78)]
    assert eighths("d4-e4|]") == [(0, 4, 74), (4, 4, 76)]


def test_a_tied_chord_holds_what_it_shares_with_the_next() -> None:
    assert eighths("[dfa]4-[dfb]4|]") == [(0, 8, 74), (0, 8, 78), (0, 4, 81), (4, 4, 83)]


def test_overlays_and_voices_sound_together() -> None:
    assert eighths("d8&A8|]") == [(0, 8, 69), (0, 8, 74)]
    assert eighths("V:1\nd8|]\nV:2\nA8|]") == [(0, 8, 69), (0, 8, 74)]


def test_slurs_reach_to_the_note_before_their_end() -> None:
    tune = read(HEAD + "(def)g|]\n")
    assert [note.into for note in lay_out(tune).notes] == [True, True, False, False]


@pytest.mark.parametrize(
    ("body", "offsets"),
    [
        ("A2|d8|e6|]", [6, 0, 0]),
        ("|:A2|d8|e6:|", [6, 0, 0, 6, 0, 0]),
        ("d8|e4:|f4|g8|]", [0, 0, 0, 0, 4, 0]),
    ],
)
def test_a_pickup_begins_late_in_its_bar(body: str, offsets: list[int]) -> None:
    tune = read(HEAD + body + "\n")
    assert [8 * spot.offset // tune.whole for spot in lay_out(tune).spots] == offsets


def test_ornaments_know_their_neighbours_in_the_key() -> None:
    note = lay_out(read(HEAD + "~f8|]\n")).notes[0]
    assert (note.above, note.below, note.marks) == (79, 76, {"roll"})


def test_a_voice_that_stops_early_is_left_out_and_nothing_breaks() -> None:
    assert eighths("V:1\nd8|e8|]\nV:2\nA8|]") == [(0, 8, 74), (8, 8, 76)]
