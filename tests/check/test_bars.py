"""Bars as a musician counts them: pickups, split bars, endings, meters that are wrong."""

from __future__ import annotations

import pytest

from folkbench.check import check
from folkbench.notation import read

FULL = "DEFG ABcd"


def codes(music: str, meter: str = "4/4", strict: bool = False) -> list[str]:
    """What is wrong with bars and pickups, in the order of the text."""
    problems = check(read(f"X:1\nT:a tune\nM:{meter}\nL:1/8\nK:D\n{music}\n"), strict)
    return [problem.code for problem in problems if problem.code != "missing-opening-repeat"]


@pytest.mark.parametrize(
    "music",
    [
        f"|: {FULL} | {FULL} :|",
        f"|: D | {FULL} | DEFG ABc :|",
        f"D | {FULL} | DEFG ABc :|\n|: d | {FULL} | DEFG ABc :|",
        f"D | {FULL} | DEFG ABc || d | {FULL} | DEFG ABc |]",
        f"D | {FULL} | DEFG ABc :| {FULL} | {FULL} :|",
        f"{FULL} | DEFG ABc || d | {FULL} | {FULL} |]",
        f"|: {FULL} | DEFG |1 ABcd :|2 Adcd |]",
        f"DEFG | {FULL} | DE |1 FGABcd | DEFG :|2 FG :|",
        f"|: D | {FULL} | DEFG |1 ABc :|2 ABcd |]",
        f"|: D | {FULL} |1 DEFG ABc :|2 DEFG ABc :|",
        f"{FULL} | DEFG .| ABcd | {FULL} |]",
        f"{FULL} | [M:6/8] DEF GAB | [M:4/4] {FULL} |]",
        f"{FULL} | Z3 | {FULL} | z8 |]",
        f"|: DE | {FULL} | DEFG AB :: AB | {FULL} | DEFG gf :|",
    ],
)
def test_every_bar_counts_in_the_strictest_reading(music: str) -> None:
    assert codes(music, strict=True) == []


@pytest.mark.parametrize(
    ("music", "code"),
    [
        (f"|: {FULL} | DEFG ABcde | {FULL} :|", "bar-too-long"),
        (f"|: {FULL} | DEFG ABc | {FULL} :|", "bar-too-short"),
        (f"|: DEFG ABc | {FULL} | {FULL} :|", "bar-too-short"),
        (f"|: {FULL} | {FULL} | DEFG ABc :|", "bar-too-short"),
        (f"|: D | {FULL} | {FULL} | DEFG ABcd e :|", "bar-too-long"),
        (f"|: D | {FULL} | {FULL} | {FULL} :|", "pickup-not-made-up"),
        (f"|: D | {FULL} | {FULL} | DEFG AB :|", "pickup-not-made-up"),
        (f"|: {FULL} | DEFG :| ABcd | {FULL} |]", "pickup-not-made-up"),
        (f"|: {FULL} | {FULL} :: D | {FULL} | {FULL} :|", "pickup-not-made-up"),
    ],
)
def test_one_fault_is_named_once(music: str, code: str) -> None:
    assert codes(music) == [code]


def test_a_pickup_that_is_not_made_up_is_a_note_and_with_strict_an_error() -> None:
    tune = read(f"X:1\nM:4/4\nL:1/8\nK:D\n|: D | {FULL} | {FULL} :|\n")
    assert [p.severity for p in check(tune)] == ["note"]
    assert [p.severity for p in check(tune, strict=True)] == ["error"]


def test_a_wrong_meter_is_said_once() -> None:
    problems = check(read("X:1\nM:4/4\nL:1/8\nK:D\n|: DEF GAB | DEF GAB | DEF GAB | DEF GAB | DEF G3 :|\n"))
    assert [problem.code for problem in problems] == ["meter-mismatch"]
    assert problems[0].message.startswith("this looks like 6/8, M: says 4/4")
    assert (problems[0].line, problems[0].column) == (2, 1)


def test_the_other_bars_are_held_against_the_meter_that_most_agree_on() -> None:
    problems = check(read("X:1\nM:4/4\nL:1/8\nK:D\n|: DEF GAB | DEF GA | DEF GAB | DEF GAB | DEF G3 :|\n"))
    assert [problem.code for problem in problems] == ["meter-mismatch", "bar-too-short"]


def test_no_bar_is_wrong_in_free_meter() -> None:
    assert codes("DEF | G | ABcdefga | b |]", meter="none", strict=True) == []


def test_a_bar_is_named_as_players_count_it() -> None:
    problems = check(
        read(f"X:1\nM:4/4\nL:1/8\nK:D\n|: D | {FULL} | DEFG ABc :|\n|: d | {FULL} | ABcd e2f2c | DEFG ABc :|\n")
    )
    assert [problem.message for problem in problems] == ["bar 2 of part B has 9 eighths, the meter 4/4 has 8"]
    assert (problems[0].part, problems[0].bar) == ("B", 2)
    assert (problems[0].line, problems[0].column, problems[0].end_column) == (6, 20, 30)
    assert problems[0].hint == "shorten e2 to e"


def test_a_hint_says_which_length_would_do() -> None:
    (problem,) = check(read("X:1\nM:6/8\nL:1/8\nK:D\n|: DEF GAB | DEF c3- | c3 def | DEF GAc2 | DEF G3 :|\n"))
    assert problem.hint == "shorten the last note to c"


def test_bars_half_as_long_as_the_meter_may_have_the_wrong_unit() -> None:
    (problem,) = check(read("X:1\nM:2/4\nL:1/16\nK:D\nDEFG | ABcd | dcBA | GFED | DEFG | A4 |]\n"))
    assert problem.code == "meter-mismatch"
    assert problem.hint == "write L:1/8, or M:1/4"


def test_bars_of_empty_layers_agree_on_no_meter() -> None:
    # found by the fuzzer: bars that last nothing, because a layer & opens before any note
    tune = read("X:1\nM:6/8\nL:1/8\nK:D\n&A|&A|&A|&A|&A|\n")
    assert "meter-mismatch" not in [problem.code for problem in check(tune)]
