"""The default corpus: three printed books of tunes that come inside music21's wheel.

O'Neill's Music of Ireland (1850 tunes, 1903), Ryan's Mammoth Collection (1883) and Aird's Airs (six books,
1782-1801), as ABC. music21 itself is never imported: only its folder is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from folkbench.corpus.arrival import Arrival
from folkbench.errors import Missing
from folkbench.notation import decode, read_tunes


class Book(NamedTuple):
    """A book: its folder in music21's corpus, and which tunes of it are of which type, by first X: number."""

    name: str
    folder: str
    numbered: bool  # X: is the number in the book; else tunes are counted
    sections: tuple[tuple[int, str], ...] = ()


BOOKS = (
    Book(
        "O'Neill's Music of Ireland",
        "oneills1850",
        True,
        # the book's own sections; 0 begins the airs, 626 Carolan's tunes, 1776 the long dances
        (
            *((0, "air"), (626, "planxty"), (701, "jig"), (1116, "slip jig"), (1176, "reel")),
            *((1556, "hornpipe"), (1776, "set dance"), (1796, "march")),
        ),
    ),
    Book("Ryan's Mammoth Collection", "ryansMammoth", False),
    Book("Aird's Airs", "airdsAirs", True),
)


def folder() -> Path:
    """music21's corpus folder. Raises Missing if music21 isn't installed."""
    found = find_spec("music21")
    if found is None or not found.submodule_search_locations:
        raise Missing("the session corpus comes with music21, which isn't installed", "pip install 'music21<11'")
    return Path(found.submodule_search_locations[0]) / "corpus"


def stamp() -> str:
    """What the books are read from, so that a cache of them can tell whether it is still good."""
    version = folder().parent / "_version.py"
    return f"{version} {version.stat().st_size} {version.stat().st_mtime_ns}" if version.exists() else str(version)


def arrivals(books: tuple[Book, ...] = BOOKS) -> Iterator[Arrival]:
    """Every tune of the books, in their order."""
    root = folder()
    for book in books:
        number = 0
        for path in sorted((root / book.folder).glob("*.abc")):
            for tune in read_tunes(without_mail(decode(path.read_bytes(), path.name)).splitlines()):
                number += 1
                x = re.match(r"\d+", tune.text("X"))
                index = int(x[0]) if book.numbered and x else number
                section = [rhythm for first, rhythm in book.sections if first <= index]
                yield Arrival(tune, book.name, index, section[-1] if section else "")


def without_mail(text: str) -> str:
    """The text without what mail programs left in it (quoted-printable: =20, =3D, =0D, and = at a line's end)."""
    if "=" not in text:
        return text
    text = text.replace("=20", " ").replace("=3D", "=").replace("=0D", "")
    return re.sub(r"=\n", "", text)
