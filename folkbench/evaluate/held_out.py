"""How well a network foretells tunes that it wasn't trained on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from folkbench.corpus import Corpus
from folkbench.corpus.material import material
from folkbench.errors import FolkbenchError
from folkbench.evaluate.share import Figure, ratio
from folkbench.model.checkpoint import WEIGHTS, find, load
from folkbench.model.engine import Engine
from folkbench.model.finish import losses
from folkbench.model.material import Judged


class HeldOut(NamedTuple):
    """Nats a token over the music of the tunes that a split holds out, `</s>` included, without title and type."""

    nats: Figure
    tunes: int
    unknown: int  # tunes with a token that the network doesn't know; left out


def held_out(model: str, corpus: Corpus, split: int = 1) -> HeldOut:
    """Judge a network on the tunes of `corpus` that `split` holds out.

    Raises FolkbenchError where it was trained on them (on this corpus, by another split), or speaks an encoding that
    there isn't.
    """
    folder = find(model or None)
    engine = Engine(folder)
    history: Mapping[str, Any] = load(folder / WEIGHTS).history if (folder / WEIGHTS).is_file() else {}
    tunes = material(corpus, split, encoding=engine.encoding)
    if history.get("corpus", {}).get("fingerprint") == corpus.fingerprint and history.get("split") != tunes.split:
        raise FolkbenchError(
            f"split {split} of {corpus.name} isn't the one that the network was trained by", "give it with --split"
        )
    theirs = {text: number for number, text in enumerate(engine.vocabulary)}
    numbers = [theirs.get(text, -1) for text in tunes.vocabulary]
    judged: list[Judged] = []
    for sequence, start in tunes.held_out:
        found = [numbers[number] for number in sequence.tolist()]
        if min(found) >= 0:
            judged.append((np.array(found, np.uint16), start))
    return HeldOut(ratio(losses(engine, judged)), len(judged), len(tunes.held_out) - len(judged))
