"""The default corpus, of a few tunes of its books; the whole of it in the long suite."""

from itertools import islice

import pytest

from folkbench.corpus import store
from folkbench.corpus.gather import gather
from folkbench.corpus.session import BOOKS, arrivals, without_mail


@pytest.fixture(scope="module")
def some_tunes():
    return [*islice(arrivals(BOOKS[:1]), 40), *islice(arrivals(BOOKS[1:2]), 60)]


def test_mail_residue_is_no_music() -> None:
    assert without_mail("N:=20\nA=\nB |=20\n.=3Dc=A|\n") == "N: \nAB | \n.=c=A|\n"


def test_a_corpus_comes_back_from_its_file_as_it_was(some_tunes) -> None:
    made = gather("some", "today", some_tunes)
    again = store.unpack(store.pack(made), "some")
    assert again.entries == made.entries
    assert again.fingerprint == made.fingerprint
    assert again.left_out == made.left_out
    assert len(made) + len(made.left_out) == len(some_tunes)


def test_a_damaged_file_is_said_to_be_damaged(some_tunes) -> None:
    data = store.pack(gather("some", "today", some_tunes[:9]))
    for broken in (b"", data[:-7], data[:500] + b"x" + data[501:], b"PK" + data):
        with pytest.raises(store.Damaged):
            store.unpack(broken, "some")
