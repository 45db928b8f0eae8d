"""The view in the terminal."""

from __future__ import annotations

from folkbench.engrave import glance
from folkbench.notation import read
from tests.conftest import SEED


def rows(abc: str) -> list[str]:
    return ["".join(words.text for words in row).rstrip() for row in glance(read(abc))]


def test_the_view_says_what_the_tune_is_and_draws_each_part() -> None:
    assert rows("X:1\nT:Scale, The\nR:reel\nM:4/4\nL:1/8\nK:D\nCDEF GABc|d4 z4:|\nd8|]") == [
        "The Scale",
        "reel, D major, 4/4, AAB (2 + 1 bars)",
        "",
        "A  ▁▁▂▃▄▅▆▇│████",
        "   CDEF GABc | d4 z4 :|",
        "",
        "B  ████████",
        "   d8 |]",
    ]


def test_the_seed_tune_is_four_bars_a_line_with_its_pickups() -> None:
    lines = rows(SEED.read_text())
    assert sum(line.startswith(("A  ", "B  ")) for line in lines) == 2
    assert sum(line.startswith("   ") for line in lines) == 4


def test_a_tune_without_key_meter_or_music_has_a_view_too() -> None:
    assert rows("X:1\nK:none\n") == ["(no title)", "no key, free meter, no music"]
