"""A training run, alive: the network, its running mean, the optimiser, and how far it has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from folkbench.errors import FolkbenchError
from folkbench.model import team
from folkbench.model.checkpoint import Checkpoint
from folkbench.model.curve import Point
from folkbench.model.material import Material
from folkbench.model.network import Network, Noise, Shape, Start
from folkbench.model.parent import inherit
from folkbench.model.recipe import Recipe, dropped_at

DTYPES = ("float32", "bfloat16")
"""In what products are computed; weights, their mean and all sums are float32 either way."""


@dataclass(slots=True)
class Run:
    """Everything that changes from step to step, and what it began from."""

    network: Network
    spread: nn.Module
    """The same network as training calls it: over all processes."""
    mean: dict[str, Tensor]
    """The running mean of the weights: the network that is judged and kept."""
    optimiser: torch.optim.Optimizer
    recipe: Recipe
    seed: int
    dtype: str
    parent: str = ""
    """Hash of the network that it began from; "" where it began from nothing."""
    step: int = 0
    """Steps done, over all epochs."""
    within: int = 0
    """Steps done of the present epoch."""
    total: float = 0.0
    """Sum of the present epoch's losses, over `tokens` tokens."""
    tokens: int = 0
    seconds: float = 0.0
    """Spent on the present epoch."""
    curve: list[Point] = field(default_factory=list)

    @property
    def best(self) -> Point | None:
        """The epoch whose network is kept: the one with the lowest held-out loss, or the last where it practises, as
        that loss doesn't say how well it writes."""
        if self.recipe.written:
            return self.curve[-1] if self.curve else None
        return min(self.curve, key=lambda point: point.held_out, default=None)

    @property
    def over(self) -> bool:
        """Whether the last epoch is done, or the recipe's patience."""
        epochs, best = len(self.curve), self.best
        return epochs >= self.recipe.epochs or (best is not None and epochs - best.epoch >= self.recipe.patience)


def begin(
    material: Material, recipe: Recipe, seed: int, parent: Checkpoint | None = None, dtype: str | None = None
) -> Run:
    """A fresh run, or one from the weights of `parent`; `dtype` None takes what is fastest here.

    Raises FolkbenchError for a parent of another shape and for a dtype that isn't one of DTYPES.
    """
    if dtype not in (None, *DTYPES):
        raise FolkbenchError(f"products can't be computed in {dtype!r}", f"take one of: {', '.join(DTYPES)}")
    torch.manual_seed(seed)
    counters = material.counters if recipe.counting else ()
    shape = Shape(len(material.vocabulary), recipe.layers, recipe.hidden, recipe.recall, counters)
    start = Start(recipe.forget_bias, recipe.token_gain, recipe.layer_gain)
    network = Network(shape, noise_at(recipe, 0.0), start).to(team.device())
    if parent is not None:
        inherit(network, material.vocabulary, parent)
    return Run(
        network=network,
        spread=team.spread(network),
        mean={name: weight.detach().clone() for name, weight in network.named_parameters()},
        optimiser=_optimiser(network, recipe),
        recipe=recipe,
        seed=seed,
        dtype=dtype or _fastest(team.device()),
        parent=parent.hash if parent is not None else "",
    )


def noise_at(recipe: Recipe, done: float) -> Noise:
    """What is dropped behind so many epochs."""
    share = dropped_at(recipe, done)
    return Noise(share * recipe.output_dropout, recipe.locked, share * recipe.recurrent_dropout)


def snapshot(run: Run, material: Material, about: Mapping[str, Any]) -> Checkpoint:
    """The averaged network as it stands."""
    weights = {name: run.mean[name].cpu().numpy().copy() for name in run.network.kept()}
    for layer in range(1, run.recipe.layers + 1):
        for state in ("h0", "c0"):
            weights[f"{state}_{layer}"] = np.zeros(run.recipe.hidden, np.float32)
    history = {
        "corpus": {"fingerprint": material.fingerprint, **about},
        "split": material.split,
        "held_out": len(material.held_out),
        "seed": run.seed,
        "parent": run.parent,
        "settings": asdict(run.recipe),
        "curve": [asdict(point) for point in run.curve],
        "torch": torch.__version__,
        "dtype": run.dtype,
        "processes": team.size(),
        "threads": torch.get_num_threads(),
    }
    return Checkpoint(weights, material.vocabulary, material.encoding, history)


def _optimiser(network: Network, recipe: Recipe) -> torch.optim.Optimizer:
    if recipe.optimiser == "rmsprop":
        return torch.optim.RMSprop(network.parameters(), lr=recipe.rate, alpha=0.9, eps=1e-6)
    return torch.optim.AdamW(network.parameters(), lr=recipe.rate, weight_decay=recipe.weight_decay, fused=True)


def _fastest(device: torch.device) -> str:
    """bfloat16 where the machine multiplies in it faster than in float32."""
    if device.type == "cuda":
        return DTYPES[torch.cuda.is_bf16_supported()]
    return DTYPES[torch.cpu._is_avx512_bf16_supported()]  # no public name says it
