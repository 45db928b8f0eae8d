"""The guard against copying at work beside the sampler, and the way back to the beginning of a bar.

A tune can be led into a bar that would end as one in the corpus, whatever comes. Then it goes back to the beginning of
that bar, with other random numbers and, each time it must, a little more heat. And where a form was asked for, a part
can be over in a bar that the network wouldn't end there: it counts otherwise, and the tune isn't home. Then it goes
back as well, some times, for a bar that comes home.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from folkbench.compose.masks import Floats, Numbers

HOTTER = np.float32(1.15)
"""What a bar's temperature is multiplied by each time that it is tried again."""

MOST_BACKS = 200
"""How often a tune may go back; then the grammar's word counts alone: it must end."""

WELCOME = np.linspace(0.9, 0, 12, endpoint=False, dtype=np.float32)
"""A part's last bar is tried again where the network is less likely than this to close the part there: ever less is
asked, until the bar is taken as it is."""

Flags = npt.NDArray[np.bool_]


class Watching(Protocol):
    """Tunes that are being written, and what each must not write next (`whence.guard.Watch`)."""

    def forbidden(self, own: bool | Flags = False) -> Flags:
        """Which tokens each tune must not write next; shape (streams, vocabulary). `own`: the user gives it."""

    def take(self, tokens: npt.ArrayLike, *, own: bool | Flags = False, streams: npt.ArrayLike | None = None) -> None:
        """Write one token in every tune, or in those of `streams`; `own` says whether it is the user's."""

    def rewind(self, stream: int, taken: int) -> None:
        """Take a tune back to where it had so many tokens."""


class Guarding(Protocol):
    """What must not be written by some network, and the corpus it stands in."""

    @property
    def fingerprint(self) -> str:
        """The corpus's."""

    def watch(self, streams: int) -> Watching:
        """Watch so many tunes from their beginning."""


class Fence:
    """What each stream must not write next, and where it can go back to. Streams keep their row when others go."""

    def __init__(self, guard: Guarding | None, streams: int, h: Floats, c: Floats) -> None:
        self._watch = guard.watch(streams) if guard else None
        self._streams = streams
        self.rows = np.arange(streams)
        self._h, self._c = np.zeros_like(h), np.zeros_like(c)
        self._kept: dict[str, npt.NDArray[np.float64]] = {}

    def keep_rows(self, slots: Numbers) -> None:
        """Only these streams are left."""
        self.rows = self.rows[slots]

    def begin(self, slot: int) -> None:
        """A new tune in a stream."""
        if self._watch:
            self._watch.rewind(int(self.rows[slot]), 0)

    def forbidden(self, slots: Numbers, own: Flags) -> Flags | None:
        """What would complete a copy in the streams `slots`: (len(slots), vocabulary), or None for nothing at all.

        `own`: by slot, whether the user gives what is next; then a run of the user's alone is none.
        """
        if self._watch is None:
            return None
        asked = np.zeros(self._streams, dtype=bool)
        asked[self.rows[slots]] = own
        found = self._watch.forbidden(asked)[self.rows[slots]]
        return found if found.any() else None

    def take(self, tokens: Numbers, own: Flags) -> None:
        """One token of every stream; `own` where the user gave it."""
        if self._watch:
            self._watch.take(tokens, own=own, streams=self.rows)

    def remember(self, slots: Numbers, h: Floats, c: Floats, counters: dict[str, npt.NDArray[np.generic]]) -> None:
        """Keep what the streams `slots` need to come back to where they are."""
        if not slots.size:
            return
        rows = self.rows[slots]
        self._h[:, rows], self._c[:, rows] = h[:, slots], c[:, slots]
        for name, values in counters.items():
            kept = self._kept.setdefault(name, np.zeros(self._h.shape[1]))
            kept[rows] = values[slots]

    def way_back(self, slot: int, h: Floats, c: Floats, counters: dict[str, npt.NDArray[np.generic]]) -> None:
        """Put a stream back to where it was remembered; the guard with it."""
        row = int(self.rows[slot])
        h[:, slot], c[:, slot] = self._h[:, row], self._c[:, row]
        for name, values in counters.items():
            values[slot] = self._kept[name][row]
        if self._watch:
            self._watch.rewind(row, int(self._kept["at"][row]))
