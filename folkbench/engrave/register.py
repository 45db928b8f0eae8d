"""The register of a book: which tune stands on which page, so that a citation leads back to the music."""

from __future__ import annotations

import json
import re
from pathlib import Path

from folkbench.bench import write_whole
from folkbench.engrave.book import Book, Place
from folkbench.errors import Damaged, FolkbenchError, NotFound

_REGISTER = "book.json"
_PLACE = r"(?P<kind>pages?|pp?|tunes?|no|set)?[\s.]*(?P<number>\d{1,3}(,\d{3})+|\d+)"
_VOLUME = r"\(?(of\s+)?vol(ume|\.)?\s*(?P<volume>\d+)(\s*of\s*(?P<volumes>\d+))?\)?"
_CITATIONS = tuple(
    re.compile(rf"\s*{form}[\s.]*$", re.I)
    for form in (_PLACE, rf"{_PLACE}\s*,?\s*{_VOLUME}", rf"{_VOLUME}\s*,?\s*{_PLACE}")
)
_HOW = "as in: find 'p. 90, volume 2', find 'set 4' or find 'tune 17'"


def stem(volume: int) -> str:
    """The name of a volume's files, without its ending."""
    return f"volume-{volume}"


def write_register(book: Book, folder: Path) -> None:
    """Write the register of a book into its folder."""
    volumes = [{"number": volume.number, "first": volume.first, "last": volume.last} for volume in book.volumes]
    tunes = [place._asdict() for volume in book.volumes for place in volume.places]
    text = json.dumps({"title": book.title, "volumes": volumes, "tunes": tunes}, ensure_ascii=False)
    write_whole(folder / _REGISTER, text, force=True)


def cited(folder: Path, citation: str) -> list[tuple[Place, str]]:
    """The tunes that a citation means, with their ABC: "p. 3,090, volume 4 of 20", "set 12", "tune 17".

    A page that is a title page or a table has none. Raises FolkbenchError for what is no citation, NotFound where
    there is no book, or none with such a page.
    """
    match = next((match for form in _CITATIONS if (match := form.match(citation))), None)
    if match is None:
        raise FolkbenchError(f"{citation!r} is no page of a book", _HOW)
    said = {name: text for name, text in match.groupdict().items() if text}
    places, volumes = _read(folder)
    if int(said.get("volumes", len(volumes))) != len(volumes):
        has = f"{len(volumes)} volume{'s' * (len(volumes) != 1)}"
        raise NotFound(f"this book has {has}, not {said['volumes']}", "--in DIR names the folder of the book")
    number = int(match["number"].replace(",", ""))
    kind = said.get("kind", "p")[0].lower()
    if kind == "p":
        within = [nth for nth, first, last in volumes if first <= number <= last]
        if not within:
            raise NotFound(f"this book has no page {number:,}", f"its last is {volumes[-1][2]:,}")
        found = [place for place in places if place.page <= number < place.page + place.pages]
    else:
        found = [place for place in places if number == (place.group if kind == "s" else place.number)]
        if not found:
            raise NotFound(f"this book has no {'set' if kind == 's' else 'tune'} {number:,}", _HOW)
        within = [found[0].volume]
    if int(said.get("volume", within[0])) != within[0]:
        raise NotFound(f"that is in volume {within[0]}, not in volume {said['volume']}", "pages count through")
    return [(place, abc) for place, abc in zip(found, _tunes(folder, within[0], found), strict=True)]


def _read(folder: Path) -> tuple[list[Place], list[tuple[int, int, int]]]:
    path = folder / _REGISTER
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        places = [Place(**row) for row in held["tunes"]]
        return places, [(row["number"], row["first"], row["last"]) for row in held["volumes"]]
    except FileNotFoundError as error:
        raise NotFound(f"there is no book in {folder}", "--in DIR names its folder") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Damaged(f"{path} can't be read", "the command that made the book writes it anew") from error


def _tunes(folder: Path, volume: int, places: list[Place]) -> list[str]:
    path = folder / f"{stem(volume)}.abc"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise NotFound(f"{path} can't be read: {error.strerror}", "the command that made the book writes it") from error
    tunes = {piece.partition("\n")[0]: piece for piece in re.split(r"(?m)^(?=X:)", text)}
    return [tunes[f"X:{place.number}"].rstrip("\n") + "\n" for place in places]
