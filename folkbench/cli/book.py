"""`folkbench book`: a printed book of tunes, made here or a musician's own, and a page found again."""

from __future__ import annotations

import secrets
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from folkbench import __version__
from folkbench.cli.arguments import print_json, say, tunes
from folkbench.errors import FolkbenchError

if TYPE_CHECKING:
    from folkbench.compose.book import Order

app = typer.Typer(add_completion=False)

_OWN, _MADE = "Tunebook", "The folkbench Session Book"


@app.command()
def book(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[FILES...] | find PAGE", help="Your own tunes; or a page to find.")
    ] = None,
    out: Annotated[str, typer.Option("--out", "-o", metavar="DIR", help="The folder that the book is made in.")] = "",
    inside: Annotated[str, typer.Option("--in", metavar="DIR", help="find: the folder of the book.")] = "",
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="How many tunes.")] = 100,
    volumes: Annotated[int, typer.Option("--volumes", min=1, help="In how many volumes.")] = 1,
    sets: Annotated[int, typer.Option("--sets", min=0, metavar="N", help="In sets of N tunes of one dance.")] = 0,
    title: Annotated[str, typer.Option("--title", "-t", help="The book's.")] = "",
    rhythm: Annotated[str, typer.Option("--rhythm", "-r", help="reel, jig, hornpipe, slip jig ...")] = "",
    meter: Annotated[str, typer.Option("--meter", help="4/4, 6/8, C| ...")] = "",
    key: Annotated[str, typer.Option("--key", "-k", help="Tonic and mode: D, Em, Edor, Amix.")] = "",
    form: Annotated[str, typer.Option("--form", help="AABB, AB, AABBCC ...")] = "",
    bars: Annotated[int, typer.Option("--bars", help="Bars a part, with --form.")] = 8,
    temperature: Annotated[float, typer.Option("--temperature", min=0.01, max=100, help="Above 1 wilder.")] = 1.0,
    original: Annotated[
        int | None,
        typer.Option("--original", min=0, help="Share no so many bars on end with a human tune: 4; 0: no guard."),
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="The same seed, the same book.")] = None,
    model: Annotated[str, typer.Option("--model", metavar="NAME", help="Another network on this bench.")] = "",
    pdf: Annotated[bool, typer.Option("--pdf/--no-pdf", help="Print the volumes, or write their ABC alone.")] = True,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, max=1024, help="Processes at work at once.")] = 1,
    backend: Annotated[str, typer.Option("--backend", help="dask: spread the work over a cluster.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Print a book of tunes in volumes, each as an ABC tunebook and a PDF; find a page of it again.

    Tunes are numbered and pages counted through all volumes; tables by title and by type and an appendix close each.
    Stopped, the same command goes on where it was; the same seed gives the same book, whatever --jobs.

    Example: folkbench book --count 300 --volumes 3 --sets 3 -o session/
    Example: folkbench book find "p. 90, volume 2" --in session/
    Example: folkbench book my-tunes.abc -o mine/
    """
    files = words or []
    if files[:1] == ["find"]:
        _find(" ".join(files[1:]), Path(inside or out or "."), as_json)
        return
    if not out:
        raise FolkbenchError("where is the book to be?", "-o DIR names its folder")
    if backend not in ("", "dask"):
        raise FolkbenchError(f"there is no backend {backend!r}", "dask is one; without, processes of this machine")
    print_on = _Press(Path(out), title, volumes, sets, pdf, jobs, _CtrlC())
    try:
        if files:
            _own(files, print_on, as_json)
            return
        from folkbench.compose import FREE, Taste, Wish, parse_form
        from folkbench.compose.book import Order

        if seed is None:
            seed = _seed(print_on.folder)
        wish = Wish(rhythm=rhythm, meter=meter, key=key, form=parse_form(form, bars, None, None) if form else FREE)
        _made(Order(count, seed, wish, Taste(temperature), model or None, original), print_on, backend, as_json)
    except KeyboardInterrupt:
        say("stopped; the same command goes on from here")
        raise


class _Press(NamedTuple):
    """How the book is to be printed, as it was typed."""

    folder: Path
    title: str
    volumes: int
    sets: int
    pdf: bool
    jobs: int
    ctrl_c: _CtrlC

    def words(self) -> dict[str, Any]:
        return {"folkbench": __version__, "title": self.title, "volumes": self.volumes, "sets": self.sets}


def _made(order: Order, how: _Press, backend: str, as_json: bool) -> None:
    """A book of tunes that the network makes."""
    from folkbench.compose.book import made, make, network
    from folkbench.compose.work import work_in

    known = network(order, say)
    with work_in(how.folder, {**how.words(), "network": known, **order.words()}) as work:
        with _progress("tunes", order.count, how.ctrl_c) as done:
            make(order, work, how.jobs, backend, done)
        about = (f"Made by the network {known} from seed {order.seed}", f"with folkbench {__version__}")
        _bind(made(order, work), how, how.title or _MADE, about, work.place)
        if as_json:
            print_json({"model": known, "tunes": list(made(order, work))})


def _own(files: Sequence[str], how: _Press, as_json: bool) -> None:
    """A book of the tunes in these files."""
    from hashlib import sha256

    from folkbench.compose.book import look_at
    from folkbench.compose.work import work_in
    from folkbench.notation import write

    found = [tune for file in files for tune in tunes(file) if tune.bars]
    if not found:
        raise FolkbenchError("there is no music in these files", "give files in ABC notation")
    texts = [write(tune) for tune in found]
    mark = sha256("\n".join(texts).encode()).hexdigest()[:16]
    with work_in(how.folder, {**how.words(), "tunes": mark}) as work:
        rows = []
        with _progress("tunes", len(found), how.ctrl_c) as done:
            for tune, text in zip(found, texts, strict=True):
                rows.append({"abc": text, "title": tune.title, **look_at(tune)})
                done(1)
        _bind(rows, how, how.title or _OWN, (), work.place)
    if as_json:
        print_json({"model": None, "tunes": rows})


def _bind(rows: Iterable[dict[str, Any]], how: _Press, title: str, about: tuple[str, ...], work: Path) -> None:
    """Lay the book out, write its ABC, print it."""
    from folkbench.compose.book import shared
    from folkbench.engrave.bindery import print_volume, write_abc
    from folkbench.engrave.book import Entry, plan

    entries = [Entry(row["abc"], row["form"], (row["range"], shared(row))) for row in rows]
    book = plan(title, about, entries, how.volumes, how.sets)
    for path in write_abc(book, how.folder):
        say(str(path))
    if how.pdf:
        with _progress("pages", book.volumes[-1].last, how.ctrl_c) as done:
            for volume in book.volumes:
                say(str(print_volume(book, volume, how.folder, work, how.jobs, done)))


def _find(words: str, folder: Path, as_json: bool) -> None:
    """Print the tunes of a page, or of a set, or one by its number. Leaves with 1 where the page has none."""
    from folkbench.engrave.register import cited

    found = cited(folder, words)
    if as_json:
        print_json({"tunes": [{**place._asdict(), "abc": abc} for place, abc in found]})
    else:
        print("\n".join([abc for _, abc in found]), end="")
    if not found:
        say(f"there are no tunes on {words}: it is a title page or a table")
        raise typer.Exit(1)


def _seed(folder: Path) -> int:
    """The seed that the book was begun with; for a new one, one of our own."""
    from folkbench.compose.work import asked_before

    seed = int(asked_before(folder).get("seed", secrets.randbelow(10**6)))
    say(f"seed {seed}")
    return seed


class _CtrlC:
    """Ctrl-C, heard even where its exception is lost: compiled modules swallow what is raised while they load."""

    pressed = False

    def __init__(self) -> None:
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else whoever began us wants none
            signal.signal(signal.SIGINT, self._press)

    def _press(self, number: int, frame: object) -> None:
        self.pressed = True
        raise KeyboardInterrupt

    def heed(self) -> None:
        """Raise it again, where the work goes on all the same."""
        if self.pressed:
            raise KeyboardInterrupt


@contextmanager
def _progress(what: str, total: int, ctrl_c: _CtrlC) -> Iterator[Callable[[int], None]]:
    """What the work tells of each piece: a bar on stderr with the time that is left, while somebody is looking."""
    if not sys.stderr.isatty():
        yield lambda some: ctrl_c.heed()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)

        def done(some: int) -> None:
            ctrl_c.heed()
            bar.advance(task, some)

        yield done
