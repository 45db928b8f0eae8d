"""What can be played on what."""

import pytest

from folkbench.errors import NotFound
from folkbench.notation.instruments import INSTRUMENTS, instrument


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("whistle", "tin whistle"),
        ("Tin Whistle in D", "tin whistle"),
        ("violin", "fiddle"),
        ("d/g melodeon", "D/G melodeon"),
        ("G-C melodeon", "G/C melodeon"),
        ("concertina", "Anglo concertina"),
        ("northumbrian", "Northumbrian smallpipes"),
        ("highland", "Highland pipes"),
        ("mando", "mandolin"),
    ],
)
def test_an_instrument_is_found_by_any_of_its_names(typed: str, name: str) -> None:
    assert instrument(typed).name == name


@pytest.mark.parametrize("typed", ["kazoo", "", "pipes"])
def test_a_name_that_is_none_or_several_is_refused_with_the_list(typed: str) -> None:
    with pytest.raises(NotFound) as refused:
        instrument(typed)
    assert "Highland pipes" in refused.value.hint


def test_highland_pipes_have_nine_notes_with_g_natural() -> None:
    pipes = instrument("bagpipes")
    assert len(pipes.notes) == 9
    assert {pitch % 12 for pitch in pipes.notes} == {7, 9, 11, 1, 2, 4, 6}
    assert (pipes.lowest, pipes.highest) == (67, 81)


def test_a_melodeon_has_the_notes_of_both_rows_and_no_others() -> None:
    melodeon = instrument("D/G melodeon")
    assert {pitch % 12 for pitch in melodeon.notes} == {2, 4, 6, 7, 9, 11, 0, 1}
    assert 60 not in melodeon.notes  # C natural only from the G row's octave up
    assert 72 in melodeon.notes
    lower = instrument("G/C melodeon")
    assert {pitch + 7 for pitch in lower.notes} == melodeon.notes


def test_f_natural_on_a_whistle_is_awkward_and_low_b_impossible() -> None:
    whistle = instrument("whistle")
    assert 65 in whistle.awkward
    assert 59 not in whistle.notes | whistle.awkward


def test_every_row_has_a_source_and_keeps_awkward_notes_apart() -> None:
    for row in INSTRUMENTS:
        assert row.source
        assert not row.notes & row.awkward
        assert row.lowest <= 67 <= 81 <= row.highest
