from __future__ import annotations

import pytest

from folkbench.errors import FolkbenchError
from folkbench.notation import named_bars, read

TUNE = read("X:1\nM:4/4\nL:1/8\nK:D\n|:d8|e8|f8|1g8:|2a8||\nB2|b8|a8|g8|f6|]\n")


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("2", "e"),
        ("A1-2", "de"),
        ("1-3", "def"),
        ("4", "ga"),
        ("A4.2", "a"),
        ("a3 - b1", "fgaBb"),
        ("B", "Bbagf"),
        ("B2-3", "ag"),
        ("B4,1", "df"),
    ],
)
def test_bars_are_found_by_the_names_that_players_give_them(text: str, notes: str) -> None:
    found = [TUNE.source[TUNE.bars[bar].events[-1].at] for bar in named_bars(TUNE, text)]
    assert "".join(found) == notes


@pytest.mark.parametrize("text", ["", "C1", "A9", "x y", "5-", "B1-A1", "A4.7"])
def test_bars_that_are_not_there_are_refused_and_those_that_are_get_named(text: str) -> None:
    with pytest.raises(FolkbenchError) as refused:
        named_bars(TUNE, text)
    assert refused.value.hint
