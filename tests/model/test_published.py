"""The published weights: read as data and as nothing else, and the same network as its authors' program runs."""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from folkbench.errors import Damaged, NotFound
from folkbench.model.published import read_published

TOKENS = ("<s>", "</s>", "M:4/4", "K:Cmaj", "C", "D", "2", "|", ":|")
HIDDEN = 6
Array = NDArray[np.float32]


class Python2:
    """A pickle as Python 2 wrote it in protocol 2: str as SHORT_BINSTRING, arrays by numpy's _reconstruct.

    Written opcode by opcode, since Python 3 can't write Python 2 strings.
    """

    def __init__(self) -> None:
        self.out = io.BytesIO()
        self.out.write(b"\x80\x02")

    def string(self, text: bytes) -> None:
        if len(text) < 256:
            self.out.write(b"U" + bytes([len(text)]) + text)
        else:
            self.out.write(b"T" + struct.pack("<i", len(text)) + text)

    def number(self, number: int) -> None:
        self.out.write(b"J" + struct.pack("<i", number))

    def name(self, module: str, name: str) -> None:
        self.out.write(f"c{module}\n{name}\n".encode())

    def array(self, array: Array, core: str = "numpy.core.multiarray") -> None:
        self.name(core, "_reconstruct")
        self.out.write(b"(")
        self.name("numpy", "ndarray")
        self.out.write(b"(")
        self.number(0)
        self.out.write(b"t")
        self.string(b"b")
        self.out.write(b"tR")
        self.out.write(b"(")
        self.number(1)
        self.out.write(b"(")
        for size in array.shape:
            self.number(size)
        self.out.write(b"t")
        self.name("numpy", "dtype")
        self.out.write(b"(")
        self.string(b"f4")
        self.number(0)
        self.number(1)
        self.out.write(b"tR(")
        self.number(3)
        self.string(b"<")
        self.out.write(b"NNN")
        self.number(-1)
        self.number(-1)
        self.number(0)
        self.out.write(b"tb")  # BUILD the dtype
        self.out.write(b"I00\n")  # not in Fortran's order
        self.string(array.astype("<f4").tobytes())
        self.out.write(b"tb")  # BUILD the array

    def file(self, values: list[Array]) -> bytes:
        self.out.write(b"}(")
        self.string(b"token2idx")
        self.out.write(b"}(")
        for number, token in enumerate(TOKENS):
            self.string(token.encode())
            self.number(number)
        self.out.write(b"u")
        self.string(b"param_values")
        self.out.write(b"](")
        for value in values:
            self.array(value)
        self.out.write(b"e")
        self.string(b"num_layers")
        self.number(3)
        self.out.write(b"u.")
        return self.out.getvalue()


def published_values(layers: int = 3) -> list[Array]:
    """45 arrays for three layers, in the published order, the initial states not zero."""
    draw = np.random.default_rng(7)

    def some(*shape: int) -> Array:
        return draw.normal(0, 0.5, shape).astype(np.float32)

    values = [np.eye(len(TOKENS), dtype=np.float32)]
    width = len(TOKENS)
    for _ in range(layers):
        for _ in range(4):
            values += [some(width, HIDDEN), some(HIDDEN, HIDDEN), some(HIDDEN)]
        values += [some(1, HIDDEN), np.tanh(some(1, HIDDEN))]
        width = HIDDEN
    return [*values, some(HIDDEN, len(TOKENS)), some(len(TOKENS))]


def authors_probabilities(values: list[Array], tokens: list[int]) -> list[Array]:
    """The published sampler's arithmetic, gate by gate, from the arrays as they stand in the file."""

    def sigma(x: Array) -> Array:
        return np.asarray(1 / (1 + np.exp(-x)), dtype=np.float32)

    layers = (len(values) - 3) // 14
    c = [values[1 + 14 * k + 12][0] for k in range(layers)]
    h = [values[1 + 14 * k + 13][0] for k in range(layers)]
    found = []
    for token in tokens:
        x = values[0][token]
        for k in range(layers):
            wxi, whi, bi, wxf, whf, bf, wxc, whc, bc, wxo, who, bo = values[1 + 14 * k : 13 + 14 * k]
            i, f = sigma(x @ wxi + h[k] @ whi + bi), sigma(x @ wxf + h[k] @ whf + bf)
            c[k] = f * c[k] + i * np.tanh(x @ wxc + h[k] @ whc + bc)
            h[k] = sigma(x @ wxo + h[k] @ who + bo) * np.tanh(c[k])
            x = h[k]
        logits = x @ values[-2] + values[-1]
        exp = np.exp(logits - logits.max())
        found.append(exp / exp.sum())
    return found


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


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        read_published(tmp_path / "none.pkl")
