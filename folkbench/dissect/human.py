"""Human tunes for a network: how often its tokens stand in them, and tunes that it hasn't been trained on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from folkbench.dissect.walk import Walk, place
from folkbench.encoding import ENCODINGS, encoding_of
from folkbench.encoding.v2 import plain_bars
from folkbench.errors import FolkbenchError
from folkbench.model.checkpoint import Checkpoint

_SPLIT = 1  # what `folkbench train` takes unless told otherwise


class Human(NamedTuple):
    """Human tunes in a network's tokens. `unseen`: whether this network was trained on none of them."""

    tunes: tuple[Walk, ...]
    unseen: bool


def counts(checkpoint: Checkpoint, corpus: str = "") -> NDArray[np.int64] | None:
    """How often each token stands in the corpus that the network was trained on (or in `corpus`): (vocabulary,).

    None if that corpus isn't on this bench. Letters of titles and rhythms aren't counted: 0.
    """
    from folkbench.corpus import load

    try:
        held = load(corpus or _trained_on(checkpoint))
    except FolkbenchError:
        return None
    index = {text: number for number, text in enumerate(checkpoint.vocabulary)}
    found = np.zeros(len(index), np.int64)
    encoding = encoding_of(checkpoint.encoding)
    if encoding != ENCODINGS["v2"]:
        for entry in held.entries:
            for root in encoding.roots:
                for text in encoding.tokens((entry.meter, entry.mode, *entry.music), root):
                    if text in index:
                        found[index[text]] += 1
        return found
    for text, count in zip(held.words, np.bincount(held.codes, minlength=len(held.words)).tolist(), strict=True):
        if text in index:
            found[index[text]] = count
    return found


def unseen(checkpoint: Checkpoint, most: int, corpus: str = "") -> Human:
    """Up to `most` tunes held out of the corpus that the network was trained on, or out of `corpus`.

    Where its split isn't known (another corpus, a network from elsewhere) it may have seen them. No tunes where
    that corpus isn't on this bench.
    """
    from folkbench.corpus import load
    from folkbench.corpus.material import material

    try:
        ready = material(load(corpus or _trained_on(checkpoint)), _SPLIT, encoding=checkpoint.encoding)
    except FolkbenchError:
        return Human((), False)
    found: list[Walk] = []
    encoding = encoding_of(checkpoint.encoding)
    for entry in ready.validation:
        music = entry.music if encoding.spells or "||" in checkpoint.vocabulary else plain_bars(entry.music)
        try:
            found.append(place((entry.meter, entry.mode, *music), checkpoint.vocabulary, checkpoint.encoding))
        except FolkbenchError:
            continue  # a tune with a token that this network doesn't have
        if len(found) == most:
            break
    return Human(tuple(found), ready.split == checkpoint.history.get("split"))


def _trained_on(checkpoint: Checkpoint) -> str:
    return str(checkpoint.history.get("corpus", {}).get("name", "session"))
