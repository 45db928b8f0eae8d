"""What tokens mean, in our vocabulary and in the published one."""

import pytest

from folkbench.encoding import Vocabulary, meaning
from folkbench.encoding.tokens import order, pitch_text


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("^F,", "pitch", {"step": -4, "alter": 1}),
        ("c'", "pitch", {"step": 14, "alter": None}),
        ("__e", "pitch", {"step": 9, "alter": -2}),
        ("3/2", "length", {"num": 3, "den": 2}),
        ("/2", "length", {"num": 1, "den": 2}),
        ("2>", "broken", {"num": 2, "dots": 1}),
        ("/2<", "broken", {"den": 2, "dots": -1}),
        ("(3", "tuplet", {"num": 3, "den": 2, "span": 3}),
        ("(9", "tuplet", {"num": 9, "den": 0, "span": 9}),
        ("(3:2:2", "tuplet", {"num": 3, "den": 2, "span": 2}),
        ("M:12/8", "meter", {"num": 12, "den": 8}),
        ("K:Cdor", "mode", {"value": "dor"}),
        ("K:mix", "mode", {"value": "mix"}),
        (":|", "bar", {"ends": True, "begins": False}),
        ("|:", "bar", {"ends": False, "begins": True}),
        ("||", "bar", {"value": "double"}),
        ("|2", "ending", {"number": 2}),
        ("R:slip_jig", "rhythm", {"value": "slip jig"}),
        ("t:a", "letter", {"value": "a"}),
        ("t:_", "letter", {"value": " "}),
        ("T:", "marker", {}),
        ("#", "other", {}),
    ],
)
def test_a_token_says_what_it_means(text: str, kind: str, said: dict[str, object]) -> None:
    token = meaning(text)
    assert token.kind == kind
    assert {name: getattr(token, name) for name in said} == said


def test_a_vocabulary_numbers_its_tokens_and_finds_them_by_kind() -> None:
    vocabulary = Vocabulary(tuple(sorted(["c", "|", "<s>", "_B,", "C", "2", "=C", "/2"], key=order)))
    assert vocabulary.texts == ("<s>", "|", "_B,", "C", "=C", "c", "/2", "2")
    assert vocabulary.of_kind("pitch") == (2, 3, 4, 5)
    assert vocabulary.numbers(("C", "2", "|")) == [3, 7, 1]
    assert not vocabulary.knows(("C", "3"))


def test_pitches_are_written_as_they_are_read() -> None:
    for step in range(-16, 24):
        for alter in (None, -2, -1, 0, 1, 2):
            token = meaning(pitch_text(step, alter))
            assert (token.kind, token.step, token.alter) == ("pitch", step, alter)
