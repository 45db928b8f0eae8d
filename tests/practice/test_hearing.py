"""What is wrong in a tune is found in its tokens."""

from __future__ import annotations

from pathlib import Path

import pytest

from folkbench.check import check, is_well_formed
from folkbench.corpus import load
from folkbench.encoding import decode, encoding_of
from folkbench.practice.hearing import faults, outline

HEAD = ("<s>", "R:reel", "M:4/4", "K:Cmaj")
BARS = (
    ("C", "2", "E", "2", "G", "4", "|"),
    ("c", "2", "G", "2", "E", "4", "|"),
    ("F", "2", "A", "2", "c", "4", "|"),
    ("G", "4", "C", "4", ":|"),
)
WHOLE = [word for bar in BARS for word in bar]


def _blamed(music: list[str], encoding: str = "v2", behind: tuple[str, ...] = ("</s>",)) -> list[tuple[str, ...]]:
    known = encoding_of(encoding)
    groups = known.write((*HEAD, *music, *behind), 0)
    texts = [token for group in groups for token in group]
    seen = outline(texts, known)
    assert seen is not None
    return [tuple(texts[fault]) for fault in faults(seen)]


def test_a_whole_tune_has_no_fault() -> None:
    assert _blamed(WHOLE) == []


def _tokens(encoding: str, music: list[str], first: int, last: int) -> tuple[str, ...]:
    groups = encoding_of(encoding).write((*HEAD, *music), 0)[len(HEAD) :]
    return tuple(token for group in groups[first:last] for token in group)


@pytest.mark.parametrize("encoding", ["v1", "v2", "v3"])
@pytest.mark.parametrize("wrong", range(4))
def test_a_bar_too_short_is_blamed_with_its_line(encoding: str, wrong: int) -> None:
    music = [word for number, bar in enumerate(BARS) for word in (bar[2:] if number == wrong else bar)]
    first = sum(len(bar) for bar in BARS[:wrong])
    expected = _tokens(encoding, music, first, first + len(BARS[wrong]) - 2)
    assert _blamed(music, encoding) == [expected]


@pytest.mark.parametrize("encoding", ["v1", "v2", "v3"])
@pytest.mark.parametrize("wrong", range(4))
@pytest.mark.parametrize("behind", [(), ("z", "C", "2")])
def test_a_bar_too_long_is_blamed_as_far_as_it_is_too_much(encoding: str, wrong: int, behind: tuple[str, ...]) -> None:
    long = (*BARS[wrong][:-1], "D", "2", *behind, BARS[wrong][-1])
    music = [word for number, bar in enumerate(BARS) for word in (long if number == wrong else bar)]
    first = sum(len(bar) for bar in BARS[:wrong])
    assert _blamed(music, encoding) == [_tokens(encoding, music, first, first + len(BARS[wrong]) + 1)]


def test_a_bar_without_end_is_blamed_where_it_became_too_long() -> None:
    assert _blamed([*BARS[0], *BARS[1][:-1], *("d",) * 50], behind=()) == [(*BARS[1][:-1], "d")]


def test_what_is_no_music_is_blamed_where_it_stands() -> None:
    assert _blamed([*BARS[0], "C", *("t:&",) * 9], behind=()) == [("t:&",)]
    assert _blamed(WHOLE, behind=("T:", "t:a", "C", "</s>")) == [("C",)]


def test_a_title_behind_the_music_is_not_blamed() -> None:
    assert _blamed([*WHOLE[:-3], ":|"], behind=("T:", "t:a", "</s>")) == [("G", "4", ":|")]


def test_where_a_repeat_is_never_closed_the_end_is_blamed_and_not_what_opens_it() -> None:
    assert _blamed(["|:", *WHOLE[:-1], "|"]) == [("|", "</s>")]


def test_where_a_second_ending_is_missing_what_stands_in_its_place_is_blamed() -> None:
    first = [*BARS[0], *BARS[1][:-1], "|1", *BARS[2][:-1], ":|"]
    assert _blamed([*first, *WHOLE]) == [("C",)]
    assert _blamed(first) == [("</s>",)]
    assert _blamed([*first, "|2", *BARS[3][:-1], "|"]) == []


def test_a_sign_that_is_too_many_is_blamed() -> None:
    assert _blamed([*BARS[0], *BARS[1][:-1], "|2", *BARS[2], *BARS[3]]) == [("|2",)]
    assert _blamed(["|:", *BARS[0], *BARS[1][:-1], "|:", *BARS[2], *BARS[3]]) == [("|:",)]


def test_what_has_no_head_or_no_music_is_no_tune() -> None:
    known = encoding_of("v2")
    assert outline(("<s>", "M:4/4", "</s>"), known) is None
    assert outline((*HEAD, "</s>"), known) is None
    assert outline(("<s>", "K:Cmaj", *WHOLE, "</s>", "M:4/4"), known) is None
    assert outline((), known) is None


def test_whole_is_what_comes_to_its_end_with_music_where_it_belongs_and_nowhere_else() -> None:
    known = encoding_of("v2")
    for texts, whole in (
        ((*HEAD, *WHOLE, "</s>"), True),
        ((*HEAD, *WHOLE, "T:", "t:a", "</s>"), True),
        ((*HEAD, *WHOLE), False),
        ((*HEAD, *WHOLE, "T:", "t:a"), False),
        ((*HEAD, *WHOLE, "T:", "t:a", "C", "</s>"), False),
        ((*HEAD, *WHOLE[:5], "t:a", *WHOLE[5:], "</s>"), False),
        (("<s>", "C", *HEAD[1:], *WHOLE, "</s>"), False),
    ):
        seen = outline(texts, known)
        assert seen is not None
        assert seen.whole == whole, texts


def test_a_bar_that_cannot_be_read_is_blamed_and_of_a_wrong_meter_the_meter() -> None:
    open_chord = ("[", "C", "E", "2", "G", "4", "|")
    assert _blamed([*BARS[0], *open_chord, *BARS[2], *BARS[3]]) != []
    known = encoding_of("v2")
    texts = ("<s>", "M:6/8", "K:Cmaj", *WHOLE, "</s>")
    seen = outline(texts, known)
    assert seen is not None
    assert [texts[fault] for fault in faults(seen)] == [("M:6/8",)]


def test_of_printed_tunes_those_have_faults_that_are_not_well_formed_and_within_the_music(session_corpus: Path) -> None:
    corpus, known = load(), encoding_of("v2")
    count = 0
    for number in range(0, len(corpus), 9):
        entry = corpus.entry(number)
        texts = ("<s>", entry.meter, entry.mode, *entry.music, "</s>")
        seen = outline(texts, known)
        assert seen is not None
        assert texts[seen.heard] == texts[1:-1]
        found = faults(seen)
        assert bool(found) != is_well_formed(check(decode(entry.music, meter=entry.meter, mode=entry.mode)))
        assert all(3 <= fault.start < fault.stop <= len(texts) for fault in found)
        count += bool(found)
    assert count > 10
