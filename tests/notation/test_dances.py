"""The table of dances, and the words by which they go in R: fields and titles."""

from fractions import Fraction

import pytest

from folkbench.notation.dances import DANCES, dance, guess
from folkbench.notation.tune import Meter


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Reel", "reel"),
        (" REEL", "reel"),
        ("Irish reels", "reel"),
        ("double jig", "jig"),
        ("Slip Jigs", "slip jig"),
        ("slipjig", "slip jig"),
        ("hop jig", "slip jig"),
        ("single jig", "single jig"),
        ("Jig, slide", "jig"),
        ("jig (double)", "jig"),
        ("highland fling", "fling"),
        ("Lancashire clog", "clog"),
        ("waltzes", "waltz"),
        ("Marches", "march"),
        ("Quick Step", "quickstep"),
        ("WALK AROUND.", "walkaround"),
        ("barn-dance", "barndance"),
        ("three-two hornpipe", "three-two"),
        ("slow air", "air"),
    ],
)
def test_a_dance_is_known_by_any_of_its_names(words: str, name: str) -> None:
    found = dance(words)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("words", ["", "  ", "Shambuy", "fair", "s", "\x00", "(((("])
def test_words_that_name_no_dance_give_none(words: str) -> None:
    assert dance(words) is None


def test_every_name_and_alias_stands_for_one_dance_only() -> None:
    names = [name for row in DANCES for name in (row.name, *row.aliases)]
    assert len(names) == len(set(names))
    assert all(dance(name) is row for row in DANCES for name in (row.name, *row.aliases))


def test_every_row_has_a_source_and_a_beat_that_fits_its_meters() -> None:
    for row in DANCES:
        assert row.source
        for text, beat in row.meters:
            assert (Fraction(text) / beat).denominator == 1, row.name


@pytest.mark.parametrize(
    ("beats", "unit", "name"),
    [
        (4, 4, "reel"),
        (2, 4, "polka"),
        (6, 8, "jig"),
        (9, 8, "slip jig"),
        (3, 2, "three-two"),
        (0, 1, "air"),
        (5, 4, "air"),
    ],
)
def test_without_a_name_the_meter_gives_the_likeliest_dance(beats: int, unit: int, name: str) -> None:
    assert guess(Meter(beats, unit, f"{beats}/{unit}")).name == name


def test_a_reel_has_two_beats_a_bar_however_it_is_written() -> None:
    reel = dance("reel")
    assert reel is not None
    assert reel.beat_in(Meter(4, 4, "C")) == Fraction(1, 2)
    assert reel.beat_in(Meter(2, 4, "2/4")) == Fraction(1, 4)
    assert reel.beat_in(Meter(6, 8, "6/8")) == Fraction(3, 8)
