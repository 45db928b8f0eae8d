"""Where a figure stands: in how many tunes, at which places, and what stands around it.

A figure is a run of tokens. `|` in it is any bar line, at its edges also the edge of the tune; `:|`, `||`, `|1` ask
for a bar line with that sign. A place is where the figure begins; where it begins with a bar line, the note behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from folkbench.encoding.tokens import meaning
from folkbench.errors import FolkbenchError
from folkbench.whence.index import Index, Looked
from folkbench.whence.suffix import pack
from folkbench.whence.text import LINE, Places, Text, letter, line_bits
from folkbench.whence.views import ANY, RELATIVE, UNKNOWN, View, figure_in, is_note, see


class Position(NamedTuple):
    """Where in a tune: its part, its bar there (0 for a pickup; endings share numbers), the beat, counted from 1."""

    part: str
    bar: int
    beat: float


class Hits:
    """All places of a figure in a view.

    They are either ranks of the suffix array (first, before last), which need not be looked at to be counted, or,
    where something had to be checked, places in the view.
    """

    def __init__(
        self, index: Index, looked: Looked, length: int, *, ranks: tuple[int, int] = (0, 0), found: Places | None = None
    ) -> None:
        self.index = index
        self.looked = looked
        self.length = length  # in symbols of the view
        self._ranks = ranks
        self._found = found

    @property
    def places(self) -> int:
        """How many there are."""
        return self._ranks[1] - self._ranks[0] if self._found is None else len(self._found)

    @cached_property
    def tunes(self) -> int:
        """In how many tunes they are."""
        return self.looked.suffixes.tunes(*self._ranks) if self._found is None else len(self.numbers)

    @cached_property
    def numbers(self) -> Places:
        """The tunes they are in, by number, sorted."""
        if self._found is None:
            begin = self.looked.seen.places(self.looked.suffixes.first_of_tunes(*self._ranks))
            return np.sort(self.index.text.tunes_of(begin))
        return np.unique(self.index.text.tunes_of(self.looked.seen.places(self._found)))

    @property
    def groups(self) -> int:
        """In how many groups of settings they are: settings of one tune are counted once."""
        return len(np.unique(self.index.text.group[self.numbers]))

    @cached_property
    def in_view(self) -> Places:
        """The places in the view where the figure begins, bar line and all, in the order of the corpus."""
        if self._found is not None:
            return np.sort(self._found)
        return np.sort(self.looked.suffixes.order[slice(*self._ranks)]).astype(np.int64)

    @cached_property
    def at(self) -> Places:
        """The places in the text."""
        return self.looked.seen.places(self.in_view + (self.looked.seen.symbols[self.in_view] == LINE))

    def span(self, ordinal: int) -> tuple[int, int]:
        """Of place `ordinal` the first symbol in the text and the one behind the last."""
        first = self.in_view[ordinal : ordinal + 1]
        begin, last = self.looked.seen.places(np.concatenate([first, first + self.length - 1])).tolist()
        return begin, last + 1

    def positions(self) -> list[tuple[Position, int]]:
        """Where in its tunes the figure stands, and in how many tunes there: most often first."""
        text = self.index.text
        if not self.places:
            return []
        lines = text.lines_of(self.at)
        tunes = text.tunes_of(self.at)
        beats = 1000 + np.rint(1000 * text.onset[self.at] / text.beat_ticks(tunes)).astype(np.int64)
        keys = (text.bar_part[lines].astype(np.int64) << 56) | (text.bar_number[lines].astype(np.int64) << 40) | beats
        distinct, which = np.unique(keys, return_inverse=True)
        pairs = np.unique(which.reshape(-1) * np.int64(self.index.size) + tunes) // self.index.size
        counts = np.bincount(pairs, minlength=len(distinct))
        ranked = np.lexsort((distinct, -counts)).tolist()
        return [(_position(int(distinct[place])), int(counts[place])) for place in ranked]

    def at_position(self, part: str, bar: int, beat: float | None = None) -> int:
        """In how many tunes it stands there; on whichever beat if that isn't given."""
        text = self.index.text
        lines = text.lines_of(self.at)
        there = [letter(value) == part for value in range(int(text.bar_part.max(initial=0)) + 1)]
        same = np.array(there)[text.bar_part[lines]] & (text.bar_number[lines] == bar)
        found = self.at[same]
        if beat is not None:
            found = found[np.abs(np.array(text.beats(found)) - beat) < 0.002]
        return len(np.unique(text.tunes_of(found)))


def find(index: Index, figure: Sequence[str], view: View = View(), mode: str = "maj") -> Hits:  # noqa: B008
    """All places of a figure.

    `mode` says which notes the figure's tokens are, where intervals are asked for. Raises FolkbenchError for a figure
    that says nothing in this view.
    """
    looked = index.look(view)
    symbols = figure_in(view, figure, mode, looked.numbers)
    refuse_nothing(symbols, view)
    if UNKNOWN in symbols:
        return Hits(index, looked, len(symbols), found=np.zeros(0, np.int64))
    wanted = lines_wanted(figure, symbols, view)
    wild = symbols.index(ANY) if ANY in symbols else -1
    if wild < 0 and not wanted:
        return Hits(index, looked, len(symbols), ranks=looked.suffixes.find(pack(np.array(symbols))))
    # one note may be any: the longer of what stands before and behind it is searched, the rest is looked at
    begin, end = (0, len(symbols)) if wild < 0 else max((0, wild), (wild + 1, len(symbols)), key=lambda s: s[1] - s[0])
    first, last = looked.suffixes.find(pack(np.array(symbols[begin:end])))
    places = looked.suffixes.order[first:last].astype(np.int64) - begin
    places = places[(places >= 0) & (places + len(symbols) <= len(looked.seen.symbols))]
    for offset in [*range(begin), *range(end, len(symbols))]:
        there = looked.seen.symbols[places + offset]
        places = places[looked.notes[there] if symbols[offset] == ANY else there == symbols[offset]]
    for offset, bits in wanted:
        lines = index.text.lines_of(looked.seen.places(places + offset))
        places = places[index.text.line_bits[lines] & bits == bits]
    return Hits(index, looked, len(symbols), found=places)


def refuse_nothing(symbols: Sequence[int], view: View) -> None:
    """Raises FolkbenchError for a figure of which a view shows nothing that could be searched."""
    if all(symbol == LINE for symbol in symbols):
        raise FolkbenchError("there is no note in the figure", 'give some notes, such as "G, C C 2"')
    if view.kind in RELATIVE and len(symbols) == 1:
        raise FolkbenchError(f"one note has no {view.kind}", "give two notes or more")


def lines_wanted(figure: Sequence[str], symbols: Sequence[int], view: View) -> list[tuple[int, int]]:
    """For every bar line of a figure that names a sign its offset in the figure's symbols, and the bits it wants."""
    if view.across:
        return []
    offsets = [offset for offset, symbol in enumerate(symbols) if symbol == LINE]
    groups: list[int] = []
    before = False
    for word in figure:
        token = meaning(word)
        is_line = token.kind in ("bar", "ending")
        # what a view leaves out between two bar lines makes them one
        if is_line and not before:
            groups.append(0)
        if is_line:
            groups[-1] |= line_bits(token)
        before = is_line or (before and _left_out(word, view))
    return [(offset, bits) for offset, bits in zip(offsets, groups, strict=True) if bits]


def _left_out(word: str, view: View) -> bool:
    return not figure_in(view, (word,), "maj", {word: UNKNOWN})


def _position(key: int) -> Position:
    return Position(letter(key >> 56), key >> 40 & 0xFFFF, (key & 0xFFFFFFFFFF) / 1000)


def first_in(text: Text, figure: Sequence[str], view: View = View(), mode: str = "maj") -> Position | None:  # noqa: B008
    """Where a figure stands first in a text of one tune; None if nowhere."""
    seen = see(text, view)
    symbols = figure_in(view, figure, mode, {name: symbol for symbol, name in enumerate(seen.names)})
    refuse_nothing(symbols, view)
    notes = [symbol > LINE and is_note(name) for symbol, name in enumerate(seen.names)]
    there = seen.symbols.tolist()
    for place in range(len(there) - len(symbols) + 1):
        pairs = zip(symbols, there[place : place + len(symbols)], strict=True)
        if all(notes[found] if wanted == ANY else wanted == found for wanted, found in pairs):
            at = seen.places(np.array([place + (there[place] == LINE)]))
            line = int(text.lines_of(at)[0])
            return Position(letter(int(text.bar_part[line])), int(text.bar_number[line]), text.beats(at)[0])
    return None
