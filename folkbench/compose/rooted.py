"""The guard against copying for a network whose pitches are spelled out (the third encoding).

The guard knows words in root C. Which root a tune stands on shows only when it is over, so it is listened to in each:
what would be a copy in any of them is kept off. A token's word follows from the root, the mode and the accidentals
that the bar has had; each such state has a number and a row, filled when a tune first comes to it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from folkbench.encoding import Token, meaning, signature
from folkbench.encoding.tokens import pitch_text
from folkbench.encoding.v2 import in_scale
from folkbench.encoding.v3 import ROOTS
from folkbench.whence import Guard, Index, open_guard
from folkbench.whence.guard import Watch

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
_Heard = tuple[int, str, frozenset[tuple[int, int]]]
"""Root, mode, and what the bar's accidentals are, as `in_scale` remembers them."""

_NOTHING = "?"  # what no tune in root C has


class Rooted:
    """What must not be written, for a vocabulary of the third encoding."""

    def __init__(self, vocabulary: Sequence[str], bars: int, index: Index) -> None:
        self.tokens = tuple(meaning(text) for text in vocabulary)
        words = {_NOTHING, *(token.text for token in self.tokens if token.kind != "pitch")}
        for token in self.tokens:
            if token.kind == "pitch" and token.alter is not None:
                words |= {pitch_text(token.step, None)}
                words |= {pitch_text(token.step, token.alter - root) for root in ROOTS if token.alter - root >= -2}
        self.words = tuple(sorted(words))
        self._index = {word: number for number, word in enumerate(self.words)}
        self.guard: Guard = open_guard(self.words, bars=bars, index=index)
        self.fingerprint = self.guard.fingerprint
        self._states: dict[_Heard, int] = {}
        self._heard: list[_Heard] = []
        self.says = np.zeros((0, len(self.tokens)), np.int64)
        self._then = np.zeros((0, len(self.tokens)), np.int64)
        self.starts = [self._number((root, "maj", frozenset())) for root in ROOTS]

    def watch(self, streams: int) -> RootedWatch:
        """Watch so many tunes from their beginning."""
        return RootedWatch(self, streams)

    def follow(self, states: Numbers, tokens: Numbers) -> Numbers:
        """The states behind `tokens`."""
        found = self._then[states, tokens]
        for place in np.flatnonzero(found < 0):
            state, token = int(states[place]), int(tokens[place])
            found[place] = self._then[state, token] = self._number(self._behind(self._heard[state], self.tokens[token]))
        return found

    def _behind(self, heard: _Heard, token: Token) -> _Heard:
        root, mode, bar = heard
        if token.kind == "mode":
            return root, token.value, frozenset()
        if token.kind in ("bar", "ending"):
            return root, mode, frozenset()
        memory = dict(bar)
        _word(token, root, mode, memory)
        return root, mode, frozenset(memory.items())

    def _number(self, heard: _Heard) -> int:
        if heard not in self._states:
            root, mode, bar = heard
            self._states[heard] = len(self._heard)
            self._heard.append(heard)
            row = [self._index.get(_word(token, root, mode, dict(bar)), 0) for token in self.tokens]
            self.says = np.vstack([self.says, np.array(row, np.int64)])
            self._then = np.vstack([self._then, np.full(len(row), -1)])
        return self._states[heard]


class RootedWatch:
    """Tunes that are being written, each heard in every root: one row for each root and tune."""

    def __init__(self, guard: Rooted, streams: int) -> None:
        self.guard, self.streams = guard, streams
        self._watch: Watch = guard.guard.watch(streams * len(ROOTS))
        self._states = np.repeat(np.array(guard.starts), streams)[:, None].repeat(256, axis=1)

    def forbidden(self, own: bool | Flags = False) -> Flags:
        """Which tokens each tune must not write next; shape (streams, vocabulary).

        Where `own`, the next token is the user's: then only runs count that hold a token which isn't.
        """
        states = self._states[np.arange(len(self._states)), self._watch.taken]
        mask = self._watch.forbidden(np.tile(np.broadcast_to(np.asarray(own), self.streams), len(ROOTS)))
        heard: Flags = np.take_along_axis(mask, self.guard.says[states], axis=1)
        any_root: Flags = np.logical_or.reduce(heard.reshape(len(ROOTS), self.streams, -1), axis=0)
        return any_root

    def take(self, tokens: npt.ArrayLike, *, own: bool | Flags = False, streams: npt.ArrayLike | None = None) -> None:
        """Write one token in every tune, or in those of `streams`; `own` says whether it is the user's."""
        some = np.arange(self.streams) if streams is None else np.asarray(streams, np.int64)
        drawn = np.broadcast_to(np.asarray(tokens, np.int64), some.shape)
        mine = np.broadcast_to(np.asarray(own), some.shape)
        for root in range(len(ROOTS)):
            rows = root * self.streams + some
            taken = self._watch.taken[rows]
            if taken.max(initial=0) + 2 > self._states.shape[1]:
                self._states = np.concatenate([self._states, np.zeros_like(self._states)], axis=1)
            states = self._states[rows, taken]
            self._watch.take(self.guard.says[states, drawn], own=mine, streams=rows)
            self._states[rows, taken + 1] = self.guard.follow(states, drawn)

    def rewind(self, stream: int, taken: int) -> None:
        """Take a tune back to where it had so many tokens; 0 is its beginning."""
        for root in range(len(ROOTS)):
            self._watch.rewind(root * self.streams + stream, taken)


def _word(token: Token, root: int, mode: str, bar: dict[int, int]) -> str:
    """The word that a token says; `bar` takes in a pitch's accidental."""
    if token.kind != "pitch" or token.alter is None:
        return token.text
    alter = token.alter - root
    return in_scale(token.step, alter, signature("C", mode), bar) if alter >= -2 else _NOTHING
