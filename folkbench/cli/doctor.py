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
from folkbench.errors import FolkbenchError, Missing

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
            print(
                f"  {'':<{width}}  for: {finding.used_for}{f'; get it: {finding.install}' if finding.install else ''}"
            )


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
    from folkbench.sound import synth

    used_for = "sound: folkbench play, and its .wav and .flac files"
    try:
        module = synth.load()
    except Missing as error:
        return Finding("FluidSynth", False, error.message, used_for, error.hint)
    said = getattr(module, "fluid_version_str", None)
    return Finding("FluidSynth", True, said().decode() if said else "found", used_for)


def _audio() -> Finding:
    from folkbench.sound import synth

    used_for = "playing at once; without one, folkbench play writes a WAV"
    try:
        with synth.Synth(synth.soundfont()) as player:
            driver = player.open_driver()
    except FolkbenchError as error:
        return Finding("audio driver", False, f"not asked: {error.message}", used_for, error.hint)
    return Finding("audio driver", bool(driver), driver or "none works: there is no sound card", used_for)


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
