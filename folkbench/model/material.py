"""What training needs to be given: sequences of tokens, and which of them are held out.

The rooms that know tunes make it; this one knows only numbers.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Sequence = NDArray[np.uint16]
"""The tokens of one tune from `<s>` to `</s>`, as places in the vocabulary."""

Counted = NDArray[np.int16]
"""`(length, things counted)`: a number from 0 for each, -1 where there is nothing to count."""

Judged = tuple[Sequence, int]
"""A held-out tune, and the place in it of the first music token: from there on its predictions count."""


class Lesson(NamedTuple):
    """A tune to learn from."""

    tokens: Sequence
    worth: NDArray[np.float32] | None = None
    """What each of its tokens is worth: 1 to be learnt, 0 passed over, less to be unlearnt; None is all 1."""


class Material(Protocol):
    """A corpus made ready for training."""

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """The text of every token, in the order of their numbers."""

    @property
    def encoding(self) -> str:
        """The name of the encoding that made the sequences."""

    @property
    def fingerprint(self) -> str:
        """Says which corpus this is: changes with any tune in it."""

    @property
    def split(self) -> str:
        """Says which tunes are held out, and of what vocabulary."""

    @property
    def held_out(self) -> list[Judged]:
        """Tunes that no near-copy of a training tune stands among, without title and rhythm."""

    @property
    def primed(self) -> list[Judged]:
        """The same tunes behind their title and rhythm."""

    @property
    def counters(self) -> tuple[int, ...]:
        """How many answers each of the things counted in `clock` can have."""

    def clock(self, tune: Sequence) -> Counted:
        """What somebody who counts along knows behind each token of `tune`."""

    def epoch(self, seed: int, epoch: int, *, choosy: bool = False) -> list[Sequence]:
        """Every training tune once, in corpus order, or every one that is well formed; what is left out of each is
        drawn anew each epoch."""
