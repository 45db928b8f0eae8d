from __future__ import annotations

from fractions import Fraction

import pytest

from folkbench.sound.tempo import beats_a_minute, marked


@pytest.mark.parametrize(
    ("text", "quarters"),
    [
        ("1/4=120", 120),
        ("3/8=60", 90),
        ('"Allegro" 1/4=130', 130),
        ('1/2=100 "Lively"', 200),
        ("1/4 3/8 1/4 3/8=40", 200),
        ("C=120", 60),
        ("C3=120", 60),
        ("120", 60),
        ('"Slow"', None),
        ("1/4=0", None),
        ("1/0=100", None),
        ("", None),
        ("fast", None),
    ],
)
def test_q_fields_say_quarter_notes_a_minute(text: str, quarters: int | None) -> None:
    assert marked(text, Fraction(1, 8)) == quarters


@pytest.mark.parametrize(
    ("text", "quarters"), [("112", 224), ("112.5", 225), ("1/4=180", 180), ("0", 0), ("quick", None), ("1/0", None)]
)
def test_a_player_counts_the_dance_s_beats(text: str, quarters: int | None) -> None:
    assert beats_a_minute(text, Fraction(1, 2)) == quarters
