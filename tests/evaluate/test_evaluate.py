"""Measuring tunes: the counts that a player would make by hand, and figures whose answer is known."""

from __future__ import annotations

import random

import pytest

from folkbench.errors import FolkbenchError
from folkbench.evaluate import share, style, well_made
from folkbench.evaluate.apart import told_apart
from folkbench.notation import read, transpose
from tests.conftest import SEED

GOOD = "X:1\nM:4/4\nL:1/8\nK:G\n|: GABc d2 B2 | G4 G4 :|\n"
SHORT_BAR = "X:1\nM:4/4\nL:1/8\nK:G\n|: GABc d2 B2 | GABc d2 B2 | GABc d2 | G4 G4 :|\n"
OPEN_REPEAT = "X:1\nM:4/4\nL:1/8\nK:G\n|: GABc d2 B2 | G4 A4 |: GABc d2 B2 | G4 G4 :|\n"


def test_the_seed_transcription_is_well_made_in_every_way() -> None:
    made = well_made([read(SEED.read_text())])
    assert (made.bars.of, made.bars.total) == (18, 18)
    assert all(one.of == 1 for one in (made.repeats, made.well_formed, made.strict, made.on_tonic, made.eights))


def test_a_wrong_bar_and_an_open_repeat_are_counted_where_they_are() -> None:
    made = well_made([read(text) for text in (GOOD, SHORT_BAR, OPEN_REPEAT)])
    assert (made.tunes, made.well_formed.of, made.repeats.of) == (3, 1, 2)
    assert made.bars.total - made.bars.of == 1


def test_an_interval_holds_the_share_and_narrows_with_the_count() -> None:
    few, many = share(9, 10), share(900, 1000)
    assert few.low < many.low < 0.9 < many.high < few.high
    assert share(0, 50).low == 0.0
    assert share(50, 50).high == pytest.approx(1.0)


def test_a_wilson_interval_is_the_published_one() -> None:
    # Newcombe 1998, table I: 15 of 148 is 0.0624 to 0.1605
    one = share(15, 148)
    assert (round(one.low, 4), round(one.high, 4)) == (0.0624, 0.1605)


def test_divergence_is_nothing_for_the_same_and_one_bit_for_nothing_in_common() -> None:
    assert style.divergence({"a": 3, "b": 1}, {"a": 6, "b": 2}) == pytest.approx(0.0)
    assert style.divergence({"a": 3}, {"b": 5}) == pytest.approx(1.0)


def test_a_style_does_not_depend_on_the_key_but_on_the_notes() -> None:
    tune = read(SEED.read_text())
    moved = transpose(tune, 7, "G")
    assert style.compare(style.counts([tune]), style.counts([moved])) == pytest.approx(
        dict.fromkeys(style.STATISTICS, 0)
    )
    other = read(GOOD)
    assert style.compare(style.counts([tune]), style.counts([other]))["pitch classes"] > 0.1


def _tunes(draw: random.Random, letters: str, count: int) -> list[list[str]]:
    return [[draw.choice(letters) for _ in range(60)] for _ in range(count)]


def test_a_bar_that_comes_again_is_counted_by_how_long_ago_it_was() -> None:
    tune = read("X:1\nM:4/4\nL:1/8\nK:C\nCDEF GABc | CDEF GABc | c8 | C8 | CDEF GABc |\n")
    assert style.STATISTICS["repeated bars"](tune) == {"new": 3, "1": 1, "3": 1}


def test_two_halves_of_one_set_cannot_be_told_apart_and_two_languages_can() -> None:
    pytest.importorskip("sklearn", reason="the evaluate extra isn't installed")
    draw = random.Random(4)
    same = told_apart(_tunes(draw, "CDEG", 60), _tunes(draw, "CDEG", 60))
    assert same.low - 0.05 < 0.5 < same.high + 0.05
    assert same.low < same.auc < same.high
    other = told_apart(_tunes(draw, "CDEG", 60), _tunes(draw, "CDEA", 60))
    assert 0.9 < other.low < other.auc <= other.high <= 1
    assert "G" in other.first
    assert "A" in other.second


def test_too_few_tunes_are_not_told_apart() -> None:
    with pytest.raises(FolkbenchError, match="too few"):
        told_apart([["C"]] * 3, [["D"]] * 30)
