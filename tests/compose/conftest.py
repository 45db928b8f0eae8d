"""A network of the real kind, untrained and small, as the folder of a model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from folkbench.encoding import ENCODINGS, meaning
from folkbench.model.checkpoint import ONNX, WEIGHTS, Checkpoint, save, shapes
from folkbench.model.export import export
from tests.compose.networks import VOCABULARY

TONICS = {"maj": {"G": 5, "D": 5}, "min": {"E": 1}, "dor": {"A": 1}, "mix": {"A": 1}, "maj reel": {"A": 1}}


WANTED = {"</s>": 8, ":|": 4, "|": 4, "2": 2, "4": 2, "1/8": -8, "(9": -4, "(7": -4}
"""What an untrained network is inclined to, so that its tunes aren't long."""


@pytest.fixture(scope="session")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model whose weights are random: 3 layers of 32, the test's vocabulary."""
    return model(tmp_path_factory.mktemp("untrained"), "v2", VOCABULARY.texts, WANTED)


@pytest.fixture(scope="session")
def spelling(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same in the first encoding: a network of characters."""
    folder = tmp_path_factory.mktemp("spelling")
    texts = dict.fromkeys(text for word in VOCABULARY.texts for text in ENCODINGS["v1"].tokens((word,)))
    return model(folder, "v1", tuple(texts), {"</s>": 8, ":": 5, "|": 1, "[": -3, "/": -3, "(": -4, "\n": 4})


@pytest.fixture(scope="session")
def absolute(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same in the third encoding: every pitch spelled out."""
    write = ENCODINGS["v3"].tokens
    plain = [word for word in VOCABULARY.texts if meaning(word).kind != "pitch"]
    pitches = [word for word in VOCABULARY.texts if meaning(word).kind == "pitch"]
    texts = dict.fromkeys([*write(plain), *write(pitches), *write(pitches, 1)])
    return model(tmp_path_factory.mktemp("absolute"), "v3", tuple(texts), WANTED)


def model(folder: Path, encoding: str, texts: tuple[str, ...], wanted: dict[str, int]) -> Path:
    """A folder with a network that has learnt nothing."""
    draw = np.random.default_rng(1)
    sizes = shapes(len(texts), 3, 32)
    weights = {name: (draw.normal(0, 1, size) / size[-1] ** 0.5).astype(np.float32) for name, size in sizes.items()}
    weights["V"] *= 6 if encoding == "v2" else 3
    for text, inclined in wanted.items():
        weights["v"][texts.index(text)] = inclined
    about = {"name": "nothing", "fingerprint": "0" * 16, "tonics": TONICS}
    if ENCODINGS[encoding].spells:
        about["words"] = VOCABULARY.texts
    checkpoint = Checkpoint(weights, texts, encoding, {"corpus": about})
    save(checkpoint, folder / WEIGHTS)
    export(checkpoint, folder / ONNX)
    return folder
