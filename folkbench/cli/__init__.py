"""The command line: one file per command, imported only when that command is typed.

Each reads the words typed, calls rooms and prints; it decides nothing. Errors become a line and an exit
status here, in one place.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from typing import Any

import click
import typer
from typer.core import TyperGroup

from folkbench import __version__
from folkbench.errors import FolkbenchError

COMMANDS = {
    "new": "Make a tune: by title, rhythm, key, or from music that it begins with.",
    "check": "Say what is wrong with a tune, and what is notable in it.",
    "corpus": "The human tunes: what they are, where they come from, written out.",
    "train": "Train the network on a corpus.",
    "model": "The networks on this bench.",
}
"""Command name -> the line that `folkbench --help` shows. `folkbench.cli.NAME` holds the command `NAME`."""


class Bench(TyperGroup):
    """The commands by name, each imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command itself; for the list in --help only its line, so that nothing is imported."""
        if cmd_name not in COMMANDS:
            return None
        if not ctx.protected_args and not ctx.args and ctx.invoked_subcommand is None and _asks_for_help():
            return click.Command(cmd_name, help=COMMANDS[cmd_name])
        module = import_module(f"folkbench.cli.{cmd_name}")
        app: typer.Typer = module.app
        command = typer.main.get_command(app)
        command.name = cmd_name
        return command


def _asks_for_help() -> bool:
    return len(sys.argv) < 2 or sys.argv[1] in ("--help", "-h")


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
    """Run one command and leave with its exit status: 0 fine, 1 "no", 2 bad input, 3 missing, 130 Ctrl-C."""
    words = sys.argv[1:] if arguments is None else arguments
    try:
        status: Any = app(words, standalone_mode=False)
    except FolkbenchError as error:
        status = _say(error, as_json="--json" in words)
    except click.exceptions.Abort:
        status = 130
    except KeyboardInterrupt:
        status = 130
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except BrokenPipeError:
        # the reader left (`folkbench ... | head`); Python must not complain about it at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    sys.exit(status if isinstance(status, int) else 0)


def _say(error: FolkbenchError, as_json: bool) -> int:
    hint = f" ({error.hint})" if error.hint else ""
    print(f"folkbench: {error.message}{hint}", file=sys.stderr)
    if as_json:
        print(json.dumps({"error": {"code": error.code, "message": error.message, "hint": error.hint}}))
    return error.status
