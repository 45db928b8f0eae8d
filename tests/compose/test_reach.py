"""Which notes a tune may have, and in which keys it can be made of them; and tunes that are like another."""

from __future__ import annotations

from pathlib import Path

import pytest

from folkbench.compose import Composer, Wish
from folkbench.compose.likeness import like_it, likeness
from folkbench.compose.reach import avoided
from folkbench.errors import FolkbenchError
from folkbench.notation import read
from folkbench.notation.instruments import instrument
from folkbench.notation.tune import Chord, Note
from tests.conftest import SEED


@pytest.fixture(scope="module")
def composer(untrained: Path) -> Composer:
    return Composer(str(untrained), threads=1)


@pytest.mark.parametrize("player", ["tin whistle", "Highland pipes", "fiddle", "D/G melodeon"])
def test_every_note_is_one_that_the_instrument_has(player: str, composer: Composer) -> None:
    for made in composer.make(Wish(player=player), 4, count=6):
        events = [event for bar in read(made.abc).bars for event in bar.events if isinstance(event, Note | Chord)]
        notes = [note.midi for event in events for note in (event.notes if isinstance(event, Chord) else (event,))]
        assert set(notes) <= instrument(player).notes
        assert f"--for '{player}'" in made.abc or f"--for {player}" in made.abc


def test_a_key_that_the_instrument_has_not_is_refused_and_one_that_it_has_is_made(composer: Composer) -> None:
    with pytest.raises(FolkbenchError, match="of seven degrees"):
        composer.make(Wish(player="Highland pipes", key="Eb"), 1)
    assert read(next(composer.make(Wish(player="Highland pipes", key="Amix"), 1)).abc).key.tonic == "A"


def test_ranges_are_read_as_notes_of_abc() -> None:
    assert avoided(["c'-"]) == frozenset(range(84, 128))
    assert avoided(["-D", "b-c'"]) == frozenset({*range(63), 83, 84})
    for wrong in ("", "-", "b", "b-e", "h-i"):
        with pytest.raises(FolkbenchError):
            avoided([wrong])


def test_a_tune_is_like_itself_and_asks_for_its_own_dance_meter_and_key() -> None:
    tune = read(SEED.read_text())
    wish = like_it(Wish(meter="2/4"), tune)
    assert (wish.meter, wish.key) == ("2/4", "Cmaj")
    assert likeness(tune, tune) == pytest.approx(1)
    assert likeness(tune, read("X:1\nM:4/4\nL:1/8\nK:C\nCc Cc Cc Cc|\n")) < 0.2
    with pytest.raises(FolkbenchError):
        like_it(Wish(), read("X:1\nM:4/4\nL:1/8\nK:C\nz8|\n"))
