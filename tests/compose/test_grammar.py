"""The grammar against `check --strict`: what leaves it is well made, whatever a network wants."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from folkbench.check import check, failed
from folkbench.compose.form import FREE, Form, parse_form
from folkbench.compose.grammar import Grammar
from folkbench.compose.masks import Masks
from folkbench.compose.request import Request
from folkbench.compose.sampling import sample, walk
from folkbench.compose.states import Over
from folkbench.encoding import decode
from folkbench.errors import FolkbenchError
from folkbench.notation import form, structure
from folkbench.notation.tune import Tune
from tests.compose.networks import TOKENS, VOCABULARY, RandomNetwork

FORMS = [
    FREE,
    Form(pickup=True),
    Form(pickup=False, endings=False),
    parse_form("AABB"),
    parse_form("AABBCC", 4, pickup=True),
    parse_form("AABB", 4, pickup=False, endings=True),
    parse_form("AABB", 8, pickup=True, endings=True),
    parse_form("ABB", 4, endings=False),
    parse_form("A", 16),
    parse_form("ABAC", 4),
    parse_form("AABBA", 4, pickup=True),
    parse_form("AABBAA", 2, endings=True),
]


def tune_of(numbers: tuple[int, ...]) -> Tune:
    texts = [VOCABULARY.texts[number] for number in numbers]
    key = next(place for place, text in enumerate(texts) if text.startswith("K:"))
    music = texts[key + 1 : texts.index("T:") if "T:" in texts[key:] else -1]
    return decode(music, meter=texts[key - 1], mode=texts[key])


def accepts(text: str, asked: Form = FREE) -> bool:
    """Whether the grammar lets all of this be written, and the tune end there."""
    grammar = Grammar(TOKENS)
    state = grammar.start(asked)
    for word in [*text.split(), "</s>"]:
        after = grammar.step(state, TOKENS[VOCABULARY.index[word]])
        if after is None:
            return False
        state = after
    return isinstance(state, Over)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6), asked=st.sampled_from(FORMS), gain=st.sampled_from([0.5, 3.0, 20.0]))
def test_what_a_network_without_sense_writes_passes_check_strict_and_has_the_form_asked_for(
    seed: int, asked: Form, gain: float
) -> None:
    masks = Masks(TOKENS)
    requests = [Request(seed, k, (), asked) for k in range(1, 6)]
    for drawn in sample(RandomNetwork(seed, gain), masks, requests, longest=150):
        tune = tune_of(drawn.tokens)
        problems = check(tune, strict=True)
        assert not failed(problems), problems
        parts = form(tune)
        if asked.parts and len(parts) == len(asked.parts):
            assert [part.bars for part in parts] == [part.bars for part in asked.parts]
            assert structure(parts) == "".join(part.letter * (1 + part.repeated) for part in asked.parts)
            assert [part.again for part in parts] == [
                asked.parts[part.again].letter if part.again >= 0 else "" for part in asked.parts
            ]
        if asked.pickup is not None:
            assert {part.pickup for part in parts} == {asked.pickup}
        if asked.endings is not None:
            assert any(place.ending for part in parts for place in part.places) == asked.endings


@pytest.mark.parametrize(
    "music",
    [
        "C 2 D 2 E 2 F 2 | G 4 c 4 |",
        "G, | C 2 D 2 E 2 F 2 | G 4 c 3 |",
        "G, | C 2 D 2 E 2 F 2 | G 4 c 3 :| |: z 2 | C 4 D 4 | E 4 c 2 :|",
        "|: C > D E < F G 4 | G 8 |1 C 4 D 4 :| |2 C 8 |",
        "|: C 8 | C 4 |1 D 4 | E 8 :| |2 E 4 | C 8 :|",
        "|: C 8 | (3 E F G A 2 [ C E G ] 4 :|",
        "C 8 - | C 4 G 4 |",
        "G, | C 8 | C 7 || E 2 | C 8 | D 6 |",
        "C 8 | D 8 || E 8 | F 8 :|",
        "|: C 8 || D 8 :|",
        "^F 8 - | ^F 4 (3 G A B c 2 |",
    ],
)
def test_music_as_players_write_it_may_be_written(music: str) -> None:
    assert accepts(f"M:4/4 K:Cmaj {music}")


@pytest.mark.parametrize(
    "music",
    [
        "C 2 D 2 E 2 F | G 4 c 4 |",  # a bar too short
        "C 8 D | G 4 c 4 |",  # too long
        "G, | C 8 | G 4 c 4 |",  # a pickup that isn't made up
        "|: C 8 | G 8 |",  # a repeat that isn't closed
        "|: C 8 |1 G 8 :|",  # a first ending without a second
        "C 8 |2 G 8 |",  # and the other way round
        "C 8 | (3 C D | G 8 |",  # a tuplet with a note too few
        "C 8 | C 7 D > | G 8 |",  # a broken rhythm over the bar line
        "C 8 | [ C ] 8 |",  # a chord of one note
        "C 8 - | z 8 |",  # a tie to a rest
        "C 8 - :|",
        "C 8 | D 8 ||",
        "|: G 3 | C 8 || D 4 |1 C 4 | D 5 :| |2 C 4 | D 5 :|",
        "C 8 | D 7 || E 8 | F 8 |",
        "|: |: C 8 | G 8 :|",
        "",
    ],
)
def test_music_that_does_not_count_may_not(music: str) -> None:
    assert not accepts(f"M:4/4 K:Cmaj {music}")


def test_a_note_too_long_is_allowed_only_where_a_length_can_still_shorten_it() -> None:
    grammar = Grammar(TOKENS)
    state = grammar.start()
    for word in ["M:2/4", "K:Cmaj", "C", "3", "D", "/4", "E"]:
        state = grammar.step(state, TOKENS[VOCABULARY.index[word]])
        assert state is not None
    allowed = [token.text for token in TOKENS if grammar.step(state, token) is not None]
    assert set(allowed) == {"/2", "/4", "1/8", "3/4"}


def test_a_tie_is_held_to_its_pitch() -> None:
    masks = Masks(TOKENS)
    numbers = VOCABULARY.numbers(("M:4/4", "K:Cmaj", "C", "8", "-", "|", "C"))
    assert walk(masks, FREE, numbers)[0] == len(numbers)
    numbers[-1] = VOCABULARY.index["D"]
    assert walk(masks, FREE, numbers)[0] == len(numbers) - 1


def test_a_title_stands_before_the_music_or_behind_it_but_not_twice() -> None:
    music = "M:4/4 K:Cmaj C 8 | C 8 |"
    assert accepts(f"T: t:a t:_ t:a R:reel {music}")
    assert accepts(f"{music} T: t:a t:' t:a")
    assert not accepts(f"T: t:a {music} T: t:a")
    assert not accepts(f"T: t:_ t:a {music}")
    assert not accepts(music, Form(title="before"))
    assert not accepts(f"{music} T: t:a", Form(title="none"))
    assert not accepts(music, Form(title="behind"))
    assert accepts(f"{music} T: t:a", Form(title="behind"))


@pytest.mark.parametrize("letters", ["", "AAA", "BA", "AAC", "A B", "AABBA" * 3, "AA1", "ACA"])
def test_what_is_no_form_is_refused(letters: str) -> None:
    with pytest.raises(FolkbenchError):
        parse_form(letters)
