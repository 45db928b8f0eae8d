"""Networks of characters and of absolute pitches: the same wishes, the same grammar, the same bytes."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from folkbench.check import check, failed
from folkbench.compose import Composer, Form, Wish, parse_form
from folkbench.compose.grammar import Grammar
from folkbench.compose.naming import titles
from folkbench.compose.rework import rework
from folkbench.compose.states import Over
from folkbench.compose.steer import Steer
from folkbench.encoding import encode, meaning
from folkbench.errors import FolkbenchError
from folkbench.notation import form, read, structure
from folkbench.notation.tune import Note
from tests.compose.networks import TOKENS

SEED_TUNE = Path(__file__).parents[2] / "tunes" / "seed-transcription.abc"


@pytest.fixture(scope="module", params=["spelling", "absolute"])
def composer(request: pytest.FixtureRequest) -> Composer:
    return Composer(str(request.getfixturevalue(request.param)), threads=1)


def test_every_tune_of_a_form_passes_check_strict_and_has_it(composer: Composer) -> None:
    for letters in ("AABB", "AB"):
        for made in composer.make(Wish(form=parse_form(letters, 4)), 3, count=4):
            tune = read(made.abc)
            assert not failed(check(tune, strict=True)), made.abc
            assert structure(form(tune)) == letters


def test_what_is_written_reads_as_words_that_the_grammar_allows(composer: Composer) -> None:
    grammar = Grammar(TOKENS)
    for made in composer.make(Wish(), 2, count=5):
        state = grammar.start()
        for word in made.tokens:
            after = grammar.step(state, meaning(word))
            assert after is not None, (word, made.written)
            state = after
        assert isinstance(state, Over)
        assert composer.encoding.read(made.written, None) == made.tokens


def test_a_tie_holds_its_pitch(composer: Composer) -> None:
    held = 0
    for made in composer.make(Wish(), 4, count=5):
        sounds = [event for bar in made.tune.bars for event in bar.events if hasattr(event, "midi") and event.ticks]
        ties = [(one, two) for one, two in pairwise(sounds) if one.tie]
        assert all(one.midi == two.midi for one, two in ties)
        held += len(ties)
    assert held


@pytest.mark.parametrize(
    ("prefix", "key"), [("G, C C 2", "C"), ("GABc d2", "G"), ("A | d2 fd", "D"), ("EBBA B2EB", "Edor")]
)
def test_a_prefix_stands_exactly(composer: Composer, prefix: str, key: str) -> None:
    wish = Wish(prefix=prefix, key=key, meter="4/4", form=Form(endings=False))
    made = next(composer.make(wish, 1))
    music = re.sub(r"\s", "", made.abc.split("\nK:")[1].split("\n", 1)[1])
    assert music.startswith(re.sub(r"\s", "", prefix))
    assert not failed(check(read(made.abc), strict=True))


def test_a_prefix_in_root_c_sounds_as_in_c_major_where_no_mode_is_asked_for(absolute: Path) -> None:
    for made in Composer(str(absolute), threads=1).make(Wish(prefix="E A 2", meter="4/4"), 1, count=5):
        key = next(place for place, word in enumerate(made.written) if word.startswith("K:"))
        assert made.written[key + 1 : key + 4] == ("=E", "=A", "2")
        assert made.written[key] in ("K:maj", "K:mix")  # E and A sound the same in both


def test_what_is_asked_for_stands_in_the_tune(composer: Composer) -> None:
    tune = read(next(composer.make(Wish(title="A", rhythm="slip jig", meter="9/8", key="Edor"), 1)).abc)
    assert (tune.title, tune.rhythm, tune.meter.text) == ("A", "slip jig", "9/8")
    assert (tune.key.tonic, tune.key.mode) == ("E", "dor")


def test_what_is_given_counts_neither_as_drawn_nor_as_barred(spelling: Path) -> None:
    composer = Composer(str(spelling), threads=1, grammar=False)
    made = next(composer.make(Wish(rhythm="reel", meter="4/4", key="C"), 1))
    assert "".join(made.written).startswith("\nR:reel\nM:4/4\nK:Cmaj\n")
    assert made.masked < 1e-3  # nothing but <s> is barred


def test_the_same_request_gives_the_same_bytes_alone_and_among_others(composer: Composer) -> None:
    wish = Wish(rhythm="reel", title="A")
    many = [made.abc for made in composer.make(wish, 9, count=3)]
    alone = next(Composer(composer.model, threads=1).make(wish, 9, first=3)).abc
    assert alone.replace("X:1\n", "X:3\n", 1) == many[2]


def test_without_the_grammar_the_network_is_left_alone(composer: Composer) -> None:
    made = list(Composer(composer.model, grammar=False, threads=1).make(Wish(rhythm="reel"), 1, count=8))
    assert any(failed(check(read(one.abc), strict=True)) for one in made)
    assert {one.tune.rhythm for one in made} == {"reel"}


def test_a_network_finds_titles_for_a_tune(composer: Composer) -> None:
    tune = read(SEED_TUNE.read_text())
    found = titles(composer, tune, 1, 3)
    assert found
    assert titles(composer, tune, 1, 3) == found
    assert not any("\n" in title for title in found)


def test_a_wish_that_cannot_be_met_is_refused_before_anything_is_made(composer: Composer) -> None:
    for wish in (Wish(rhythm="polka"), Wish(meter="5/4"), Wish(prefix="C C C C C | C", meter="4/4"), Wish(key="Dlyd")):
        with pytest.raises(FolkbenchError):
            composer.make(wish, 1)


def test_a_tune_made_with_the_root_c_sharp_comes_back_to_c(absolute: Path) -> None:
    composer = Composer(str(absolute), threads=1)
    words = ("M:4/4", "K:Cmaj", "C", "E", "G", "2", "c", "4", "|", "C", "8", "|")
    for root in composer.encoding.roots:
        assert composer.encoding.read(composer.encoding.tokens(words, root), None) == words
    for made in composer.make(Wish(key="C"), 6, count=4):
        assert encode(made.tune).meter == f"M:{made.tune.meter.text}"


@pytest.mark.parametrize("bars", ["B2-3"])
def test_bars_are_made_anew_and_the_rest_stays_to_the_byte(composer: Composer, bars: str) -> None:
    tune = read(SEED_TUNE.read_text())
    found = rework(composer, tune, bars, 1, choices=2)
    assert found == rework(composer, tune, bars, 1, choices=2)
    for choice in found:
        assert len(choice.bars) == 1 + ("-" in bars)
        assert not failed(check(read(choice.text), strict=True)), choice
        begin, end = (choice.text.startswith(tune.source[:40]), choice.text.endswith(tune.source[-20:]))
        assert begin
        assert end


def test_a_rework_can_keep_the_rhythm_where_a_note_is_one_token(absolute: Path, spelling: Path) -> None:
    tune = read(SEED_TUNE.read_text())
    for choice in rework(Composer(str(absolute), threads=1), tune, "A3", 2, steer=Steer(keep_rhythm=True)):
        made = read(choice.text)
        assert [bar.ticks for bar in made.bars] == [bar.ticks for bar in tune.bars]
        lengths = [[e.ticks for bar in one.bars for e in bar.events if isinstance(e, Note)] for one in (tune, made)]
        assert lengths[0] == lengths[1]
    with pytest.raises(FolkbenchError, match="characters"):
        rework(Composer(str(spelling), threads=1), tune, "A3", 2, steer=Steer(keep_rhythm=True))
