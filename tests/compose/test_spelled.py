"""The grammar over characters, one character at a time."""

from __future__ import annotations

import pytest

from folkbench.compose.grammar import Grammar
from folkbench.compose.spelled import Opening, Spelled, Speller
from folkbench.encoding import Token, meaning
from tests.compose.networks import TOKENS

GRAMMAR = Grammar(TOKENS)
SPELLER = Speller(GRAMMAR, TOKENS)
HEAD = "\nM:4/4\nK:Cmaj\n"


def behind(text: str, opening: Opening = (), speller: Speller = SPELLER) -> Spelled | None:
    """The state behind characters; None as soon as one may not stand."""
    state: Spelled | None = speller.start(opening=opening)
    for character in text:
        state = speller.step(state, Token(character, "other")) if state else None
    return state


def after(text: str, opening: Opening = ()) -> frozenset[str]:
    state = behind(text, opening)
    assert state is not None
    return SPELLER.open(state)


@pytest.mark.parametrize(
    "music",
    ["C8|C8|", "G,|C2D2E2F2|G4c3:|", "|:C>DE<FG4|G8|1C4D4:|2C8|", "|:C8|D8::E8|F8:|", "C8-|C4(3GABc2|", "^F8-|^F8|"],
)
def test_music_as_players_write_it_may_be_written_and_end(music: str) -> None:
    assert "</s>" in after(HEAD + music)
    assert "</s>" in after(f"{HEAD}{music}\nT:a a")


@pytest.mark.parametrize(
    "music", ["C8D", "C7|D", "C8|2", "|:C8|D8|\n", "C8-|D", "C8-|C,", "C,8-|C8", "(3CD|", "C>|", "[C]"]
)
def test_music_that_does_not_count_may_not(music: str) -> None:
    assert behind(HEAD + music) is None


def test_a_word_is_as_long_as_it_can_be() -> None:
    assert "2" not in after(f"{HEAD}C2")  # there is no length 22
    assert after(f"{HEAD}|:C8|D8:") == {"|", ":"}
    assert {"|", "2"} & after(f"{HEAD}|:C8|D8|1D8:|") == {"|", "2"}


def test_a_tie_lets_its_own_note_follow_and_no_longer_one() -> None:
    notes = frozenset("CDEFGABcdefgab^_=z[")
    assert notes & after(f"{HEAD}c8-|") == {"c"}
    assert "'" not in after(f"{HEAD}c8-|c")
    assert after(f"{HEAD}^F4-") & notes == {"^"}


def test_a_bar_line_that_comes_too_early_does_not_lead_into_an_ending() -> None:
    assert "|" not in after(f"{HEAD}C8|C2")
    assert "1" in after(f"{HEAD}C8|C8|")


def test_an_opening_says_what_the_first_words_are() -> None:
    opening = (("R:reel", "R:slip_jig"), ("M:4/4",), ("K:Cmaj",), ("C",), ("8",))
    assert after("\nR:", opening) == {"r", "s"}
    assert after("\nR:reel\n", opening) == {"M"}
    assert after("\nR:reel\nM:4/4\nK:Cmaj\n", opening) == {"C"}
    assert after("\nR:reel\nM:4/4\nK:Cmaj\nC", opening) == {"8"}
    assert "|" in after("\nR:reel\nM:4/4\nK:Cmaj\nC8", opening)
    free = Speller(None, TOKENS)
    state = behind("\nR:reel\nM:4/4\nK:Cmaj\nC8", opening, free)
    assert state is not None
    assert {"]", "\n", "7"} <= free.open(state)


def test_every_word_of_the_grammar_has_a_meaning_of_its_own() -> None:
    assert {meaning(token.text) for token in TOKENS} == set(TOKENS)
