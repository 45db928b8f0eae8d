"""Tokens that the grammar doesn't tell apart: it is asked of one of each kind."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from folkbench.encoding import Token


class Alike:
    """One token of each kind, and all of that kind; and which of all are pitches.

    `apart`: each is told from all others, as characters are.
    """

    def __init__(self, tokens: Sequence[Token], *, apart: bool = False) -> None:
        groups: dict[object, list[int]] = {}
        for number, token in enumerate(tokens):
            groups.setdefault(number if apart else sort_of(token), []).append(number)
        self.groups = [(numbers[0], np.array(numbers)) for numbers in groups.values()]
        self.pitches = np.array(
            [number for number, token in enumerate(tokens) if token.kind == "pitch"], dtype=np.int64
        )


def sort_of(token: Token) -> object:
    """What the grammar tells a token by."""
    if token.kind == "pitch":
        return token.kind, token.alter is not None
    if token.kind == "letter":
        return token.kind, token.value == " "
    if token.kind in ("rhythm", "mode", "other"):
        return token.kind
    return token.text
