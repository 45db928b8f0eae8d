"""What keeps compose from copying: which tokens would complete a run that stands in the corpus.

Two things are watched while a tune is written: runs of more than `tokens` tokens, and `bars` bars on end from bar line
to bar line, whatever its signs (a pickup counts as a bar here, so that never less is kept off than `trace` counts). All
such runs of the corpus are kept as sorted hashes of 64 bits, polynomials modulo 2^64: a run's hash follows from two
running sums, so that many tunes are watched at once with a few numpy operations a token.

    guard = open_guard(vocabulary, bars=4)
    watch = guard.watch(256)                # 256 tunes, each at its beginning
    mask = watch.forbidden()                # (256, vocabulary) True: must not be drawn
    watch.take(tokens)                      # (256,) the tokens that were drawn
    watch.rewind(7, 31)                     # tune 7 back to where it had 31 tokens
    watch.take(tokens, own=True)            # the user's own music: runs wholly inside it don't count
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from folkbench.encoding.tokens import meaning
from folkbench.errors import FolkbenchError
from folkbench.whence.index import Index, open_index
from folkbench.whence.store import save
from folkbench.whence.text import END, LINE

if TYPE_CHECKING:
    from folkbench.whence.lookout import Lookout

FEWEST_BARS = 2
"""Fewer bars on end can't be kept off: nearly every bar that a player would call one stands somewhere."""

BASE = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2^64
INVERSE = pow(BASE, -1, 1 << 64)
_SKIPPED = ("start", "marker", "letter", "rhythm", "meter", "mode", "other")  # tokens that are no music

_SIEVED = np.uint64(64 - 22)

Hashes = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]


def open_guard(vocabulary: Sequence[str], *, bars: int = 4, tokens: int = 0, index: Index | None = None) -> Guard:
    """The guard for a network with this vocabulary, over the session corpus unless another index is given.

    `tokens` 0 takes the 99th percentile of what human tunes share with others (`Index.longest`). Raises FolkbenchError
    for fewer than two bars.
    """
    can_guard(bars)
    index = index or open_index()
    return Guard(index, vocabulary, bars, tokens or int(index.longest["tokens"]))


def can_guard(bars: int) -> None:
    """Raise FolkbenchError if so few bars on end can't be kept off."""
    if bars < FEWEST_BARS:
        raise FolkbenchError(
            f"no tune can be made that shares no {bars} bar with any", f"ask for {FEWEST_BARS} or more"
        )


class Guard:
    """What must not be written, for one vocabulary."""

    def __init__(self, index: Index, vocabulary: Sequence[str], bars: int, tokens: int) -> None:
        self.bars = bars
        self.tokens = tokens
        self.fingerprint = index.fingerprint
        stored = index.stored(f"guard-{bars}-{tokens}", partial(_make, index, bars, tokens)).arrays
        self.runs: Hashes = stored["runs"]  # of `tokens` tokens, sorted
        self.next: npt.NDArray[np.uint16] = stored["next"]  # the symbol behind each
        self.phrases: Hashes = stored["phrases"]  # of `bars` bars, sorted
        kinds = [meaning(word).kind for word in vocabulary]
        self.lines = np.array([kind in ("bar", "ending") for kind in kinds])
        self.ends = np.array([kind == "end" for kind in kinds])
        self.silent = np.array([kind in _SKIPPED for kind in kinds])
        line = _value("|")
        self.line = np.uint64(line)
        self.values = np.array(
            [
                line if at_line else _value(word)
                for word, at_line in zip(vocabulary, self.lines | self.ends, strict=True)
            ],
            np.uint64,
        )
        # for every symbol of the corpus the tokens that would write it
        self.writes = np.array([[word == other for other in vocabulary] for word in index.text.words])
        self.writes[LINE] = self.lines | self.ends

    @cached_property
    def sieves(self) -> tuple[Flags, Flags]:
        """For runs and phrases: by a hash's first bits, whether one that is known begins with them."""
        found = []
        for known in (self.runs, self.phrases):
            sieve = np.zeros(1 << 22, bool)
            sieve[known >> _SIEVED] = True
            found.append(sieve)
        return found[0], found[1]

    def watch(self, streams: int) -> Watch:
        """Watch so many tunes from their beginning."""
        return Watch(self, streams)

    def look_out(self) -> Lookout:
        """Watch one tune."""
        from folkbench.whence.lookout import Lookout

        return Lookout(self)


class Watch:
    """Tunes that are being written, and what each must not write next.

    What a tune may go back to is kept for every number of tokens taken: arrays are (streams, room).
    """

    def __init__(self, guard: Guard, streams: int) -> None:
        self.guard = guard
        self.taken = np.zeros(streams, np.int64)  # tokens
        room = 256
        # by tokens taken: how many symbols and bar lines there are, and the last symbol that isn't the user's own
        self._length = np.ones((streams, room), np.int64)
        self._lines = np.ones((streams, room), np.int64)
        self._fresh = np.full((streams, room), -1, np.int64)
        self._line_at = np.zeros((streams, room), np.int64)  # by bar line: which symbol it is; a tune begins with one
        self._sums = np.zeros((streams, room), np.uint64)  # by symbol: the sum of all before it
        self._sums[:, 1] = guard.line
        self._powers, self._inverses = _powers(BASE, room), _powers(INVERSE, room)

    def forbidden(self, own: bool | Flags = False) -> Flags:
        """Which tokens each tune must not write next; shape (streams, vocabulary).

        Where `own`, the next token is the user's: then only runs count that hold a token which isn't.
        """
        guard = self.guard
        rows = np.arange(len(self.taken))
        length, lines = self._length[rows, self.taken], self._lines[rows, self.taken]
        fresh = np.where(own, self._fresh[rows, self.taken], length)
        at_line = self._line_at[rows, lines - 1] == length - 1
        mask = np.zeros((len(rows), len(guard.values)), bool)
        long = np.flatnonzero((length >= guard.tokens) & (fresh >= length - guard.tokens))
        runs = self._hash(long, length[long] - guard.tokens, length[long])
        for row, run in zip(*_among(long, runs, guard.runs, guard.sieves[0]), strict=True):
            first, last = np.searchsorted(guard.runs, run, "left"), np.searchsorted(guard.runs, run, "right")
            mask[row] |= guard.writes[guard.next[first:last]].any(axis=0)
        begin = self._line_at[rows, np.maximum(lines - guard.bars, 0)]
        whole = np.flatnonzero(~at_line & (lines >= guard.bars) & (fresh >= begin))
        phrases = self._hash(whole, begin[whole], length[whole]) + guard.line * self._powers[(length - begin)[whole]]
        mask[_among(whole, phrases, guard.phrases, guard.sieves[1])[0]] |= guard.lines | guard.ends
        mask[at_line] &= ~(guard.lines | guard.ends)  # one more sign of the same bar line
        return mask

    def take(self, tokens: npt.ArrayLike, *, own: bool | Flags = False, streams: npt.ArrayLike | None = None) -> None:
        """Write one token in every tune, or in those of `streams`; `own` says whether it is the user's."""
        guard = self.guard
        rows = np.arange(len(self.taken)) if streams is None else np.asarray(streams, np.int64)
        drawn = np.broadcast_to(np.asarray(tokens, np.int64), rows.shape)
        if not len(rows):
            return
        self._make_room(int(self.taken[rows].max()) + 3)
        taken = self.taken[rows]
        length, lines = self._length[rows, taken], self._lines[rows, taken]
        at_line = self._line_at[rows, lines - 1] == length - 1
        is_line = guard.lines[drawn] | guard.ends[drawn]
        written = ~guard.silent[drawn] & ~(is_line & at_line)
        self._sums[rows, length + 1] = self._sums[rows, length] + guard.values[drawn] * self._powers[length]
        self._line_at[rows, lines] = length
        self._length[rows, taken + 1] = length + written
        self._lines[rows, taken + 1] = lines + (written & is_line)
        self._fresh[rows, taken + 1] = np.where(written & ~np.asarray(own), length, self._fresh[rows, taken])
        self.taken[rows] += 1

    def rewind(self, stream: int, taken: int) -> None:
        """Take a tune back to where it had so many tokens; 0 is its beginning."""
        if not 0 <= taken <= self.taken[stream]:
            raise ValueError(f"tune {stream} has {self.taken[stream]} tokens, not {taken}")
        self.taken[stream] = taken

    def _hash(self, rows: Numbers, first: Numbers, last: Numbers) -> Hashes:
        """The hash of the symbols from `first` to before `last` in each of `rows`."""
        hashes: Hashes = (self._sums[rows, last] - self._sums[rows, first]) * self._inverses[first]
        return hashes

    def _make_room(self, room: int) -> None:
        now = self._length.shape[1]
        if room <= now:
            return
        more = max(room, 2 * now) - now
        for name in ("_length", "_lines", "_fresh", "_line_at", "_sums"):
            setattr(self, name, np.pad(getattr(self, name), ((0, 0), (0, more))))
        self._powers, self._inverses = _powers(BASE, now + more), _powers(INVERSE, now + more)


def _among(rows: Numbers, hashes: Hashes, known: Hashes, sieve: Flags) -> tuple[Numbers, Hashes]:
    """Those rows, with their hashes, whose hash is known. The sieve leaves few that must be searched for."""
    maybe = sieve[hashes >> _SIEVED]
    rows, hashes = rows[maybe], hashes[maybe]
    if not len(rows):
        return rows, hashes
    places = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    there = known[places] == hashes
    return rows[there], hashes[there]


def _make(index: Index, bars: int, tokens: int, path: Path) -> None:
    text = index.text
    symbols = text.symbols.astype(np.int64)
    values = np.array([_value(word) for word in text.words], np.uint64)[symbols]
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(values * _powers(BASE, len(values)), dtype=np.uint64)])
    inverses = _powers(INVERSE, len(values))
    begin = np.arange(max(len(symbols) - tokens, 0))
    begin = begin[text.tunes_of(begin) == text.tunes_of(begin + tokens)]
    begin = begin[symbols[begin + tokens] != END]
    runs = (sums[begin + tokens] - sums[begin]) * inverses[begin]
    behind = text.symbols[begin + tokens].astype(np.uint16)
    order = np.lexsort((behind, runs))
    runs, behind = runs[order], behind[order]
    new = np.ones(len(runs), bool)
    new[1:] = (runs[1:] != runs[:-1]) | (behind[1:] != behind[:-1])
    opens = np.arange(max(len(text.line_at) - bars, 0))
    first, last = text.line_at[opens].astype(np.int64), text.line_at[opens + bars].astype(np.int64)
    inside = text.tunes_of(first) == text.tunes_of(last)
    first, last = first[inside], last[inside]
    phrases = np.unique((sums[last + 1] - sums[first]) * inverses[first])
    save(path, index.about, {"runs": runs[new], "next": behind[new], "phrases": phrases})


def _value(word: str) -> int:
    """A number of 64 bits for a symbol, the same in every corpus."""
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "little")


def _powers(base: int, count: int) -> Hashes:
    """base^0, base^1 ... modulo 2^64."""
    powers = np.full(count, base, np.uint64)
    powers[:1] = 1
    found: Hashes = np.cumprod(powers, dtype=np.uint64)
    return found
