"""Sound: performing a tune beside abc2midi, rendering beside abc2midi and fluidsynth, both into files."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from folkbench.bench import shipped
from folkbench.notation import read
from folkbench.sound.files import write
from folkbench.sound.midi import midi
from folkbench.sound.performer import Style, perform
from tests.bench.measure import row, seconds
from tests.conftest import printed_tunes

FONT = shipped("soundfonts", "session.sf2")


def main() -> None:
    texts = printed_tunes()[::42][:100]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        midi_files(texts, folder)
        rendering(texts[:10], folder)


def midi_files(texts: tuple[str, ...], folder: Path) -> None:
    """A hundred tunes, text to MIDI: ours swung, ornamented and all; one process of abc2midi for each tune."""

    def ours() -> None:
        for text in texts:
            tune = read(text)
            midi(perform(tune), tune)

    paths = []
    for number, text in enumerate(texts):
        paths.append(folder / f"{number}.abc")
        paths[-1].write_text(text)

    def theirs() -> None:
        for path in paths:
            quietly("abc2midi", str(path), "-o", str(path.with_suffix(".mid")))

    other = seconds(theirs, 3) if shutil.which("abc2midi") else None
    row("a tune to MIDI", 1000 * seconds(ours, 3) / len(texts), "abc2midi", scaled(other, 1000 / len(texts)), "ms")


def rendering(texts: tuple[str, ...], folder: Path) -> None:
    """Ten tunes into WAV, text to file, with the same soundfont."""
    tunes = [read(text) for text in texts]
    length = sum(perform(tune, Style(straight=True)).duration for tune in tunes)

    def ours() -> None:
        for tune in tunes:
            write(perform(tune), folder / "ours.wav", FONT, tune, force=True)

    def theirs() -> None:
        for number in range(len(texts)):
            midi_path, sound = folder / f"{number}.mid", folder / "theirs.wav"
            quietly("abc2midi", str(folder / f"{number}.abc"), "-o", str(midi_path))
            quietly("fluidsynth", "-ni", "-q", "-r", "44100", "-F", str(sound), str(FONT), str(midi_path))

    both = shutil.which("abc2midi") and shutil.which("fluidsynth")
    other = seconds(theirs, 3) if both else None
    mine = seconds(ours, 3)
    row("ten tunes to WAV", mine, "abc2midi and fluidsynth", other, "s")
    print(f"that is {length / mine:.0f} times real time")


def quietly(*words: str) -> None:
    subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def scaled(value: float | None, by: float) -> float | None:
    return None if value is None else value * by
