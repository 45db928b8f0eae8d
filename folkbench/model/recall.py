"""Recall: the tune so far helps to say how it goes on.

A fifth of the bars of a printed tune have stood in it before, note for note, and three LSTM layers don't hold them so
long. So behind every token the place in the tune is looked for that agrees longest with what has just been written;
the token that followed there is raised, and so is the one behind the best place that was followed by another:

    logit[token] += b[bars, length] + a[bars, length] * (logit[token] - the highest logit)

with a `b` and an `a` of its own for each of the two, for every length up to REACH, and for how many bar lines have
come since the place, up to FAR: learnt with the network. What has just been played seldom comes again at once, but
eight bars later it does. What counts is the music behind K: alone; all bar lines count as one. (Grave, Joulin &
Usunier 2017, "Improving neural language models with a continuous cache"; that places are told by the longest
agreement is the match model of Mahoney's PAQ, 2005.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from folkbench.encoding.tokens import meaning

REACH = 8
"""Tokens; agreements that are longer count as this long."""

FAR = 16
"""Bar lines; what lies further back counts as this far."""

RECALL = "recall"
"""The name of the table among a checkpoint's weights; its shape is SHAPE."""

SHAPE = (1 + FAR, 2, 2, REACH)
"""Bar lines since; the best place and the other one; b and a; lengths from 1."""

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]

_LINES = frozenset({"bar", "ending"})
_MUSIC = frozenset({"pitch", "rest", "length", "broken", "tie", "tuplet", "open", "close"})
_FORGOTTEN, _NOTHING = -1, -2  # what isn't music; what agrees with nothing, itself included
_LINE = 32_767  # what every bar line counts as


def start() -> Floats:
    """The table that training begins with: what was fitted to a network that had learnt without."""
    best, other = [-0.2, 0.1, 0.9, 1.5, 1.8, 2.2, 2.3, 2.5], [-0.3, -0.1, 0.4, 0.8, 1.0, 1.2, 1.2, 1.2]
    slope = [-0.2, -0.3, -0.4, -0.5, -0.5, -0.5, -0.6, -0.6]
    return np.tile(np.array([[best, slope], [other, slope]], np.float32), (1 + FAR, 1, 1, 1))


def words(vocabulary: Sequence[str]) -> Numbers:
    """What each token counts as: (vocabulary,), negative for what isn't remembered."""
    kinds = [meaning(text).kind for text in vocabulary]
    found = [_LINE if kind in _LINES else number if kind in _MUSIC else _FORGOTTEN for number, kind in enumerate(kinds)]
    return np.array(found, np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Recall:
    """A network's table, ready for use with its vocabulary."""

    table: Floats
    """SHAPE with a length of 0 in front, which raises nothing."""
    words: Numbers

    def memory(self, streams: int) -> Memory:
        """An empty memory for so many tunes."""
        return Memory(self.words, streams)

    def alone(self) -> Alone:
        """An empty memory for one tune."""
        return Alone(self)

    def raise_(self, logits: Floats, memory: Memory, streams: Numbers | None = None) -> None:
        """Raise in `logits` (streams, vocabulary) what each tune of the memory recalls, or each of `streams`."""
        tokens, lengths, bars = memory.offers(streams)
        rows = np.arange(len(logits))
        own = logits[rows[:, None], tokens]
        place = np.arange(2)
        lengths = np.minimum(lengths, REACH)
        b, a = self.table[bars, place, 0, lengths], self.table[bars, place, 1, lengths]
        more = b + a * (own - logits.max(axis=1, keepdims=True))
        for one in place:  # one after the other: where there is no other place, its token may be the first one's
            logits[rows, tokens[:, one]] += more[:, one]


def recall(table: NDArray[np.float32], vocabulary: Sequence[str]) -> Recall:
    """A checkpoint's table made ready."""
    return Recall(np.pad(table.astype(np.float32), ((0, 0), (0, 0), (0, 0), (1, 0))), words(vocabulary))


class Offers(NamedTuple):
    """What a memory offers; each (streams, 2), for the best place and the other one."""

    tokens: Numbers
    lengths: Numbers
    bars: Numbers


class Memory:
    """Tunes that are being written, and what in each agrees with its end. Arrays are (streams, room)."""

    def __init__(self, words: Numbers, streams: int) -> None:
        self._words = words
        self.taken = np.zeros(streams, np.int64)
        self._tokens = np.zeros((streams, _ROOM), np.uint16)
        # one place further right: what stands at 0 agrees with nothing
        self._said = np.full((streams, _ROOM), _NOTHING, np.int16)
        self._runs = np.zeros((streams, _ROOM), np.uint16)
        self._lines = np.zeros((streams, _ROOM), np.int16)  # bar lines so far

    def take(self, tokens: Numbers) -> None:
        """One token (streams,) in every tune."""
        rows, now = np.arange(len(tokens)), int(self.taken.max(initial=0)) + 1
        if now + 1 >= self._tokens.shape[1]:
            self._grow()
        said = self._words[tokens]
        agrees = self._said[:, 1 : now + 1] == np.where(said < 0, _NOTHING - 1, said).astype(np.int16)[:, None]
        self._runs[:, 1 : now + 1] = (self._runs[:, :now] + np.uint16(1)) * agrees
        self.taken += 1
        self._said[rows, self.taken] = said
        self._tokens[rows, self.taken] = tokens
        self._lines[rows, self.taken] = self._lines[rows, self.taken - 1] + (said == _LINE)

    def offers(self, streams: Numbers | None = None) -> Offers:
        """The tokens that followed the two best places, how many tokens agree there, 0 where there is no such place,
        and how many bar lines have come since, no more than FAR: each (streams, 2). Of places that agree as long the
        earlier counts.
        """
        now = int(self.taken.max(initial=0)) + 1
        runs, behind, lines, taken = self._runs[:, :now], self._tokens[:, 1 : now + 1], self._lines, self.taken
        if streams is not None:
            runs, behind, lines, taken = runs[streams], behind[streams], lines[streams], taken[streams]
        rows = np.arange(len(runs))
        best = runs.argmax(axis=1)
        token = behind[rows, best]
        others = runs * (behind != token[:, None])
        other = others.argmax(axis=1)
        lengths = np.stack([runs[rows, best], others[rows, other]], axis=1).astype(np.int64)
        since = lines[rows, taken][:, None] - lines[rows[:, None], np.stack([best, other], axis=1)]
        tokens = np.stack([token, behind[rows, other]], axis=1).astype(np.int64)
        return Offers(tokens, lengths, np.clip(since, 0, FAR).astype(np.int64))

    def rewind(self, stream: int, taken: int) -> None:
        """Take a tune back to where it had so many tokens; 0 is its beginning."""
        self.taken[stream] = taken
        self._said[stream, taken + 1 :] = _NOTHING
        self._runs[stream] = 0
        said = self._said[stream, 1 : taken + 1]
        agree = said[:-1] == said[-1:]
        if not taken or said[-1] < 0:
            return
        length = 0
        while agree.any():
            self._runs[stream, 1:taken] += agree
            length += 1
            if said[-1 - length] < 0:  # what isn't remembered agrees with nothing
                break
            agree[length:] &= said[: -1 - length] == said[-1 - length]
            agree[:length] = False

    def keep_rows(self, rows: Numbers) -> None:
        """Only these tunes are left."""
        for name in ("taken", "_tokens", "_said", "_runs", "_lines"):
            setattr(self, name, getattr(self, name)[rows])

    def _grow(self) -> None:
        more = ((0, 0), (0, self._tokens.shape[1]))
        for name in ("_tokens", "_runs", "_lines"):
            setattr(self, name, np.pad(getattr(self, name), more))
        self._said = np.pad(self._said, more, constant_values=_NOTHING)


_ROOM = 256


class Alone:
    """The memory of a single tune: raises what a `Memory` of one would, to the bit, and ten times sooner."""

    def __init__(self, recall: Recall) -> None:
        self._words: list[int] = recall.words.tolist()
        self._b, self._a = recall.table[:, :, 0], recall.table[:, :, 1]
        self._said = ""  # what each token counts as, a character each
        self._tokens: list[int] = []
        self._lines: list[int] = []  # bar lines so far
        self._since = 0  # tokens since the last that isn't remembered
        self._longest = 0  # no agreement is longer

    def take(self, token: int) -> None:
        """One token more."""
        word = self._words[token]
        self._tokens.append(token)
        self._lines.append((self._lines[-1] if self._lines else 0) + (word == _LINE))
        self._said += chr(word + 1)
        self._since = self._since + 1 if word >= 0 else 0
        self._longest += 1

    def rewind(self, taken: int) -> None:
        """Take the tune back to where it had so many tokens."""
        del self._tokens[taken:], self._lines[taken:]
        self._said = self._said[:taken]
        self._since = next((n for n, word in enumerate(reversed(self._said)) if word == chr(0)), taken)
        self._longest = taken

    def raise_(self, logits: Floats) -> None:
        """Raise in `logits` (vocabulary,) what the tune recalls."""
        found = self._offers()
        if not found:
            return
        top = logits.max()
        raised = []
        for place, (token, length, bars) in enumerate(found):
            where = min(bars, FAR), place, min(length, REACH)
            own = logits[token]
            raised.append((token, own + (self._b[where] + self._a[where] * (own - top))))
        for token, value in raised:
            logits[token] = value

    def _offers(self) -> list[tuple[int, int, int]]:
        """The tokens behind the best place and the other one, each with the length of the agreement and the bar lines
        since.
        """
        said, tokens, lines, end = self._said, self._tokens, self._lines, len(self._said)
        length = min(self._longest, self._since)
        found: list[tuple[int, int, int]] = []
        while length:
            ending = said[end - length :]
            place = said.find(ending, 0, end - 1)
            while place >= 0 and found and tokens[place + length] == found[0][0]:
                place = said.find(ending, place + 1, end - 1)
            if place >= 0:
                found.append((tokens[place + length], length, lines[-1] - lines[place + length - 1]))
                if len(found) == 2:
                    break
            else:
                length -= 1
        self._longest = found[0][1] if found else 0
        return found


def along(words: Numbers, tokens: Numbers) -> Offers:
    """What is recalled behind each of `tokens` (steps, streams): each (steps, streams, 2), no length above REACH."""
    memory = Memory(words, tokens.shape[1])
    found = np.zeros((3, *tokens.shape, 2), np.int64)
    for step, row in enumerate(tokens):
        memory.take(row)
        found[:, step] = memory.offers()
    offered, lengths, bars = found
    return Offers(offered, np.minimum(lengths, REACH), bars)
