"""Every kind of likeness finds what brute force finds."""

from __future__ import annotations

import pytest

from folkbench.corpus import Corpus
from folkbench.errors import FolkbenchError
from folkbench.whence import KINDS, Index, View, find, find_nearly
from folkbench.whence.figures import first_in
from folkbench.whence.text import text_of_tune
from tests.whence import brute
from tests.whence.conftest import Figure

VIEWS = [
    View(kind, pitch_only, across)
    for kind in KINDS
    for pitch_only, across in ((False, False), (True, False), (False, True), (True, True))
]


def _found(index: Index, figure: Figure, view: View) -> list[tuple[int, int]] | None:
    try:
        hits = find(index, figure, view)
    except FolkbenchError:
        return None
    begins = hits.looked.seen.places(hits.in_view)
    tunes = index.text.tunes_of(begins)
    assert hits.tunes == len(set(tunes.tolist()))
    assert hits.numbers.tolist() == sorted(set(tunes.tolist()))
    assert hits.places == len(begins)
    return list(zip(tunes.tolist(), (begins - index.text.tune_at[tunes]).tolist(), strict=True))


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.label)
def test_a_kind_of_likeness_finds_what_brute_force_finds(
    view: View, index: Index, small: Corpus, figures: list[Figure]
) -> None:
    for figure in figures[:: 1 if view == View() else 4]:
        assert (_found(index, figure, view) or []) == brute.places(small, figure, *view), figure


@pytest.mark.long
@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.label)
def test_all_figures_are_found_in_all_kinds_of_likeness(
    view: View, index: Index, small: Corpus, figures: list[Figure]
) -> None:
    for figure in figures:
        assert (_found(index, figure, view) or []) == brute.places(small, figure, *view), figure


@pytest.mark.parametrize("kind", KINDS)
def test_nearly_the_same_is_what_brute_force_says(
    kind: str, index: Index, small: Corpus, figures: list[Figure]
) -> None:
    compared = [_compare(index, small, figure, 1 + nth % 3, kind) for nth, figure in enumerate(figures[5::20])]
    assert sum(compared) > 3


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("edits", [1, 2, 3])
def test_all_figures_nearly_stand_where_brute_force_says(
    edits: int, kind: str, index: Index, small: Corpus, figures: list[Figure]
) -> None:
    for figure in figures:
        _compare(index, small, figure, edits, kind)


@pytest.mark.parametrize("kind", ["exact", "interval", "contour"])
def test_long_figures_nearly_stand_where_the_whole_text_says(kind: str, index: Index, small: Corpus) -> None:
    for entry in small.entries[5:70:60]:
        assert _compare(index, small, (*entry.music[:70], "C", *entry.music[70:90], *entry.music[91:150]), 3, kind)


def _compare(index: Index, small: Corpus, figure: Figure, edits: int, kind: str) -> bool:
    """Whether it could be searched; what is found must be what brute force finds."""
    try:
        hits = find_nearly(index, figure, edits, View(kind))
    except FolkbenchError:
        return False
    begins = hits.looked.seen.places(hits.in_view)
    tunes = index.text.tunes_of(begins)
    found = zip(tunes.tolist(), (begins - index.text.tune_at[tunes]).tolist(), hits.edits.tolist(), strict=True)
    assert list(found) == brute.nearly(small, figure, edits, kind), figure
    return True


def test_what_is_marked_of_a_near_place_differs_by_so_many_edits(index: Index, figures: list[Figure]) -> None:
    for figure in figures[::30]:
        try:
            hits = find_nearly(index, figure, 2)
        except FolkbenchError:
            continue
        wanted = [
            unit for unit, _ in brute.units(brute.view([(word,) for word in figure], "exact", False, False, "maj"))
        ]
        for ordinal in range(min(hits.places, 20)):
            words = index.text.spell(*hits.span(ordinal))
            there = brute.view([(word,) for word in " ".join(words).split()], "exact", False, False, "maj")
            far = brute._distances(wanted, [unit for unit, _ in brute.units(there)])
            assert far[0] <= hits.edits[ordinal]


def test_a_bar_line_is_any_bar_line_and_a_sign_asks_for_itself(index: Index) -> None:
    plain, repeat = find(index, ("C", "2", "|")), find(index, ("C", "2", ":|"))
    assert 0 < repeat.places < plain.places
    assert all(":|" in " ".join(index.text.spell(*repeat.span(nth))) for nth in range(repeat.places))


def test_a_tunes_edge_is_a_bar_line_at_the_edge_of_a_figure_only(index: Index, small: Corpus) -> None:
    items = brute.plain(small.entries[3].music)
    inner = [at for at, word in enumerate(items) if word == "|"][1:-1]
    first, last = items[1 : inner[0]], items[inner[-1] + 1 : -1]
    assert 3 in find(index, ("|", *first, "|")).numbers
    assert 3 in find(index, ("|", *last, "|")).numbers
    following = brute.plain(small.entries[4].music)[1:6]
    assert not find(index, (*items[-8:], *following)).places


def test_positions_count_tunes_and_add_up(index: Index) -> None:
    hits = find(index, ("C", "E"))
    positions = hits.positions()
    assert positions[0][1] == max(tunes for _, tunes in positions)
    for place, tunes in positions:
        assert hits.at_position(*place) == tunes
    bars = {(place.part, place.bar) for place, _ in positions}
    assert sum(tunes for _, tunes in positions) >= sum(hits.at_position(*bar) for bar in bars)


def test_the_place_of_a_figure_in_a_tune_is_its_first() -> None:
    music = "G | C D E F G A | G E C c 2 G | C D E C 3 |"
    text = text_of_tune("M:6/8", "K:Cmaj", music.split(" "))
    assert first_in(text, ("C", "D", "E")) == ("A", 1, 1.0)
    assert first_in(text, ("E", "F"), View("interval")) == ("A", 1, 1.667)
    assert first_in(text, ("|", "G", "E")) == ("A", 2, 1.0)
    assert first_in(text, ("B",)) is None


@pytest.mark.parametrize(
    ("figure", "view"),
    [
        ((), View()),
        (("|",), View()),
        (("2", ">"), View(pitch_only=True)),
        (("C",), View("interval")),
        (("C",), View("contour", True)),
        (("|", ":|"), View("rhythm")),
    ],
)
def test_a_figure_that_says_nothing_is_refused(figure: Figure, view: View, index: Index) -> None:
    with pytest.raises(FolkbenchError):
        find(index, figure, view)


def test_as_many_edits_as_notes_are_refused(index: Index) -> None:
    with pytest.raises(FolkbenchError, match="anything"):
        find_nearly(index, ("C", "D", "|"), 2)


def test_a_figure_of_a_thousand_notes_is_found_or_not(index: Index) -> None:
    assert find(index, ("C", "D") * 500).places == 0
    assert find_nearly(index, ("C", "D") * 500, 3).places == 0
