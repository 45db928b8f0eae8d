"""Tempos as ABC's Q: field and a player write them (ABC standard 2.1, section 3.1.8)."""

from __future__ import annotations

import re
from fractions import Fraction

_EQUATION = re.compile(r"((?:\d+/\d+\s*)+)=\s*(\d+(?:\.\d+)?)")
_NUMBER = re.compile(r"\s*(?:C\d*\s*=\s*)?(\d+(?:\.\d+)?)\s*$")


def marked(text: str, unit: Fraction) -> Fraction | None:
    """Quarter notes a minute that a Q: field asks for; None where it only has words.

    `1/4=120`, `"Allegro" 3/8=60`, `1/4 3/8=40` (the sum); a number alone counts unit note lengths, as of old.
    """
    words = re.sub(r'"[^"]*"', "", text)
    if equation := _EQUATION.search(words):
        beat = sum((_fraction(piece) for piece in equation.group(1).split()), Fraction(0))
        return beat * 4 * Fraction(equation.group(2)) or None
    if number := _NUMBER.match(words):
        return unit * 4 * Fraction(number.group(1)) or None
    return None


def beats_a_minute(text: str, beat: Fraction) -> Fraction | None:
    """Quarter notes a minute that a player asks for: `112` beats of the dance, or `1/4=180`; None if unreadable."""
    if equation := _EQUATION.fullmatch(text.strip()):
        return (
            sum((_fraction(piece) for piece in equation.group(1).split()), Fraction(0))
            * 4
            * Fraction(equation.group(2))
        )
    try:
        return Fraction(text) * beat * 4
    except (ValueError, ZeroDivisionError):
        return None


def _fraction(text: str) -> Fraction:
    above, _, below = text.partition("/")
    return Fraction(int(above), int(below)) if int(below) else Fraction(0)
