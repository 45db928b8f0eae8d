"""Holes, endings, parts that come back and notes to keep to: of networks of absolute pitches as of any, not of
characters."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product
from pathlib import Path

import pytest

from folkbench.check import check, failed
from folkbench.compose import Composer, Form, Wish, parse_form
from folkbench.compose.request import DRAWN, Request
from folkbench.compose.rework import rework
from folkbench.compose.steer import Steer
from folkbench.corpus.arrival import Arrival
from folkbench.corpus.gather import gather
from folkbench.errors import FolkbenchError
from folkbench.notation import form, read, structure
from folkbench.notation.instruments import instrument
from folkbench.notation.tune import Bar, Chord, Note, Tune
from folkbench.whence import Index

SEED_TUNE = Path(__file__).parents[2] / "tunes" / "seed-transcription.abc"
FOUR = Form(endings=False)


@pytest.fixture(scope="module")
def composer(absolute: Path) -> Composer:
    return Composer(str(absolute), threads=1)


def pitches(bar: Bar) -> list[int]:
    return [event.midi for event in bar.events if isinstance(event, Note)]


def sounding(tune: Tune) -> set[int]:
    events = [event for bar in tune.bars for event in bar.events]
    chords = {note.midi for event in events if isinstance(event, Chord) for note in event.notes}
    return chords | {event.midi for event in events if isinstance(event, Note)}


@pytest.mark.parametrize("key", ["", "C", "Cmin", "Cdor"])
def test_what_stands_around_a_hole_sounds_as_it_was_given_in_absolute_pitches(composer: Composer, key: str) -> None:
    flat = key in ("Cmin", "Cdor")
    for made in composer.make(Wish(prefix="C ^F ... F E | c 8 |", key=key, meter="4/4", form=FOUR), 1, count=6):
        tune = read(made.abc)
        assert not failed(check(tune, strict=True)), made.abc
        bars = [bar for bar in tune.bars if pitches(bar)]
        home = pitches(bars[0])[0]
        assert pitches(bars[0])[1] == home + 6
        assert [pitch - home for pitch in pitches(bars[0])[-2:]] == [6, 3 if flat else 4]
        assert pitches(bars[1]) == [home + 12]


@pytest.mark.parametrize("key", ["G", "Gmin"])
def test_a_tune_whose_ending_alone_is_given_stands_on_the_root_that_the_ending_does(
    composer: Composer, key: str
) -> None:
    for made in composer.make(Wish(ending="B2A2G4", key=key, meter="4/4", form=parse_form("AB", 2)), 3, count=6):
        tune = read(made.abc)
        assert not failed(check(tune, strict=True)), made.abc
        third = 70 if key == "Gmin" else 71
        assert pitches(tune.bars[-1]) == [third, 69, 67]
        key_at = next(place for place, token in enumerate(made.written) if token.startswith("K:"))
        assert made.written[key_at + 1].strip(",'").upper() in ("=C", "=D", "=F", "=G")


def test_a_part_that_comes_back_in_absolute_pitches_is_the_same_note_for_note(composer: Composer) -> None:
    for letters in ("ABAC", "AABA"):
        for made in composer.make(Wish(form=parse_form(letters, 2)), 4, count=4):
            tune = read(made.abc)
            assert not failed(check(tune, strict=True)), made.abc
            assert structure(form(tune)) == letters


def test_absolute_pitches_keep_to_an_instrument(composer: Composer) -> None:
    whistle = instrument("whistle").notes
    for made in composer.make(Wish(player="whistle"), 5, count=6):
        assert sounding(read(made.abc)) <= whistle
        assert not failed(check(read(made.abc), strict=True)), made.abc


@pytest.mark.parametrize(
    "wish",
    [
        Wish(prefix="C 2 ... | E", meter="4/4"),
        Wish(ending="C 8 |", meter="4/4"),
        Wish(form=parse_form("ABAC", 4)),
        Wish(player="whistle"),
        Wish(avoid=("c'-",)),
    ],
)
def test_characters_refuse_what_only_tokens_can_be_asked_for(spelling: Path, wish: Wish) -> None:
    with pytest.raises(FolkbenchError, match="a network of characters can't be asked for"):
        Composer(str(spelling), threads=1).make(wish, 1)


def test_characters_keep_what_was_typed_as_it_was_typed(spelling: Path) -> None:
    composer = Composer(str(spelling), threads=1)
    wish = Wish(prefix='"G"G2{a}BG dGBG|', key="G", meter="4/4", form=FOUR)
    plain = next(composer.make(replace(wish, prefix="G2BG dGBG|"), 1)).abc
    typed = next(composer.make(wish, 1)).abc
    assert typed.split("K:G\n")[1].startswith('"G"G2{a}BG dGBG')
    assert plain.split("K:G\n")[1][20:40] in typed


@pytest.mark.parametrize("steer", [Steer(higher=True), Steer(lower=True), Steer(simpler=True)])
@pytest.mark.parametrize("network", ["spelling", "absolute"])
def test_a_rework_leans_in_every_encoding(network: str, steer: Steer, request: pytest.FixtureRequest) -> None:
    composer = Composer(str(request.getfixturevalue(network)), threads=1)
    tune = read(SEED_TUNE.read_text())
    (choice,) = rework(composer, tune, "A7", 1, steer=steer)
    old, new = (pitches(bar) for bar in (tune.bars[7], read(choice.text).bars[7]))
    if steer.simpler:
        assert len(new) < len(old)
    else:
        assert (sum(new) / len(new) > sum(old) / len(old)) == steer.higher


def test_a_figure_stands_in_a_bar_of_absolute_pitches(composer: Composer) -> None:
    (choice,) = rework(composer, read(SEED_TUNE.read_text()), "A3", 1, steer=Steer(like="^F2 A"))
    heard = pitches(read(choice.text).bars[3])
    assert any(pair == (66, 69) for pair in pairwise(heard))


@pytest.mark.parametrize("wish", [Steer(like="D2"), Steer(rhythm_of="A1"), Steer(keep_rhythm=True)])
def test_characters_are_held_to_no_rhythm_and_no_figure(spelling: Path, wish: Steer) -> None:
    with pytest.raises(FolkbenchError, match="characters"):
        rework(Composer(str(spelling), threads=1), read(SEED_TUNE.read_text()), "A3", 2, steer=wish)


def test_a_lone_tune_of_absolute_pitches_is_kept_from_copying_as_among_many(
    composer: Composer, sample: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrivals = [Arrival(read(text), "a book", n) for n, text in enumerate(sample[::9], 1)]
    small = gather("small", "tests", arrivals)
    monkeypatch.setattr(composer, "index", lambda: Index(tmp_path, small.name, small.fingerprint, lambda: small))
    many = list(composer.make(Wish(), 8, count=3, original=None))
    alone = [made for k in (1, 2, 3) for made in composer.make(Wish(), 8, k, original=None)]
    assert [made.written for made in many] == [made.written for made in alone]
    assert all("--original 4" in made.abc for made in many)


def test_the_openings_of_a_wish_and_its_choices_are_the_words_that_may_stand() -> None:
    texts = ("a", "b", "c", "d")
    for first, second in product(range(4), repeat=2):
        asked = Request(1, 1, (first, DRAWN), choices=((1, (second, 3)), (2, (0, 1)))).spelled(texts)
        assert asked.opening == ((texts[first],), (texts[second], "d"), ("a", "b"))
        assert asked.owns(4) == (True, False, False, False)
