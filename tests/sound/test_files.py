"""Sound files, as FluidSynth renders them."""

from __future__ import annotations

import os
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from folkbench.errors import Damaged, FolkbenchError, Missing, NotFound, Refused
from folkbench.notation import read
from folkbench.sound import files, synth
from folkbench.sound.files import write
from folkbench.sound.performer import Style, perform
from folkbench.sound.synth import RATE, TAIL, render, soundfont
from tests.sound.listening import cents, pitch

TUNE = read("X:1\nT:One\nR:march\nM:4/4\nL:1/4\nK:D\nA4|d4|z4|d4|]\n")
ONE = read("X:1\nM:4/4\nL:1/8\nK:D\nd|]\n")


def written(folder: Path) -> list[str]:
    """What stands in a test's folder, but for its bench."""
    return [path.name for path in folder.iterdir() if path.name != "bench"]


def heard(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, RATE)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2).mean(axis=1) / 32768


@pytest.mark.usefixtures("ear")
class TestWithFluidSynth:
    """What needs libfluidsynth."""

    def test_a_wave_file_holds_the_tune(self, tmp_path: Path) -> None:
        path = tmp_path / "one.wav"
        performance = perform(TUNE, Style(straight=True))
        write(performance, path, soundfont())
        sound = heard(path)
        assert len(sound) == round((performance.duration + TAIL) * RATE)
        for start, key in ((0.5, 69), (2.5, 74)):
            note = sound[round(start * RATE) : round((start + 1.2) * RATE)]
            assert abs(cents(pitch(note, 440 * 2 ** ((key - 69) / 12)), 440 * 2 ** ((key - 69) / 12))) < 2
        assert np.abs(sound[round(5.5 * RATE) : round(5.9 * RATE)]).max() < 0.01  # the rest
        assert np.abs(sound[-2000:]).max() < 1e-3  # it has died away
        assert np.abs(sound).max() < 0.99  # and nothing is cut off

    def test_the_same_performance_gives_the_same_bytes(self, tmp_path: Path) -> None:
        style = Style(chords="guitar", drum="bodhran")
        for name in ("a.wav", "b.wav"):
            write(perform(TUNE, style), tmp_path / name, soundfont())
        assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()

    def test_flac_is_the_wave_without_loss(self, tmp_path: Path) -> None:
        import soundfile

        for name in ("a.wav", "a.flac", "b.flac"):
            write(perform(ONE), tmp_path / name, soundfont())
        assert (soundfile.read(tmp_path / "a.wav")[0] == soundfile.read(tmp_path / "a.flac")[0]).all()
        assert (tmp_path / "a.flac").read_bytes() == (tmp_path / "b.flac").read_bytes()

    def test_silence_is_silent(self, tmp_path: Path) -> None:
        write(perform(read("X:1\nM:4/4\nL:1/8\nK:D\nz8|]\n")), tmp_path / "z.wav", soundfont())
        assert not np.abs(heard(tmp_path / "z.wav")).max() > 1e-4

    def test_no_mixture_is_cut_off(self, tmp_path: Path) -> None:
        for instrument in ("banjo", "bouzouki", "melodeon"):
            style = Style(instrument=instrument, chords="guitar", drone=True, drum="bodhran", click=True)
            write(perform(TUNE, style), tmp_path / f"{instrument}.wav", soundfont())
            assert np.abs(heard(tmp_path / f"{instrument}.wav")).max() < 0.99

    def test_a_full_disk_leaves_no_half_file(self, tmp_path: Path) -> None:
        full = Path("/dev/full")
        if not full.exists():
            pytest.skip("this system has no /dev/full")
        path = tmp_path / "one.wav"
        part = tmp_path / f".one.wav.{os.getpid()}.part"
        part.symlink_to(full)
        with pytest.raises(Refused, match="can't be written"):
            write(perform(ONE), path, soundfont())
        assert written(tmp_path) == []

    def test_nothing_half_is_left_when_it_is_broken_off(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def stopped(*given: object) -> Iterator[bytes]:
            yield bytes(4000)
            raise KeyboardInterrupt

        monkeypatch.setattr(files, "render", stopped)
        with pytest.raises(KeyboardInterrupt):
            write(perform(ONE), tmp_path / "one.wav", soundfont())
        assert written(tmp_path) == []

    def test_a_broken_soundfont_is_said(self, tmp_path: Path) -> None:
        broken = tmp_path / "broken.sf2"
        broken.write_bytes(soundfont().read_bytes()[:5000])
        with pytest.raises(Damaged, match=r"broken\.sf2"):
            list(render(perform(ONE), broken))

    def test_a_general_midi_font_takes_our_font_s_place(self) -> None:
        try:
            font = soundfont("gm")
        except NotFound:
            pytest.skip("no General MIDI soundfont is on this machine")
        sound = np.frombuffer(b"".join(render(perform(ONE, Style(instrument="bouzouki", chords="piano")), font)), "<i2")
        assert np.abs(sound).max() > 300


def test_a_missing_soundfont_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"nowhere\.sf2"):
        soundfont(str(tmp_path / "nowhere.sf2"))


def test_without_fluidsynth_it_says_what_installs_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "fluidsynth", None)
    with pytest.raises(Missing) as missing:
        write(perform(ONE), tmp_path / "one.wav", soundfont())
    for command in ("apt ", "dnf ", "brew ", "choco "):
        assert command in missing.value.hint
    assert written(tmp_path) == []


def test_nothing_of_the_user_s_is_overwritten(tmp_path: Path) -> None:
    kept = tmp_path / "one.mid"
    kept.write_text("mine")
    with pytest.raises(Refused):
        write(perform(ONE), kept, Path())
    write(perform(ONE), kept, Path(), force=True)
    assert kept.read_bytes().startswith(b"MThd")


@pytest.mark.parametrize("name", ["one.mp3", "one", "nowhere/one.wav"])
def test_a_name_that_cannot_be_written_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(FolkbenchError):
        write(perform(ONE), tmp_path / name, Path())


def test_what_is_longer_than_a_wave_file_can_be_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FolkbenchError, match="hours"):
        write(perform(TUNE, Style(tempo="1/4=5", times=200)), tmp_path / "long.wav", Path())


def test_a_driver_that_no_fluidsynth_knows_is_refused() -> None:
    assert synth.checked_driver("alsa") == "alsa"
    with pytest.raises(FolkbenchError):
        synth.checked_driver("loud")
