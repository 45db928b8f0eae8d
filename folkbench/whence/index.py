"""The index: a corpus made searchable, built once, kept in the cache, mapped into memory.

One file holds the text, its suffix array, the tunes' names and what tunes share among themselves; every other view
has a file of its own, made when it is first asked for. All carry the corpus's fingerprint: with another corpus, a
damaged file or another version of this they are built again.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from shutil import rmtree
from typing import NamedTuple

import numpy as np

from folkbench import bench
from folkbench.corpus import DEFAULT, Corpus, signature
from folkbench.corpus import load as load_corpus
from folkbench.errors import Damaged
from folkbench.whence.build import TEXT, make_exact, make_view
from folkbench.whence.store import Stored, load
from folkbench.whence.suffix import Suffixes
from folkbench.whence.text import MODES, Text
from folkbench.whence.views import Seen, View, is_note

VERSION = 2
"""Of what is in the files; another one is built again."""


@dataclass(frozen=True, slots=True)
class Source:
    """A tune of the corpus, as it is named in an answer."""

    number: int  # in the corpus, from 0
    title: str
    source: str  # the book or file it stands in
    index: int  # its number there
    rhythm: str
    tonic: str
    mode: str
    group: int

    @property
    def key(self) -> str:
        """ "G", "Em", "Ador": as a musician names it."""
        return self.tonic + {"maj": "", "min": "m"}.get(self.mode, self.mode)


class Looked(NamedTuple):
    """A view ready to be searched. `seen.at` leads back into the text."""

    seen: Seen
    suffixes: Suffixes
    numbers: dict[str, int]  # name -> symbol
    notes: np.ndarray[tuple[int], np.dtype[np.bool_]]  # symbol -> whether it is a note


def open_index(name: str = DEFAULT) -> Index:
    """The index of the corpus of that name, built if it isn't there.

    The corpus itself is read only if it may have changed since the index was last opened. Raises what
    `corpus.load` raises, and Refused if there is no room for the index.
    """
    folder = _folder(name)
    note = folder / "corpus"
    signed = signature(name)
    try:
        known, fingerprint = note.read_text().split("\n")
    except (OSError, ValueError):
        known = fingerprint = ""
    if known == signed and signed:
        return Index(folder, name, fingerprint, lambda: load_corpus(name))
    corpus = load_corpus(name)
    index = index_of(corpus)
    bench.write_whole(note, f"{signature(name)}\n{corpus.fingerprint}", force=True)
    return index


def is_ready(name: str = DEFAULT) -> bool:
    """Whether the index of that corpus is there already, so that opening it takes no time."""
    note = _folder(name) / "corpus"
    signed = signature(name)
    return bool(signed) and note.is_file() and note.read_text().split("\n")[0] == signed


def index_of(corpus: Corpus) -> Index:
    """The index of a corpus in memory, kept under its name."""
    return Index(_folder(corpus.name), corpus.name, corpus.fingerprint, lambda: corpus)


def forget(name: str) -> None:
    """Take away what is kept of a corpus that is gone."""
    rmtree(_folder(name), ignore_errors=True)


def _folder(name: str) -> Path:
    return bench.home("cache") / "whence" / name


class Index:
    """A corpus that can be searched."""

    def __init__(self, folder: Path, name: str, fingerprint: str, corpus: Callable[[], Corpus]) -> None:
        self.folder = folder
        self.name = name
        self.fingerprint = fingerprint
        self._looked: dict[View, Looked] = {}
        self._stored: dict[str, Stored] = {}
        stored = self.stored("exact", lambda path: make_exact(path, self.about, corpus()))
        self._exact = stored
        self.text = Text(tuple(stored.about["words"]), **{name: stored.arrays[name] for name in TEXT})
        self.size: int = len(self.text.group)

    def source(self, number: int) -> Source:
        """The name of tune `number`."""
        first, last = self._exact.arrays["row_at"][number : number + 2].tolist()
        title, source, index, rhythm, tonic = json.loads(self._exact.arrays["rows"][first:last].tobytes())
        mode, group = MODES[self.text.mode[number]], int(self.text.group[number])
        return Source(number, title, source, index, rhythm, tonic, mode, group)

    def look(self, view: View) -> Looked:
        """A view of the text, built if it isn't there yet."""
        if view not in self._looked:
            stored = self._exact
            if view != View():
                stored = self.stored(view.label, lambda path: make_view(path, self.about, self.text, view))
            arrays = stored.arrays
            names = tuple(stored.about["words"])
            self._looked[view] = Looked(
                Seen(arrays["symbols"], arrays.get("at"), names),
                Suffixes(stored.data, stored.offsets["symbols"], arrays["order"], arrays["earlier"]),
                {name: symbol for symbol, name in enumerate(names)},
                np.array([symbol > 1 and is_note(name) for symbol, name in enumerate(names)]),
            )
        return self._looked[view]

    @cached_property
    def covered(self) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        """For every tune the share of its notes that stands in runs of a bar or more of other groups, sorted."""
        return np.sort(self._exact.arrays["covered"])

    def percentile(self, covered: float) -> float:
        """How many per cent of the human tunes are covered less by tunes of other groups."""
        return 100 * float(np.searchsorted(self.covered, np.float32(covered))) / max(self.size, 1)

    @property
    def longest(self) -> dict[str, float]:
        """What human tunes share with tunes of other groups, for `corpus info`: 99th percentiles of the longest run.

        `tokens` is the K of compose's guard; `four_bars` and `eight_bars` are shares of the tunes.
        """
        tokens, bars = self._exact.arrays["shared_tokens"], self._exact.arrays["shared_bars"]
        if not self.size:
            return {"tokens": 0, "bars": 0, "median": 0, "four_bars": 0.0, "eight_bars": 0.0}
        return {
            "tokens": int(np.percentile(tokens, 99, method="higher")),
            "bars": int(np.percentile(bars, 99, method="higher")),
            "median": int(np.median(tokens)),
            "four_bars": float(np.mean(bars >= 4)),
            "eight_bars": float(np.mean(bars >= 8)),
        }

    @property
    def about(self) -> dict[str, object]:
        """What every file of this index says of itself."""
        return {"fingerprint": self.fingerprint, "version": VERSION}

    def stored(self, name: str, make: Callable[[Path], None]) -> Stored:
        """A file of the index; made, by one process only, if it isn't there, damaged, or of another corpus."""
        if name not in self._stored:
            self._stored[name] = self._open(name, make)
        return self._stored[name]

    def _open(self, name: str, make: Callable[[Path], None]) -> Stored:
        path = self.folder / f"{name}.index"
        found = self._good(path, speak=True)
        if found is not None:
            return found
        from filelock import FileLock

        self.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self.folder / "lock"):
            found = self._good(path, speak=False)  # somebody else may have made it meanwhile
            if found is None:
                for left in self.folder.glob(f".{name}.index.*.part"):  # of one that was killed
                    left.unlink(missing_ok=True)
                make(path)
                found = load(path)
        return found

    def _good(self, path: Path, speak: bool) -> Stored | None:
        try:
            found = load(path)
        except FileNotFoundError:
            return None
        except Damaged as error:
            if speak:
                print(f"folkbench: {error.message}; {error.hint}", file=sys.stderr)
            return None
        return found if self.about.items() <= found.about.items() else None
