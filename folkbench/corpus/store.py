"""Where corpora are kept: the session corpus in the cache, others among the user's corpora."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from folkbench import __version__, bench
from folkbench.corpus import session
from folkbench.corpus.arrival import Arrival
from folkbench.corpus.entry import Corpus, pack, unpack
from folkbench.corpus.gather import gather
from folkbench.errors import Damaged, NotFound

DEFAULT = "session"
_VERSION = f"{__version__} 4"  # of what makes an entry of a tune; a cache of another version is made again
_EXPECTED = 4248


def load(name: str = DEFAULT) -> Corpus:
    """The corpus of that name. The session corpus is made when it is first asked for, which takes seconds.

    Raises NotFound for a name that isn't there, Damaged for one that can't be read any more, Missing if the
    session corpus is asked for and music21 isn't installed.
    """
    if name == DEFAULT:
        return _session()
    path = bench.home("corpora") / f"{name}.corpus"
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
    path = bench.home("cache") / "session.corpus" if name == DEFAULT else bench.home("corpora") / f"{name}.corpus"
    if not path.is_file():
        return ""
    stat = path.stat()
    made_of = f"{_VERSION} {session.stamp()} " if name == DEFAULT else ""
    return f"{made_of}{path} {stat.st_size} {stat.st_mtime_ns}"


def _session() -> Corpus:
    from filelock import FileLock

    path = bench.home("cache") / "session.corpus"
    stamp = f"{_VERSION} {session.stamp()}"
    found = _cached(path, stamp)
    if found is not None:
        return found
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
    try:
        found = unpack(path.read_bytes(), DEFAULT)
    except Damaged:
        if not quiet:
            print("folkbench: the cached session corpus is damaged; it is made again", file=sys.stderr)
        return None
    return found if found.stamp == stamp else None


@contextmanager
def progress(what: str, total: int, arrivals: Iterable[Arrival]) -> Iterator[Iterator[Arrival]]:
    """The arrivals, counted by a progress bar on stderr; none where that is no terminal."""
    if not sys.stderr.isatty():
        yield iter(arrivals)
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        yield iter(bar.track(arrivals, total=total, description=what))
