"""Dissecting: the plain forward pass beside onnxruntime's, and the whole report against its budget."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from folkbench.dissect import record, walk
from folkbench.dissect.report import html, report
from folkbench.model.checkpoint import WEIGHTS, find, load
from folkbench.model.engine import Engine
from folkbench.model.export import build
from folkbench.notation import read
from tests.bench.measure import row, seconds
from tests.conftest import SEED


def main() -> None:
    checkpoint = load(find() / WEIGHTS)
    tune = read(SEED.read_text())
    tokens = walk(tune, checkpoint.vocabulary).tokens
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "float32.onnx"
        path.write_bytes(build(checkpoint, int8=False))
        engine = Engine(path)

        def theirs() -> None:
            h, c = engine.rest(1)
            for token in tokens:
                _, h, c = engine.step(np.array([token]), h, c)

        mine = seconds(lambda: record(checkpoint, tokens), 3)
        row("a tune recorded, all gates", 1000 * mine, "onnxruntime, logits only", 1000 * seconds(theirs, 3), "ms")
    row("the whole report", seconds(lambda: html(report(checkpoint, tune)), 1), "its budget", 20.0, "s")
