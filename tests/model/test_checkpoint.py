import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from folkbench.errors import Damaged, NotFound
from folkbench.model.checkpoint import WEIGHTS, find, load, names, save
from tests.model.networks import small


def test_what_is_saved_is_read_back_with_the_same_hash(tmp_path: Path) -> None:
    network = small()
    save(network, tmp_path / WEIGHTS)
    back = load(tmp_path / WEIGHTS)
    assert back.hash == network.hash
    assert (back.layers, back.hidden, back.vocabulary, back.encoding) == (3, 32, network.vocabulary, "v2")
    assert back.history == network.history
    for name, weight in network.weights.items():
        np.testing.assert_array_equal(back.weights[name], weight)


def test_the_hash_changes_with_a_weight_and_with_the_vocabulary_but_not_with_the_history() -> None:
    network = small()
    other = {**network.weights, "v": network.weights["v"] + np.float32(0.5)}
    assert replace(network, weights=other).hash != network.hash
    assert replace(network, vocabulary=network.vocabulary[::-1]).hash != network.hash
    assert replace(network, history={}).hash == network.hash


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-50])


def _cut_in_the_header(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:40])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _text(path: Path) -> None:
    path.write_text("X:1\nT:No network\nK:C\nCDE|\n")


def _without_its_note(path: Path) -> None:
    save_file(load_file(path), path)


def _flip(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[-3] ^= 1
    path.write_bytes(bytes(raw))


def _swap_shapes(path: Path) -> None:
    network = load(path)
    save(replace(network, weights={**network.weights, "V": network.weights["V"].T.copy()}), path)


def _forget_a_weight(path: Path) -> None:
    network = load(path)
    save(replace(network, weights={name: w for name, w in network.weights.items() if name != "b2"}), path)


def _not_a_number(path: Path) -> None:
    network = load(path)
    save(replace(network, weights={**network.weights, "v": network.weights["v"] * np.float32(np.nan)}), path)


HARMS = (_cut, _cut_in_the_header, _empty, _text, _without_its_note)
HARMS_INSIDE = (_flip, _swap_shapes, _forget_a_weight, _not_a_number)


@pytest.mark.parametrize("harm", HARMS + HARMS_INSIDE)
def test_a_damaged_network_is_one_clear_line(harm: Callable[[Path], None], tmp_path: Path) -> None:
    path = tmp_path / WEIGHTS
    save(small(), path)
    harm(path)
    with pytest.raises(Damaged, match=r"is no network that folkbench can use: ") as caught:
        load(path)
    assert "\n" not in caught.value.message
    assert caught.value.status == 2


def test_a_network_is_found_by_path_and_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLKBENCH_HOME", str(tmp_path))
    folder = tmp_path / "models" / "mine"
    folder.mkdir(parents=True)
    save(small(), folder / WEIGHTS)
    assert find("mine") == find(str(folder)) == folder
    assert find() == find("session")
    assert names() == ["session", "mine"]
    with pytest.raises(NotFound, match="no network 'yours'"):
        find("yours")


def test_reading_a_checkpoint_loads_neither_torch_nor_onnxruntime() -> None:
    code = (
        "import sys, folkbench.model.checkpoint, folkbench.model.engine;"
        "print({'torch', 'onnxruntime', 'onnx'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "set()"
