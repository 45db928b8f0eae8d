"""What a network learns from its own tunes: the best whole, of the faulty ones what to leave."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from math import isfinite
from pathlib import Path
from typing import NamedTuple

import numpy as np
from joblib import cpu_count
from numpy.typing import NDArray

from folkbench.compose import Composer
from folkbench.compose.workers import workers
from folkbench.corpus.material import Material
from folkbench.encoding import START, encoding_of
from folkbench.errors import FolkbenchError
from folkbench.evaluate.apart import ready
from folkbench.model.material import Lesson
from folkbench.practice.ear import keepers
from folkbench.practice.hearing import faults, outline

_PIECE = 250  # tunes written at once by one process

Numbers = NDArray[np.uint16]


class Heard(NamedTuple):
    """A tune that the network wrote, from `<s>` on."""

    tokens: Numbers
    music: slice
    """The tokens from its meter to the end of its music."""
    faults: tuple[slice, ...]
    """The tokens to blame, () for a tune that is well formed."""


class Practice:
    """Lessons out of a network's own tunes."""

    def __init__(self, material: Material, written: int, blame: float, jobs: int = 0) -> None:
        """`written` tunes are heard for each epoch, by `jobs` processes (0: as many as there are cores); `blame` is
        how much a faulty bar is unlearnt. Raises FolkbenchError for a blame without end, Missing without scikit-learn.
        """
        if not isfinite(blame):
            raise FolkbenchError(f"a network can't be blamed by {blame:g}", "give a number, such as 6")
        ready()
        self._material, self._written, self._blame = material, written, blame
        self._jobs = jobs or cpu_count()

    def __call__(self, folder: Path, seed: int, epoch: int, heed: Callable[[int], None]) -> list[Lesson]:
        """See `folkbench.model.training.Practise`. The same network, seed and epoch give the same lessons."""
        heard = self._hear(str(folder), seed, epoch, heed)
        whole = [tune for tune in heard if not tune.faults]
        kept = keepers(self._corpus, [tune.tokens[tune.music] for tune in whole], [seed, epoch])
        lessons = [Lesson(tune.tokens) for tune, keep in zip(whole, kept.tolist(), strict=True) if keep]
        return lessons + [Lesson(tune.tokens, self._blamed(tune)) for tune in heard if tune.faults]

    def _hear(self, model: str, seed: int, epoch: int, heed: Callable[[int], None]) -> list[Heard]:
        """The epoch's tunes, in order; those in which nothing is wrong but that they don't end are left out."""
        begin = 1 + (epoch - 1) * self._written
        pieces = [
            (model, seed, first, min(_PIECE, begin + self._written - first))
            for first in range(begin, begin + self._written, _PIECE)
        ]
        found: dict[int, list[Heard]] = {}
        with workers(min(self._jobs, len(pieces))) as spread:
            for first, tunes in spread(_heard_piece, pieces):
                found[first] = tunes
                heed(min(len(found) * _PIECE, self._written))
        return [tune for first in sorted(found) for tune in found[first]]

    def _blamed(self, tune: Heard) -> NDArray[np.float32]:
        worth = np.zeros(len(tune.tokens), np.float32)
        for fault in tune.faults:
            worth[fault] = -self._blame
        return worth

    @cached_property
    def _corpus(self) -> list[Numbers]:
        """The music of the tunes to learn, of those that are well formed."""
        encoding, texts = encoding_of(self._material.encoding), self._material.vocabulary
        found = []
        for tune in self._material.epoch(0, 0, choosy=True):
            seen = outline([texts[number] for number in tune.tolist()], encoding)
            if seen:
                found.append(tune[seen.heard])
        return found


def _heard_piece(model: str, seed: int, first: int, count: int) -> tuple[int, list[Heard]]:
    """Have the network write so many tunes, and hear them: the first one's number, and the tunes."""
    composer = Composer(model, grammar=False, threads=1)
    texts = composer.vocabulary.texts
    start = texts.index(START)
    found = []
    for drawn in sorted(composer.left_alone(seed, first, count), key=lambda drawn: drawn.request.k):
        tokens = (start, *drawn.tokens)
        seen = outline([texts[number] for number in tokens], composer.encoding)
        wrong = tuple(faults(seen)) if seen else ()
        if seen and (seen.whole or wrong):
            found.append(Heard(np.array(tokens, np.uint16), seen.heard, wrong))
    return first, found
