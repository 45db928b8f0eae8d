"""The command line: one file per command, imported only when that command is typed.

Each reads the words typed, calls rooms and prints; it decides nothing. Errors become a line and an exit
status here, in one place.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup

from folkbench import __version__
from folkbench.errors import FolkbenchError

COMMANDS = {
    "new": "Make a tune: by title, rhythm, key, or from music that it begins with.",
    "rework": "Make some bars of a tune anew; the others stay as they are.",
    "title": "Find titles for a tune, by the same network.",
    "check": "Say what is wrong with a tune, and what is notable in it.",
    "show": "Engrave a tune and open the page, or write it: .pdf .svg .png .ly .musicxml .mid .abc.",
    "play": "Play tunes at once, or write them as sound.",
    "book": "Print a book of tunes in volumes, made here or your own, and find its pages again.",
    "whence": "Where a figure, or every bar of a tune, stands among human tunes.",
    "corpus": "The human tunes: what they are, where they come from, written out.",
    "evaluate": "Measure tunes: well made, copied, like human tunes?",
    "dissect": "Look inside the network: what do these parameters mean?",
    "train": "Train the network on a corpus.",
    "model": "The networks on this bench.",
    "doctor": "What folkbench finds on this machine, and what is missing.",
}
"""Command name -> the line that `folkbench --help` shows. `folkbench.cli.NAME` holds the command `NAME`."""

_UNREAD = 141
"""128 + 13, what a shell sees of `cat` and `git` when their reader leaves (SIGPIPE), as 130 is Ctrl-C."""


class Bench(TyperGroup):
    """The commands by name, each imported when it is called. `typed` are the words of the command line."""

    typed: ClassVar[Sequence[str]] = ()

    def list_commands(self, ctx: Any) -> list[str]:
        """The names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command itself; for the list in --help only its line, so that nothing is imported."""
        if cmd_name not in COMMANDS:
            return None
        if cmd_name not in self.typed:
            return TyperCommand(cmd_name, help=COMMANDS[cmd_name])
        command = typer.main.get_command(import_module(f"folkbench.cli.{cmd_name}").app)
        command.name = cmd_name
        return command


app = typer.Typer(cls=Bench, no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"folkbench {__version__}")
        raise typer.Exit


@app.callback()
def bench(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Say which folkbench."),
) -> None:
    """A musician's workbench for machine folk tunes: make them, check them, hear them, trace them."""


def main(arguments: list[str] | None = None) -> None:
    """Run one command and leave with its exit status: 0 fine, 1 "no", 2 bad input, 3 missing, 130 Ctrl-C.

    Where the reader of what we print leaves (`folkbench ... | head`), so do we, without a word.
    """
    words = sys.argv[1:] if arguments is None else arguments
    Bench.typed = words
    try:
        _run(words)
    except SystemExit as left:
        # typer makes a 1 of it, our "no"
        if not isinstance(left.__context__, BrokenPipeError):
            raise
    except BrokenPipeError:
        pass
    except OSError as error:
        where = error.filename or "standard output"
        sys.exit(_say(FolkbenchError(f"{where}: {error.strerror}"), as_json=False))
    if sys.stdout:  # what is left in it would be written, and complained of, as Python ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(_UNREAD)


def _run(words: Sequence[str]) -> None:
    """Run one command and leave, with all that it printed on its way."""
    try:
        app(words, prog_name="folkbench")
    except FolkbenchError as error:
        sys.exit(_say(error, as_json="--json" in words))
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        if sys.stdout:
            sys.stdout.flush()


def _say(error: FolkbenchError, as_json: bool) -> int:
    hint = f" ({error.hint})" if error.hint else ""
    print(f"folkbench: {error.message}{hint}", file=sys.stderr)
    if as_json:
        print(json.dumps({"error": {"code": error.code, "message": error.message, "hint": error.hint}}))
    return error.status
