"""The pages of a book that aren't music: its title, the tables by title and by type, and the appendix.

Each function gives pages of LilyPond markup. A page has a fixed number of rows, so that how many pages a table takes
follows from the number of its rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil
from typing import NamedTuple

from folkbench.engrave.text import quoted, wrapped

_ROWS = 60  # on a page, below its heading
_OTHER = "other"
_SKIP = 3.0  # staff spaces from row to row
_COLUMN = 68  # staff spaces of one of a page's two columns; the page has 142
_NOTABLE = "Key, form, range, and the longest run shared with a human tune"
_TITLE_LETTERS = 40
_APPENDIX = (("No.", 0, 6), ("Title", 7, 27), ("Key", 43, 8), ("Form", 53, 17), ("Range", 75, 12), ("Shared", 91, 36))
"""Heading, place in staff spaces, and characters of each column of the appendix."""


class Row(NamedTuple):
    """A tune in the tables."""

    number: int
    page: int
    title: str
    kind: str
    key: str
    form: str
    notes: tuple[str, ...]


def table_pages(tunes: int) -> int:
    """How many pages the two tables and the appendix of so many tunes take."""
    return 2 * ceil(tunes / (2 * _ROWS)) + ceil(tunes / _ROWS)


def title_page(title: str, lines: Iterable[str]) -> str:
    """The first page of a volume."""
    below = " ".join(f"\\fill-line {{ {quoted(short(line, 90))} }} \\vspace #0.6" for line in lines)
    head = f"\\fill-line {{ \\fontsize #8 \\bold {quoted(short(title, 32))} }}"
    return f"\\markup \\column {{ \\vspace #16 {head} \\vspace #3 {below} }}"


def by_title(rows: Sequence[Row]) -> list[str]:
    """The table by title: "The" doesn't count."""
    ordered = sorted(rows, key=lambda row: (_sorted_by(row.title), row.number))
    return _pages("By title", [_entry(row.title, row) for row in ordered])


def by_type(rows: Sequence[Row]) -> list[str]:
    """The table by type and, within it, by title."""
    ordered = sorted(rows, key=lambda row: (not row.kind, row.kind, _sorted_by(row.title), row.number))
    return _pages("By type", [_entry(f"{(row.kind or _OTHER).capitalize()}: {row.title}", row) for row in ordered])


def notable(rows: Sequence[Row]) -> list[str]:
    """The appendix: key, form, range, and what is shared with human tunes."""
    head = _overlay([f"\\italic {quoted(name)}" for name, _, _ in _APPENDIX])
    pages = []
    for first in range(0, len(rows), _ROWS):
        lines = [head]
        for row in rows[first : first + _ROWS]:
            cells = (f"{row.number:,}", row.title, row.key, row.form, *row.notes)
            lines.append(_overlay([quoted(short(c, n)) for c, (_, _, n) in zip(cells, _APPENDIX, strict=False)]))
        pages.append(f"{_heading(_NOTABLE)}\\markup {_column(lines)}")
    return pages


def short(text: str, letters: int) -> str:
    """Text cut to so many characters, with a … where it was cut."""
    whole = " ".join(text.split())
    return whole if len(whole) <= letters else wrapped(whole, letters - 1)[0].rstrip(" ,;:") + "…"


def _sorted_by(title: str) -> str:
    folded = title.casefold()
    return folded.removeprefix("the ").lstrip("'’\"( ")


def _entry(text: str, row: Row) -> str:
    place = quoted(f"{row.number:,}, p. {row.page:,}")
    words = quoted(short(text, _TITLE_LETTERS))
    return f"\\override #'(line-width . {_COLUMN}) \\fill-with-pattern #1 #RIGHT . {words} {place}"


def _pages(heading: str, entries: Sequence[str]) -> list[str]:
    columns = [_column(entries[first : first + _ROWS]) for first in range(0, len(entries), _ROWS)]
    pairs = [" \\hspace #5 ".join(columns[first : first + 2]) for first in range(0, len(columns), 2)]
    return [f"{_heading(heading)}\\markup \\line {{ {pair} }}" for pair in pairs]


def _heading(text: str) -> str:
    return f"\\markup \\column {{ \\fill-line {{ \\bold \\fontsize #2 {quoted(text)} }} \\vspace #0.5 }}\n"


def _column(lines: Sequence[str]) -> str:
    return f"\\override #'(baseline-skip . {_SKIP}) \\abs-fontsize #8.5 \\column {{ {' '.join(lines)} }}"


def _overlay(cells: Sequence[str]) -> str:
    placed = [f"\\translate #'({at} . 0) {cell}" for cell, (_, at, _) in zip(cells, _APPENDIX, strict=False)]
    return f"\\overlay {{ \\strut {' '.join(placed)} }}"
