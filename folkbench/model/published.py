"""The weights that folk-rnn published, as a checkpoint.

`folkrnn_v2.pkl` is a pickle that Python 2 wrote (protocol 2): a dict with `token2idx` and `param_values`, a list of
float arrays in the order that Lasagne gave them: a fixed embedding, fourteen arrays a layer, the softmax layer. It is
read as data and nothing else (`pickles.py`).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from folkbench.encoding import meaning
from folkbench.errors import Damaged, NotFound
from folkbench.model.checkpoint import LARGEST, Checkpoint
from folkbench.model.pickles import Values, read_pickle

GATES = ("i", "f", "c", "o")
"""The order in which a layer's gates stand in the file and in a checkpoint's rows."""

_NEEDED = frozenset({"<s>", "</s>", "|", "|:", ":|", "/2"})
_NEEDED_KINDS = frozenset({"meter", "mode", "pitch"})
"""Tokens, and kinds of them, without which no tune of whole bars can be written."""

_ARRAYS_A_LAYER = 14
_LARGEST_FILE = 1 << 28  # bytes; the published one has 22 million
_Array = NDArray[np.float32]


def read_published(path: Path) -> Checkpoint:
    """The network in a published weights file.

    Raises NotFound if there is no such file, Damaged if it isn't such a file or asks for anything but data.
    """
    if not path.is_file():
        raise NotFound(f"there is no file {path}", "give the .pkl that folk-rnn published")
    if path.stat().st_size > _LARGEST_FILE:
        raise _refuse(path, "it is larger than any network of that kind")
    try:
        found = read_pickle(path.read_bytes())
    except Damaged as error:
        raise _refuse(path, error.message) from error
    except Exception as error:  # a pickle of noise can raise anything at all
        raise _refuse(path, "it is no pickle that Python 2 wrote, or only a part of one") from error
    if not isinstance(found, dict):
        raise _refuse(path, "it holds no dict")
    data = {_text(key): value for key, value in found.items()}
    vocabulary = _vocabulary(path, data.get("token2idx"))
    values = data.get("param_values")
    if not isinstance(values, list) or not all(isinstance(value, Values) for value in values):
        raise _refuse(path, "it has no param_values, a list of arrays")
    if sum(value.flat.nbytes for value in values) > path.stat().st_size:
        raise _refuse(path, "its arrays hold more than it does")
    try:
        arrays = [value.array() for value in values]
    except Damaged as error:
        raise _refuse(path, error.message) from error
    weights = _weights(path, arrays, len(vocabulary))
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
    if np.abs(value).max() > LARGEST:
        raise _refuse(path, f"array {place} holds values that are too large for a network")
    return value


def _vocabulary(path: Path, table: object) -> tuple[str, ...]:
    """Tokens in the order of their numbers."""
    if not isinstance(table, dict) or not table:
        raise _refuse(path, "it has no token2idx")
    by_number = {number: _text(token) for token, number in table.items() if type(number) is int}
    if sorted(by_number) != list(range(len(table))):
        raise _refuse(path, "the numbers of its tokens have holes")
    vocabulary = tuple(by_number[number] for number in range(len(table)))
    lacking = (_NEEDED - set(vocabulary)) | (_NEEDED_KINDS - {meaning(text).kind for text in vocabulary})
    if lacking or len(set(vocabulary)) < len(vocabulary):
        what = f"no {min(lacking)}" if lacking else "a token twice"
        raise _refuse(path, f"among its tokens there is {what}")
    return vocabulary


def _text(value: object) -> str:
    """Python 2 strings come as text already (latin-1); bytes come from files that Python 3 wrote."""
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _refuse(path: Path, why: str) -> Damaged:
    return Damaged(f"{path} is no weights file that folk-rnn published: {why}", "nothing in it was run")
