"""A network that has been operated on: units held fast, a coarser softmax, two tokens at once, another's memory.

An `Altered` is a network as `folkbench.compose.sampling` wants one, in numpy; with nothing altered it is the
checkpoint itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from folkbench.dissect.axis import of_kind
from folkbench.dissect.units import Unit, check_unit
from folkbench.errors import FolkbenchError
from folkbench.model.checkpoint import Checkpoint
from folkbench.model.recall import RECALL, recall

Array = NDArray[np.float32]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """The state that a stream starts from in place of the network's own, and the token it takes first."""

    h: Array  # (layers, hidden)
    c: Array
    token: int  # taken in place of <s>


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What is altered. The default alters nothing."""

    held: Mapping[Unit, float] = field(default_factory=dict)
    """Unit -> what its output h is held at. 0 cuts it out."""
    two_hot: float = 0.0
    """So much of the input is a pitch drawn at random, the rest the token itself."""
    rank: int = 0
    """V with no more than this many singular values; 0 leaves all."""
    push: Mapping[str, float] = field(default_factory=dict)
    """Token -> what is added to its logit at every step."""
    memory: Memory | None = None


class Altered:
    """A checkpoint under a change, one step at a time for any number of streams (float32)."""

    def __init__(self, checkpoint: Checkpoint, change: Change | None = None, seed: int = 0) -> None:
        """`seed`: of the pitches of two-hot input. Raises FolkbenchError for a unit or token that isn't there."""
        change = change or Change()
        self.vocabulary = checkpoint.vocabulary
        self.layers, self.hidden = checkpoint.layers, checkpoint.hidden
        weights = checkpoint.weights
        numbers = range(1, self.layers + 1)
        self.columns = weights["W_x1"].T + weights["b1"]
        self.into = [np.ascontiguousarray(weights[f"W_x{k}"].T) for k in numbers]
        self.back = [np.ascontiguousarray(weights[f"W_h{k}"].T) for k in numbers]
        self.bias = [weights[f"b{k}"] for k in numbers]
        self.out, self.out_bias = weights["V"].T, weights["v"].copy()
        if change.rank:
            left, values, right = np.linalg.svd(weights["V"], full_matrices=False)
            self.out = ((left[:, : change.rank] * values[: change.rank]) @ right[: change.rank]).T
        for token, push in change.push.items():
            if token not in self.vocabulary:
                raise FolkbenchError(f"the network has no token {token!r}", "push a token of its vocabulary")
            self.out_bias[self.vocabulary.index(token)] += np.float32(push)
        self.held: list[tuple[Numbers, Array]] = []
        for layer in numbers:
            units = sorted(unit for unit in change.held if unit[0] == layer)
            values = np.array([change.held[unit] for unit in units], np.float32)
            self.held.append((np.array([unit for _, unit in units], np.int64), values))
        for unit in change.held:
            check_unit(unit, self.layers, self.hidden)
        start = (np.array([weights[f"{kind}0_{k}"] for k in numbers], np.float32) for kind in "hc")
        self.start = (change.memory.h, change.memory.c) if change.memory else tuple(start)
        self.first = change.memory.token if change.memory else None
        self.start_token = self.vocabulary.index("<s>") if "<s>" in self.vocabulary else -1
        self.two_hot = np.float32(change.two_hot)
        self.pitches = of_kind(self.vocabulary, "pitch")
        self.draw = np.random.default_rng([seed, 2])
        self.recall = recall(weights[RECALL], self.vocabulary) if RECALL in weights else None

    def rest(self, batch: int) -> tuple[Array, Array]:
        """h and c that `batch` streams start from, each (layers, batch, hidden)."""
        h, c = (np.repeat(part[:, None], batch, axis=1) for part in self.start)
        for layer, (units, values) in enumerate(self.held):
            h[layer][:, units] = values
        return h, c

    def step(self, tokens: Numbers, h: Array, c: Array) -> tuple[Array, Array, Array]:
        """Every stream takes one token (batch,): logits (batch, vocabulary), and the new h and c."""
        if self.first is not None:
            tokens = np.where(tokens == self.start_token, self.first, tokens)
        given = self.columns[tokens]
        if self.two_hot:
            other = self.columns[self.draw.choice(self.pitches, len(tokens))]
            given = (1 - self.two_hot) * given + self.two_hot * other
        new_h, new_c = np.empty_like(h), np.empty_like(c)
        for layer in range(self.layers):
            if layer:
                given = new_h[layer - 1] @ self.into[layer] + self.bias[layer]
            sums = (given + h[layer] @ self.back[layer]).reshape(len(tokens), 4, self.hidden)
            gates = np.float32(0.5) * (np.tanh(np.float32(0.5) * sums[:, (0, 1, 3)]) + np.float32(1))
            new_c[layer] = gates[:, 1] * c[layer] + gates[:, 0] * np.tanh(sums[:, 2])
            new_h[layer] = gates[:, 2] * np.tanh(new_c[layer])
            units, values = self.held[layer]
            new_h[layer][:, units] = values
        return new_h[-1] @ self.out + self.out_bias, new_h, new_c


def logits_along(network: Altered, sequences: Sequence[Numbers]) -> Iterator[tuple[Array, Array]]:
    """Take sequences of any lengths side by side: at each step the logits (n, vocabulary) and h (layers, n, hidden),
    n being all sequences; those that have ended go on with their last token and mean nothing.
    """
    longest = max(len(sequence) for sequence in sequences)
    padded = np.array([np.pad(np.asarray(one, np.int64), (0, longest - len(one)), mode="edge") for one in sequences])
    h, c = network.rest(len(sequences))
    memory = network.recall.memory(len(sequences)) if network.recall else None
    for step in range(longest):
        logits, h, c = network.step(padded[:, step], h, c)
        if network.recall and memory:
            memory.take(padded[:, step])
            network.recall.raise_(logits, memory)
        yield logits, h


def states(network: Altered, sequences: Sequence[Numbers]) -> list[Array]:
    """h along each of the sequences: (steps, layers, hidden)."""
    every = np.array([h for _, h in logits_along(network, sequences)], np.float32)
    return [every[: len(one), :, k] for k, one in enumerate(sequences)]


def losses(network: Altered, sequences: Sequence[tuple[Numbers, int]]) -> Array:
    """Nats a token for each sequence: (n,). Beside each, from which of its tokens on predictions count."""
    tokens = [one for one, _ in sequences]
    ends = np.array([len(one) for one in tokens])
    firsts = np.array([first for _, first in sequences])
    total = np.zeros(len(tokens))
    for step, (logits, _) in enumerate(logits_along(network, tokens)):
        wanted = np.array([one[min(step + 1, len(one) - 1)] for one in tokens], np.int64)
        top = logits.max(axis=1)
        logp = logits[np.arange(len(tokens)), wanted] - top - np.log(np.exp(logits - top[:, None]).sum(axis=1))
        total -= np.where((step + 1 >= firsts) & (step + 1 < ends), logp, 0)
    return np.asarray(total / np.maximum(ends - firsts, 1), np.float32)
