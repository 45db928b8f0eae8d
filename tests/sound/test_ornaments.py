from __future__ import annotations

from itertools import pairwise

import pytest

from folkbench.sound.line import Written
from folkbench.sound.ornaments import _PLAYED, ornament

EIGHTH = 0.134


def note(*marks: str, graces: tuple[int, ...] = ()) -> Written:
    return Written(0, 100, 74, 76, 73, 0, frozenset(marks), graces, False, True)


@pytest.mark.parametrize("mark", [*_PLAYED, ""])
@pytest.mark.parametrize("seconds", [0.004, 0.03, 0.134, 0.268, 0.402, 1.6])
@pytest.mark.parametrize("graces", [(), (76,), (71, 73, 76, 78)])
def test_an_ornament_fills_its_note_without_a_gap_and_ends_on_it(
    mark: str, seconds: float, graces: tuple[int, ...]
) -> None:
    pieces = ornament(note(mark, graces=graces), seconds, EIGHTH)
    assert pieces[0].start == 0
    assert pieces[-1].end == pytest.approx(seconds)
    assert pieces[-1].pitch == 74
    for sooner, later in pairwise(pieces):
        assert sooner.start < sooner.end
        assert sooner.end == pytest.approx(later.start)


def test_a_long_roll_is_note_cut_note_tap_note() -> None:
    pieces = ornament(note("roll"), 3 * EIGHTH, EIGHTH)
    assert [piece.pitch for piece in pieces] == [74, 76, 74, 73, 74]
    assert pieces[1].end - pieces[1].start < 0.04
    assert pieces[0].end > EIGHTH


def test_a_short_roll_begins_with_the_cut_and_an_eighth_has_only_that() -> None:
    assert [piece.pitch for piece in ornament(note("roll"), 2 * EIGHTH, EIGHTH)] == [76, 74, 73, 74]
    assert [piece.pitch for piece in ornament(note("roll"), EIGHTH, EIGHTH)] == [76, 74]


def test_a_trill_lasts_as_long_as_its_note() -> None:
    assert len(ornament(note("trill"), 1.6, EIGHTH)) > 10
    assert [piece.pitch for piece in ornament(note("trill"), EIGHTH, EIGHTH)] == [74, 76, 74]


def test_the_lower_notes_of_a_chord_are_left_plain() -> None:
    assert len(ornament(note("roll")._replace(top=False), 3 * EIGHTH, EIGHTH)) == 1
