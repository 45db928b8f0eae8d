"""`folkbench check`: what is wrong with a tune, and what is notable in it."""

from __future__ import annotations

import difflib
import json
import sys
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import typer

from folkbench.bench import write_whole
from folkbench.check import KINDS, failed
from folkbench.check import check as judge
from folkbench.check.books import Wish, verdicts
from folkbench.check.mend import mended, mends
from folkbench.cli.arguments import drafts, locate, read_text, say
from folkbench.errors import FolkbenchError, NotFound
from folkbench.notation import Draft, read_tunes
from folkbench.notation.instruments import instrument

app = typer.Typer(add_completion=False)


class Style(StrEnum):
    """How problems are written."""

    text = "text"
    json = "json"
    github = "github"


@app.command()
def check(
    tunes: Annotated[
        list[str] | None, typer.Argument(metavar="TUNE...", help="Files, FILE#3 for X:3, names, or - for stdin.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="A pickup that isn't made up is an error.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only errors and warnings.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    style: Annotated[Style, typer.Option("--format", help="github: annotations for CI.")] = Style.text,
    player: Annotated[str, typer.Option("--for", metavar="INSTRUMENT", help="Does it lie on this instrument?")] = "",
    fix: Annotated[bool, typer.Option("--fix", help="Write the tune with what is certain mended.")] = False,
    in_place: Annotated[bool, typer.Option("--in-place", "-i", help="With --fix: mend the file itself.")] = False,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0, help="Processes; 0: as many as it is worth.")] = 0,
    explain: Annotated[
        str, typer.Option("--explain", metavar="NAME", help="Say what a problem means; all: each.")
    ] = "",
) -> None:
    """Say what is wrong with a tune, and what is notable in it.

    Leaves with 0 if there is no error, 1 if there is, 2 if something can't be read.
    Example: folkbench check tunes/seed-transcription.abc
    """
    if explain:
        _explain(explain)
        return
    if player:
        player = instrument(player).name  # an unknown one is said before anything is read
    names: list[str | None] = [*tunes] if tunes else [None]
    if fix:
        raise typer.Exit(_fix(names, strict, in_place))
    if in_place:
        raise FolkbenchError("--in-place mends a file, and --fix isn't given", "write: folkbench check --fix -i FILE")
    wish = Wish("json" if as_json else style.value, strict, quiet, player)
    raise typer.Exit(_report(names, wish, jobs))


def _explain(name: str) -> None:
    if name != "all" and name not in KINDS:
        near = difflib.get_close_matches(name, KINDS, 3) or list(KINDS)
        raise NotFound(f"no problem is called {name}", f"one of: {', '.join(near)}")
    for key, kind in KINDS.items():
        if name in ("all", key):
            print(f"{key} ({kind.severity}{', with --strict an error' if kind.strict else ''}): {kind.explanation}")


class _Sources:
    """The tunes of all arguments as one stream; what can't be read is said, and kept."""

    def __init__(self, names: list[str | None]) -> None:
        self.names = names
        self.failures: dict[str, FolkbenchError] = {}

    def drafts(self) -> Iterator[tuple[str, Draft]]:
        """File names and the drafts in them."""
        for name in self.names:
            shown = name or "the last tune"
            try:
                path, _ = locate(name)
                shown = str(path) if path else "-"
                for draft in drafts(name):
                    yield shown, draft
            except FolkbenchError as error:
                self.failures[shown] = error
                if len(self.names) > 1:
                    hint = f" ({error.hint})" if error.hint else ""
                    say(f"folkbench: {error.message}{hint}")


def _report(names: list[str | None], wish: Wish, jobs: int) -> int:
    sources = _Sources(names)
    errors = warnings = notes = count = 0
    file = ""
    for path, words, *found in verdicts(sources.drafts(), wish, jobs):
        if wish.style == "json":
            sys.stdout.write(_opening(path, file, count) + words)
        elif words:
            print(words if wish.quiet or wish.style == "github" or not count else f"\n{words}")
        file = path
        count += 1
        errors, warnings, notes = errors + found[0], warnings + found[1], notes + found[2]
    if len(names) == 1 and sources.failures and not count:
        raise next(iter(sources.failures.values()))
    if wish.style == "json":
        _close_json(count, sources, {"errors": errors, "warnings": warnings, "notes": notes})
    elif len(names) == 1 and sources.failures:
        raise next(iter(sources.failures.values()))
    if wish.style == "text" and count > 1:
        say(f"{count} tunes: {_counted(errors, 'error')}, {_counted(warnings, 'warning')}, {_counted(notes, 'note')}")
    return 2 if sources.failures else int(errors > 0)


def _opening(path: str, before: str, count: int) -> str:
    """What stands before a tune's object: the file's object opens where another file begins."""
    if count and path == before:
        return ", "
    opening = f'{{"path": {json.dumps(path, ensure_ascii=False)}, "tunes": ['
    return f"]}}, {opening}" if count else f'{{"files": [{opening}'


def _close_json(count: int, sources: _Sources, totals: dict[str, int]) -> None:
    end = "]}" if count else '{"files": ['
    failed = [
        json.dumps({"path": path, "tunes": [], "error": {"code": e.code, "message": e.message, "hint": e.hint}})
        for path, e in sources.failures.items()
    ]
    if failed:
        end += (", " if count else "") + ", ".join(failed)
    print(f"{end}], {json.dumps(totals)[1:]}")


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _fix(names: list[str | None], strict: bool, in_place: bool) -> int:
    """Mend each file; exit status by what is left."""
    status = 0
    for name in names:
        path, x = locate(name)
        if in_place and path is None:
            raise FolkbenchError("standard input can't be mended in place", "leave out -i")
        text, encoding = read_text(path)
        changes = []
        for tune in read_tunes(text.split("\n")):
            if not x or tune.text("X").strip() == x:
                changes += list(mends(tune))
        after = mended(text, changes)
        for change in changes:
            say(f"{path or '-'}:{change.line}:{change.start}: {change.what}")
        if any(failed(judge(tune, strict)) for tune in read_tunes(after.split("\n"))):
            status = 1
        if not in_place:
            sys.stdout.write(after)
        elif after != text:
            assert path is not None
            write_whole(path, after.encode(encoding), force=True)
    return status
