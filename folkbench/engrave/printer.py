"""LilyPond, the program: where it is on this machine, and a page from it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from folkbench.errors import FolkbenchError, Missing

ENDINGS = {".pdf": ("--pdf",), ".png": ("--png", "-dresolution=150"), ".svg": ("-dbackend=svg",)}
"""Ending of a file -> what tells LilyPond to make it."""

INSTALL = "pip install 'folkbench[engrave]'; or install lilypond with apt, dnf or brew"


class Press(NamedTuple):
    """A LilyPond on this machine. `source` is "PATH" or "the lilypond package"."""

    program: Path
    source: str

    def version(self) -> str:
        """Its version: "2.24.1"; "" if it doesn't say."""
        try:
            answer = subprocess.run([self.program, "--version"], capture_output=True, text=True, timeout=60).stdout
        except (OSError, subprocess.SubprocessError):
            return ""
        found = re.search(r"\d+\.\d+\.\d+", answer)
        return found.group() if found else ""


class Printed(NamedTuple):
    """What came off the press: a file's content for every page (a PDF holds all its pages), and LilyPond's warnings."""

    files: tuple[bytes, ...]
    warnings: tuple[str, ...]


def find_press() -> Press | None:
    """The LilyPond on PATH, else that of the `lilypond` package, else None."""
    on_path = shutil.which("lilypond")
    if on_path:
        return Press(Path(on_path), "PATH")
    if find_spec("lilypond") is None:
        return None
    from lilypond import executable

    program = Path(executable())
    return Press(program, "the lilypond package") if program.is_file() else None


def press() -> Press:
    """The LilyPond to use. Raises Missing, with the command that installs it, if there is none."""
    found = find_press()
    if found is None:
        raise Missing("LilyPond draws the page, and it isn't installed", INSTALL)
    return found


def printed(text: str, ending: str, program: Path | None = None) -> Printed:
    """A LilyPond text as a `.pdf`, `.png`, `.svg` or (where the text asks for it) `.midi`.

    Raises Missing if there is no LilyPond, FolkbenchError if it makes nothing of the text.
    """
    lilypond = program or press().program
    with tempfile.TemporaryDirectory(prefix="folkbench-") as name:
        folder = Path(name)
        (folder / "page.ly").write_text(text, encoding="utf-8")
        words = [str(lilypond), "--loglevel=WARNING", "-dno-point-and-click", *ENDINGS.get(ending, ()), "page.ly"]
        # its messages in English, so that they can be told apart
        surroundings = {**os.environ, "LANGUAGE": "C", "LC_MESSAGES": "C"}
        try:
            done = subprocess.run(words, cwd=folder, env=surroundings, capture_output=True, text=True, errors="replace")
        except OSError as error:
            raise Missing(f"LilyPond at {lilypond} doesn't run: {error.strerror}", INSTALL) from error
        files = sorted(folder.glob(f"page*{ending}"), key=_page)
        if done.returncode or not files:
            said = next((line for line in done.stderr.splitlines() if "error" in line), done.stderr.strip()[-200:])
            raise FolkbenchError(f"LilyPond couldn't print this: {said or done.returncode}", "-o x.ly keeps its input")
        warnings = [line.strip() for line in done.stderr.splitlines() if "warning:" in line]
        contents = [file.read_bytes() for file in files]
        return Printed(tuple(map(_well_formed, contents) if ending == ".svg" else contents), tuple(warnings))


def _well_formed(svg: bytes) -> bytes:
    """LilyPond escapes `<` and `&` in an SVG's words but leaves `]]>`, which XML forbids there."""
    return re.sub(rb"(?m)^<tspan>.*</tspan>$", lambda line: line.group().replace(b"]]>", b"]]&gt;"), svg)


def _page(file: Path) -> int:
    number = re.search(r"(\d+)$", file.stem)
    return int(number.group()) if number else 0
