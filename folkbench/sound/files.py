"""A performance as a file: .mid, .wav or .flac, whole or not at all."""

from __future__ import annotations

import os
import wave
from collections.abc import Callable
from pathlib import Path

from folkbench.bench import check_place, write_whole
from folkbench.errors import FolkbenchError, Missing, Refused
from folkbench.notation.tune import Tune
from folkbench.sound.midi import midi
from folkbench.sound.performance import Performance
from folkbench.sound.synth import RATE, render, rendered_seconds

ENDINGS = (".wav", ".flac", ".mid")

_LARGEST = 0xFFFFFFFF - 64  # bytes of sound that a WAV file can count
_FRAME = 4  # bytes: 16 bits, left and right

Progress = Callable[[float], None]
"""Told how far the rendering is, 0..1."""


def write(
    performance: Performance,
    path: Path,
    font: Path,
    tune: Tune | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> None:
    """Write a performance to `path`, in the form that its ending says.

    Raises FolkbenchError for another ending or what is too long, Refused if the file exists or the disk is full,
    Missing without FluidSynth (or, for .flac, soundfile).
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise FolkbenchError(f"{path.name} isn't a name for sound", "end it in .wav, .flac or .mid")
    check_place(path, force=force)
    if ending == ".mid":
        write_whole(path, midi(performance, tune), force=force)
        return
    if rendered_seconds(performance) * RATE * _FRAME > _LARGEST:
        hours = rendered_seconds(performance) / 3600
        raise FolkbenchError(f"{hours:.0f} hours are too long for a sound file", "write .mid, or fewer --times")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        (_wav if ending == ".wav" else _flac)(performance, part, font, progress or (lambda done: None))
        part.replace(path)
    except OSError as error:
        raise Refused(f"{path} can't be written: {error.strerror}", "choose another place") from error
    finally:
        part.unlink(missing_ok=True)


def _wav(performance: Performance, path: Path, font: Path, progress: Progress) -> None:
    total = rendered_seconds(performance) * RATE * _FRAME
    done = 0
    with path.open("wb") as stream, wave.open(stream, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        for frames in render(performance, font):
            file.writeframes(frames)
            done += len(frames)
            progress(done / total)


def _flac(performance: Performance, path: Path, font: Path, progress: Progress) -> None:
    try:
        import soundfile
    except (ImportError, OSError) as error:
        raise Missing("writing FLAC needs soundfile", "pip install soundfile, or write .wav") from error
    total = rendered_seconds(performance) * RATE * _FRAME
    done = 0
    try:
        with soundfile.SoundFile(str(path), "w", RATE, 2, "PCM_16", format="FLAC") as file:
            for frames in render(performance, font):
                file.buffer_write(frames, "int16")
                done += len(frames)
                progress(done / total)
    except soundfile.LibsndfileError as error:
        raise Refused(f"{path.name} can't be written: {error}", "choose another place") from error
