"""A network that begins where another ended: the weights of the tokens that both know, and all that lie between."""

from __future__ import annotations

import torch
from torch import Tensor

from folkbench.errors import FolkbenchError
from folkbench.model.checkpoint import Checkpoint
from folkbench.model.network import Network

_BY_TOKEN = {"W_x1": 1, "V": 0, "v": 0}
"""Weights that have a row or column for each token -> which of their axes that is."""


def inherit(network: Network, vocabulary: tuple[str, ...], parent: Checkpoint) -> int:
    """Give `network` the parent's weights; a token that the parent doesn't know keeps its fresh ones.

    Returns how many tokens both know. Raises FolkbenchError where layers or units aren't as many.
    """
    if (parent.layers, parent.hidden) != (network.shape.layers, network.shape.hidden):
        raise FolkbenchError(
            f"the network to begin from has {parent.layers} layers of {parent.hidden} units, "
            f"this one is to have {network.shape.layers} of {network.shape.hidden}",
            f"say --layers {parent.layers} --hidden {parent.hidden}",
        )
    theirs = {text: number for number, text in enumerate(parent.vocabulary)}
    mine = [number for number, text in enumerate(vocabulary) if text in theirs]
    old = [theirs[vocabulary[number]] for number in mine]
    with torch.no_grad():
        for name in network.kept():
            if name not in parent.weights:
                continue
            weight: Tensor = network.get_parameter(name)
            given = torch.from_numpy(parent.weights[name].copy()).to(weight)
            axis = _BY_TOKEN.get(name)
            if axis is None:
                weight.copy_(given)
            else:
                places = torch.tensor(mine, device=weight.device)
                weight.index_copy_(axis, places, given.index_select(axis, torch.tensor(old, device=weight.device)))
    return len(mine)
