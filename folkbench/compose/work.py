"""Work that can be stopped and goes on where it was: a folder with the request, and pieces written whole.

.work/request.json       what was asked for; another request on the same folder is refused
.work/tunes-000001.json  piece 1, there whole or not at all
.work/lock               held while a process works here
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from folkbench.bench import write_whole
from folkbench.errors import Refused

WORK = ".work"
_REQUEST = "request.json"

Rows = list[dict[str, Any]]


def asked_before(folder: Path) -> dict[str, Any]:
    """The request that the work in `folder` began with; empty if none was begun."""
    found = _read(folder / WORK / _REQUEST)
    return found if isinstance(found, dict) else {}


@contextmanager
def work_in(folder: Path, request: dict[str, Any]) -> Iterator[Work]:
    """Begin the work of `request` in `folder`, or go on with it.

    Raises Refused if the folder holds something else, another request's work, or a process that is at work there.
    """
    from filelock import FileLock, Timeout

    place = folder / WORK
    wanted = json.loads(json.dumps(request))
    before = asked_before(folder)
    if not before and folder.is_dir() and any(path.name != WORK for path in folder.iterdir()):
        raise Refused(f"{folder} isn't empty, and no book was begun there", "choose a new folder")
    other = [name for name in {**before, **wanted} if before and before.get(name) != wanted.get(name)]
    if other:
        name = other[0]
        was, now = before.get(name), wanted.get(name)
        raise Refused(f"{folder} holds another book: its {name} is {was!r}, not {now!r}", "choose a new folder")
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"{place} can't be made: {error.strerror}", "choose another place") from error
    try:
        with FileLock(place / "lock", timeout=0):
            for left in place.glob(".*.part"):
                left.unlink()
            if not before:
                write_whole(place / _REQUEST, json.dumps(wanted, indent=1), force=True)
            yield Work(place)
    except Timeout as error:
        raise Refused(f"another folkbench is at work in {folder}", "let it end, or stop it") from error


class Work:
    """Begun work: its pieces, counted from 1."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def piece(self, number: int) -> Rows | None:
        """A piece that was made; None if it wasn't, or is no longer whole."""
        found = _read(self._path(number))
        return found if isinstance(found, list) else None

    def keep(self, number: int, rows: Rows) -> None:
        """Write a piece, whole or not at all. Raises Refused if there is no room."""
        try:
            write_whole(self._path(number), json.dumps(rows, ensure_ascii=False), force=True)
        except Refused as error:
            raise Refused(error.message, "make room there; the same command goes on from here") from error

    def _path(self, number: int) -> Path:
        return self.place / f"tunes-{number:06}.json"


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
