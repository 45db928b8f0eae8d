"""The plain pass beside torch, and how far the int8 engine of the network that ships is from it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from folkbench.dissect import record, walk
from folkbench.model.checkpoint import WEIGHTS, find, load
from folkbench.model.engine import Engine
from folkbench.notation import read
from tests.conftest import SEED
from tests.model.networks import small


def test_the_int8_engine_expects_nearly_the_same_of_the_seed_transcription() -> None:
    checkpoint = load(find() / WEIGHTS)
    tokens = walk(read(SEED.read_text()), checkpoint.vocabulary).tokens
    plain = record(checkpoint, tokens)
    engine = Engine(find())
    h, c = engine.rest(1)
    logits = np.zeros_like(plain.logits)
    for step, token in enumerate(tokens):
        found, h, c = engine.step(np.array([token]), h, c)
        logits[step] = found[0]
    p, q = plain.posteriors(), replace(plain, logits=logits).posteriors()
    apart = 0.5 * np.abs(p - q).sum(axis=1)
    assert apart.mean() < 0.02
    assert apart.max() < 0.15


def test_torch_finds_the_same_gates_cells_and_states_within_a_hundred_thousandth() -> None:
    network = small(layers=3, hidden=32)
    tokens = np.random.default_rng(5).integers(0, len(network.vocabulary), 60)
    seen = record(network, tokens).activations
    weights = {name: torch.from_numpy(weight) for name, weight in network.weights.items()}
    h, c = ([weights[f"{kind}0_{layer}"] for layer in (1, 2, 3)] for kind in "hc")
    for step, token in enumerate(tokens):
        given = weights["W_x1"][:, token]
        for layer in range(3):
            if layer:
                given = weights[f"W_x{layer + 1}"] @ h[layer - 1]
            sums = given + weights[f"W_h{layer + 1}"] @ h[layer] + weights[f"b{layer + 1}"]
            i, f, g, o = sums.chunk(4)
            i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
            c[layer] = f * c[layer] + i * g
            h[layer] = o * c[layer].tanh()
            wanted = torch.stack([i, f, g, o, c[layer], h[layer]]).numpy()
            np.testing.assert_allclose(seen[step, layer], wanted, atol=1e-5)
