"""The cached session corpus: made once, read quickly, made again when it is damaged or old."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from folkbench.corpus import load, names, session, store
from folkbench.errors import Damaged, Missing, NotFound


@pytest.fixture
def small_books(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The session corpus is thirty tunes; every reading of the books is noted."""
    some = list(islice(session.arrivals(session.BOOKS[1:2]), 30))
    read: list[int] = []

    def arrivals() -> list[session.Arrival]:
        read.append(len(some))
        return some

    monkeypatch.setattr(session, "arrivals", arrivals)
    return read


def test_the_books_are_read_once(small_books: list[int]) -> None:
    first = load()
    assert load().entries == first.entries
    assert small_books == [30]


def test_a_damaged_cache_is_made_again_with_a_word(
    small_books: list[int], own_bench: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = load()
    path = own_bench / "cache" / "session.corpus"
    path.write_bytes(path.read_bytes()[:-100])
    assert load().fingerprint == first.fingerprint
    assert capsys.readouterr().err == "folkbench: the cached session corpus is damaged; it is made again\n"
    assert len(small_books) == 2


def test_a_cache_of_another_version_is_made_again_without_a_word(
    small_books: list[int], own_bench: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = load()
    path = own_bench / "cache" / "session.corpus"
    path.write_bytes(path.read_bytes().replace(b"folkbench corpus 2", b"folkbench corpus 1", 1))
    assert load().fingerprint == first.fingerprint
    assert capsys.readouterr().err == ""
    assert len(small_books) == 2


def test_an_added_corpus_of_another_version_is_not_called_damaged(own_bench: Path) -> None:
    path = own_bench / "corpora" / "ours.corpus"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"folkbench corpus 1\n")
    with pytest.raises(Damaged, match="another version"):
        load("ours")


def test_a_cache_of_other_books_is_made_again(small_books: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    load()
    monkeypatch.setattr(session, "stamp", lambda: "newer books")
    assert load().stamp.endswith("newer books")
    assert len(small_books) == 2


def test_without_music21_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "find_spec", lambda name: None)
    with pytest.raises(Missing, match="music21"):
        load()


def test_an_unknown_corpus_is_not_found() -> None:
    assert names() == ("session",)
    with pytest.raises(NotFound):
        store.load("nowhere")
