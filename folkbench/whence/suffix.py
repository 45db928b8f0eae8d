"""The suffix array: all places of a text in the order of what follows them.

What begins with one figure stands together in it, so that two binary searches find every place of a figure,
however long the text. Beside each rank stands the last rank before it of the same tune (Muthukrishnan 2002), so that
tunes are counted without looking at the places one by one.
"""

from __future__ import annotations

import mmap
from bisect import bisect_left, bisect_right
from typing import Any

import numpy as np
import numpy.typing as npt

Ranks = npt.NDArray[np.uint32]


def sort_suffixes(symbols: npt.NDArray[np.uint16]) -> Ranks:
    """The suffix array of a text: its places, in the order of what follows. O(n), by divsufsort (Mori 2006)."""
    from pydivsufsort import divsufsort

    if not len(symbols):
        return np.zeros(0, np.uint32)
    order: Ranks = divsufsort(np.ascontiguousarray(symbols, np.uint16)).astype(np.uint32)
    return order


def common_prefixes(symbols: npt.NDArray[np.uint16], order: Ranks) -> npt.NDArray[np.int64]:
    """How many symbols the suffix at each rank shares with the one before it (0 at rank 0), by Kasai's method."""
    from pydivsufsort import kasai

    shared = np.zeros(len(order), np.int64)
    if not len(order):
        return shared
    # kasai gives what a suffix shares with the one behind it
    shared[1:] = kasai(np.ascontiguousarray(symbols, np.uint16), order.astype(np.int32))[: len(order) - 1]
    return shared


def earlier_of_same(owners: npt.NDArray[Any]) -> Ranks:
    """For every rank 1 + the last rank before it whose suffix has the same owner; 0 where there is none."""
    # owner and rank in one number: plain numbers are sorted many times quicker than pairs
    pairs = owners.astype(np.uint64) << np.uint64(32) | np.arange(len(owners), dtype=np.uint64)
    pairs.sort()
    ranks = (pairs & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    same = pairs[1:] >> np.uint64(32) == pairs[:-1] >> np.uint64(32)
    earlier = np.zeros(len(owners), np.uint32)
    earlier[ranks[1:][same]] = ranks[:-1][same] + 1
    return earlier


class Suffixes:
    """A text with its suffix array, ready to be searched.

    `data` holds the text as big-endian numbers of two bytes from byte `offset`: bytes then sort as symbols do.
    `order` and `earlier` are what `sort_suffixes` and `earlier_of_same` made.
    """

    def __init__(self, data: bytes | mmap.mmap, offset: int, order: Ranks, earlier: Ranks) -> None:
        self.data = data
        self.offset = offset
        self.order = order
        self.earlier = earlier
        self._order = order.data.cast("B").cast("I") if len(order) else memoryview(b"")

    def find(self, figure: bytes) -> tuple[int, int]:
        """The ranks, from first to before last, of all places where `figure` (symbols as in `data`) stands."""
        data, offset, size = self.data, self.offset, len(figure)

        def follows(place: int) -> bytes:
            return data[offset + 2 * place : offset + 2 * place + size]

        first = bisect_left(self._order, figure, key=follows)
        if first == len(self._order) or follows(self._order[first]) != figure:
            return first, first
        # what is frequent stands in a long run, what is rare in a short one: look near first
        step = 64
        while first + step < len(self._order) and follows(self._order[first + step]) == figure:
            step *= 8
        return first, bisect_right(self._order, figure, first, min(first + step, len(self._order)), key=follows)

    def tunes(self, first: int, last: int) -> int:
        """How many tunes hold the places of these ranks."""
        return int(np.count_nonzero(self.earlier[first:last] <= first))

    def first_of_tunes(self, first: int, last: int) -> npt.NDArray[np.int64]:
        """Of the places of these ranks one in each tune."""
        return self.order[first:last][self.earlier[first:last] <= first].astype(np.int64)

    def longest(self, figure: bytes) -> int:
        """How many symbols of `figure`, from its first on, stand somewhere in the text."""
        data, offset, size = self.data, self.offset, len(figure)

        def follows(place: int) -> bytes:
            return data[offset + 2 * place : offset + 2 * place + size]

        rank = bisect_left(self._order, figure, key=follows)
        neighbours = self._order[max(rank - 1, 0) : rank + 1]
        return max([_shared(figure, follows(place)) for place in neighbours], default=0)


def pack(symbols: npt.NDArray[Any]) -> bytes:
    """Symbols as `Suffixes` wants them."""
    return symbols.astype(">u2").tobytes()


def _shared(one: bytes, other: bytes) -> int:
    """How many symbols two packed texts share from the start."""
    low, high = 0, min(len(one), len(other)) // 2
    while low < high:
        middle = (low + high + 1) // 2
        if one[2 * low : 2 * middle] == other[2 * low : 2 * middle]:
            low = middle
        else:
            high = middle - 1
    return low
