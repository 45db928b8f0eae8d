"""A network of the real kind, untrained and small, as the folder of a model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from folkbench.model.checkpoint import ONNX, WEIGHTS, Checkpoint, save, shapes
from folkbench.model.export import export
from tests.compose.networks import VOCABULARY

TONICS = {"maj": {"G": 5, "D": 5}, "min": {"E": 1}, "dor": {"A": 1}, "mix": {"A": 1}, "maj reel": {"A": 1}}


@pytest.fixture(scope="session")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model whose weights are random: 3 layers of 32, the test's vocabulary."""
    draw = np.random.default_rng(1)
    sizes = shapes(len(VOCABULARY), 3, 32)
    weights = {name: (draw.normal(0, 1, size) / size[-1] ** 0.5).astype(np.float32) for name, size in sizes.items()}
    weights["V"] *= 6
    for text, wanted in {"</s>": 8, ":|": 4, "|": 4, "2": 2, "4": 2, "1/8": -8, "(9": -4, "(7": -4}.items():
        weights["v"][VOCABULARY.index[text]] = wanted  # so that its tunes aren't long
    history = {"corpus": {"name": "nothing", "fingerprint": "0" * 16, "tonics": TONICS}}
    checkpoint = Checkpoint(weights, VOCABULARY.texts, "v2", history)
    folder = tmp_path_factory.mktemp("untrained")
    save(checkpoint, folder / WEIGHTS)
    export(checkpoint, folder / ONNX)
    return folder
