import sys
from pathlib import Path

import numpy as np
import pytest

from folkbench.errors import Damaged, Missing, NotFound
from folkbench.model.checkpoint import ONNX
from folkbench.model.engine import Engine
from folkbench.model.export import build, export, quantised
from folkbench.model.finish import judge
from tests.model.networks import VOCABULARY, Scales, small

WIDE = tuple(str(number) for number in range(137))


def _logits(engine: Engine, tokens: np.ndarray) -> np.ndarray:
    """(steps, batch, vocabulary) for tokens (steps, batch)."""
    h, c = engine.rest(tokens.shape[1])
    found = []
    for row in tokens:
        logits, h, c = engine.step(row, h, c)
        found.append(logits)
    return np.array(found)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The network in its full size."""
    folder = tmp_path_factory.mktemp("full")
    network = small(layers=3, hidden=512, vocabulary=WIDE)
    scaled = {
        name: w * np.float32(0.15) if w.ndim == 2 and name != "W_x1" else w for name, w in network.weights.items()
    }
    export(type(network)(scaled, WIDE, "v2", {}), folder / ONNX)
    return folder


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("batch", [1, 2, 7, 64, 256])
def test_a_stream_has_the_same_logits_to_the_bit_in_any_batch_with_any_threads(
    full: Path, batch: int, threads: int
) -> None:
    tokens = np.random.default_rng(5).integers(0, 137, (6, 256))
    alone = _logits(Engine(full, threads=1), tokens[:, :1])
    place = batch // 2
    company = np.roll(tokens[:, :batch], place, axis=1)
    together = _logits(Engine(full, threads=threads), np.ascontiguousarray(company))
    assert np.array_equal(together[:, place], alone[:, 0])


def test_int8_is_near_float32_over_a_whole_tune(tmp_path: Path) -> None:
    network = small()
    export(network, tmp_path / "int8.onnx")
    export(network, tmp_path / "float32.onnx", int8=False)
    tunes = [(np.random.default_rng(k).integers(0, len(VOCABULARY), 60).astype(np.uint16), 1) for k in range(20)]
    fine, coarse = (judge(Engine(tmp_path / name), tunes) for name in ("float32.onnx", "int8.onnx"))
    assert coarse == pytest.approx(fine, rel=0.01)


def test_whole_weights_have_seven_bits_and_a_scale_per_column() -> None:
    weight = np.random.default_rng(0).standard_normal((50, 7)).astype(np.float32) * np.arange(7, dtype=np.float32)
    whole, scale = quantised(weight)
    assert whole.dtype == np.int8
    assert np.abs(whole).max() == 63
    assert bool((np.abs(whole * scale - weight) <= scale / 2 + 1e-6).all())


def test_a_model_says_its_tokens_hash_and_starting_state(tmp_path: Path) -> None:
    network = small()
    export(network, tmp_path / ONNX)
    engine = Engine(tmp_path)
    assert (engine.vocabulary, engine.encoding, engine.hash) == (VOCABULARY, "v2", network.hash)
    assert (engine.layers, engine.hidden, engine.corpus) == (3, 32, {"name": "small"})
    h, c = engine.rest(3)
    assert h.shape == c.shape == (3, 3, 32)
    np.testing.assert_array_equal(c[1, 2], network.weights["c0_2"])


def test_exporting_twice_gives_the_same_bytes() -> None:
    assert build(small()) == build(small())


def test_a_model_that_is_missing_or_damaged_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no network"):
        Engine(tmp_path)
    path = tmp_path / ONNX
    whole = build(small())
    for broken in (
        b"",
        b"%PDF-1.4",
        whole[:-2000],
        whole[: len(whole) // 2],
        whole.replace(b"folkbench", b"somebench"),
    ):
        path.write_bytes(broken)
        with pytest.raises(Damaged, match="is no network that folkbench can use") as caught:
            Engine(path)
        assert "\n" not in caught.value.message


def test_judging_counts_music_tokens_only(tmp_path: Path) -> None:
    network = small()
    flat = {name: np.zeros_like(weight) for name, weight in network.weights.items()}
    export(type(network)(flat, VOCABULARY, "v2", {}), tmp_path / ONNX, int8=False)
    assert judge(Engine(tmp_path), Scales().held_out) == pytest.approx(np.log(len(VOCABULARY)))


def test_without_onnx_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(Missing) as caught:
        export(small(), tmp_path / ONNX)
    assert caught.value.hint == "pip install 'folkbench[train]'"
    assert not (tmp_path / ONNX).exists()
