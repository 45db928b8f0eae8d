"""The printed book: what stands on which page, and that it is found there again."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from folkbench.engrave.bindery import print_volume, write_abc
from folkbench.engrave.book import Book, Entry, numbered, plan
from folkbench.engrave.pages import ROOM, leaves
from folkbench.engrave.printer import find_press
from folkbench.engrave.register import cited
from folkbench.engrave.tables import short
from folkbench.errors import FolkbenchError, NotFound
from folkbench.notation import read, read_tunes
from tests.conftest import printed_tunes

needs_lilypond = pytest.mark.skipif(find_press() is None, reason="LilyPond is not installed")


def entries(count: int, first: int = 600) -> list[Entry]:
    return [Entry(text, "AABB 8+8", ("D to b", "1 bar: Garryowen")) for text in printed_tunes()[first : first + count]]


@pytest.fixture(scope="module")
def book() -> Book:
    return plan("A Book", ("of tunes",), entries(24), volumes=2, sets=3)


heights = st.lists(st.lists(st.floats(5, 2.5 * ROOM), min_size=1, max_size=4), max_size=12)


@given(heights, st.floats(0, 10))
def test_every_tune_stands_once_in_order_and_no_page_is_overfull(units: list[list[float]], heading: float) -> None:
    count = 0
    placed: list[list[tuple[int, float]]] = []
    for unit in units:
        placed.append([(count + at, high) for at, high in enumerate(unit)])
        count += len(unit)
    high = dict(pair for unit in placed for pair in unit)
    pages = leaves(placed, heading)
    assert [tune for leaf in pages for tune in leaf.tunes] == list(range(count))
    for leaf in pages:
        assert sum(high[tune] for tune in leaf.tunes) <= ROOM * leaf.pages
        assert leaf.pages == 1 or len(leaf.tunes) == 1
    for unit in placed:
        if heading + sum(each for _, each in unit) <= ROOM:
            assert sum(any(tune in leaf.tunes for tune, _ in unit) for leaf in pages) == 1


def test_pages_are_counted_through_and_volumes_follow_each_other(book: Book) -> None:
    first, second = book.volumes
    assert (first.first, second.first) == (1, first.last + 1)
    assert [place.number for volume in book.volumes for place in volume.places] == list(range(1, 25))
    for volume in book.volumes:
        assert sum(run.pages for run in book.runs(volume)) == volume.last + 1 - volume.first


def test_a_set_is_of_one_dance_and_meter_while_there_are_enough(book: Book) -> None:
    groups: dict[int, list[tuple[str, str]]] = {}
    for place in (place for volume in book.volumes for place in volume.places):
        tune = read(book.entries[place.entry].abc)
        groups.setdefault(place.group, []).append((tune.rhythm.strip().lower(), tune.text("M")))
    alone = groups.pop(0, [])
    assert len(set(alone)) == len(alone)
    assert list(groups) == list(range(1, len(groups) + 1))
    for tunes in groups.values():
        assert len(set(tunes)) == 1
        assert 2 <= len(tunes) <= 3


def test_volumes_have_about_as_many_tunes_each(book: Book) -> None:
    sizes = [len(volume.places) for volume in book.volumes]
    assert max(sizes) - min(sizes) < 3 + 3
    few = plan("A Book", (), entries(4), volumes=4, sets=3)
    assert [len(volume.places) for volume in few.volumes] == [1, 1, 1, 1]


def test_the_tunebook_holds_every_tune_under_its_number_and_set(book: Book) -> None:
    tunes = list(read_tunes(book.abc(book.volumes[1]).splitlines()))
    assert [tune.text("X") for tune in tunes] == [str(place.number) for place in book.volumes[1].places]
    assert [tune.text("G") for tune in tunes] == [
        f"Set {place.group}" if place.group else "" for place in book.volumes[1].places
    ]


def test_only_number_and_set_of_a_tune_are_changed(book: Book) -> None:
    place = book.volumes[0].places[0]
    abc = "X:7\nT:One\nT:Two\nR:reel\nK:G\nGABc|\n"
    assert numbered(abc, place) == f"X:1\nT:One\nT:Two\nG:Set {place.group}\nR:reel\nK:G\nGABc|\n"
    assert numbered(abc, place._replace(group=0)) == "X:1\nT:One\nT:Two\nR:reel\nK:G\nGABc|\n"


def test_what_a_book_says_reaches_lilypond_as_words_only() -> None:
    odd = Entry('X:1\nT:#(exit 1) " \\ { % }\nR:"} #(exit 2)\nK:G\nGABc|\n', '"#(exit 3)', ('\\"', "}"))
    planned = plan('"#(exit 4)', ("\\",), [odd], 1)
    text = "\n".join(run.text for run in planned.runs(planned.volumes[0]))
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", text)
    assert "exit" not in bare
    assert bare.count("{") == bare.count("}")


def test_more_volumes_than_tunes_are_refused() -> None:
    with pytest.raises(FolkbenchError, match="don't fill 3 volumes"):
        plan("A Book", (), entries(2), 3)


@pytest.mark.parametrize(
    "words",
    [
        *(
            "p. {0}, volume {1}",
            "page {0}, volume {1} of 2",
            "PAGE {0} , Vol. {1}",
            "{0}, vol {1}",
            "p {0} of volume {1}",
        ),
        *("p.{0} volume {1}", "page {0} (volume {1})", "volume {1} of 2, p. {0}", "vol. {1}, page {0}", "p. {0}."),
    ],
)
def test_a_page_is_found_however_it_is_cited(book: Book, tmp_path: Path, words: str) -> None:
    write_abc(book, tmp_path)
    volume = book.volumes[1]
    for page, leaf in volume.leaves:
        found = cited(tmp_path, words.format(page, volume.number))
        assert tuple(place.number for place, _ in found) == leaf.tunes
        assert [abc.partition("\n")[0] for _, abc in found] == [f"X:{number}" for number in leaf.tunes]


def test_sets_and_tunes_are_found_and_what_is_not_there_is_said(book: Book, tmp_path: Path) -> None:
    write_abc(book, tmp_path)
    assert [place.number for place, _ in cited(tmp_path, "tune 17")] == [17]
    assert {place.group for place, _ in cited(tmp_path, "set 2")} == {2}
    assert cited(tmp_path, "p. 1") == []
    for words in ("p. 9,999", "p. 2, volume 2", "p. 2, volume 1 of 20", "set 99"):
        with pytest.raises(NotFound):
            cited(tmp_path, words)
    for words in ("the second one", "volume 2"):
        with pytest.raises(FolkbenchError, match="no page of a book"):
            cited(tmp_path, words)
    with pytest.raises(NotFound, match="no book"):
        cited(tmp_path / "elsewhere", "p. 1")


def test_a_long_title_is_cut_where_a_word_ends() -> None:
    assert short("The Rakes of Mallow", 40) == "The Rakes of Mallow"
    assert short("The Rakes of Mallow", 12) == "The Rakes…"


def folkbench(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "folkbench", *words], capture_output=True, text=True, check=False)


def words_on(path: Path) -> list[str]:
    return ["".join(page.extract_text().split()) for page in PdfReader(path).pages]


def titles(book: Book, numbers: Sequence[int]) -> list[str]:
    entry = {place.number: place.entry for volume in book.volumes for place in volume.places}
    return [re.sub(r"\W", "", read(book.entries[entry[n]].abc).title) for n in numbers]


_PLAIN = "X:1\nT:{}\nR:reel\nM:4/4\nL:1/8\nK:G\n{}"
_LINE = "GABc dedB|c2ec B2dB|c2ec B2dB|A2FA G4|\n"
NAMES = ("Antrim", "Bantry", "Clonmel", "Dingle", "Ennis", "Foynes", "Galway", "Howth", "Inagh", "Kinsale", "Listowel")


@needs_lilypond
def test_find_gives_the_very_tunes_that_are_printed_on_each_page(tmp_path: Path) -> None:
    """Short tunes and long ones, some of more than a page, one with wide leaps that fill its page."""
    lines = (4, 4, 3, 25, 9, 40, 6, 2, 4, 12, 5)
    texts = [_PLAIN.format(name, _LINE * count) for name, count in zip(NAMES, lines, strict=True)]
    texts[8] = _PLAIN.format("Inagh", "|:C,,2g''2 C,,2g''2|C,,2g''2 C,,2g''2:|\n" * 8)
    planned = plan("A Book", (), [Entry(text) for text in texts], 1)
    (volume,) = planned.volumes
    write_abc(planned, tmp_path)
    printed = words_on(print_volume(planned, volume, tmp_path, tmp_path, jobs=2))
    assert len(printed) == volume.last
    for page, words in enumerate(printed[: volume.leaves[-1][0]], start=1):
        found = [read(abc).title for _, abc in cited(tmp_path, f"page {page}, volume 1 of 1")]
        begun = [title for place, title in _begun(tmp_path, page)]
        assert f"page{page},volume1of1" in words
        assert [name for name in NAMES if name in words] == begun
        assert set(begun) <= set(found)


@needs_lilypond
def test_a_page_says_its_number_in_whatever_volume_and_run_of_the_press_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("folkbench.engrave.book.RUN", 2)
    lines = (4, 4, 4, 4, 4, 30)
    texts = [_PLAIN.format(name, _LINE * count) for name, count in zip(NAMES, lines, strict=False)]
    planned = plan("A Book", (), [Entry(text) for text in texts], 2)
    volume = planned.volumes[1]
    assert len(list(planned.runs(volume))) == 3
    printed = words_on(print_volume(planned, volume, tmp_path, tmp_path, jobs=1))
    for page, words in enumerate(printed, start=volume.first):
        assert f"page{page},volume2of2" in words


def _begun(folder: Path, page: int) -> list[tuple[int, str]]:
    return [(place.number, read(abc).title) for place, abc in cited(folder, f"p. {page}") if place.page == page]


@needs_lilypond
def test_printing_goes_on_where_it_was_stopped_and_is_the_same_to_the_byte(tmp_path: Path) -> None:
    book = plan("A Book", (), entries(2), 1)
    volume = book.volumes[0]
    pdfs = []
    for name in ("straight", "stopped"):
        folder = tmp_path / name
        folder.mkdir()
        if name == "stopped":
            with pytest.raises(KeyboardInterrupt):
                print_volume(book, volume, folder, folder, 1, _stop)
        pdfs.append(print_volume(book, volume, folder, folder, 1).read_bytes())
    assert pdfs[0] == pdfs[1]


def _stop(pages: int) -> None:
    if pages:
        raise KeyboardInterrupt


def test_own_tunes_make_a_book_and_without_lilypond_its_abc(
    session_corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "mine.abc"
    mine.write_text("\n".join(_PLAIN.format(name, _LINE * 4) for name in NAMES))
    monkeypatch.setattr("folkbench.engrave.printer.find_press", lambda: None)
    from folkbench.cli import main

    with pytest.raises(SystemExit) as left:
        main(["book", str(mine), "--sets", "3", "-o", str(tmp_path / "book")])
    assert left.value.code == 3
    held = json.loads((tmp_path / "book" / "book.json").read_text())
    assert [row["number"] for row in held["tunes"]] == list(range(1, 12))
    found = folkbench("book", "find", "p. 2, volume 1", "--in", str(tmp_path / "book"))
    assert "T:Antrim" in found.stdout
    assert folkbench("book", "find", "p. 1", "--in", str(tmp_path / "book")).returncode == 1
