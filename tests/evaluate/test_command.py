"""`folkbench evaluate`: any tunes, anybody's network, measured with the same stick."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from folkbench.cli import main
from folkbench.corpus import Corpus, add
from folkbench.corpus.material import material
from folkbench.errors import FolkbenchError
from folkbench.evaluate.apart import told_apart
from folkbench.evaluate.held_out import held_out
from folkbench.evaluate.share import middle, ratio
from folkbench.evaluate.style import STATISTICS, compare, compare_sets, counts
from folkbench.model.checkpoint import ONNX, WEIGHTS, Checkpoint, save, shapes
from folkbench.model.export import export
from folkbench.notation import read
from tests.conftest import SEED


@pytest.fixture
def corpus(tmp_path: Path, sample: tuple[str, ...]) -> Corpus:
    """Sixty printed tunes, as a corpus of one's own called `ours`."""
    (tmp_path / "ours.abc").write_text("\n\n".join(text.strip() for text in sample[:60]) + "\n")
    return add(tmp_path / "ours.abc", "ours")[0]


@pytest.fixture
def network(corpus: Corpus, own_bench: Path) -> Path:
    """A network that says every token is as likely as any other, as if it had been trained on `ours`."""
    tunes = material(corpus, 1)
    sizes = shapes(len(tunes.vocabulary), 1, 4)
    history = {"corpus": {"name": "ours", "fingerprint": corpus.fingerprint}, "split": tunes.split}
    weights = {name: np.zeros(size, np.float32) for name, size in sizes.items()}
    flat = Checkpoint(weights, tunes.vocabulary, "v2", history)
    folder = own_bench / "models" / "flat"
    folder.mkdir(parents=True)
    save(flat, folder / WEIGHTS)
    export(flat, folder / ONNX, int8=False)
    return folder


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(["evaluate", *words])
    return int(left.value.code or 0)


def test_a_network_that_knows_nothing_loses_the_logarithm_of_its_vocabulary(corpus: Corpus, network: Path) -> None:
    found = held_out("flat", corpus)
    assert found.nats.value == pytest.approx(np.log(len(material(corpus, 1).vocabulary)))
    assert (found.tunes, found.unknown) == (len(material(corpus, 1).held_out), 0)
    with pytest.raises(FolkbenchError, match="split 2 of ours"):
        held_out("flat", corpus, 2)


def test_another_corpus_is_foretold_where_its_tokens_are_known(corpus: Corpus, network: Path) -> None:
    other = replace(corpus, words=tuple("7/8" if word == "2" else word for word in corpus.words), name="other")
    found = held_out("flat", other)
    twos = [entry for entry in material(other, 1).validation if "7/8" in entry.music]
    assert (found.tunes, found.unknown) == (len(material(other, 1).held_out) - len(twos), len(twos))
    assert twos


def test_a_network_is_measured_with_intervals(
    network: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("sklearn", reason="the evaluate extra isn't installed")
    assert run("--model", "flat", "--corpus", "ours", "-n", "12", "--grammar", "--json") == 0
    said = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert set(said["styles_intervals"]) == set(STATISTICS)
    for one in (said["apart"] | {"value": said["apart"]["auc"]}, *said["styles_intervals"].values()):
        assert one["low"] <= one["value"] <= one["high"]
    assert said["held_out"]["value"] > 1
    assert run("--model", "flat", "--corpus", "ours", "-n", "12", "--grammar") == 0
    said_to_people = capsys.readouterr().out
    for words in ("held-out loss", "told apart", "well-formed", "4 bars or more shared", "bits from the corpus  ("):
        assert words in said_to_people


def test_a_file_of_few_tunes_is_measured_without_scikit_learn_and_intervals(
    corpus: Corpus, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    assert run("--tunes", str(SEED), "--corpus", "ours", "--json") == 0
    said = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert said["apart"] is None
    assert said["held_out"] is None
    assert said["styles_intervals"]["intervals"]["low"] is None
    assert said["human"]["tunes"] == len(corpus)


def test_without_scikit_learn_it_says_what_to_install_before_it_makes_a_tune(
    network: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setattr("folkbench.cli.evaluate.composed", lambda *_: pytest.fail("tunes are made"))
    assert run("--model", "flat", "--corpus", "ours") == 3
    assert "pip install 'folkbench[evaluate]'" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4", bytes(900), b"Nothing but words.\n"])
def test_a_file_without_tunes_is_one_line(
    content: bytes, corpus: Corpus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.abc"
    path.write_bytes(content)
    assert run("--tunes", str(path), "--corpus", "ours") == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_file_and_a_network_or_one_that_is_not_there_are_refused(corpus: Corpus) -> None:
    assert run("--tunes", str(SEED), "--model", "session", "--corpus", "ours") == 2
    assert run("--model", "nobody", "--corpus", "ours") == 2
    assert run("--corpus", "nobody") == 2


def test_the_interval_of_an_area_is_the_published_one() -> None:
    pytest.importorskip("sklearn", reason="the evaluate extra isn't installed")
    apart = told_apart([["C"] * 9] * 40, [["D"] * 9] * 40)
    assert apart.auc == apart.high == 1
    assert 0.9 < apart.low < 1


def test_the_middle_and_a_ratio_lie_in_intervals_that_narrow() -> None:
    few, many = (middle([float(n % 101) for n in range(count)]) for count in (101, 10_100))
    assert few.value == many.value == 50
    assert few.low < many.low <= 50 <= many.high < few.high
    few, many = (ratio([(1.0, 1.0), (3.0, 1.0)] * count) for count in (10, 1000))
    assert few.low < many.low < few.value == many.value == 2 < many.high < few.high


def test_the_interval_of_a_style_is_around_its_divergence(sample: tuple[str, ...]) -> None:
    first, second = ([read(text) for text in sample[k:60:2]] for k in (0, 1))
    plain = compare(counts(first), counts(second))
    for name, bits in compare_sets(first, second).items():
        assert bits.value == pytest.approx(plain[name])
        assert 0 <= bits.low <= bits.value <= bits.high
