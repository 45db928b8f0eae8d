"""The front door: help, exit statuses, and one line for what a person can cause."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer

from folkbench.cli import COMMANDS
from tests.conftest import SEED


def folkbench(*words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "folkbench", *words], capture_output=True, text=True, input=stdin, check=False
    )


def commands() -> Iterator[tuple[str, Any]]:
    """Every command that can be typed, subcommands included."""
    for name in COMMANDS:
        command = typer.main.get_command(import_module(f"folkbench.cli.{name}").app)
        inner = getattr(command, "commands", None)
        if inner:
            yield from ((f"{name} {each}", inner[each]) for each in inner)
        else:
            yield name, command


def test_help_lists_every_command() -> None:
    done = folkbench("--help")
    assert done.returncode == 0
    for name in COMMANDS:
        assert name in done.stdout


@pytest.mark.parametrize(
    ("name", "command"), list(commands()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_command_has_help_and_an_example_of_itself(name: str, command: Any) -> None:
    assert command.help, name
    assert f"folkbench {name}" in command.help


def test_an_unknown_command_leaves_with_2() -> None:
    assert folkbench("sing").returncode == 2


@pytest.mark.parametrize("argument", ["nothing-here.abc", "-"])
def test_what_cannot_be_read_is_one_line_and_2(argument: str) -> None:
    done = folkbench("check", argument)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_with_json_an_error_is_an_object_as_well() -> None:
    done = folkbench("check", "--json", "nothing-here.abc")
    assert done.returncode == 2
    assert set(json.loads(done.stdout)["error"]) == {"code", "message", "hint"}


def test_a_pdf_is_no_tune(tmp_path: Path) -> None:
    path = tmp_path / "tune.abc"
    path.write_bytes(b"%PDF-1.7\n\0\0")
    done = folkbench("check", str(path))
    assert done.returncode == 2
    assert "PDF" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("new", "--no-save"),
        ("show", SEED),
        ("rework", SEED, "--bars", "5"),
        ("corpus", "export"),
        ("dissect", "gates"),
        ("play", SEED),
    ],
    ids=lambda words: words[0],
)
def test_a_folder_that_is_not_there_is_refused_before_any_work(words: tuple[object, ...], tmp_path: Path) -> None:
    out = tmp_path / "nowhere" / "x.png"
    done = folkbench(*map(str, words), "-o", str(out if words[0] != "play" else out.with_suffix(".wav")))
    assert done.returncode == 2
    assert not done.stdout
    assert "there is no folder" in done.stderr


@pytest.mark.parametrize("words", [("check", str(SEED)), ("check", "--json", str(SEED)), ("--help",), ("--version",)])
def test_where_nobody_reads_on_it_leaves_as_cat_does_without_a_word(words: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "folkbench", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout
        assert running.stderr
        running.stdout.close()  # as `folkbench ... | head` does, when head has its lines
        said = running.stderr.read()
    assert (running.returncode, said) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a file that is always full")
def test_output_to_a_full_disk_is_a_line_and_2() -> None:
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "folkbench", "check", str(SEED)]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "folkbench: standard output: No space left on device\n"
