"""The clock of live playing, told its time by the test."""

from __future__ import annotations

import pytest

from folkbench.notation import read
from folkbench.sound.events import Event
from folkbench.sound.live import Transport, play
from folkbench.sound.performer import Style, perform

# four bars of a second each
TUNE = read("X:1\nM:4/4\nL:1/4\nQ:1/4=240\nK:D\nd4|e4|f4|g4|]\n")


class Synth:
    def __init__(self) -> None:
        self.sent: list[Event] = []
        self.hushed = 0

    def send(self, event: Event) -> None:
        self.sent.append(event)

    def hush(self) -> None:
        self.hushed += 1

    @property
    def begun(self) -> list[int]:
        return [event.pitch for event in self.sent if event.velocity]


@pytest.fixture
def synth() -> Synth:
    return Synth()


def transport(synth: Synth, **how) -> Transport:
    return Transport(perform(TUNE, Style(straight=True)), synth.send, synth.hush, **how)


def pass_time(playing: Transport, seconds: float) -> None:
    for _ in range(round(seconds * 100)):
        playing.pass_time(0.01)


def test_notes_sound_when_their_time_comes(synth: Synth) -> None:
    playing = transport(synth)
    pass_time(playing, 0.5)
    assert synth.begun == [74]
    pass_time(playing, 1)
    assert synth.begun == [74, 76]
    assert playing.passage is not None
    assert playing.passage.bar == 1
    pass_time(playing, 3)
    assert playing.ended
    assert len(synth.sent) == 8


def test_space_pauses_without_a_hanging_note_and_goes_on(synth: Synth) -> None:
    playing = transport(synth)
    pass_time(playing, 0.5)
    playing.press(" ")
    assert synth.hushed == 1
    pass_time(playing, 5)
    assert synth.begun == [74]
    playing.press(" ")
    pass_time(playing, 0.6)
    assert synth.begun == [74, 76]


def test_the_arrows_step_by_a_bar(synth: Synth) -> None:
    playing = transport(synth)
    pass_time(playing, 0.2)
    playing.press("right")
    pass_time(playing, 0.9)
    assert synth.begun == [74, 76]
    playing.press("left")  # well within bar 2: to its beginning
    assert playing.seconds == pytest.approx(1)
    playing.press("left")  # and again: to the bar before
    assert playing.seconds == pytest.approx(0)
    playing.press("left")
    assert playing.seconds == pytest.approx(0)


def test_plus_and_minus_change_the_tempo_within_bounds(synth: Synth) -> None:
    playing = transport(synth)
    playing.press("+")
    assert playing.tempo > 240
    for _ in range(200):
        playing.press("-")
    assert playing.tempo == pytest.approx(48)
    pass_time(playing, 2)
    assert synth.begun == [74]


def test_a_loop_begins_again_faster(synth: Synth) -> None:
    playing = transport(synth, loop=True, faster=0.1)
    pass_time(playing, 4.5)
    assert not playing.ended
    assert synth.begun == [74, 76, 78, 79, 74]
    assert playing.tempo == pytest.approx(264)


def test_a_loop_isn_t_counted_in_again(synth: Synth) -> None:
    counted = perform(TUNE, Style(straight=True, count_in=1))
    playing = Transport(counted, synth.send, synth.hush, loop=True)
    pass_time(playing, 5.02)
    assert playing.seconds == pytest.approx(1.02, abs=0.02)


def test_q_leaves(synth: Synth) -> None:
    playing = transport(synth)
    playing.press("q")
    assert playing.ended
    assert playing.left
    assert synth.hushed


def test_notes_are_hushed_whatever_happens(synth: Synth) -> None:
    def crash() -> str:
        raise RuntimeError("the keyboard broke")

    with pytest.raises(RuntimeError):
        play(transport(synth), crash, lambda: None)
    assert synth.hushed


def test_a_tune_without_music_is_over_at_once(synth: Synth) -> None:
    empty = perform(read("X:1\nK:D\n"))
    assert Transport(empty, synth.send, synth.hush).ended
