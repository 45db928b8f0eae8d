"""The published weights: read as data and as nothing else, and the same network as its authors' program runs."""

from __future__ import annotations

import json
import os
import pickle
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from folkbench.errors import Damaged, NotFound
from folkbench.model.published import read_published
from tests.model.python2 import HIDDEN, TOKENS, Python2, authors_probabilities, published_values


@pytest.fixture
def weights_file(tmp_path: Path) -> Path:
    path = tmp_path / "folkrnn_v2.pkl"
    path.write_bytes(Python2().file(published_values()))
    return path


def test_the_network_comes_in_with_its_tokens_its_weights_and_its_start_states(weights_file: Path) -> None:
    values = published_values()
    checkpoint = read_published(weights_file)
    assert checkpoint.vocabulary == TOKENS
    assert (checkpoint.layers, checkpoint.hidden) == (3, HIDDEN)
    assert np.array_equal(checkpoint.weights["h0_2"], values[1 + 14 + 13][0])
    assert np.array_equal(checkpoint.weights["W_h3"][2 * HIDDEN : 3 * HIDDEN], values[1 + 28 + 7].T)


def test_the_onnx_model_gives_the_authors_probabilities(weights_file: Path, own_bench: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnx", reason="the train extra isn't installed")
    from folkbench.model.export import build

    checkpoint = read_published(weights_file)
    session = onnxruntime.InferenceSession(build(checkpoint, int8=False))
    h = np.stack([checkpoint.weights[f"h0_{k}"] for k in (1, 2, 3)])[:, None]
    c = np.stack([checkpoint.weights[f"c0_{k}"] for k in (1, 2, 3)])[:, None]
    tokens = [0, 2, 3, 4, 6, 7, 5, 4, 8, 1]
    for token, expected in zip(tokens, authors_probabilities(published_values(), tokens), strict=True):
        logits, h, c = session.run(None, {"token": np.array([token]), "h": h, "c": c})
        exp = np.exp(logits[0] - logits[0].max())
        assert np.abs(exp / exp.sum() - expected).max() < 1e-5


def test_a_file_that_python_3_wrote_in_protocol_2_is_read_as_well(tmp_path: Path) -> None:
    table = {token: number for number, token in enumerate(TOKENS)}
    path = tmp_path / "new.pkl"
    path.write_bytes(pickle.dumps({"token2idx": table, "param_values": published_values()}, protocol=2))
    assert read_published(path).vocabulary == TOKENS


def unicode(text: str) -> bytes:
    """A text as Python 2 pickles one."""
    return b"X" + struct.pack("<i", len(text.encode())) + text.encode()


class _Runs:
    def __init__(self, call: Callable[..., object], *arguments: object) -> None:
        self.what = (call, arguments)

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self.what


MALICIOUS = {
    "a shell command": lambda marker: pickle.dumps(_Runs(os.system, f"touch {marker}"), protocol=2),
    "evaluated code": lambda marker: pickle.dumps(_Runs(eval, f"open({str(marker)!r}, 'w')"), protocol=2),
    "a file opened": lambda marker: pickle.dumps(_Runs(open, str(marker), "w"), protocol=2),
    "hidden among the arrays": lambda marker: pickle.dumps(
        {"token2idx": {"a": 0}, "param_values": [_Runs(os.system, f"touch {marker}")]}, protocol=2
    ),
    "a dotted name": lambda marker: b"\x80\x04\x8c\x05numpy\x8c\x16f2py.os.system.__call__\x93.",
    "an object array": lambda marker: pickle.dumps(
        {"token2idx": {"a": 0}, "param_values": [np.array([{}], dtype=object)]}, protocol=2
    ),
    "a reference outside": lambda marker: b"\x80\x02Pnothing\n.",
    "an extension code": lambda marker: b"\x80\x02\x82\x01.",
    "a name of protocol 4": lambda marker: (
        b"\x80\x04\x8c\x05posix\x94\x8c\x06system\x94\x93\x94" + unicode(f"touch {marker}") + b"\x85R."
    ),
    "an instance": lambda marker: b"\x80\x02(" + unicode(f"touch {marker}") + b"iposix\nsystem\n.",
    "an object": lambda marker: b"\x80\x02(cposix\nsystem\n" + unicode(f"touch {marker}") + b"o.",
    "a new object": lambda marker: b"\x80\x02csubprocess\nPopen\n" + unicode(f"touch {marker}") + b"\x85\x81.",
    "a call in a call": lambda marker: pickle.dumps(_Runs(getattr, _Runs(__import__, "os"), "system"), protocol=2),
    "numpy's own way to run code": lambda marker: (
        b"\x80\x02cnumpy.testing\nrunstring\n" + unicode(f"open({str(marker)!r}, 'w')") + b"}\x86R."
    ),
    "a module's loader": lambda marker: b"\x80\x02cimportlib\nimport_module\nU\x0bantigravity\x85R.",
    "a state for what it asks for": lambda marker: b"\x80\x02cnumpy\nndarray\n}U\x05arrayU\x01xsb.",
    "attributes for what it asks for": lambda marker: b"\x80\x02cnumpy\nndarray\nN}U\x05arrayU\x01xs\x86b.",
    "a memo beyond all memory": lambda marker: b"\x80\x02}r\xff\xff\xff\x7f.",
    "a memo beyond all memory, in letters": lambda marker: b"\x80\x02}p99999999999\n.",
    "one string as many arrays": lambda marker: (
        b"\x80\x02T" + struct.pack("<i", 2000) + bytes(2000) + b"q\x01(" + b"h\x01" * 1000 + b"l."
    ),
    "a codec that isn't latin-1": lambda marker: (
        b"\x80\x02c_codecs\nencode\n(X\x01\x00\x00\x00aX\x05\x00\x00\x00rot13tR."
    ),
}


@pytest.mark.parametrize("name", MALICIOUS)
def test_a_malicious_file_is_refused_and_nothing_runs(name: str, tmp_path: Path) -> None:
    marker = tmp_path / "it-ran"
    path = tmp_path / "bad.pkl"
    path.write_bytes(MALICIOUS[name](marker))
    with pytest.raises(Damaged, match="no weights file"):
        read_published(path)
    assert not marker.exists()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[: len(data) // 2],
        lambda data: b"",
        lambda data: b"%PDF-1.4 nothing",
        lambda data: data.replace(b"param_values", b"other_values"),
        lambda data: data.replace(b"token2idx", b"token3idx"),
        lambda data: json.dumps({"token2idx": {}}).encode(),
        lambda data: b"\x80\x02" + b"(" * 5000 + b".",
    ],
)
def test_a_damaged_file_is_refused_in_one_line(spoil: Callable[[bytes], bytes], weights_file: Path) -> None:
    weights_file.write_bytes(spoil(weights_file.read_bytes()))
    with pytest.raises(Damaged):
        read_published(weights_file)


def test_arrays_of_another_shape_are_refused(tmp_path: Path) -> None:
    values = published_values()
    values[5] = values[5][:-1]
    path = tmp_path / "shape.pkl"
    path.write_bytes(Python2().file(values))
    with pytest.raises(Damaged, match="array 5"):
        read_published(path)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e30])
def test_weights_that_no_network_has_are_refused(value: float, tmp_path: Path) -> None:
    values = published_values()
    values[7][0, 0] = value
    path = tmp_path / "wild.pkl"
    path.write_bytes(Python2().file(values))
    with pytest.raises(Damaged, match="array 7 holds values"):
        read_published(path)


def test_an_array_that_was_never_filled_or_says_another_size_is_refused(tmp_path: Path) -> None:
    whole = Python2().file(published_values())
    path = tmp_path / "hollow.pkl"
    made = whole.index(b"tR(") + 2  # behind the first array's making; two BUILDs later it is filled
    filled = whole.index(b"tb", whole.index(b"tb", made) + 2) + 2
    size = struct.pack("<i", len(TOKENS))
    endless = struct.pack("<i", 2**31 - 1)
    for hollow in (
        whole[:made] + whole[filled:],
        whole.replace(b"J" + size + b"J" + size, b"J" + endless + b"J" + endless, 1),
    ):
        path.write_bytes(hollow)
        with pytest.raises(Damaged, match="no weights file"):
            read_published(path)


def test_a_network_without_an_end_or_a_meter_is_refused(weights_file: Path) -> None:
    data = weights_file.read_bytes()
    for token, other, kind in ((b"</s>", b"(9:9", "</s>"), (b"M:4/4", b"(9:9:", "meter")):
        weights_file.write_bytes(data.replace(token, other))  # tuplets, and as long
        with pytest.raises(Damaged, match=f"there is no {kind}"):
            read_published(weights_file)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        read_published(tmp_path / "none.pkl")
