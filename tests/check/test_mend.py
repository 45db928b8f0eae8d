"""Mends that are certain, and nothing else changed."""

from __future__ import annotations

import pytest

from folkbench.check.mend import mended, mends
from folkbench.notation import read_tunes
from folkbench.notation.tune import Tune
from tests.conftest import printed_tunes

WHOLE = "X:1\nT:t\nM:4/4\nL:1/8\nK:D\nDEFG ABcd |]\n"


def fixed(text: str) -> str:
    return mended(text, [change for tune in read_tunes(text.split("\n")) for change in mends(tune)])


def heard(tune: Tune) -> list[tuple[object, ...]]:
    return [event[2:5] for bar in tune.bars for event in bar.events if type(event).__name__ == "Note"]


def test_a_tune_that_needs_nothing_stays_as_it_is() -> None:
    assert fixed(WHOLE) == WHOLE


@pytest.mark.parametrize(
    "broken",
    [
        WHOLE.replace("L:1/8\n", ""),
        WHOLE.replace(" |]", ""),
        WHOLE.replace("ABcd", "A#B?cd"),
        WHOLE.replace("|]", "|]  "),
    ],
)
def test_what_is_certain_is_mended(broken: str) -> None:
    assert fixed(broken) == WHOLE


def test_line_ends_stay_as_they_are() -> None:
    windows = WHOLE.replace("\n", "\r\n")
    assert fixed(windows.replace("L:1/8\r\n", "")) == windows


def test_letters_stay_for_a_program_may_read_them_as_decorations() -> None:
    assert "kA" in fixed(WHOLE.replace("ABcd", "kABcd"))


def test_everything_outside_the_tunes_stays() -> None:
    book = f"% my tunes\n\nsome words about them\n\n{WHOLE}\nmore words\n\n{WHOLE.replace('L:1/8', '%')}"
    assert fixed(book) == book.replace("%\nK:D", "%\nL:1/8\nK:D")


def test_printed_tunes_sound_the_same_when_they_are_mended() -> None:
    for text in printed_tunes()[::40]:
        (before,) = read_tunes(text.split("\n"))
        (after,) = read_tunes(fixed(text).split("\n"))
        assert heard(before) == heard(after)
        assert not mends(after)
