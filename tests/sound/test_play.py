"""The command, as it is typed."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import mido
import pytest

from folkbench.cli import main
from tests.conftest import SEED


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """`folkbench play` with these words: its exit status, what it printed and what it said."""
    monkeypatch.setenv("FOLKBENCH_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["folkbench", "play", *words])
        with pytest.raises(SystemExit) as left:
            main(["play", *words])
        printed = capsys.readouterr()
        return left.value.code or 0, printed.out, printed.err

    return run


def test_a_tune_becomes_a_midi_file_with_everything_on(play, tmp_path: Path) -> None:
    words = ["--chords", "piano", "--drone", "--drum", "bones", "--click", "--count-in", "1", "--times", "3"]
    more = ["--slow", "70%", "--faster", "2%", "--transpose", "-2", "--instrument", "Irish flute"]
    assert play(str(SEED), "-o", "seed.mid", *words, *more)[0] == 0
    assert (tmp_path / "seed.mid").read_bytes().startswith(b"MThd")


def test_several_tunes_are_a_set(play, tmp_path: Path) -> None:
    assert play(str(SEED), "-o", "one.mid")[0] == 0
    assert play(str(SEED), str(SEED), "-o", "two.mid")[0] == 0
    assert (tmp_path / "two.mid").stat().st_size > 1.8 * (tmp_path / "one.mid").stat().st_size


def test_all_tunes_of_a_file_are_a_set_and_of_standard_input_too(play, monkeypatch, tmp_path: Path) -> None:
    three = "\n".join(
        f"X:{x}\nT:Tune {x}\nM:4/4\nL:1/4\nK:D\n{music}|]\n" for x, music in enumerate(["D4", "E4", "F4"], 1)
    )
    (tmp_path / "three.abc").write_text(three)
    assert play("three.abc", "-o", "file.mid")[0] == 0
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(three.encode())))
    assert play("-", "-o", "stdin.mid")[0] == 0
    sounds = (tmp_path / "stdin.mid").read_bytes()
    assert sounds == (tmp_path / "file.mid").read_bytes()
    assert [message.note for message in mido.MidiFile(tmp_path / "stdin.mid") if message.type == "note_on"] == [
        62,
        64,
        66,
    ]
    assert play("three.abc#2", "-o", "one.mid")[0] == 0
    assert [message.note for message in mido.MidiFile(tmp_path / "one.mid") if message.type == "note_on"] == [64]


def test_bars_of_several_tunes_are_refused(play, tmp_path: Path) -> None:
    (tmp_path / "two.abc").write_text("X:1\nK:D\nD8|]\n\nX:2\nK:D\nE8|]\n")
    status, _, err = play("two.abc", "--bars", "1", "-o", "x.mid")
    assert status == 2
    assert "FILE#3" in err
    assert play("two.abc#2", "--bars", "1", "-o", "x.mid")[0] == 0


@pytest.mark.usefixtures("ear")
def test_without_a_sound_card_the_file_is_written_and_its_place_printed(play, monkeypatch) -> None:
    from folkbench.sound.synth import Synth

    monkeypatch.setattr(Synth, "open_driver", lambda self, asked="": "")
    first, second = play(str(SEED), "--bars", "1"), play(str(SEED), "--bars", "1")
    for status, out, err in (first, second):
        assert status == 0
        assert Path(out.strip()).read_bytes().startswith(b"RIFF")
        assert "no sound device" in err
    assert first[1] != second[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--tempo", "0"], "can't be played"),
        (["--tempo", "fast"], "is no tempo"),
        (["--slow", "half"], "is no percentage"),
        (["--slow", "0%"], "can't be played"),
        (["--bars", "40-50"], "has no bar"),
        (["--instrument", "kazoo"], "kazoo"),
        (["--chords", "harp"], "--chords"),
        (["--drum", "snare"], "--drum"),
        (["--driver", "loud"], "audio driver"),
        (["--soundfont", "nowhere.sf2"], "nowhere.sf2"),
        (["-o", "x.mp3"], "x.mp3"),
        (["-o", "x.wav", "--loop"], "--times"),
    ],
)
def test_what_cannot_be_is_said_in_a_line_and_leaves_with_2(words: list[str], said: str, play) -> None:
    status, out, err = play(str(SEED), *words)
    assert status == 2
    assert out == ""
    assert said in err
    assert len(err.strip().splitlines()) == 1


def test_without_fluidsynth_it_leaves_with_3_and_the_commands(play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fluidsynth", None)
    status, _, err = play(str(SEED))
    assert status == 3
    assert "apt install libfluidsynth3" in err
    assert "choco install" in err


def test_a_tune_without_music_is_said(play, tmp_path: Path) -> None:
    (tmp_path / "empty.abc").write_text("X:1\nT:Nothing\nK:D\n")
    status, _, err = play("empty.abc", "-o", "x.mid")
    assert status == 2
    assert "no music" in err


PROGRAM = """
import sys
from folkbench.cli import main
try:
    main(sys.argv[1:])
finally:
    print(*sys.modules, file=sys.stderr)
"""


def test_writing_midi_loads_neither_fluidsynth_nor_numpy(tmp_path: Path) -> None:
    words = ["play", str(SEED), "-o", str(tmp_path / "x.mid")]
    done = subprocess.run([sys.executable, "-c", PROGRAM, *words], capture_output=True, text=True, check=True)
    assert not {"fluidsynth", "numpy", "soundfile", "torch", "music21"} & set(done.stderr.split())
