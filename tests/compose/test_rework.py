"""Rework: the bars that are named are new, and count; every other byte is as it was."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from folkbench.check import check, failed
from folkbench.compose import Composer
from folkbench.compose.rework import Choice, noted, rework
from folkbench.compose.steer import Steer
from folkbench.compose.written_out import second_ending, vary
from folkbench.errors import FolkbenchError
from folkbench.notation import Tune, form, named_bars, read
from folkbench.notation.tune import Bar, Broken, Chord, Event, Grace, Mark, Note, Rest, Tuplet
from folkbench.whence import index_of, shared_bars
from tests.conftest import printed_tunes

TUNE = """X:1
T:A tune % with a remark
M:4/4
L:1/16
K:D
A2|d4 d2A2 d2f2a2f2|"G"g4 {b}f4 e8|\\
d4 A4 F4 A4|1 G8 D6:|2 d8 d6||
|:fg|a4 f4 d4 f4|e4- e4 A8 w|d8 f8|d8 d4:|
"""


@pytest.fixture(scope="module")
def composer(untrained: Path) -> Composer:
    return Composer(str(untrained), threads=1)


def without(text: str, *pieces: str) -> str:
    for piece in pieces:
        text = text.replace(piece, "#", 1)
    return text


def test_only_the_bars_that_are_named_are_new_and_they_count(composer: Composer) -> None:
    choices = rework(composer, read(TUNE), "2,B3", 1, choices=3)
    assert len({choice.text for choice in choices}) == len(choices) > 1
    assert [choice.score for choice in choices] == sorted([choice.score for choice in choices], reverse=True)
    for choice in choices:
        assert [label for label, _ in choice.bars] == ["A2", "B3"]
        new = [abc for _, abc in choice.bars]
        assert without(choice.text, *new) == without(TUNE, "g4 {b}f4 e8", "d8 f8")
        assert not failed(tuple(p for p in check(read(choice.text), strict=True) if p.code.startswith("bar")))


def test_the_same_seed_gives_the_same_bars(composer: Composer) -> None:
    assert rework(composer, read(TUNE), "A3", 5) == rework(composer, read(TUNE), "A3", 5)


def test_a_bar_in_an_ending_can_be_made_anew(composer: Composer) -> None:
    choice = rework(composer, read(TUNE), "A4.2", 2)[0]
    assert without(choice.text, choice.bars[0][1]) == without(TUNE, "d8 d6")


def test_the_rhythm_can_be_kept(composer: Composer) -> None:
    choice = rework(composer, read(TUNE), "1", 3, steer=Steer(keep_rhythm=True))[0]
    assert lengths(choice.text, "A1") == lengths(TUNE, "A1")
    assert choice.text != TUNE


def test_another_bars_rhythm_can_be_taken(composer: Composer) -> None:
    choice = rework(composer, read(TUNE), "A3,B1", 3, steer=Steer(rhythm_of="1"))[0]
    assert lengths(choice.text, "A3") == lengths(choice.text, "B1") == lengths(TUNE, "A1")
    with pytest.raises(FolkbenchError, match="isn't as long"):
        rework(composer, read(TUNE), "A3", 3, steer=Steer(rhythm_of="0"))


@pytest.mark.parametrize(
    ("figure", "wanted"),
    [("f4", [(78, 4)]), ("^gfe2", [(80, 1), (78, 1), (76, 2)]), ("F 2 E", [(67, 4), (66, 2)]), ("d16", [(74, 16)])],
)
def test_a_figure_stands_in_each_new_bar(composer: Composer, figure: str, wanted: list[tuple[int, int]]) -> None:
    found = rework(composer, read(TUNE), "A1,B3", 3, steer=Steer(like=figure), choices=5)
    assert found
    for choice in found:
        tune = read(choice.text)
        for n in named_bars(tune, "A1,B3"):
            notes = [(e.midi, 16 * e.ticks // tune.whole) for e in tune.bars[n].events if isinstance(e, Note)]
            assert any(notes[at : at + len(wanted)] == wanted for at in range(len(notes)))


@pytest.mark.parametrize(
    ("steer", "bars", "sign"), [(Steer(higher=True), "3", 1), (Steer(lower=True), "1,2", -1)], ids=["higher", "lower"]
)
def test_new_bars_can_be_higher_and_lower(composer: Composer, steer: Steer, bars: str, sign: int) -> None:
    for choice in rework(composer, read(TUNE), bars, 3, steer=steer, choices=5):
        assert sign * (mean_step(choice.text, bars) - mean_step(TUNE, bars)) >= 1


def test_new_bars_can_be_simpler(composer: Composer) -> None:
    for choice in rework(composer, read(TUNE), "1,2", 3, steer=Steer(simpler=True), choices=5):
        new, old = ([len(lengths(text, bar)) for bar in ("A1", "A2")] for text in (choice.text, TUNE))
        assert sum(new) < sum(old)
        assert all(m <= n for m, n in zip(new, old, strict=True))


@pytest.mark.parametrize(
    "steer",
    [
        Steer(higher=True, lower=True),
        Steer(rhythm_of="1", keep_rhythm=True),
        Steer(keep_rhythm=True, simpler=True),
        Steer(rhythm_of="1", like="d2"),
    ],
)
def test_wishes_that_contradict_each_other_are_refused(composer: Composer, steer: Steer) -> None:
    with pytest.raises(FolkbenchError, match="both"):
        rework(composer, read(TUNE), "1", 1, steer=steer)


@pytest.mark.parametrize("figure", ["a|b", "d32", "%", "| d", "[ d"])
def test_a_figure_that_no_bar_can_have_is_refused(composer: Composer, figure: str) -> None:
    with pytest.raises(FolkbenchError):
        rework(composer, read(TUNE), "1", 1, steer=Steer(like=figure))


def test_a_bar_named_twice_is_made_once(composer: Composer) -> None:
    assert rework(composer, read(TUNE), "1,1,A1", 4) == rework(composer, read(TUNE), "1", 4)


def test_bars_that_are_alike_are_made_anew_each_where_it_stands(composer: Composer) -> None:
    tune = read("X:1\nM:4/4\nL:1/8\nK:D\nd2 e2 f4|d2 e2 f4|d2 e2 f4|d8|\n")
    choice = rework(composer, tune, "2", 1)[0]
    assert without(choice.text, choice.bars[0][1]) == "X:1\nM:4/4\nL:1/8\nK:D\nd2 e2 f4|#|d2 e2 f4|d8|\n"


def test_a_reel_written_in_2_4_is_said_to_the_network_as_reels_are(composer: Composer) -> None:
    half = read("X:1\nR:reel\nM:2/4\nL:1/16\nK:D\nd2ef g2ab|d2ef g2ab|f2ed f2ga|d8|\n")
    whole = read("X:1\nR:reel\nM:4/4\nL:1/8\nK:D\nd2ef g2ab|d2ef g2ab|f2ed f2ga|d8|\n")
    one, other = (rework(composer, tune, "2", 1)[0] for tune in (half, whole))
    assert one.bars == other.bars


def test_a_tie_that_is_drawn_holds_its_pitch(composer: Composer) -> None:
    ties = 0
    for seed in range(4):
        for choice in rework(composer, read(TUNE), "A1-2,B1", seed, choices=20):
            for bar in read(choice.text).bars[1:3]:
                notes = [event for event in bar.events if isinstance(event, Note)]
                for note, after in pairwise(notes):
                    ties += note.tie
                    assert not note.tie or note.midi == after.midi
    assert ties


def test_no_run_with_a_new_bar_is_one_that_humans_wrote(session_corpus: Path) -> None:
    from folkbench.corpus import load

    index = index_of(load())
    human = index.text
    first = human.line_at[human.line_tune == 7].tolist()
    music = ["|", *human.spell(first[0] + 1, first[-1]), "|"]
    bars = np.flatnonzero(human.line_tune == 7)[:-1]
    whole = int((human.bar_number[bars] > 0).sum())
    assert shared_bars(index, music, [0]) == whole
    assert shared_bars(index, ["G,", "|", *music[1:]], [0]) == 0
    strange = ["A", "/4", "B", "/4", "c", "/4", "d", "/4", "E", "7"]
    assert shared_bars(index, [*music, *strange, "|"], [len(bars)]) == 0
    assert shared_bars(index, [*music, *strange, "|"], [len(bars) - 1]) == whole


def lengths(text: str, bar: str) -> list[int]:
    tune = read(text)
    return [event.ticks for n in named_bars(tune, bar) for event in tune.bars[n].events if isinstance(event, Note)]


def mean_step(text: str, bars: str) -> float:
    tune = read(text)
    notes = [event for n in named_bars(tune, bars) for event in tune.bars[n].events if isinstance(event, Note)]
    return sum(note.step for note in notes) / len(notes)


@pytest.mark.parametrize("bars", ["9", "C1", "nonsense"])
def test_bars_that_are_not_there_are_refused(composer: Composer, bars: str) -> None:
    with pytest.raises(FolkbenchError):
        rework(composer, read(TUNE), bars, 1)


def test_a_tie_over_the_edge_is_refused_with_the_reason(composer: Composer) -> None:
    tied = read("X:1\nM:4/4\nL:1/8\nK:D\nd8-|d8|e8|f8|\n")
    for bars, what in (("2", "into"), ("1", "out of")):
        with pytest.raises(FolkbenchError, match=what):
            rework(composer, tied, bars, 1)
    assert rework(composer, tied, "1-2", 1)


@pytest.mark.parametrize(("music", "what"), [("d4 (d4|e4) f4|", "slur"), ("d4 d4>|f4 g4|", "broken rhythm")])
def test_a_slur_and_a_broken_rhythm_over_the_edge_are_refused(composer: Composer, music: str, what: str) -> None:
    tune = read(f"X:1\nM:4/4\nL:1/8\nK:D\nc8|{music}g8|\n")
    for bars in ("2", "3"):
        with pytest.raises(FolkbenchError, match=what):
            rework(composer, tune, bars, 1)


def test_what_stood_at_the_old_notes_goes_with_them(composer: Composer) -> None:
    choice = rework(composer, read('X:1\nM:4/4\nL:1/8\nK:D\nc8|"G"~d4 (ed) Tf2|g8|c8|\n'), "2", 1)[0]
    assert without(choice.text, choice.bars[0][1]) == 'X:1\nM:4/4\nL:1/8\nK:D\nc8|"G"#|g8|c8|\n'


def test_a_note_says_what_was_done_above_the_key() -> None:
    assert noted("X:1\nN:old\nK:D\nd|\n", "new") == "X:1\nN:old\nN:new\nK:D\nd|\n"


MUSIC = (Note, Chord, Rest, Grace, Tuplet, Broken)
WISHES = (Steer(), Steer(), Steer(keep_rhythm=True), Steer(higher=True), Steer(lower=True), Steer(simpler=True))


def span(bar: Bar) -> tuple[int, int]:
    def counts(event: Event) -> bool:
        return isinstance(event, MUSIC) or (isinstance(event, Mark) and event.kind in ("decoration", "slur"))

    music = [event for event in bar.events if counts(event)]
    return music[0].at, music[-1].end


def emptied(tune: Tune, bars: Iterable[int]) -> str:
    text = tune.source
    for n in sorted(bars, reverse=True):
        begin, end = span(tune.bars[n])
        text = text[:begin] + "#" + text[end:]
    return text


def sound(bar: Bar) -> list[object]:
    return [
        (event.ticks, [note.midi for note in event.notes] if isinstance(event, Chord) else getattr(event, "midi", None))
        for event in bar.events
        if isinstance(event, Note | Chord | Rest)
    ]


def reworked(composer: Composer, text: str, seed: int, original: int = 0) -> int:
    """Rework bars that the seed draws, and hold the results against what is promised; how many there are."""
    dice = random.Random(seed)
    tune = base = read(text)
    places = [place for part in form(tune) for place in part.places]
    how = dice.choice(("bars", "bars", "bars", "vary", "second"))
    at = dice.randrange(max(len(places), 1))
    bars: tuple[int, ...] = tuple(place.nth for place in places[at : at + dice.randint(1, 3)])
    steer = dice.choice(WISHES)

    def make(choices: int) -> tuple[Choice, ...]:
        return rework(composer, base, bars, seed, choices=choices, steer=steer, original=original)

    try:
        if how != "bars":
            written = vary(tune, "A", "", seed) if how == "vary" else second_ending(tune, "")
            base, bars = written.tune, written.bars
        found = make(2)
    except FolkbenchError:
        return 0
    nths = [n for n in bars if sound(base.bars[n])]
    before = Counter(problem.code for problem in check(tune, strict=True))
    for choice in found:
        result = read(choice.text)
        assert emptied(result, nths) == emptied(base, nths)
        assert all(sound(result.bars[n]) != sound(base.bars[n]) for n in nths)
        after = Counter(problem.code for problem in check(result, strict=True))
        assert not (after - before if how == "bars" else set(after) - set(before))
    assert make(1) == found[:1]
    return len(found)


def test_whatever_is_reworked_holds_what_is_promised(composer: Composer) -> None:
    assert sum(reworked(composer, text, seed) > 0 for seed, text in enumerate(printed_tunes()[11::300])) >= 7


@pytest.mark.long
@pytest.mark.usefixtures("session_corpus")
def test_whatever_is_reworked_by_the_shipped_network_holds_what_is_promised() -> None:
    shipped = Composer(threads=1)
    made = [reworked(shipped, text, seed, original=4) for seed, text in enumerate(printed_tunes()[5::12])]
    assert sum(count > 0 for count in made) > len(made) / 2
