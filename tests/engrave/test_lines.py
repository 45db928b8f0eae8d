"""Where lines end."""

from __future__ import annotations

from folkbench.engrave.lines import line_breaks
from folkbench.notation import read

ROOM = 47


def breaks(music: str, room: float = ROOM) -> dict[int, tuple[int, ...]]:
    return line_breaks(read(f"X:1\nM:4/4\nL:1/8\nK:G\n{music}").bars, room).breaks


REEL = "GABc defg|"


def test_lines_end_where_the_abc_ends_them() -> None:
    assert breaks(f"{REEL * 4}\n{REEL * 4}\n{REEL * 5}") == {4: (0,), 8: (0,)}


def test_a_line_that_goes_on_with_a_backslash_is_one_line() -> None:
    assert breaks(f"{REEL * 2}\\\n{REEL * 2}\n{REEL * 4}") == {4: (0,)}


def test_a_tune_in_one_line_is_divided_at_its_parts_and_then_every_four_bars() -> None:
    assert sorted(breaks(f"D|{REEL * 8}:|B|{REEL * 8}:|")) == [5, 9, 14]


def test_second_endings_keep_to_the_line_of_the_first() -> None:
    assert sorted(breaks(f"|:{REEL * 7}1 G8:|2 G8||{REEL * 8}")) == [5, 9, 13]


def test_a_line_end_within_a_bar_is_kept() -> None:
    (bar,) = breaks(f"D2|{REEL * 3} GABc d2\nD2|{REEL * 3} GABc d2:|").items()
    assert bar[0] == 4
    assert bar[1] != (0,)


def test_where_an_exclamation_mark_ends_lines_the_line_ends_do_not() -> None:
    assert sorted(breaks(f"{REEL * 2}\n{REEL * 2}!{REEL * 2}\n{REEL * 2}")) == [4]


def test_a_short_line_joins_its_shorter_neighbour_of_the_same_part() -> None:
    assert sorted(breaks(f"{REEL * 4}\n{REEL * 4}\nG4 A4|B8|\n{REEL * 3}")) == [4, 8]
    assert sorted(breaks(f"{REEL * 4}||\nG4 A4|B8||\n{REEL * 3}")) == [4, 6]


def test_a_short_last_line_of_its_own_is_told() -> None:
    assert line_breaks(read(f"M:4/4\nL:1/8\nK:G\n{REEL * 4}||\nG8|]").bars, ROOM).last_is_short


def test_a_bar_too_long_for_any_line_is_divided_between_groups() -> None:
    (places,) = breaks("GABc " * 40 + "|").values()
    assert len(places) >= 3
