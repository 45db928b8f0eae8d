"""Building the files of an index: the text with its suffix array and what tunes share, and a file for each view."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from folkbench.corpus import Corpus
from folkbench.whence.runs import shared_with_others
from folkbench.whence.store import save
from folkbench.whence.suffix import earlier_of_same, sort_suffixes
from folkbench.whence.text import Text, text_of
from folkbench.whence.views import View, see

TEXT = tuple(field for field in Text.__dataclass_fields__ if field != "words")
"""The arrays of a Text, by name."""


def make_exact(path: Path, about: Mapping[str, object], corpus: Corpus) -> None:
    """Write the file of exact tokens: the text, its suffix array, the tunes' names, and what tunes share."""
    with _steps(f"Indexing {corpus.name}", 4) as step:
        text = text_of(corpus)
        step()
        order = sort_suffixes(text.symbols)
        step()
        shared = shared_with_others(text, order)
        step()
        rows = [
            json.dumps((title, source, index, rhythm, tonic), ensure_ascii=False).encode()
            for title, _, source, index, rhythm, _, tonic, *_ in corpus.rows
        ]
        arrays = {
            **{name: getattr(text, name) for name in TEXT},
            "symbols": text.symbols.astype(">u2"),
            "order": order,
            "earlier": earlier_of_same(text.tunes_of(order)),
            "rows": np.frombuffer(b"".join(rows), np.uint8),
            "row_at": np.cumsum([0, *map(len, rows)]),
            "shared_tokens": shared.tokens,
            "shared_bars": shared.bars,
            "covered": shared.covered,
        }
        save(path, {**about, "words": text.words}, arrays)
        step()


def make_view(path: Path, about: Mapping[str, object], text: Text, view: View) -> None:
    """Write the file of a view: its symbols, where they stand in the text, and their suffix array."""
    with _steps(f"Indexing by {view.label}", 3) as step:
        seen = see(text, view)
        step()
        order = sort_suffixes(seen.symbols)
        step()
        arrays = {
            "symbols": seen.symbols.astype(">u2"),
            "order": order,
            "earlier": earlier_of_same(text.tunes_of(seen.places(order.astype(np.int64)))),
        }
        if seen.at is not None:
            arrays["at"] = seen.at
        save(path, {**about, "words": seen.names}, arrays)
        step()


@contextmanager
def _steps(what: str, count: int) -> Iterator[Callable[[], None]]:
    """A progress bar of so many steps on stderr; none where that is no terminal."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=count)
        yield lambda: bar.advance(task)
