"""Which tunes stand on which page of a book.

We decide it, not LilyPond: how high a tune is follows from its lines of music, and each page is then printed as a
part of its own that LilyPond is told to set on so many pages. So a citation ("page 3,090, volume 4 of 20") holds
for the ABC alone as well, and whatever program prints it. Heights are in staff spaces, a quarter of a staff's height.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

from folkbench.engrave.lines import line_breaks
from folkbench.notation import Tune

SIZE = 14.5
"""Height of a book's staves in points: four tunes of four lines stand on a page."""

ROOM = 206.0
"""Height of a page, without its margins and the line at its foot."""

SET_HEADING = 6.0
NOTES = 47 * 18 / SIZE
"""Notes on a line."""

_LINE, _HEADING, _TITLE, _FOOTING = 10.5, 6.0, 2.6, 2.6
_FULL = 0.9  # of a page that LilyPond is given of a tune longer than one


class Leaf(NamedTuple):
    """A page and the tunes on it, by their place in the book; a tune longer than a page has `pages` for itself."""

    tunes: tuple[int, ...]
    pages: int = 1


def height(tune: Tune) -> float:
    """How high a tune is on the page, with its heading and what stands under it."""
    counts = [len(voice.bars) for voice in tune.voices]
    bars = tune.voices[counts.index(max(counts))].bars if counts else ()
    voices = max(1, sum(count > 0 for count in counts))
    lines = 1 + sum(len(places) for places in line_breaks(bars, NOTES).breaks.values())
    titles = max(0, len(tune.texts("T")) - 1)
    footing = len([text for name in ("S", "B") for text in tune.texts(name) if text.strip()])
    return lines * voices * _LINE + _HEADING + titles * _TITLE + footing * _FOOTING


def leaves(units: Sequence[Sequence[tuple[int, float]]], heading: float = 0.0) -> list[Leaf]:
    """Fill pages with units (single tunes, or sets) of (place in the book, height), in order.

    A unit stands together where a page can hold it. `heading` is the height of what stands over a unit.
    """
    pages: list[Leaf] = []
    page: list[int] = []
    used = 0.0
    for unit in units:
        over = heading
        pieces = [unit] if heading + sum(high for _, high in unit) <= ROOM else [[one] for one in unit]
        for piece in pieces:
            high = over + sum(each for _, each in piece)
            over = 0.0
            if page and used + high > ROOM:
                pages.append(Leaf(tuple(page)))
                page, used = [], 0.0
            if high > ROOM:
                pages.append(Leaf((piece[0][0],), ceil(high / (ROOM * _FULL))))
                continue
            page += [place for place, _ in piece]
            used += high
    return [*pages, Leaf(tuple(page))] if page else pages
