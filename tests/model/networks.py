"""Small networks and a small corpus for the tests of the network's rooms."""

from dataclasses import dataclass

import numpy as np

from folkbench.model.checkpoint import Checkpoint, shapes
from folkbench.model.material import Counted, Judged, Sequence

VOCABULARY = ("<s>", "</s>", "M:4/4", "K:Cmaj", "C", "D", "E", "G", "|", "2", ":|")


def small(seed: int = 0, layers: int = 3, hidden: int = 32, vocabulary: tuple[str, ...] = VOCABULARY) -> Checkpoint:
    """Random weights of the size that trained ones have."""
    draw = np.random.default_rng(seed)
    weights = {
        name: (draw.standard_normal(shape) * (0.4 if len(shape) == 2 else 0.5)).astype(np.float16).astype(np.float32)
        for name, shape in shapes(len(vocabulary), layers, hidden).items()
    }
    for layer in range(1, layers + 1):
        weights[f"h0_{layer}"] = np.tanh(weights[f"h0_{layer}"]).astype(np.float16).astype(np.float32)
    return Checkpoint(weights, vocabulary, "v2", {"corpus": {"name": "small"}, "curve": []})


@dataclass(frozen=True)
class Scales:
    """A corpus that repeats itself: C D E G over and over, some tunes from D on."""

    vocabulary: tuple[str, ...] = VOCABULARY
    encoding: str = "v2"
    fingerprint: str = "c0ffee"
    split: str = "5011d"
    counters: tuple[int, ...] = (5,)

    def clock(self, tune: Sequence) -> Counted:
        """How many notes the bar has so far."""
        return np.where(np.arange(len(tune)) < 3, -1, (np.arange(len(tune)) - 2) % 5).astype(np.int16)[:, None]

    def epoch(self, seed: int, epoch: int, *, choosy: bool = False) -> list[Sequence]:
        draw = np.random.default_rng([seed, epoch])
        return [_scale(int(draw.integers(2)), bars) for bars in range(2, 10)]

    @property
    def held_out(self) -> list[Judged]:
        return [(_scale(0, 4), 3), (_scale(1, 3), 3)]

    @property
    def primed(self) -> list[Judged]:
        return self.held_out


def _scale(start: int, bars: int) -> Sequence:
    bar = [4, 5, 6, 7]
    music = [number for _ in range(bars) for number in [*bar[start:], *bar[:start], 8]]
    return np.array([0, 2, 3, *music, 1], np.uint16)
