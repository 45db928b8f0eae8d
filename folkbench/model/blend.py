"""A network between two others, weight by weight.

Where one has learnt further from the other, the networks on the straight line between them write well too, and much
of what the second forgot is there again (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models").
"""

from __future__ import annotations

import numpy as np

from folkbench.errors import FolkbenchError
from folkbench.model.checkpoint import Checkpoint


def blend(one: Checkpoint, other: Checkpoint, share: float) -> Checkpoint:
    """The network `share` of the way from one to the other; 0 is the one, 1 the other. It has the other's history.

    Raises FolkbenchError where they differ in encoding, vocabulary or size.
    """
    same = (one.encoding, one.vocabulary) == (other.encoding, other.vocabulary)
    sizes = [{name: weight.shape for name, weight in network.weights.items()} for network in (one, other)]
    if not same or sizes[0] != sizes[1]:
        raise FolkbenchError(
            f"{one.hash} and {other.hash} differ in their tokens or their size",
            "blend two networks of which one began from the other",
        )
    weights = {
        # in half precision, as they are kept: the same hash must be the same music
        name: ((1 - share) * one.weights[name] + share * weight).astype(np.float16).astype(np.float32)
        for name, weight in other.weights.items()
    }
    kept = {key: value for key, value in other.history.items() if key not in ("measured", "date")}
    note = {"one": one.hash, "other": other.hash, "share": share}
    return Checkpoint(weights, other.vocabulary, other.encoding, {**kept, "blend": note})
