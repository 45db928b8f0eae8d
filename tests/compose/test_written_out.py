"""A part written out: what stood there stays to the byte, what is played stays but for the bars to be made anew."""

from __future__ import annotations

import pytest

from folkbench.check import check, failed
from folkbench.compose.written_out import WrittenOut, second_ending, vary
from folkbench.errors import FolkbenchError
from folkbench.notation import Tune, form, play_order, read, structure
from folkbench.notation.tune import Note

HEAD = "X:1\nT:A tune\nM:4/4\nL:1/8\nK:D\n"
PICKUPS = f"{HEAD}A|d4 d2A2|d2f2 a2f2|g4 f4|A4 d3:|\n|:g|a4 f4|e4 A4|d4 f4|d4 d3:|\n"
ENDINGS = f"{HEAD}|:d4 d2A2|d2f2 a2f2|1 g4 f4|A4 d4:|2 g8|d8|]\n"
SPLIT = f"{HEAD}d4 d2A2|d2f2 a2f2|g4 |1 f4:|2 d4||e8|d8|]\n"


def played(tune: Tune) -> list[tuple[int, int]]:
    return [
        (event.midi, event.ticks)
        for n in play_order(tune.voices[0])
        for event in tune.bars[n].events
        if isinstance(event, Note)
    ]


@pytest.mark.parametrize("text", [PICKUPS, ENDINGS, SPLIT, PICKUPS.replace(":|\n|:", "::"), PICKUPS.replace("|:", "")])
def test_a_part_written_out_twice_is_played_as_before(text: str) -> None:
    before = read(text)
    after = vary(before, "A", "", 1)
    assert played(after.tune) == played(before)
    assert not failed(check(after.tune, strict=True))
    # the same music till some of its bars are made anew, but for its endings
    assert structure(form(after.tune))[:2] == ("AB" if "|1" in text else "AA")
    assert {place.part for part in form(after.tune) for place in part.places if place.nth in after.bars} == {"B"}


def test_the_first_time_stays_to_the_byte() -> None:
    after = vary(read(PICKUPS), "A", "", 1).tune.source
    assert after.startswith(f"{HEAD}A|d4 d2A2|d2f2 a2f2|g4 f4|A4 d3||\nA|d4 d2A2|")
    assert after.endswith("|A4 d3 ||\n|:g|a4 f4|e4 A4|d4 f4|d4 d3:|\n")
    assert vary(read(PICKUPS), "B", "", 1).tune.source == (
        f"{HEAD}A|d4 d2A2|d2f2 a2f2|g4 f4|A4 d3:|\ng|a4 f4|e4 A4|d4 f4|d4 d3||\ng|a4 f4|e4 A4|d4 f4|d4 d3 |]\n"
    )
    assert vary(read(ENDINGS), "A", "", 1).tune.source == (
        f"{HEAD}d4 d2A2|d2f2 a2f2|g4 f4|A4 d4||\nd4 d2A2|d2f2 a2f2|g8|d8|]\n"
    )
    assert vary(read(SPLIT), "A", "", 1).tune.source == (
        f"{HEAD}d4 d2A2|d2f2 a2f2|g4  f4||\nd4 d2A2|d2f2 a2f2|g4 d4||e8|d8|]\n"
    )


def test_the_bars_that_vary_are_those_that_were_named_or_inner_ones_that_the_seed_draws() -> None:
    tune = read(PICKUPS)
    assert labels(vary(tune, "A", "2,A4", 1)) == ["B2", "B4"]
    drawn = {tuple(labels(vary(tune, "A", "", seed))) for seed in range(20)}
    assert drawn == {("B2",), ("B3",)}
    assert labels(vary(tune, "B", "B1", 1)) == ["C1"]
    assert labels(vary(read(f"{HEAD}d8|e8:|\n"), "A", "", 1)) == ["B2"]


def test_bars_that_are_tied_to_others_are_not_drawn() -> None:
    tune = read(f"{HEAD}d4 d2A2|d2f2 a4-|a4 f4|g4 f4|A4 d4:|\n")
    assert {tuple(labels(vary(tune, "A", "", seed))) for seed in range(9)} == {("B4",)}


@pytest.mark.parametrize(("part", "bars"), [("C", ""), ("A", "B1"), ("A", "9")])
def test_a_part_or_bar_that_is_not_there_is_refused(part: str, bars: str) -> None:
    with pytest.raises(FolkbenchError):
        vary(read(PICKUPS), part, bars, 1)


def test_a_part_that_is_played_once_has_no_second_time() -> None:
    with pytest.raises(FolkbenchError, match="played once"):
        vary(read(SPLIT), "B", "", 1)


def test_a_second_ending_is_written_out_behind_the_first() -> None:
    after = second_ending(read(PICKUPS), "")
    assert after.tune.source == (f"{HEAD}A|d4 d2A2|d2f2 a2f2|g4 f4|1A4 d3:|2 A4 d3 ||\n|:g|a4 f4|e4 A4|d4 f4|d4 d3:|\n")
    assert labels(after) == ["A4.2"]
    assert played(after.tune) == played(read(PICKUPS))


def test_the_bars_that_end_a_part_become_its_first_ending_and_others_are_made_anew() -> None:
    after = second_ending(read(PICKUPS), "1,3-4,B2")
    assert after.tune.source == (
        f"{HEAD}A|d4 d2A2|d2f2 a2f2|1g4 f4|A4 d3:|2 g4 f4|A4 d3 ||\n|:g|a4 f4|e4 A4|d4 f4|1d4 d3:|2 d4 d3 |]\n"
    )
    assert labels(after) == ["A1", "A3.2", "A4.2", "B2", "B4.2"]
    assert not failed(check(after.tune, strict=True))


def test_an_ending_that_begins_a_line_is_marked_there() -> None:
    tune = read(f"{HEAD}|:d4 d4|e4 e4|f4 f4|\ng4 g4|d8:|\ne8|d8:|\n")
    assert "|\n[1 g4 g4|d8:|2 g4 g4|d8 |:\ne8|d8:|\n" in second_ending(tune, "4-5").tune.source.replace(
        "|:e8", "|:\ne8"
    )


@pytest.mark.parametrize("bars", ["A1-4", "0-4"])
def test_a_part_is_not_all_ending(bars: str) -> None:
    with pytest.raises(FolkbenchError):
        second_ending(read(PICKUPS.replace("A|d4 d2A2", "d4 d2A2")), bars)


@pytest.mark.parametrize("text", [ENDINGS, SPLIT])
def test_a_tune_without_a_repeated_part_that_has_none_is_refused(text: str) -> None:
    with pytest.raises(FolkbenchError, match="without endings"):
        second_ending(read(text), "")


def labels(after: WrittenOut) -> list[str]:
    places = {place.nth: place.label for part in form(after.tune) for place in part.places}
    return [places[n] for n in after.bars]
