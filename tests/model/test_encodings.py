"""Training in each encoding, from the command to a tune."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from folkbench.check import check, failed
from folkbench.cli import main
from folkbench.compose import Composer, Form, Wish
from folkbench.corpus import Corpus
from folkbench.corpus.arrival import Arrival
from folkbench.corpus.gather import gather
from folkbench.encoding import ENCODINGS
from folkbench.model.checkpoint import WEIGHTS, load
from folkbench.notation import read


@pytest.fixture(scope="module")
def corpus(sample: tuple[str, ...]) -> Corpus:
    return gather("small", "tests", [Arrival(read(text), "a book", n) for n, text in enumerate(sample[::8], 1)])


def run(*words: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["folkbench", *words])
        with pytest.raises(SystemExit) as left:
            main()
    return int(str(left.value.code))


SMALL = ("--hidden", "8", "--layers", "1", "--batch", "8", "--threads", "1", "--no-evaluate", "--epochs", "1")


@pytest.mark.parametrize("encoding", sorted(ENCODINGS))
def test_a_network_of_each_encoding_is_trained_and_makes_tunes(
    own_bench: Path, corpus: Corpus, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    monkeypatch.setattr("folkbench.corpus.load", lambda name="session": corpus)
    assert run("train", "--name", "tiny", "--encoding", encoding, *SMALL) == 0
    assert load(own_bench / "models" / "tiny" / WEIGHTS).encoding == encoding
    for made in Composer("tiny", threads=1).make(Wish(form=Form(endings=False)), 1, count=2):
        assert not failed(check(read(made.abc), strict=True)), made.abc
    assert run("train", "--name", "tiny", "--resume", "--epochs", "2", "--threads", "1", "--no-evaluate") == 0
    checkpoint = load(own_bench / "models" / "tiny" / WEIGHTS)
    assert checkpoint.encoding == encoding
    assert len(checkpoint.history["curve"]) <= 2


def test_an_encoding_that_is_none_or_not_the_parents_is_refused(
    own_bench: Path, corpus: Corpus, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("folkbench.corpus.load", lambda name="session": corpus)
    assert run("train", "--name", "tiny", "--encoding", "v4", *SMALL) == 2
    assert "v1, v2, v3" in capsys.readouterr().err
    assert run("train", "--name", "tiny", "--encoding", "v3", *SMALL) == 0
    assert run("train", "--name", "child", "--from", "tiny", "--encoding", "v2", *SMALL) == 2
    assert "--encoding v3" in capsys.readouterr().err
