"""The tunes of a book: made in pieces by seed ranges, and each looked at for the book's appendix.

Tune k of a seed depends on nothing but the request, so that any piece can be made anywhere, by any process or
machine, in any order, and made again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from folkbench.check.portrait import portray
from folkbench.compose.composer import USUAL_BARS, Composer, Made
from folkbench.compose.priming import Wish
from folkbench.compose.request import Taste
from folkbench.compose.work import Rows, Work
from folkbench.compose.workers import workers
from folkbench.corpus.arrival import like_the_others
from folkbench.encoding import Unencodable, encode
from folkbench.notation import Tune
from folkbench.whence import Index, open_index, originality

PIECE = 250
"""Tunes of a piece: a few seconds' work, and about as many as are made at once."""

CORPUS = "session"
"""The human tunes that the appendix sets each tune beside."""


@dataclass(frozen=True)
class Order:
    """So many tunes of one wish and seed, by one network (None: the one that comes with folkbench).

    `original` N above 0: no N bars on end as a human tune has them; None: the usual number.
    """

    count: int
    seed: int
    wish: Wish
    taste: Taste
    model: str | None = None
    original: int | None = 0

    def words(self) -> dict[str, Any]:
        """The order as JSON may hold it."""
        kept = USUAL_BARS if self.original is None else self.original
        numbers = {"count": self.count, "seed": self.seed, "original": kept}
        return {**numbers, **asdict(self.wish), **self.taste._asdict()}


def network(order: Order, say: Callable[[str], None]) -> str:
    """The hash of the network that an order is for. Raises FolkbenchError for a wish that it can't meet."""
    composer = _composer(order.model)
    composer.make(order.wish, order.seed, 1, 1, order.taste, say, original=order.original)
    return composer.hash


def make(
    order: Order,
    work: Work,
    jobs: int = 1,
    backend: str = "",
    done: Callable[[int], None] = lambda tunes: None,
    piece: int = PIECE,
) -> None:
    """Make all pieces that `work` hasn't got, in `jobs` processes; `done` is told of the tunes of each one kept.

    Raises FolkbenchError for a wish that can't be met, Refused where a piece can't be written: those before it stay.
    """
    todo = []
    for number, first in enumerate(range(1, order.count + 1, piece), start=1):
        kept = work.piece(number)
        if kept is None:
            todo.append((number, first, min(piece, order.count + 1 - first)))
        else:
            done(len(kept))
    with workers(min(jobs, len(todo)), backend) as spread:
        for number, rows in spread(_made_piece, [(order, *each) for each in todo]):
            work.keep(number, rows)
            done(len(rows))


def made(order: Order, work: Work, piece: int = PIECE) -> Iterator[dict[str, Any]]:
    """All tunes of an order that `make` has made, in order."""
    for number in range(1, -(-order.count // piece) + 1):
        yield from work.piece(number) or ()


def look_at(tune: Tune) -> dict[str, Any]:
    """What the appendix says of a tune: form, range, and what it shares with a human tune (None: can't be said)."""
    portrait = portray(tune)
    bars = "+".join([str(part.bars) for part in portrait.parts])
    form = f"{portrait.structure} {bars}".strip()
    ambitus = f"{portrait.lowest} to {portrait.highest}" if portrait.lowest else ""
    return {"form": form, "range": ambitus, "originality": _originality(tune)}


def _originality(tune: Tune) -> dict[str, Any] | None:
    try:
        return originality(encode(like_the_others(tune)).music, _index())._asdict()
    except Unencodable:
        return None


def shared(row: dict[str, Any]) -> str:
    """A row's originality in words."""
    found = row["originality"]
    if not found:
        return ""
    bars = found["longest_bars"]
    how = f"{bars} bar{'s' * (bars != 1)}" if bars else f"{found['longest_tokens']} notes and signs"
    return f"{how}: {found['title']}" if found["title"] else "nothing"


@cache
def _index() -> Index:
    return open_index(CORPUS)


@cache
def _composer(model: str | None) -> Composer:
    """One thread: the processes share the cores among them."""
    return Composer(model, threads=1)


def _made_piece(order: Order, number: int, first: int, count: int) -> tuple[int, Rows]:
    composer = _composer(order.model)
    made = composer.make(order.wish, order.seed, first, count, order.taste, original=order.original)
    return number, [_row(tune) for tune in made]


def _row(made: Made) -> dict[str, Any]:
    return {
        "abc": made.abc,
        "title": made.title,
        "seed": made.stream,
        "tokens": made.tokens,
        "logprob": round(made.logprob, 4),
        "masked_mass": round(made.masked, 6),
        **look_at(made.tune),
    }
