"""Signs that the printed books' files have and the standard doesn't: each is read as it was meant."""

from __future__ import annotations

from folkbench.notation import Tune, read
from folkbench.notation.tune import Chord


def tune(music: str) -> Tune:
    return read(f"X:1\nM:6/8\nL:1/8\nK:D\n{music}\n")


def test_a_chord_between_plus_signs_is_a_chord() -> None:
    (bar,) = tune("+E3A3+ cBA |").bars
    assert isinstance(bar.events[0], Chord)
    assert [note.step for note in bar.events[0].notes] == [2, 5]
    assert bar.ticks == bar.meter.ticks(tune("").whole)


def test_a_hidden_bar_line_before_a_repeat_sign_leaves_it_whole() -> None:
    read_tune = tune('DEF GAB "_D.C."[|]:|')
    assert read_tune.remarks == ()
    assert read_tune.bars[-1].close.ends == 1
    assert tune("DEF GAB |:|").bars[-1].close.ends == 1


def test_the_number_of_an_ending_may_stand_on_the_next_line() -> None:
    read_tune = tune("|: DEF GAB |1 DEF G3 :|\n2DEF A3 |]")
    assert read_tune.remarks == ()
    assert [bar.ending for bar in read_tune.bars] == [(), (1,), (2,)]


def test_a_header_line_without_its_colon_is_no_music() -> None:
    read_tune = read("X:1\nM:2/4\nN bars 13 and 21 are |f2ed|\nL:1/8\nK:G\nG2 B2 | d4 |]\n")
    assert [remark.code for remark in read_tune.remarks] == ["text-in-header"]
    assert len(read_tune.bars) == 2
    assert read_tune.key.tonic == "G"
