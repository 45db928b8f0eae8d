from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from folkbench.dissect.record import PARTS, record
from folkbench.errors import FolkbenchError
from folkbench.model.checkpoint import ONNX
from folkbench.model.engine import Engine
from folkbench.model.export import export
from folkbench.model.network import Network, Shape
from folkbench.model.recall import RECALL, start
from tests.model.networks import small

TUNE = np.random.default_rng(3).integers(0, 11, 50)


def test_torch_and_numpy_give_the_same_logits_within_a_hundred_thousandth() -> None:
    checkpoint = small()
    network = Network(Shape(11, 3, 32)).eval()
    weights = {name: torch.from_numpy(checkpoint.weights[name]) for name, _ in network.named_parameters()}
    network.load_state_dict(weights)
    h, c = (
        torch.from_numpy(np.stack([checkpoint.weights[f"{kind}0_{layer}"] for layer in (1, 2, 3)]))[:, None]
        for kind in "hc"
    )
    with torch.no_grad():
        logits = network(torch.from_numpy(TUNE)[:, None], (h, c)).logits
    np.testing.assert_allclose(record(checkpoint, TUNE).logits, logits[:, 0].numpy(), atol=1e-5)


def test_onnx_in_float32_and_numpy_give_the_same_logits_and_states(tmp_path: Path) -> None:
    checkpoint = small()
    export(checkpoint, tmp_path / ONNX, int8=False)
    engine = Engine(tmp_path)
    seen = record(checkpoint, TUNE)
    h, c = engine.rest(1)
    for step, token in enumerate(TUNE):
        logits, h, c = engine.step(np.array([token]), h, c)
        np.testing.assert_allclose(logits[0], seen.logits[step], atol=1e-5)
        np.testing.assert_allclose(h[:, 0], seen.activations[step, :, PARTS.index("h")], atol=1e-5)
        np.testing.assert_allclose(c[:, 0], seen.activations[step, :, PARTS.index("c")], atol=1e-5)


def test_what_is_recalled_is_raised_as_in_composing_and_leaves_the_layers_alone(tmp_path: Path) -> None:
    plain = small()
    checkpoint = replace(plain, weights={**plain.weights, RECALL: start()})
    export(checkpoint, tmp_path / ONNX, int8=False)
    engine, seen = Engine(tmp_path), record(checkpoint, TUNE)
    assert engine.recall is not None
    memory = engine.recall.memory(1)
    h, c = engine.rest(1)
    for step, token in enumerate(TUNE):
        logits, h, c = engine.step(np.array([token]), h, c)
        memory.take(np.array([token]))
        engine.recall.raise_(logits, memory)
        np.testing.assert_allclose(logits[0], seen.raised[step], atol=1e-4)
    assert (seen.logits == record(plain, TUNE).logits).all()
    assert (seen.raised != seen.logits).any()
    assert (record(plain, TUNE).raised == record(plain, TUNE).logits).all()


def test_what_is_recorded_obeys_the_formulas() -> None:
    checkpoint = small()
    seen = record(checkpoint, TUNE)
    assert seen.activations.shape == (50, 3, 6, 32)
    assert seen.logits.shape == (50, 11)
    for layer in (1, 2, 3):
        i, f, g, o, c, h = (seen.part(name, layer) for name in PARTS)
        before = np.concatenate([checkpoint.weights[f"c0_{layer}"][None], c[:-1]])
        np.testing.assert_allclose(c, f * before + i * g, atol=1e-6)
        np.testing.assert_allclose(h, o * np.tanh(c), atol=1e-6)
        assert i.min() >= 0
        assert i.max() <= 1


def test_a_batch_records_each_stream_as_if_it_were_alone() -> None:
    checkpoint = small()
    streams = np.random.default_rng(4).integers(0, 11, (20, 3))
    together = record(checkpoint, streams)
    assert together.activations.shape == (20, 3, 3, 6, 32)
    alone = record(checkpoint, streams[:, 1])
    np.testing.assert_allclose(together.logits[:, 1], alone.logits, atol=1e-5)
    np.testing.assert_allclose(together.part("h", 2)[:, 1], alone.part("h", 2), atol=1e-5)


def test_posteriors_sum_to_one_and_sharpen_as_it_gets_colder() -> None:
    seen = record(small(), TUNE)
    np.testing.assert_allclose(seen.posteriors().sum(-1), 1, atol=1e-5)
    assert bool((seen.posteriors(0.5).max(-1) >= seen.posteriors().max(-1)).all())


def test_a_token_that_the_network_does_not_know_is_refused() -> None:
    with pytest.raises(FolkbenchError, match="tokens 0 to 10"):
        record(small(), [0, 11])
