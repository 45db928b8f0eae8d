"""`folkbench doctor`: what folkbench finds on this machine, what is missing, and what that would be good for."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, NamedTuple

import typer

from folkbench import __version__, bench
from folkbench.cli.arguments import print_json
from folkbench.engrave.printer import INSTALL, find_press

app = typer.Typer(add_completion=False)


class Finding(NamedTuple):
    """One thing that folkbench uses. `install` is the command that would bring it, if it isn't there."""

    name: str
    found: bool
    what: str
    used_for: str
    install: str = ""


@app.command()
def doctor(as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False) -> None:
    """Say what is found on this machine: LilyPond, FluidSynth, the audio driver, onnxruntime, torch, model, sounds.

    Example: folkbench doctor
    """
    findings = [look() for look in _LOOKS]
    if as_json:
        print_json({"version": __version__, "findings": [finding._asdict() for finding in findings]})
        return
    width = max(len(finding.name) for finding in findings)
    print(f"folkbench {__version__}, Python {sys.version.split()[0]}, {sys.platform}, {os.cpu_count()} processors")
    for finding in findings:
        print(f"{'✓' if finding.found else '✗'} {finding.name:<{width}}  {finding.what}")
        if not finding.found:
            print(f"  {'':<{width}}  for: {finding.used_for}{f'; get it: {finding.install}' if finding.install else ''}")


def _package(name: str, used_for: str, install: str) -> Finding:
    """A Python package, by its metadata: nothing of it is imported."""
    try:
        return Finding(name, True, version(name), used_for)
    except PackageNotFoundError:
        return Finding(name, False, "not installed", used_for, install)


def _lilypond() -> Finding:
    press = find_press()
    used_for = "pages of music: folkbench show, folkbench book"
    if press is None:
        return Finding("LilyPond", False, "not found", used_for, INSTALL)
    says = press.version()
    if not says:
        return Finding("LilyPond", False, f"{press.program} doesn't run", used_for, INSTALL)
    return Finding("LilyPond", True, f"{says}, {press.program} ({press.source})", used_for)


def _fluidsynth() -> Finding:
    from ctypes.util import find_library

    from folkbench.sound.synth import INSTALL as INSTALL_FLUIDSYNTH

    library = find_library("fluidsynth") or find_library("libfluidsynth")
    used_for = "sound: folkbench play, and its .wav and .flac files"
    if library is None:
        return Finding("FluidSynth", False, "the library is not found", used_for, INSTALL_FLUIDSYNTH)
    return Finding("FluidSynth", True, library, used_for)


def _audio() -> Finding:
    from folkbench.sound.synth import driver

    used_for = "playing at once; without it, folkbench play writes a WAV"
    found = driver()
    return Finding("audio driver", found is not None, found or "none: no sound card is found", used_for)


def _soundfont() -> Finding:
    path = bench.shipped("soundfonts", "session.sf2")
    used_for = "the sound of the instruments"
    if not path.is_file():
        return Finding("soundfont", False, f"{path} is not there", used_for, "install folkbench again")
    return Finding("soundfont", True, f"{path} ({path.stat().st_size / 1e6:.1f} MB)", used_for)


def _model() -> Finding:
    path = bench.shipped("model", "shipped")
    used_for = "new tunes: folkbench new, folkbench book"
    if not (path / "model.onnx").is_file():
        return Finding("network", False, f"none at {path}", used_for, "install folkbench again, or: folkbench train")
    return Finding("network", True, str(path), used_for)


def _homes() -> Finding:
    homes = ", ".join(f"{kind} {bench.home(kind)}" for kind in ("tunes", "models", "corpora", "cache"))
    return Finding("the bench", True, homes, "where your tunes are")


_LOOKS: tuple[Callable[[], Finding], ...] = (
    _homes,
    lambda: _package("onnxruntime", "making tunes", "pip install onnxruntime"),
    _model,
    _lilypond,
    lambda: _package("music21", "MusicXML, and the printed books", "pip install 'music21<11'"),
    _fluidsynth,
    _audio,
    _soundfont,
    lambda: _package("torch", "training", "pip install 'folkbench[train]'"),
)
