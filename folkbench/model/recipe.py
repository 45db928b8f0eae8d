"""How a network is trained: the recipes as a table.

`ours` is how a network learns a corpus, `practice` how it goes on from there by hearing what it writes; the shipped
network did both. `published` is folk-rnn's own ("config5"), the peer it is measured against.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything but the data that decides what a training run gives."""

    epochs: int
    batch: int
    """Tunes a batch, of like length."""
    optimiser: str
    """The rule of the steps: "adamw" (Loshchilov & Hutter 2019) or "rmsprop"."""
    rate: float
    """Learning rate at its highest."""
    schedule: str
    """How the rate goes on: "cosine" (up over `warm` steps, then down to a hundredth) or "folk-rnn" (flat to epoch
    20, then times 0.97 an epoch)."""
    warm: int
    clip: float
    """Largest norm of the gradient over all weights."""
    average: float
    """The network kept is a running mean of the weights, this much of it old at each step; 0 keeps the last weights."""
    output_dropout: float
    locked: bool
    recurrent_dropout: float
    forget_bias: float
    token_gain: float
    layer_gain: float
    weight_decay: float = 0.0
    recall: bool = False
    """Whether the network recalls the tune so far (`recall.py`)."""
    calm: float = 0.0
    """Share of the epochs, the last ones, in which less and less is dropped, down to CALM of it, and only tunes that
    are well formed are learnt. The network that composes drops nothing: coming straight out of heavy dropout it says
    rare tokens too seldom (`/2` half as often as the corpus)."""
    written: int = 0
    """Tunes that the network writes before each epoch and learns from, beside well-formed ones of the corpus
    (`folkbench.practice`). The network kept is then the last."""
    blame: float = 0.0
    """How much the tokens of a bar that doesn't count are unlearnt, in tunes that it wrote; 1: about as much as others
    are learnt. The more, the fewer such bars, and the rarer the signs that are hard to place."""
    counting: float = 0.0
    """Weight of a second task, in training only: to count along from h3 (`Material.clock`)."""
    patience: int = 12
    """Epochs without a better held-out loss before training stops; a network that practises doesn't."""
    layers: int = 3
    hidden: int = 512


CALM = 0.2
"""What is left of dropout at the end of a training that calms down."""

_OURS = Recipe(
    epochs=70,
    batch=32,
    optimiser="adamw",
    rate=2e-3,
    schedule="cosine",
    warm=50,
    clip=1.0,
    average=0.998,
    output_dropout=0.55,
    locked=False,
    recurrent_dropout=0.3,
    forget_bias=1.0,
    token_gain=8.0,
    layer_gain=2.0,
    weight_decay=0.05,
    recall=True,
    calm=0.35,
    counting=0.3,
)

RECIPES = {
    "ours": _OURS,
    "practice": replace(
        _OURS, epochs=11, rate=1e-3, output_dropout=0.1, recurrent_dropout=0.05, calm=0.0, written=13_000, blame=6.0
    ),
    "published": Recipe(
        epochs=100,
        batch=64,
        optimiser="rmsprop",
        rate=3e-3,
        schedule="folk-rnn",
        warm=0,
        clip=5.0,
        average=0.0,
        output_dropout=0.5,
        locked=False,
        recurrent_dropout=0.0,
        forget_bias=5.0,
        token_gain=1.0,
        layer_gain=1.0,
    ),
}


def rate_at(recipe: Recipe, step: int, done: float) -> float:
    """The learning rate of one step, steps counted from 0 over the whole run; `done` is in epochs, 1.5 in the middle of
    the second."""
    if recipe.schedule == "cosine":
        if step < recipe.warm:
            return recipe.rate * (step + 1) / recipe.warm
        return recipe.rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, done / recipe.epochs))))
    return recipe.rate * 0.97 ** max(0, int(done) - 20)


def dropped_at(recipe: Recipe, done: float) -> float:
    """The share of the recipe's dropout that is in force behind so many epochs: 1, until it calms down."""
    begin = recipe.epochs * (1 - recipe.calm)
    if done <= begin:
        return 1.0
    return 1 - (1 - CALM) * min(1.0, (done - begin) / (recipe.epochs - begin))


def is_choosy(recipe: Recipe, epoch: int) -> bool:
    """Whether epoch 1, 2, ... learns well-formed tunes alone."""
    return recipe.written > 0 or (recipe.calm > 0 and epoch > recipe.epochs * (1 - recipe.calm))
