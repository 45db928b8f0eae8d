"""The bench itself: where tunes, models, corpora, indexes and caches live on this machine.

`FOLKBENCH_HOME` moves all of it. Without it, tunes go to `./tunes` where that exists, else to the user's
data folder; models and corpora to the user's data folder, caches to the user's cache folder.
"""

from __future__ import annotations

import os
import re
from importlib.resources import files
from pathlib import Path

from folkbench.errors import NotFound, Refused

_LAST = "last-tune"


def home(kind: str) -> Path:
    """The folder for `kind`: "tunes", "models", "corpora" or "cache". It may not exist yet."""
    chosen = os.environ.get("FOLKBENCH_HOME")
    if chosen:
        return Path(chosen) / kind
    if kind == "tunes" and Path("tunes").is_dir():
        return Path("tunes")
    import platformdirs

    if kind == "cache":
        return Path(platformdirs.user_cache_dir("folkbench"))
    return Path(platformdirs.user_data_dir("folkbench")) / kind


def shipped(*names: str) -> Path:
    """A file or folder that comes with folkbench: `shipped("soundfonts", "session.sf2")`.

    In an installed folkbench it is package data; in a clone it stands beside the package.
    """
    package = Path(str(files("folkbench")))
    inside = package.joinpath(*names)
    return inside if inside.exists() else package.parent.joinpath(*names)


def fresh(folder: Path, stem: str, ending: str) -> Path:
    """A path in `folder` that is not taken: stem.abc, stem-2.abc, stem-3.abc ..."""
    path = folder / f"{stem}{ending}"
    number = 2
    while path.exists():
        path = folder / f"{stem}-{number}{ending}"
        number += 1
    return path


def slug(title: str) -> str:
    """A title as a file name: "The Cunning Storm" becomes the-cunning-storm."""
    words = re.sub(r"[^\w]+", "-", title.lower().replace("'", "").replace("’", "")).strip("-_")
    return words[:60].rstrip("-") or "tune"


def check_place(path: Path, *, force: bool = False) -> None:
    """Refuse a file that can't be written there, before the work that goes into it is done.

    Raises Refused if it exists and not `force`, NotFound if its folder doesn't.
    """
    if path.exists() and not force:
        raise Refused(f"{path} exists already", "choose another name, or give --force")
    if not path.parent.is_dir():
        raise NotFound(f"there is no folder {path.parent}", "make it first, or choose another")


def write_whole(path: Path, data: str | bytes, *, force: bool = False) -> None:
    """Write `path` whole or not at all, and never over something of the user's unless `force`.

    Raises Refused if it exists, NotFound if its folder doesn't, FolkbenchError if it can't be written.
    """
    check_place(path, force=force)
    content = data.encode() if isinstance(data, str) else data
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        raise Refused(f"{path} can't be written: {error.strerror}", "choose another place") from error
    finally:
        part.unlink(missing_ok=True)


def remember(path: Path) -> None:
    """Note `path` as the last tune that this bench made."""
    folder = home("cache")
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / _LAST, str(path.resolve()), force=True)


def last_tune() -> Path:
    """The last tune that this bench made. Raises NotFound if there is none."""
    note = home("cache") / _LAST
    if note.is_file():
        path = Path(note.read_text())
        if path.is_file():
            return path
    raise NotFound("this bench hasn't made a tune yet", "name one, or make one with: folkbench new")
