"""Drawing one token: random numbers that belong to a tune, temperature's softmax, and what is barred.

The random numbers of tune (S, k) come from a counter-based generator keyed by S and k (Philox 4x32-10: Salmon et
al., "Parallel random numbers: as easy as 1, 2, 3", 2011). Every sum is taken along a stream's own row, so that a
stream's token doesn't depend on the others; `draw_alone` gives the same token as `draw` of one row, and sooner.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.random import Generator, Philox

from folkbench.compose.masks import Floats, Numbers

_LARGEST = np.float32(80)  # e^80 is still a float32
_BELOW_ONE = np.float32(1 - 2**-22)  # a product with it stays below what a float32 can round away


def throws(rng: Generator, count: int) -> Floats:
    """So many random numbers in 0..1, below 1 even when multiplied by a float32."""
    return rng.random(count, dtype=np.float32) * _BELOW_ONE


def dice(seed: int, k: int, use: int = 0) -> Generator:
    """The random numbers of tune k of a seed. `use` 0 draws its tokens; other uses have numbers of their own."""
    return Generator(Philox(key=[seed, k], counter=[0, 0, 0, use]))


def draw(logits: Floats, barred: Floats, chances: Floats, top_p: float) -> tuple[Numbers, Floats, Floats]:
    """One token for each stream: its number, its log probability, and the probability that was barred.

    `barred` is added to no logit and taken from all: 0, or so much that nothing is left. `chances` in 0..1 choose.
    """
    open_logits = logits - barred
    top = open_logits.max(axis=1, keepdims=True)
    logits -= top
    np.minimum(logits, _LARGEST, out=logits)
    total = np.exp(logits).sum(axis=1)
    open_logits -= top
    weights = np.exp(open_logits, out=open_logits)
    kept = weights if top_p >= 1 else _nucleus(weights, top_p)
    climbing = kept.cumsum(axis=1)
    tokens = (climbing > (chances * climbing[:, -1])[:, None]).argmax(axis=1)
    logprob = logits[np.arange(len(tokens)), tokens] - np.log(total)
    return tokens, logprob, np.maximum(0, 1 - weights.sum(axis=1) / total)


def welcome(logits: Floats, barred: Floats, lines: Numbers) -> Floats:
    """How likely each stream closes its part if it doesn't write what is barred, 0..1: of the probability of the
    `lines` that may stand and of all that is barred, the share of the lines.
    """
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    closing = (weights[:, lines] * (barred[:, lines] == 0)).sum(axis=1)
    found: Floats = closing / np.maximum(closing + (weights * (barred > 0)).sum(axis=1), np.float32(1e-30))
    return found


def draw_alone(logits: Floats, barred: Floats, chance: np.float32, top_p: float) -> tuple[int, float, float]:
    """What `draw` gives for one stream; `logits` and `barred` are `(vocabulary,)`."""
    open_logits = logits - barred
    top = open_logits.max()
    logits -= top
    np.minimum(logits, _LARGEST, out=logits)
    total = float(np.exp(logits).sum())
    open_logits -= top
    weights = np.exp(open_logits, out=open_logits)
    kept = weights if top_p >= 1 else _nucleus(weights[None], top_p)[0]
    climbing = kept.cumsum()
    token = int(climbing.searchsorted(chance * climbing[-1], side="right"))
    return token, float(logits[token]) - math.log(total), max(0.0, 1 - float(weights.sum()) / total)


def _nucleus(weights: Floats, top_p: float) -> Floats:
    """The likeliest tokens that hold `top_p` of the weight (Holtzman et al. 2020); the others get none."""
    falling = -np.sort(-weights, axis=1)
    climbing = falling.cumsum(axis=1)
    last = (climbing >= climbing[:, -1:] * np.float32(top_p)).argmax(axis=1)
    least = falling[np.arange(len(last)), last]
    return np.where(weights >= least[:, None], weights, np.float32(0))
