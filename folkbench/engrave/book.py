"""A printed book of tunes, in volumes: who stands where, as ABC, and as what LilyPond prints.

Tunes are numbered and pages counted through the whole book, title pages and tables among them. A volume is a title
page, the tunes (alone or in sets of one kind of dance), a table by title, one by type, and an appendix. The book
doesn't know who wrote its tunes: what the appendix says of each comes with it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import NamedTuple

from folkbench.engrave.lilypond import Look, preamble, score
from folkbench.engrave.pages import SET_HEADING, SIZE, Leaf, height, leaves
from folkbench.engrave.prepare import ready
from folkbench.engrave.tables import Row, by_title, by_type, notable, table_pages, title_page
from folkbench.engrave.text import quoted
from folkbench.errors import FolkbenchError
from folkbench.notation import read
from folkbench.notation.titles import clean

RUN = 100
"""Tunes that LilyPond prints in one run: starting it takes as long as fifteen of them."""


class Entry(NamedTuple):
    """A tune of the book, as it comes: its ABC, and what the appendix says of it."""

    abc: str
    form: str = ""
    notes: tuple[str, ...] = ()  # ambitus, originality


class Place(NamedTuple):
    """Where a tune stands. `entry` is its place among the entries; `group` the number of its set, 0 for none."""

    number: int
    entry: int
    volume: int
    page: int
    pages: int
    group: int


@dataclass(frozen=True, slots=True)
class Volume:
    """A volume: its pages from the first (the title's) to the last, and which tunes stand on which."""

    number: int
    first: int
    last: int
    leaves: tuple[tuple[int, Leaf], ...]  # page, and the tunes on it as places in `Book.places`
    places: tuple[Place, ...]


class Run(NamedTuple):
    """What LilyPond prints in one run, and how many pages that makes."""

    text: str
    pages: int


@dataclass(frozen=True, slots=True)
class Book:
    """A whole book, planned."""

    title: str
    about: tuple[str, ...]  # lines of the title page
    entries: Sequence[Entry]
    volumes: tuple[Volume, ...]

    def abc(self, volume: Volume) -> str:
        """The volume as an ABC tunebook: X: is the number in the book, and G: names the set."""
        return "\n".join(["%abc-2.1\n", *[numbered(self.entries[place.entry].abc, place) for place in volume.places]])

    def runs(self, volume: Volume) -> Iterator[Run]:
        """What is to be printed for the volume, in order."""
        named = {place.number: place for place in volume.places}
        pages: list[str] = [self._page(volume, volume.first, title_page(self.title, self._front(volume)))]
        first, count, tunes, seen = volume.first, 1, 0, 0
        for page, leaf in volume.leaves:
            body: list[str] = []
            for number in leaf.tunes:
                place = named[number]
                if place.group and place.group != seen:
                    seen = place.group
                    body.append(_set_heading(place.group))
                tune = ready(read(self.entries[place.entry].abc))
                drawn = score(tune, Look(size=SIZE), f"{number:,}")
                body.append(drawn if leaf.pages == 1 else drawn.replace("\\autoPageBreaksOff", ""))
            pages.append(self._page(volume, page, "\n".join(body), leaf.pages))
            count, tunes = count + leaf.pages, tunes + len(leaf.tunes)
            if tunes >= RUN:
                yield self._run(pages, first, count)
                pages, first, count, tunes = [], first + count, 0, 0
        if pages:
            yield self._run(pages, first, count)
        start = volume.last + 1 - table_pages(len(volume.places))
        tables = [self._page(volume, start + nth, text) for nth, text in enumerate(self._tables(volume))]
        if tables:
            yield self._run(tables, start, len(tables))

    def _run(self, pages: Sequence[str], first: int, count: int) -> Run:
        # LilyPond counts on from here through all parts; in a part of its own the number would be passed over
        numbered_from = f"\\paper {{ first-page-number = {first} }}"
        return Run("\n".join([preamble(Look(size=SIZE), self.title), numbered_from, *pages]), count)

    def _front(self, volume: Volume) -> list[str]:
        places = volume.places
        tunes = f"Tunes {places[0].number:,} to {places[-1].number:,}" if places else "No tunes"
        pages = f"Pages {volume.first:,} to {volume.last:,}"
        return [f"Volume {volume.number} of {len(self.volumes)}", tunes, pages, *self.about]

    def _page(self, volume: Volume, page: int, body: str, count: int = 1) -> str:
        """A part of LilyPond's book that takes so many pages, whatever is in it."""
        foot = _foot(page, f"volume {volume.number} of {len(self.volumes)}", count)
        settings = f"page-count = {count}\noddHeaderMarkup = ##f\nevenHeaderMarkup = ##f"
        feet = f"oddFooterMarkup = {foot}\nevenFooterMarkup = {foot}"
        return f"\\bookpart {{\n\\paper {{\n{settings}\n{feet}\n}}\n{body}\n}}"

    def _tables(self, volume: Volume) -> list[str]:
        rows = []
        for place in volume.places:
            entry = self.entries[place.entry]
            tune = read(entry.abc)
            named = clean(tune.title)
            kind = tune.rhythm.strip() or named.rhythm
            key = f"{tune.key.tonic} {tune.key.mode}".strip()
            title = named.text or "Untitled"
            rows.append(Row(place.number, place.page, title, kind.lower(), key, entry.form, entry.notes))
        return [*by_title(rows), *by_type(rows), *notable(rows)]


def plan(title: str, about: Sequence[str], entries: Sequence[Entry], volumes: int, sets: int = 0) -> Book:
    """Lay a book out: which tune has which number, volume and page. `sets`: so many tunes of one dance together.

    Raises FolkbenchError where there are more volumes than tunes.
    """
    heights, kinds = [], []
    for entry in entries:
        tune = ready(read(entry.abc))
        heights.append(height(tune))
        kinds.append((tune.rhythm.strip().lower(), str(tune.text("M"))))
    units = _sets(kinds, sets) if sets > 1 else [[place] for place in range(len(entries))]
    if volumes > len(units):
        raise FolkbenchError(f"{len(units)} tunes or sets don't fill {volumes} volumes", "ask for fewer volumes")
    found: list[Volume] = []
    page = number = 1
    edges = _edges([len(unit) for unit in units], volumes)
    for nth, (first, behind) in enumerate(pairwise(edges)):
        mine = units[first:behind]
        order = [entry for unit in mine for entry in unit]
        group = {entry: first + at + 1 if len(unit) > 1 else 0 for at, unit in enumerate(mine) for entry in unit}
        numbers = {entry: number + at for at, entry in enumerate(order)}
        sized = [[(numbers[entry], heights[entry]) for entry in unit] for unit in mine]
        at = page + 1
        filled: list[tuple[int, Leaf]] = []
        for leaf in leaves(sized, SET_HEADING if sets > 1 else 0.0):
            filled.append((at, leaf))
            at += leaf.pages
        where = {tune: (start, leaf.pages) for start, leaf in filled for tune in leaf.tunes}
        places = [Place(numbers[entry], entry, nth + 1, *where[numbers[entry]], group[entry]) for entry in order]
        last = at - 1 + table_pages(len(order))
        found.append(Volume(nth + 1, page, last, tuple(filled), tuple(places)))
        page, number = last + 1, number + len(order)
    return Book(title, tuple(about), entries, tuple(found))


def numbered(abc: str, place: Place) -> str:
    """A tune's ABC under its number in the book, and in its set."""
    lines = [line for line in abc.strip("\n").split("\n") if not line.startswith("X:")]
    if place.group:
        behind = next((n for n, line in enumerate(lines) if not line.startswith("T:")), 0)
        lines.insert(behind, f"G:Set {place.group}")
    return "\n".join([f"X:{place.number}", *lines, ""])


def _sets(kinds: Sequence[tuple[str, str]], size: int) -> list[list[int]]:
    """Tunes of one dance and meter in sets, each as its last tune comes; behind them smaller ones of what is left over,
    and tunes that have no other beside them.
    """
    open_sets: dict[tuple[str, str], list[int]] = {}
    found: list[list[int]] = []
    for place, kind in enumerate(kinds):
        waiting = open_sets.setdefault(kind, [])
        waiting.append(place)
        if len(waiting) == size:
            found.append(open_sets.pop(kind))
    return [*found, *sorted(open_sets.values(), key=len, reverse=True)]


def _edges(sizes: Sequence[int], volumes: int) -> list[int]:
    """Which unit begins each volume, and how many units there are: each has about as many tunes, and one at least."""
    begins = [0, *accumulate(sizes)]
    edges = [0]
    for nth in range(1, volumes):
        fair = bisect_right(begins, nth * begins[-1] // volumes) - 1
        edges.append(min(max(fair, edges[-1] + 1), len(sizes) - (volumes - nth)))
    return [*edges, len(sizes)]


def _set_heading(group: int) -> str:
    return f"\\markup \\fill-line {{ \\italic {quoted(f'Set {group}')} }}\n\\noPageBreak"


def _foot(page: int, volume: str, count: int) -> str:
    """The line at the foot, which is what one cites. On the pages of a longer tune LilyPond counts."""
    if count == 1:
        return f"\\markup \\fill-line {{ {quoted(f'page {page:,}, {volume}')} }}"
    number = "\\fromproperty #'page:page-number-string"
    return f"\\markup \\fill-line {{ \\concat {{ {quoted('page ')} {number} {quoted(f', {volume}')} }} }}"
