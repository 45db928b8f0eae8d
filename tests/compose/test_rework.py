"""Rework: the bars that are named are new, and count; every other byte is as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from folkbench.check import check, failed
from folkbench.compose import Composer
from folkbench.compose.rework import noted, rework
from folkbench.errors import FolkbenchError
from folkbench.notation import read
from folkbench.notation.tune import Note

TUNE = """X:1
T:A tune % with a remark
M:4/4
L:1/16
K:D
A2|d4 d2A2 d2f2a2f2|"G"g4 {b}f4 e8|\\
d4 A4 F4 A4|1 G8 D6:|2 d8 d6||
|:fg|a4 f4 d4 f4|e4- e4 A8 w|d8 f8|d8 d4:|
"""


@pytest.fixture(scope="module")
def composer(untrained: Path) -> Composer:
    return Composer(str(untrained), threads=1)


def without(text: str, *pieces: str) -> str:
    for piece in pieces:
        text = text.replace(piece, "#", 1)
    return text


def test_only_the_bars_that_are_named_are_new_and_they_count(composer: Composer) -> None:
    choices = rework(composer, read(TUNE), "2,B3", 1, choices=3)
    assert len({choice.text for choice in choices}) == len(choices) > 1
    assert [choice.score for choice in choices] == sorted([choice.score for choice in choices], reverse=True)
    for choice in choices:
        assert [label for label, _ in choice.bars] == ["A2", "B3"]
        new = [abc for _, abc in choice.bars]
        assert without(choice.text, *new) == without(TUNE, "g4 {b}f4 e8", "d8 f8")
        assert not failed(tuple(p for p in check(read(choice.text), strict=True) if p.code.startswith("bar")))


def test_the_same_seed_gives_the_same_bars(composer: Composer) -> None:
    assert rework(composer, read(TUNE), "A3", 5) == rework(composer, read(TUNE), "A3", 5)


def test_a_bar_in_an_ending_can_be_made_anew(composer: Composer) -> None:
    choice = rework(composer, read(TUNE), "A4.2", 2)[0]
    assert without(choice.text, choice.bars[0][1]) == without(TUNE, "d8 d6")


def test_the_rhythm_can_be_kept(composer: Composer) -> None:
    choice = rework(composer, read(TUNE), "1", 3, keep_rhythm=True)[0]

    def lengths(text: str) -> list[int]:
        return [event.ticks for event in read(text).bars[1].events if isinstance(event, Note)]

    assert lengths(choice.text) == lengths(TUNE)
    assert choice.text != TUNE


@pytest.mark.parametrize("bars", ["9", "C1", "nonsense"])
def test_bars_that_are_not_there_are_refused(composer: Composer, bars: str) -> None:
    with pytest.raises(FolkbenchError):
        rework(composer, read(TUNE), bars, 1)


def test_a_tie_over_the_edge_is_refused_with_the_reason(composer: Composer) -> None:
    tied = read("X:1\nM:4/4\nL:1/8\nK:D\nd8-|d8|e8|f8|\n")
    for bars, what in (("2", "into"), ("1", "out of")):
        with pytest.raises(FolkbenchError, match=what):
            rework(composer, tied, bars, 1)


def test_a_note_says_what_was_done_above_the_key() -> None:
    assert noted("X:1\nN:old\nK:D\nd|\n", "new") == "X:1\nN:old\nN:new\nK:D\nd|\n"
