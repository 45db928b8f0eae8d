"""The plain forward pass: one tune through the network in numpy float32, with everything that happens written down.

The reference that the other engines are tested against, and what every figure of the analyses is drawn from.
The formulas are those of `folkbench.model.network` (Sturm, "What do these 5,599,881 parameters mean?", 2018, part 1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from folkbench.errors import FolkbenchError
from folkbench.model.checkpoint import Checkpoint
from folkbench.model.recall import RECALL, recall

Array = NDArray[np.float32]

PARTS = ("i", "f", "g", "o", "c", "h")
"""What a layer computes in a step: input gate, forget gate, candidate, output gate, cell, output."""


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """A pass through the network. Step t is what the network does on taking token t."""

    tokens: NDArray[np.int64]
    """(steps,) or (steps, batch)"""
    activations: Array
    """(steps, layers, 6, hidden), or with a batch (steps, batch, layers, 6, hidden); the six as in PARTS."""
    logits: Array
    """(steps, vocabulary) or (steps, batch, vocabulary): of the token after each step, by the LSTM layers alone."""
    raised: Array
    """The same with what the network recalls of the tune so far (`folkbench.model.recall`): what composing draws by."""

    def part(self, name: str, layer: int) -> Array:
        """One of PARTS in a layer counted from 1: (steps, hidden) or (steps, batch, hidden)."""
        return self.activations[..., layer - 1, PARTS.index(name), :]

    def posteriors(self, temperature: float = 1.0) -> Array:
        """The probabilities of the next token by the LSTM layers alone, shaped as the logits."""
        scaled = self.logits / np.float32(temperature)
        powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)


def record(checkpoint: Checkpoint, tokens: ArrayLike) -> Record:
    """Run `tokens`, (steps,) or (steps, batch) of numbers, through the network from its starting state.

    Raises FolkbenchError for a token that the network doesn't know.
    """
    numbers = np.asarray(tokens, np.int64)
    size = len(checkpoint.vocabulary)
    if numbers.size and not (numbers.min() >= 0 and numbers.max() < size):
        raise FolkbenchError(f"the network knows tokens 0 to {size - 1} only", "encode the tune with its vocabulary")
    streams = numbers if numbers.ndim == 2 else numbers[:, None]
    steps, batch = streams.shape
    layers, hidden, weights = checkpoint.layers, checkpoint.hidden, checkpoint.weights
    activations = np.empty((steps, batch, layers, 6, hidden), np.float32)
    logits = np.empty((steps, batch, size), np.float32)
    h, c = ([np.repeat(weights[f"{kind}0_{k}"][None], batch, 0) for k in range(1, layers + 1)] for kind in "hc")
    columns = weights["W_x1"].T + weights["b1"]
    for step in range(steps):
        given = columns[streams[step]]
        for layer in range(layers):
            if layer:
                given = h[layer - 1] @ weights[f"W_x{layer + 1}"].T + weights[f"b{layer + 1}"]
            sums = (given + h[layer] @ weights[f"W_h{layer + 1}"].T).reshape(batch, 4, hidden)
            i, f, o = (_sigma(sums[:, gate]) for gate in (0, 1, 3))
            g = np.tanh(sums[:, 2])
            c[layer] = f * c[layer] + i * g
            h[layer] = o * np.tanh(c[layer])
            for place, value in enumerate((i, f, g, o, c[layer], h[layer])):
                activations[step, :, layer, place] = value
        logits[step] = h[-1] @ weights["V"].T + weights["v"]
    raised = logits.copy()
    if RECALL in weights:
        table = recall(weights[RECALL], checkpoint.vocabulary)
        memory = table.memory(batch)
        for row, said in zip(streams, raised, strict=True):
            memory.take(row)
            table.raise_(said, memory)
    if numbers.ndim == 1:
        activations, logits, raised = activations[:, 0], logits[:, 0], raised[:, 0]
    return Record(numbers, activations, logits, raised)


def _sigma(x: Array) -> Array:
    open_: Array = np.float32(0.5) * (np.tanh(np.float32(0.5) * x) + np.float32(1.0))
    return open_
