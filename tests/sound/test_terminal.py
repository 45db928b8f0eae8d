from __future__ import annotations

import io
import sys

import pytest
from rich.console import Console

from folkbench.notation import read
from folkbench.sound.live import Transport
from folkbench.sound.performer import perform
from folkbench.sound.terminal import Sheet, clean, drawn
from tests.conftest import SEED

TUNE = read("X:1\nT:A \x1b[2J tune\nM:4/4\nL:1/4\nQ:1/4=240\nK:D\n|:d4|e4|\nf4|g4:|\n")


def drawing(seconds: float, width: int = 60, height: int = 20) -> str:
    playing = Transport(perform(TUNE), lambda event: None, lambda: None)
    playing.pass_time(seconds)
    console = Console(file=io.StringIO(), width=width, height=height, force_terminal=True, color_system="standard")
    console.print(drawn(playing, [Sheet(TUNE)], "alsa", console))
    return console.file.getvalue()


def test_the_bar_in_play_is_marked() -> None:
    assert "\x1b[1;7me4\x1b[0m" in drawing(1.5)
    assert "\x1b[1;7mf4\x1b[0m" in drawing(6.5)


def test_the_line_of_progress_says_bar_time_and_tempo() -> None:
    assert "A2 · 0:01/0:08 · ♩=240" in drawing(1.5)


def test_a_small_terminal_shows_the_line_in_play() -> None:
    assert "g4" in drawing(3.5, 40, 6)
    assert "d4" not in drawing(3.5, 40, 6)


def test_nothing_in_a_tune_is_obeyed_by_the_terminal() -> None:
    assert "\x1b[2J" not in drawing(0.5)
    assert clean("a\x1b[2J\u202eb\n") == "a [2J b "


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals on Windows")
@pytest.mark.usefixtures("ear")
class TestInATerminal:
    """The command itself, in a terminal of its own; the driver "file" keeps time and makes no noise."""

    @pytest.fixture
    def playing(self, tmp_path):
        from tests.sound.terminals import Terminal

        terminal = Terminal(["play", str(SEED), "--driver", "file", "--chords", "guitar"], tmp_path)
        terminal.read("A1")
        yield terminal
        terminal.close()

    def test_keys_are_obeyed_and_the_terminal_is_left_as_it_was(self, playing, tmp_path) -> None:
        playing.press(" ")
        playing.read("paused")
        playing.press("\x1b[C\x1b[C\x1b[C")
        assert "A4" in playing.read("A4")
        playing.press("q")
        assert playing.end() == 0
        assert playing.is_as_found()
        assert any((tmp_path / "fluidsynth.wav").read_bytes()[1000:])  # what the driver was given

    def test_ctrl_c_leaves_with_130_and_the_terminal_as_it_was(self, playing) -> None:
        playing.press("\x03")
        assert playing.end() == 130
        assert playing.is_as_found()

    def test_a_kill_leaves_the_terminal_as_it_was(self, playing) -> None:
        playing.process.terminate()
        assert playing.end() == 143
        assert playing.is_as_found()
