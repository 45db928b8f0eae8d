"""The network at work: an ONNX model in onnxruntime, one step at a time for any number of streams."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from folkbench.errors import Damaged, NotFound
from folkbench.model.checkpoint import ONNX
from folkbench.model.recall import SHAPE, Recall, recall

Array = NDArray[np.float32]


class Engine:
    """A loaded model. It holds no stream's state: that goes in and comes out of every step."""

    def __init__(self, path: Path, *, threads: int = 0, spinning: bool = True) -> None:
        """Load `path`, a model's folder or its ONNX file.

        threads: for one step's arithmetic, 0 as many as there are cores. spinning: whether these wait for the next
        step busily; faster alone, but several processes at work at once should give each one thread and no spinning.
        Raises NotFound, or Damaged if it is no model of ours.
        """
        file = path / ONNX if path.is_dir() else path
        if not file.is_file():
            raise NotFound(f"there is no network {file}", "folkbench model list says which there are")
        self._session = _session(file, threads, spinning)
        note = _note(self._session, file)
        self.vocabulary: tuple[str, ...] = tuple(note["vocabulary"])
        """The text of every token, in the order of their numbers."""
        self.encoding: str = note["encoding"]
        self.hash: str = note["hash"]
        """The checkpoint's content hash: which network this is."""
        self.corpus: dict[str, Any] = note.get("corpus", {})
        """What the training noted of its corpus: name, fingerprint, tonics ..."""
        table = note.get("recall")
        self.recall: Recall | None = recall(np.array(table, np.float32), self.vocabulary) if table else None
        """What it does with the tune so far; None for a network that wasn't trained to recall."""
        self._start = tuple(np.array(note["start"][kind], np.float32)[:, None, :] for kind in "hc")
        self.layers, _, self.hidden = self._start[0].shape

    def rest(self, batch: int) -> tuple[Array, Array]:
        """h and c that `batch` streams start from, each (layers, batch, hidden)."""
        h, c = (np.repeat(start, batch, axis=1) for start in self._start)
        return h, c

    def step(self, tokens: NDArray[np.int64], h: Array, c: Array) -> tuple[Array, Array, Array]:
        """Every stream takes one token (batch): logits (batch, vocabulary) for its next, and its new h and c."""
        logits, h, c = self._session.run(None, {"token": tokens, "h": h, "c": c})
        return logits, h, c


def _session(file: Path, threads: int, spinning: bool) -> Any:
    import onnxruntime

    onnxruntime.set_default_logger_severity(4)  # a broken file's complaint is ours to make
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "1" if spinning else "0")
    try:
        return onnxruntime.InferenceSession(file.read_bytes(), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises a dozen kinds for a broken file, with no base of their own
        raise _damaged(file, "it can't be read as a model") from error


def _note(session: Any, file: Path) -> dict[str, Any]:
    shapes = {port.name: port.shape for port in (*session.get_inputs(), *session.get_outputs())}
    if set(shapes) != {"token", "h", "c", "logits", "h_out", "c_out"}:
        raise _damaged(file, "its inputs and outputs aren't those of a step")
    try:
        note: dict[str, Any] = json.loads(session.get_modelmeta().custom_metadata_map["folkbench"])
        size = len(note["vocabulary"])
        start = np.array([note["start"]["h"], note["start"]["c"]], np.float32)
        whole = bool(note["encoding"] and note["hash"])
        whole &= note.get("recall") is None or np.shape(note["recall"]) == SHAPE
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(file, "it doesn't say which tokens it knows") from error
    layers, _, hidden = shapes["h"]
    if not whole or shapes["logits"][1] != size or start.shape != (2, layers, hidden):
        raise _damaged(file, "what it says of itself doesn't fit it")
    return note


def _damaged(file: Path, why: str) -> Damaged:
    return Damaged(f"{file} is no network that folkbench can use: {why}", "fetch or export it again")
