"""Networks that have learnt nothing, to hold the grammar against: it must keep bars whole whatever the weights are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from folkbench.encoding import Vocabulary, meaning
from folkbench.encoding.tokens import pitch_text

PITCHES = [pitch_text(step, alter) for step in range(-5, 12) for alter in (None, -1, 0, 1)]
LENGTHS = ["2", "3", "4", "5", "6", "7", "8", "/2", "/4", "1/8", "3/2", "3/4", "5/2", "4/3", "7/4"]
SIGNS = [">", "<", ">>", "2>", "-", "(2", "(3", "(4", "(5", "(6", "(7", "(9", "(3:2:2", "[", "]", "z"]
LINES = ["|", "|:", ":|", "|1", "|2", "||"]
METERS = ["M:2/4", "M:3/4", "M:4/4", "M:6/8", "M:9/8", "M:12/8", "M:3/2"]
MODES = ["K:Cmaj", "K:Cmin", "K:Cdor", "K:Cmix"]
HEADS = ["<s>", "</s>", "T:", "t:_", "t:a", "t:'", "R:reel", "R:slip_jig", *METERS, *MODES]

VOCABULARY = Vocabulary((*HEADS, *PITCHES, *LENGTHS, *SIGNS, *LINES))
"""A little of everything that the grammar knows, and more lengths and accidentals than any tune has."""
TOKENS = tuple(meaning(text) for text in VOCABULARY.texts)

Floats = npt.NDArray[np.float32]


class RandomNetwork:
    """A recurrent network with random weights. Its numbers are rounded, so that a batch of any size gives the same."""

    recall = None

    def __init__(self, seed: int, gain: float = 3.0, hidden: int = 48) -> None:
        draw = np.random.default_rng(seed)
        self.into = draw.normal(0, 1, (len(TOKENS), hidden))
        self.back = draw.normal(0, hidden**-0.5, (hidden, hidden))
        self.out = draw.normal(0, gain * hidden**-0.5, (hidden, len(TOKENS)))
        self.hidden = hidden

    def rest(self, batch: int) -> tuple[Floats, Floats]:
        zeros = np.zeros((1, batch, self.hidden), np.float32)
        return zeros, zeros.copy()

    def step(self, tokens: npt.NDArray[np.int64], h: Floats, c: Floats) -> tuple[Floats, Floats, Floats]:
        new = np.rint(256 * np.tanh(self.into[tokens] + h[0].astype(float) @ self.back)) / 256
        logits = np.rint(64 * (new @ self.out)) / 64
        return logits.astype(np.float32), new[None].astype(np.float32), c.copy()
