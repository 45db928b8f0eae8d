"""Nearly the same: figures with one to three notes changed, put in or left out.

Whole notes are compared, each with its length; bar lines stay as they are. The search is that of Wu and Manber (1992)
turned on its side: not one place after another with the figure in the bits of a word, but one note of the figure
after another with all places of the text as bits, sixty-four in a word, so that every step is one numpy operation.
Long figures are cut into one piece more than there are edits: one of them stands unchanged wherever the figure
nearly stands, so that only what is around the pieces is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from folkbench.encoding.tokens import meaning
from folkbench.errors import FolkbenchError
from folkbench.whence.figures import Hits, refuse_nothing
from folkbench.whence.index import Index, Looked
from folkbench.whence.store import save
from folkbench.whence.suffix import pack
from folkbench.whence.text import END, LINE, Places
from folkbench.whence.views import ANY, View, figure_in

MOST = 3
"""The most edits that can be asked for."""

_LONG = 48  # units; beyond, looking for unchanged pieces first is quicker
_NOTES = 2  # units from this number on are notes; END and LINE stand for themselves

Bits = npt.NDArray[np.uint64]
Ids = npt.NDArray[np.uint32]


class Units(NamedTuple):
    """A view cut into whole notes. `ids` are ordinals in `hashes`, plus two; END and LINE as in the text."""

    ids: npt.NDArray[np.unsignedinteger]
    begin: npt.NDArray[np.uint32]  # where in the view each begins
    hashes: npt.NDArray[np.uint64]  # sorted
    tails: npt.NDArray[np.uint64]  # per hash: the hash with the note left open


class Near(Hits):
    """All places where a figure nearly stands, and by how many edits."""

    def __init__(
        self, index: Index, looked: Looked, figure: list[Ids], units: Units, at: Places, edits: Places
    ) -> None:
        super().__init__(index, looked, len(figure), found=units.begin[at].astype(np.int64))
        self.edits = edits  # (places,)
        self._figure = figure
        self._units = units
        self._at = at  # as units

    def span(self, ordinal: int) -> tuple[int, int]:
        """Of place `ordinal` the first symbol in the text and the one behind the last."""
        first = int(self._at[ordinal])
        near = self._units.ids[first : first + len(self._figure) + MOST].tolist()
        last = first + _end(self._figure, near, int(self.edits[ordinal]))
        ends = np.array([self._units.begin[first], self._units.begin[last] - 1], np.int64)
        begin, end = self.looked.seen.places(ends).tolist()
        return begin, end + 1


def find_nearly(index: Index, figure: Sequence[str], edits: int, view: View = View(), mode: str = "maj") -> Near:  # noqa: B008
    """All places where a figure stands but for at most `edits` notes changed, put in or left out.

    Of places that begin within `edits` notes of one another only the nearest to the figure is kept, of those the
    first. By interval and by contour the steps between notes are compared, so that one note changed counts twice.
    Raises FolkbenchError for a figure that has no more notes than may be changed.
    """
    if not 1 <= edits <= MOST:
        raise FolkbenchError(f"{edits} edits can't be searched", f"from 1 to {MOST}")
    looked = index.look(view)
    symbols = figure_in(view, figure, mode, looked.numbers)
    refuse_nothing(symbols, view)
    units = _units(index, view)
    bounds = _bounds(symbols, looked)
    wanted = [_ids(symbols[first:last], looked, units) for first, last in pairwise(bounds)]
    notes = sum(not _is_line(ids) for ids in wanted)
    if notes <= edits:
        raise FolkbenchError(f"with {edits} edits anything is like {notes} notes", f"give {edits + 1} notes or more")
    windows = _windows(symbols, bounds, edits, looked, units) if len(wanted) > _LONG else None
    if windows is None:
        at, far = _search(units.ids, wanted, edits)
    else:
        places = np.concatenate([*[np.append(window, 0) for window in windows], np.zeros(0, np.int64)])
        ids = units.ids[places]
        ids[np.cumsum([len(window) + 1 for window in windows], dtype=np.int64) - 1] = END
        at, far = _search(ids, wanted, edits)
        at = places[at]
    at, far = _nearest(at, far, edits, index.text.tunes_of(looked.seen.places(units.begin[at].astype(np.int64))))
    return Near(index, looked, wanted, units, at, far)


def _search(ids: npt.NDArray[np.unsignedinteger], figure: list[Ids], edits: int) -> tuple[Places, Places]:
    """Where the figure begins with at most `edits` edits, and with how many at least.

    Row e holds a bit for every place: whether the figure from its note `nth` on stands there with at most e edits.
    It is filled from the figure's last note to its first.
    """
    words = len(ids) // 64 + 1
    notes = _bits(ids >= _NOTES, words)
    rows = [np.full(words, ~np.uint64(0)) for _ in range(edits + 1)]
    known: dict[bytes, Bits] = {}
    for nth in range(len(figure) - 1, -1, -1):
        key = figure[nth].tobytes()
        if key not in known:
            known[key] = _bits(_equal(ids, figure[nth]), words)
        line = _is_line(figure[nth])
        shifted = [_next(row) for row in rows]
        new: list[Bits] = []
        for errors in range(edits + 1):
            row = known[key] & shifted[errors]
            if errors and not line:
                row |= notes & shifted[errors - 1]  # another note instead
                row |= rows[errors - 1]  # the note left out
            if errors and nth:
                row |= notes & _next(new[errors - 1])  # a note put in before it
            new.append(row)
        rows = new
    found = np.flatnonzero(np.unpackbits(rows[edits].view(np.uint8), bitorder="little")[: len(ids)])
    far = np.full(len(found), edits, np.int64)
    for errors in range(edits - 1, -1, -1):
        far[(rows[errors][found >> 6] >> (found & 63).astype(np.uint64) & np.uint64(1)).astype(bool)] = errors
    return found, far


def _bits(flags: npt.NDArray[np.bool_], words: int) -> Bits:
    packed = np.zeros(words * 8, np.uint8)
    some = np.packbits(flags, bitorder="little")
    packed[: len(some)] = some
    return packed.view(np.uint64)


def _next(row: Bits) -> Bits:
    """At every place what the row says of the place behind it."""
    moved = row >> np.uint64(1)
    moved[:-1] |= row[1:] << np.uint64(63)
    return moved


def _equal(ids: npt.NDArray[np.unsignedinteger], wanted: Ids) -> npt.NDArray[np.bool_]:
    if len(wanted) == 1:
        same: npt.NDArray[np.bool_] = ids == wanted[0]
        return same
    return np.isin(ids, wanted)


def _is_line(ids: Ids) -> bool:
    return len(ids) == 1 and ids[0] == LINE


def _nearest(at: Places, far: Places, edits: int, tunes: Places) -> tuple[Places, Places]:
    """Of places close together the one with the fewest edits, the first of these."""
    if not len(at):
        return at, far
    fresh = np.concatenate([[True], (np.diff(at) > edits) | (np.diff(tunes) != 0)])
    order = np.lexsort((at, far, np.cumsum(fresh)))
    best = np.sort(order[np.flatnonzero(fresh)])
    return at[best], far[best]


def _windows(
    symbols: tuple[int, ...], bounds: list[int], edits: int, looked: Looked, units: Units
) -> list[Places] | None:
    """The stretches of units around all places of the figure's unchanged pieces; None if they are too many."""
    length = len(bounds) - 1
    starts: list[Places] = []
    for piece in range(edits + 1):
        first, last = piece * length // (edits + 1), (piece + 1) * length // (edits + 1)
        if ANY in symbols[bounds[first] : bounds[last]]:
            first += (
                1 + next(nth for nth in range(first, last) if ANY in symbols[bounds[nth] : bounds[nth + 1]]) - first
            )
        part = symbols[bounds[first] : bounds[last]]
        if not part or min(part) < 0:
            continue
        places = looked.suffixes.order[slice(*looked.suffixes.find(pack(np.array(part))))].astype(np.int64)
        starts.append(np.searchsorted(units.begin, places, side="right") - 1 - first - edits)
    found = np.unique(np.concatenate([*starts, np.zeros(0, np.int64)]))
    size = length + 2 * edits + 1
    if len(found) * size > len(units.ids) // 4:
        return None
    windows: list[Places] = []
    for start in found.tolist():
        stretch = np.arange(max(start, 0), min(start + size, len(units.ids)))
        if windows and stretch[0] <= windows[-1][-1] + 1:
            stretch = np.arange(windows.pop()[0], stretch[-1] + 1)
        windows.append(stretch)
    return windows


def _end(figure: list[Ids], near: list[int], edits: int) -> int:
    """How many of the units `near` make up the figure with so many edits."""
    costs = list(range(len(near) + 1))
    costs[1:] = [edits + 1] * len(near)  # nothing is put in before the first
    for nth, wanted in enumerate(figure):
        line = _is_line(wanted)
        last = costs
        costs = [edits + 1 if line else last[0] + 1]
        for place, unit in enumerate(near):
            ways = [last[place] if unit in wanted else edits + 1]
            if not line:
                ways.append(last[place + 1] + 1)
                ways.append(last[place] + 1 if unit >= _NOTES else edits + 1)
            if nth + 1 < len(figure) and unit >= _NOTES:
                ways.append(costs[place] + 1)
            costs.append(min(ways))
    return costs.index(min(costs))


def _units(index: Index, view: View) -> Units:
    """The units of a view, from their own file."""
    stored = index.stored(f"{view.label}-notes", partial(_make_units, index, view))
    return Units(*(stored.arrays[name] for name in Units._fields))


def _make_units(index: Index, view: View, path: Path) -> None:
    looked = index.look(view)
    symbols = looked.seen.symbols
    begin = np.flatnonzero(_starts(symbols, looked))
    values, opened = _values(looked)
    nth = np.arange(len(symbols)) - begin[np.cumsum(_starts(symbols, looked)) - 1]
    weights = _weights(int(nth.max(initial=0)) + 1)[nth]
    hashes = np.add.reduceat(values[symbols] * weights, begin)
    tails = np.add.reduceat(opened[symbols] * weights, begin)
    special = symbols[begin] <= LINE
    distinct, which = np.unique(hashes, return_inverse=True)
    per_hash = np.zeros(len(distinct), np.uint64)
    per_hash[which.reshape(-1)] = tails
    ids = np.where(special, symbols[begin], which.reshape(-1) + _NOTES)
    small = np.uint16 if len(distinct) < 65_000 else np.uint32
    arrays = {"ids": ids.astype(small), "begin": begin.astype(np.uint32), "hashes": distinct, "tails": per_hash}
    save(path, index.about, arrays)


def _ids(unit: Sequence[int], looked: Looked, units: Units) -> Ids:
    """The ids of the units that are like this one of a figure: none, one, or with its first note open several."""
    if unit[0] == LINE:
        return np.array([LINE], np.uint32)
    known = [symbol if symbol >= 0 else END for symbol in unit]
    values, opened = _values(looked)
    weights = _weights(len(unit))
    if ANY in unit:
        notes = np.array([symbol == ANY for symbol in unit])
        wanted = (np.where(notes, opened[-1], opened[known]) * weights).sum()
        return (np.flatnonzero(units.tails == wanted) + _NOTES).astype(np.uint32)
    wanted = (values[known] * weights).sum()
    place = int(np.searchsorted(units.hashes, wanted))
    there = min(unit) >= 0 and place < len(units.hashes) and units.hashes[place] == wanted
    return np.array([place + _NOTES] if there else [], np.uint32)


def _bounds(symbols: Sequence[int], looked: Looked) -> list[int]:
    """Where the units of a figure begin, and its end. What stands before its first note is a unit of its own."""
    starts = np.flatnonzero(_starts(np.array(symbols), looked)).tolist()
    return [*dict.fromkeys([0, *starts]), len(symbols)]


def _starts(symbols: npt.NDArray[np.integer], looked: Looked) -> npt.NDArray[np.bool_]:
    """Which symbols begin a unit: a tuplet's sign or a note, rest or chord without one, a bar line, an end."""
    kinds = [meaning(name).kind for name in looked.seen.names]
    tables = {kind: np.array([*[found == kind for found in kinds], False, False]) for kind in ("open", "close")}
    tuplet = np.array([*[kind == "tuplet" for kind in kinds], False, False])[symbols]
    # the two entries behind the names are UNKNOWN (-2), taken for a note, and ANY (-1)
    head = np.array(
        [
            *[bool(looked.notes[symbol]) or kind in ("rest", "open") for symbol, kind in enumerate(kinds)],
            *(True, True),
        ]
    )[symbols]
    inside = np.cumsum(tables["open"][symbols].astype(np.int64) - tables["close"][symbols])
    head &= (inside == 0) | tables["open"][symbols]
    alone = (symbols == LINE) | (symbols == END)
    # a length that stands behind a bar line, as in no tune, is a unit that is like none
    begins: npt.NDArray[np.bool_] = tuplet | alone | (head & ~np.concatenate([[False], tuplet[:-1]]))
    begins[1:] |= alone[:-1]
    return begins


def _values(looked: Looked) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """A random number for every symbol; and the same with one number (the last) for all notes."""
    values = np.random.default_rng(1992).integers(1, 1 << 63, len(looked.seen.names) + 1, dtype=np.uint64)
    return values, np.append(np.where(looked.notes, values[-1], values[:-1]), values[-1])


def _weights(count: int) -> npt.NDArray[np.uint64]:
    powers: npt.NDArray[np.uint64] = np.cumprod(np.full(count, 0x9E3779B97F4A7C15, np.uint64), dtype=np.uint64)
    return powers
