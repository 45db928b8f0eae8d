import json
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from folkbench.cli import main
from folkbench.model.checkpoint import CARD, ONNX, WEIGHTS, load, save
from folkbench.model.engine import Engine
from folkbench.model.export import build
from tests.model.networks import Scales, small


class Material(Scales):
    tonics: dict[str, dict[str, int]] = {"maj": {"G": 2, "D": 1}}  # noqa: RUF012


@pytest.fixture(autouse=True)
def small_corpus(monkeypatch: pytest.MonkeyPatch) -> None:
    class Eight(SimpleNamespace):
        def __len__(self) -> int:
            return 8

    monkeypatch.setattr("folkbench.corpus.load", lambda name: Eight(fingerprint="c0ffee"))
    monkeypatch.setattr("folkbench.corpus.material.material", lambda corpus, split, encoding: Material())


def _run(*words: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["folkbench", *words])
        with pytest.raises(SystemExit) as left:
            main()
    return int(str(left.value.code))


def _train(*more: str) -> int:
    return _run(
        "train",
        "--name",
        "tiny",
        "--hidden",
        "16",
        "--layers",
        "2",
        "--epochs",
        "2",
        "--threads",
        "1",
        "--no-evaluate",
        *more,
    )


def test_train_makes_a_whole_model_among_the_models_and_prints_its_folder(
    own_bench: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _train() == 0
    folder = own_bench / "models" / "tiny"
    said = capsys.readouterr()
    assert said.out == f"{folder}\n"
    assert "epoch   2  loss" in said.err
    checkpoint = load(folder / WEIGHTS)
    assert checkpoint.history["corpus"] == {
        "fingerprint": "c0ffee", "name": "session", "tunes": 8, "tonics": {"maj": {"G": 2, "D": 1}}
    }  # fmt: skip
    assert set(checkpoint.history["measured"]) == {
        *("held_out", "primed", "alone", "held_out_int8", "primed_int8", "alone_int8")
    }
    assert Engine(folder).hash == checkpoint.hash
    card = (folder / CARD).read_text("utf-8")
    for words in ("Ryan's Mammoth Collection", "c0ffee", "5011d", checkpoint.hash, "| 2 |", "--name tiny"):
        assert words in card


def test_train_does_not_write_over_a_network_but_goes_on_with_it(own_bench: Path) -> None:
    assert _train() == 0
    assert _train() == 2
    assert _train("--resume", "--epochs", "3") == 0
    assert len(load(own_bench / "models" / "tiny" / WEIGHTS).history["curve"]) == 3
    assert _train("--force") == 0


def test_without_torch_train_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    assert _train() == 3
    assert "pip install 'folkbench[train]'" in capsys.readouterr().err


def test_an_unknown_recipe_is_refused_and_the_known_ones_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert _train("--recipe", "secret") == 2
    assert "ours, practice, published" in capsys.readouterr().err


def test_a_network_practises_from_one_that_can_write_and_the_last_is_kept(
    own_bench: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    practice = ("--recipe", "practice", "--written", "12", "--name", "after")
    assert _train("--blame", "3") == 2
    assert "say --recipe practice as well" in capsys.readouterr().err
    assert _train(*practice) == 2
    assert "must know how to write before it practises" in capsys.readouterr().err
    assert _train() == 0
    assert _train(*practice, "--from", "tiny", "--blame", "inf") == 2
    assert "can't be blamed by inf" in capsys.readouterr().err
    assert _train(*practice, "--from", "tiny") == 0
    assert "epoch 2 is kept" in capsys.readouterr().err
    after = load(own_bench / "models" / "after" / WEIGHTS)
    assert after.history["settings"]["written"] == 12
    assert after.history["parent"] == load(own_bench / "models" / "tiny" / WEIGHTS).hash
    assert "Before each epoch it wrote 12 tunes" in (own_bench / "models" / "after" / CARD).read_text("utf-8")
    assert _train(*practice, "--resume", "--epochs", "3") == 0
    assert "epoch 3 is kept" in capsys.readouterr().err


def test_model_list_names_networks_whole_and_damaged(own_bench: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("fine", "broken"):
        folder = own_bench / "models" / name
        folder.mkdir(parents=True)
        save(small(), folder / WEIGHTS)
    (own_bench / "models" / "broken" / WEIGHTS).write_bytes(b"nothing")
    assert _run("model", "list", "--json") == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["models"]}
    assert rows["fine"]["hash"] == small().hash
    assert "is no network" in rows["broken"]["damage"]


def test_model_info_prints_the_card_and_in_json_what_the_checkpoint_notes(
    own_bench: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _train() == 0
    capsys.readouterr()
    assert _run("model", "info", "tiny") == 0
    assert capsys.readouterr().out == (own_bench / "models" / "tiny" / CARD).read_text("utf-8")
    assert _run("model", "info", "tiny", "--json") == 0
    assert json.loads(capsys.readouterr().out)["settings"]["hidden"] == 16
    assert _run("model", "info", "nobody") == 2


def test_model_blend_makes_the_network_between_two(own_bench: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _train() == 0
    assert _train("--name", "further", "--from", "tiny", "--seed", "2") == 0
    assert _run("model", "blend", "tiny", "further", "--share", "0.25", "--name", "mid") == 0
    one, other, mid = (load(own_bench / "models" / name / WEIGHTS) for name in ("tiny", "further", "mid"))
    for name, weight in mid.weights.items():
        expected = 0.75 * one.weights[name] + 0.25 * other.weights[name]
        assert np.abs(weight - expected).max(initial=0) < 2e-3  # half precision
    assert (own_bench / "models" / "mid" / ONNX).read_bytes() == build(mid)
    capsys.readouterr()
    assert _run("model", "info", "mid") == 0
    assert f"0.25 of the way from the network `{one.hash}` to `{other.hash}`" in capsys.readouterr().out
    assert _run("model", "blend", "tiny", "further", "--name", "mid") == 2
    assert "there is a network 'mid' already" in capsys.readouterr().err
    assert _run("model", "blend", "tiny", "further", "--share", "nan", "--name", "no") == 2
    assert _run("model", "blend", "tiny", "session", "--name", "no") == 2
    assert "differ in their tokens or their size" in capsys.readouterr().err


def test_model_export_writes_onnx_and_never_over_a_file(own_bench: Path, tmp_path: Path) -> None:
    assert _train() == 0
    out = tmp_path / "step.onnx"
    assert _run("model", "export", "tiny", "--float32", "-o", str(out)) == 0
    assert Engine(out).hidden == 16
    assert _run("model", "export", "tiny", "-o", str(out)) == 2


def test_model_finish_makes_a_network_of_a_training_that_goes_on(own_bench: Path, tmp_path: Path) -> None:
    assert _train() == 0
    training = own_bench / "models" / "tiny"
    (training / ONNX).unlink()
    assert _run("model", "finish", str(training), "-o", str(tmp_path / "sofar"), "--command", "folkbench train") == 0
    assert Engine(tmp_path / "sofar").hash == load(training / WEIGHTS).hash
    assert not (training / ONNX).exists()
