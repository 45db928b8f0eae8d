"""Where corpora are kept: the session corpus in the cache, others among the user's corpora."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from folkbench import __version__, bench
from folkbench.corpus import session
from folkbench.corpus.entry import Corpus, older, pack, unpack
from folkbench.errors import Damaged, FolkbenchError, NotFound

DEFAULT = "session"
_VERSION = f"{__version__} 4"  # of what makes an entry of a tune; a cache of another version is made again
_EXPECTED = 4248
_T = TypeVar("_T")


def load(name: str = DEFAULT) -> Corpus:
    """The corpus of that name. The session corpus is made when it is first asked for, which takes seconds.

    Raises NotFound for a name that isn't there, Damaged for one that can't be read any more, Missing if the
    session corpus is asked for and music21 isn't installed.
    """
    if name == DEFAULT:
        return _session()
    path = _file(name)
    if not path.is_file():
        raise NotFound(f"there is no corpus {name!r}", "see which there are with: folkbench corpus list")
    return unpack(path.read_bytes(), name)


def names() -> tuple[str, ...]:
    """All corpora on this bench, the session corpus first."""
    return (DEFAULT, *sorted(path.stem for path in bench.home("corpora").glob("*.corpus")))


def signature(name: str = DEFAULT) -> str:
    """What changes whenever the corpus of that name may have changed; "" if it must be made or isn't there.

    Whoever keeps something that was made from a corpus can tell by it, without reading the corpus.
    """
    path = bench.home("cache") / "session.corpus" if name == DEFAULT else _file(name)
    if not path.is_file():
        return ""
    stat = path.stat()
    made_of = f"{_VERSION} {session.stamp()} " if name == DEFAULT else ""
    return f"{made_of}{path} {stat.st_size} {stat.st_mtime_ns}"


def add(path: Path, name: str) -> tuple[Corpus, int]:
    """Take the tunes of a file or folder into the corpus `name`, which is made if it isn't there: the corpus, and how
    many tunes are new in it. The file is written whole or not at all; what is there already isn't taken twice.

    Raises NotFound and FolkbenchError as the readers do, and if not one tune can be taken in.
    """
    from folkbench.corpus.gather import gather
    from folkbench.corpus.readers import arrivals

    kept = _file(name)
    kept.parent.mkdir(parents=True, exist_ok=True)
    with _alone(kept.with_suffix(".lock"), name):
        known = load(name) if kept.is_file() else None
        with progress(f"Reading {path.name}", None, arrivals(path)) as found:
            corpus = gather(name, "added", found, known)
        if not len(corpus):
            reasons = ", ".join(f"{reason} {count}" for reason, count in corpus.reasons.items())
            raise FolkbenchError(
                f"no tune of {path} can be taken in" + (f": {reasons}" if reasons else ""),
                "give ABC, a folder of it, TheSession's tunes.csv or tunes.json, or folk-rnn's data",
            )
        bench.write_whole(kept, pack(corpus), force=True)
    return corpus, len(corpus) - (len(known) if known else 0)


def remove(name: str) -> None:
    """Take a corpus off this bench. Raises NotFound, and FolkbenchError for the session corpus."""
    if name == DEFAULT:
        raise FolkbenchError("the session corpus comes with folkbench and stays", "name one that was added")
    path = _file(name)
    if not path.is_file():
        raise NotFound(f"there is no corpus {name!r}", "see which there are with: folkbench corpus list")
    path.unlink()
    path.with_suffix(".lock").unlink(missing_ok=True)


@contextmanager
def _alone(path: Path, name: str) -> Iterator[None]:
    """While this lasts nobody else adds to the corpus; whoever has to wait is told so."""
    from filelock import FileLock, Timeout

    lock = FileLock(path)
    try:
        lock.acquire(timeout=1)
    except Timeout:
        print(f"folkbench: {name} is being added to; this waits until it has been", file=sys.stderr)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _file(name: str) -> Path:
    if name == DEFAULT or not re.fullmatch(r"\w[\w.-]{0,63}", name):
        raise FolkbenchError(
            f"a corpus can't be called {name!r}", "take a name of letters, digits, - and _ that isn't session"
        )
    return bench.home("corpora") / f"{name}.corpus"


def _session() -> Corpus:
    path = bench.home("cache") / "session.corpus"
    stamp = f"{_VERSION} {session.stamp()}"
    found = _cached(path, stamp)
    if found is not None:
        return found
    from filelock import FileLock

    from folkbench.corpus.gather import gather  # loads numpy, which a cached corpus doesn't need

    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock")):
        found = _cached(path, stamp, quiet=True)  # somebody else may have made it meanwhile
        if found is None:
            with progress("Reading the session corpus", _EXPECTED, session.arrivals()) as arrivals:
                found = gather(DEFAULT, stamp, arrivals)
            bench.write_whole(path, pack(found), force=True)
    return found


def _cached(path: Path, stamp: str, quiet: bool = False) -> Corpus | None:
    """The cached corpus if it is there, whole, and of this stamp."""
    if not path.is_file():
        return None
    data = path.read_bytes()
    if older(data):
        return None
    try:
        found = unpack(data, DEFAULT)
    except Damaged:
        if not quiet:
            print("folkbench: the cached session corpus is damaged; it is made again", file=sys.stderr)
        return None
    return found if found.stamp == stamp else None


@contextmanager
def progress(what: str, total: int | None, things: Iterable[_T]) -> Iterator[Iterator[_T]]:
    """The things, counted by a progress bar on stderr; none where that is no terminal."""
    if not sys.stderr.isatty():
        yield iter(things)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield iter(bar.track(things, total=total, description=what))
