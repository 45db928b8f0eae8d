"""A trained network as a file: weights in half precision, with all that says where they come from.

A model is a folder: `weights.safetensors` (this module), `model.onnx` (what composing runs) and `card.md`.
The weights are named as the formulas name them, layers counted from 1, the gates i, f, c, o of a layer one below
the other: `W_x1` (4H, vocabulary), `W_h1` (4H, H), `b1` (4H), ... `V` (vocabulary, H), `v` (vocabulary), and the
state that a sequence starts from, `h0_1`, `c0_1` (H); and, where the network recalls the tune so far, the table
`recall`. Nothing here needs torch.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from folkbench.bench import home, shipped, write_whole
from folkbench.errors import Damaged, NotFound
from folkbench.model.recall import RECALL, SHAPE

Weights = Mapping[str, NDArray[np.float32]]

WEIGHTS = "weights.safetensors"
ONNX = "model.onnx"
CARD = "card.md"
SHIPPED = "session"
"""The name of the network that comes with folkbench."""

LARGEST = float(np.finfo(np.float16).max)
"""No weight is larger: it is kept in half precision, and masks must outweigh any logit."""

_NOTE = "folkbench"


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """A network: its weights, the tokens it knows, and its history."""

    weights: Weights
    vocabulary: tuple[str, ...]
    encoding: str
    history: Mapping[str, Any]
    """Corpus and split fingerprints, seed, settings, curve: what `train` noted."""

    @property
    def layers(self) -> int:
        """How many LSTM layers."""
        return sum(name.startswith("W_h") for name in self.weights)

    @property
    def hidden(self) -> int:
        """Units in a layer."""
        return int(self.weights["W_h1"].shape[1])

    @property
    def hash(self) -> str:
        """Twelve hex digits of the weights (in half precision) and the vocabulary: the same music, the same hash."""
        digest = hashlib.sha256("\0".join([self.encoding, *self.vocabulary]).encode())
        for name in sorted(self.weights):
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(self.weights[name], dtype="<f2").tobytes())
        return digest.hexdigest()[:12]


def shapes(vocabulary: int, layers: int, hidden: int) -> dict[str, tuple[int, ...]]:
    """The shape of every weight of a network, by name."""
    found: dict[str, tuple[int, ...]] = {}
    for layer in range(1, layers + 1):
        found[f"W_x{layer}"] = (4 * hidden, vocabulary if layer == 1 else hidden)
        found[f"W_h{layer}"] = (4 * hidden, hidden)
        found[f"b{layer}"] = (4 * hidden,)
        found[f"h0_{layer}"] = (hidden,)
        found[f"c0_{layer}"] = (hidden,)
    return found | {"V": (vocabulary, hidden), "v": (vocabulary,)}


def save(checkpoint: Checkpoint, path: Path, *, half: bool = True) -> None:
    """Write the checkpoint whole or not at all, over an older one; in half precision, or as exact as it is."""
    from safetensors.numpy import save as pack

    note = {
        "vocabulary": checkpoint.vocabulary,
        "encoding": checkpoint.encoding,
        "history": dict(checkpoint.history),
        "hash": checkpoint.hash,
    }
    precision = np.float16 if half else np.float32
    arrays = {name: np.ascontiguousarray(weight, dtype=precision) for name, weight in checkpoint.weights.items()}
    write_whole(path, pack(arrays, {_NOTE: json.dumps(note, ensure_ascii=False)}), force=True)


def load(path: Path) -> Checkpoint:
    """Read a checkpoint. Raises NotFound if the file isn't there, Damaged if it isn't a whole network."""
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise NotFound(f"there is no network {path}", "folkbench model list says which there are")
    try:
        with safe_open(path, framework="numpy") as file:
            note = json.loads((file.metadata() or {})[_NOTE])
            weights = {name: file.get_tensor(name).astype(np.float32) for name in file.keys()}  # noqa: SIM118
        vocabulary = tuple(str(token) for token in note["vocabulary"])
        checkpoint = Checkpoint(weights, vocabulary, str(note["encoding"]), dict(note["history"]))
        expected = note["hash"]
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise _damaged(path, "it can't be read as one") from error
    _verify(checkpoint, expected, path)
    return checkpoint


def find(name: str | None = None) -> Path:
    """The folder of a network: the shipped one for None or "session", one in the models folder, or a path.

    Raises NotFound if there is none of that name.
    """
    if name is None:
        return shipped("model", "shipped")
    mine = home("models") / name
    for folder in (Path(name), mine):
        if (folder / WEIGHTS).is_file() or (folder / ONNX).is_file():
            return folder
    if name == SHIPPED:
        return shipped("model", "shipped")
    raise NotFound(f"there is no network {name!r}", "folkbench model list says which there are")


def names() -> list[str]:
    """The networks on this bench: the shipped one first, then those in the models folder."""
    folder = home("models")
    mine = sorted(path.parent.name for path in folder.glob(f"*/{WEIGHTS}")) if folder.is_dir() else []
    return [SHIPPED, *(name for name in mine if name != SHIPPED)]


def _verify(checkpoint: Checkpoint, expected: object, path: Path) -> None:
    if "W_h1" not in checkpoint.weights or checkpoint.weights["W_h1"].ndim != 2:
        raise _damaged(path, "it has no first layer")
    wanted = shapes(len(checkpoint.vocabulary), checkpoint.layers, checkpoint.hidden)
    if RECALL in checkpoint.weights:
        wanted[RECALL] = SHAPE
    for name in sorted(wanted.keys() | checkpoint.weights.keys()):
        if name not in checkpoint.weights:
            raise _damaged(path, f"{name} is missing")
        if name not in wanted:
            raise _damaged(path, f"{name} is no weight of such a network")
        shape = checkpoint.weights[name].shape
        if shape != wanted[name]:
            raise _damaged(path, f"{name} has the shape {shape}, not {wanted[name]}")
        if not np.isfinite(checkpoint.weights[name]).all():
            raise _damaged(path, f"{name} holds values that are no numbers")
        if np.abs(checkpoint.weights[name]).max(initial=0) > LARGEST:
            raise _damaged(path, f"{name} holds values that are too large for a network")
    if checkpoint.hash != expected:
        raise _damaged(path, "its weights aren't the ones that were saved")


def _damaged(path: Path, why: str) -> Damaged:
    return Damaged(f"{path} is no network that folkbench can use: {why}", "train or fetch it again")
