"""The weights that folk-rnn published, as a checkpoint.

`folkrnn_v2.pkl` is a pickle that Python 2 wrote (protocol 2): a dict with `token2idx` and `param_values`, a list of
float arrays in the order that Lasagne gave them: a fixed embedding, fourteen arrays a layer, the softmax layer. A
pickle is a program; this one is read by an unpickler that can make dicts, lists, strings, numbers and float arrays,
and nothing else.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from folkbench.errors import Damaged, NotFound
from folkbench.model.checkpoint import Checkpoint

GATES = ("i", "f", "c", "o")
"""The order in which a layer's gates stand in the file and in a checkpoint's rows."""

_ARRAYS_A_LAYER = 14
_LARGEST = 1 << 30  # bytes of a file that is looked at
_Array = NDArray[np.float32]


def read_published(path: Path) -> Checkpoint:
    """The network in a published weights file.

    Raises NotFound if there is no such file, Damaged if it isn't such a file or asks for anything but data.
    """
    if not path.is_file():
        raise NotFound(f"there is no file {path}", "give the .pkl that folk-rnn published")
    if path.stat().st_size > _LARGEST:
        raise _refuse(path, "it is larger than any network of that kind")
    try:
        found = _Unpickler(io.BytesIO(path.read_bytes())).load()
    except Damaged as error:
        raise _refuse(path, error.message) from error
    except RecursionError as error:
        raise _refuse(path, "it is nested without end") from error
    except Exception as error:  # a pickle of noise can raise anything at all
        raise _refuse(path, "it is no pickle that Python 2 wrote, or only a part of one") from error
    if not isinstance(found, dict):
        raise _refuse(path, "it holds no dict")
    data = {_text(key): value for key, value in found.items()}
    vocabulary = _vocabulary(path, data.get("token2idx"))
    values = data.get("param_values")
    if not isinstance(values, list) or not all(isinstance(value, _Values) for value in values):
        raise _refuse(path, "it has no param_values, a list of arrays")
    weights = _weights(path, [value.array for value in values], len(vocabulary))
    return Checkpoint(weights, vocabulary, "v2", {"source": path.name, "note": "imported from published weights"})


def _weights(path: Path, values: list[_Array], size: int) -> dict[str, _Array]:
    layers, rest = divmod(len(values) - 3, _ARRAYS_A_LAYER)
    if rest or layers < 1:
        raise _refuse(path, f"{len(values)} arrays aren't an embedding, fourteen a layer, and a softmax layer")
    hidden = values[2].shape[-1] if values[2].ndim == 2 else 0
    embedding = _shaped(path, values[0], (size, values[0].shape[-1] if values[0].ndim == 2 else 0), 0)
    weights: dict[str, _Array] = {}
    width = embedding.shape[1]
    for layer in range(1, layers + 1):
        first = 1 + _ARRAYS_A_LAYER * (layer - 1)
        inward, recurrent, bias = [], [], []
        for gate in range(len(GATES)):
            place = first + 3 * gate
            inward.append(_shaped(path, values[place], (width, hidden), place))
            recurrent.append(_shaped(path, values[place + 1], (hidden, hidden), place + 1))
            bias.append(_shaped(path, values[place + 2], (hidden,), place + 2))
        joined = np.concatenate(inward, axis=1)
        # the embedding is one-hot and fixed, but whatever it is, a token's row of it goes through W_x
        weights[f"W_x{layer}"] = np.ascontiguousarray((embedding @ joined if layer == 1 else joined).T)
        weights[f"W_h{layer}"] = np.ascontiguousarray(np.concatenate(recurrent, axis=1).T)
        weights[f"b{layer}"] = np.concatenate(bias)
        weights[f"c0_{layer}"] = _shaped(path, values[first + 12], (1, hidden), first + 12)[0]
        weights[f"h0_{layer}"] = _shaped(path, values[first + 13], (1, hidden), first + 13)[0]
        width = hidden
    weights["V"] = np.ascontiguousarray(_shaped(path, values[-2], (hidden, size), len(values) - 2).T)
    weights["v"] = _shaped(path, values[-1], (size,), len(values) - 1)
    return weights


def _shaped(path: Path, value: _Array, shape: tuple[int, ...], place: int) -> _Array:
    if value.shape != shape or 0 in shape:
        raise _refuse(path, f"array {place} has the shape {value.shape}, not {shape}")
    if not np.isfinite(value).all():
        raise _refuse(path, f"array {place} holds values that are no numbers")
    return value


def _vocabulary(path: Path, table: object) -> tuple[str, ...]:
    """Tokens in the order of their numbers."""
    if not isinstance(table, dict) or not table:
        raise _refuse(path, "it has no token2idx")
    by_number = {number: _text(token) for token, number in table.items() if type(number) is int}
    if sorted(by_number) != list(range(len(table))):
        raise _refuse(path, "the numbers of its tokens have holes")
    return tuple(by_number[number] for number in range(len(table)))


def _text(value: object) -> str:
    """Python 2 strings come as text already (latin-1); bytes come from files that Python 3 wrote."""
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _refuse(path: Path, why: str) -> Damaged:
    return Damaged(f"{path} is no weights file that folk-rnn published: {why}", "nothing in it was run")


class _Float:
    """Stands where numpy's dtype is asked for: a float type of some byte order, and no other."""

    def __init__(self, code: object, *_: object) -> None:
        name = code if isinstance(code, str) else ""
        if name not in ("f4", "f8"):
            raise Damaged(f"it has arrays of {name[:20]!r}, not of floats")
        self.code = name
        self.order = "<"

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.order = ">" if state[1] == ">" else "<"


class _Values:
    """Stands where numpy's ndarray is asked for: numpy's own would believe whatever state the file gives it."""

    array: _Array

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, shape, kind, by_column, raw = state
        if not isinstance(kind, _Float):
            raise Damaged("it has arrays of something that is no number")
        data = raw.encode("latin-1") if isinstance(raw, str) else raw
        flat = np.frombuffer(data, dtype=kind.order + kind.code)
        self.array = flat.reshape(shape, order="F" if by_column else "C").astype(np.float32)


def _empty_array(kind: object, *_: object) -> _Values:
    if kind is not _Values:
        raise Damaged("it asks for something that is no array")
    return _Values()


def _encoded(text: object, codec: object) -> bytes:
    """How Python 3 writes bytes in protocol 2."""
    if not isinstance(text, str) or codec != "latin1":
        raise Damaged("it encodes something that is no array")
    return text.encode("latin-1")


_ADMITTED: dict[tuple[str, str], Callable[..., Any] | type] = {
    ("numpy.core.multiarray", "_reconstruct"): _empty_array,
    ("numpy._core.multiarray", "_reconstruct"): _empty_array,
    ("numpy", "ndarray"): _Values,
    ("numpy", "dtype"): _Float,
    ("_codecs", "encode"): _encoded,
}
"""What such a file may ask for by name, and what it gets: nothing here does anything but hold numbers."""


class _Unpickler(pickle.Unpickler):
    """Admits what a published weights file needs, and nothing else."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, encoding="latin-1")

    def find_class(self, module: str, name: str) -> Any:
        """The five names that such a file holds. Raises Damaged for any other."""
        admitted = _ADMITTED.get((module, name))
        if admitted is None:
            raise Damaged(f"it asks for {module}.{name}")
        return admitted

    def persistent_load(self, pid: object) -> NoReturn:
        """Such a file refers to nothing outside itself."""
        raise Damaged("it refers to something outside itself")
