"""The session corpus: ten figures counted a second way, from its ABC read anew, without the index."""

from __future__ import annotations

from pathlib import Path

import pytest

from folkbench.corpus.entry import unpack
from folkbench.corpus.export import abc
from folkbench.encoding import encode
from folkbench.notation import read_tunes
from folkbench.whence import Index, find, originality
from tests.conftest import SEED
from tests.whence import brute

FIGURES = (
    *("G, C C 2", "C E G c", "| c B A G |", "F D B, D", "G > A B > c", "(3 G A B", "^F G", "c 2 A F"),
    *("| G, C C 2 G, C E C |", "D C 2 |"),
)


@pytest.mark.long
def test_ten_figures_are_counted_as_in_the_abc_read_anew(session_index: Index, session_file: Path) -> None:
    corpus = unpack(session_file.read_bytes(), "session")
    lines = "".join(abc(corpus)).split("\n")
    tunes = [f" {' '.join(brute.plain(encode(tune).music))} " for tune in read_tunes(lines)]
    assert len(tunes) == len(corpus) == session_index.size
    for figure in FIGURES:
        wanted = f" {figure} "
        places = sum(sum(tune.startswith(wanted, at) for at in range(len(tune))) for tune in tunes)
        hits = find(session_index, figure.split())
        assert (hits.tunes, hits.places) == (sum(wanted in tune for tune in tunes), places), figure


def test_the_author_s_seed_is_no_copy(session_index: Index) -> None:
    tune = next(iter(read_tunes(SEED.read_text().split("\n"))))
    found = originality(encode(tune).music, session_index)
    assert found.longest_bars <= 2
    assert 8 <= found.longest_tokens <= 20


def test_what_human_tunes_share_is_measured(session_index: Index) -> None:
    longest = session_index.longest
    assert 20 <= longest["tokens"] <= 60
    assert longest["median"] < 20
    assert longest["four_bars"] < 0.05
    assert session_index.percentile(0) == 0
    assert session_index.percentile(1) > 95
