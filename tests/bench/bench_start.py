"""Starting up: commands from the shell, beside a bare typer program with as many commands and beside bare python."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from folkbench.cli import COMMANDS
from tests.bench.measure import row, seconds
from tests.conftest import SEED

BARE = """
import typer
app = typer.Typer()
@app.callback()
def bench(version: bool = typer.Option(False, "--version", help="Say which.")) -> None:
    "A bare program."
{commands}
app(prog_name="bare")
"""
COMMAND = """
@app.command()
def {name}() -> None:
    "{line}"
"""


def main() -> None:
    ours = [sys.executable, "-m", "folkbench"]
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        commands = "".join(COMMAND.format(name=name, line=line) for name, line in COMMANDS.items())
        bare.write_text(BARE.format(commands=commands))
        for what, words, peer in (
            ("folkbench --help", [*ours, "--help"], [sys.executable, str(bare), "--help"]),
            ("folkbench check of one tune", [*ours, "check", str(SEED)], [sys.executable, str(bare), "--help"]),
            ("folkbench whence of a figure", [*ours, "whence", "G, C C 2"], [sys.executable, str(bare), "--help"]),
            (
                "folkbench new, from the shell to the printed tune",
                [*ours, "new", "--title", "The Cunning Storm", "--no-save"],
                [sys.executable, "-c", "import onnxruntime, numpy, typer"],
            ),
        ):
            name = "importing onnxruntime, numpy and typer" if peer[1] == "-c" else "a bare typer program's --help"
            row(what, seconds(lambda words=words: _run(words), 9), name, seconds(lambda peer=peer: _run(peer), 9), "s")


def _run(words: list[str]) -> None:
    subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
