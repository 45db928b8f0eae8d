"""Sequences: what the network reads and writes, a tune's tokens between `<s>` and `</s>`.

    <s> [T: t:t t:h t:e ...] [R:reel] M:4/4 K:Cmaj music </s>
    <s> [R:reel] M:4/4 K:Cmaj music T: t:t t:h t:e ... </s>

The title may stand before the music or behind it (so that a title can be asked of a tune), and title and
rhythm may each be missing.
"""

from __future__ import annotations

from collections.abc import Sequence

from folkbench.encoding.tokens import END, START, TITLE, meaning
from folkbench.notation.titles import plain


def spell(title: str) -> tuple[str, ...]:
    """A title as tokens, its marker first; () if nothing of it can be spelled."""
    letters = plain(title).text
    return (TITLE, *(f"t:{'_' if letter == ' ' else letter}" for letter in letters)) if letters else ()


def title_of(tokens: Sequence[str]) -> str:
    """The title that a sequence holds, in the network's letters; "" for none."""
    return "".join(meaning(token).value for token in tokens if token.startswith("t:"))


def sequence(
    meter: str, mode: str, music: Sequence[str], *, title: str = "", rhythm: str = "", behind: bool = False
) -> tuple[str, ...]:
    """A whole sequence. `meter` and `mode` are tokens, `rhythm` a name; `behind`: the title behind the music."""
    name = spell(title)
    kind = (rhythm_token(rhythm),) if rhythm else ()
    if behind:
        return (START, *kind, meter, mode, *music, *name, END)
    return (START, *name, *kind, meter, mode, *music, END)


def rhythm_token(rhythm: str) -> str:
    """`R:slip_jig` for slip jig: a token has no space in it."""
    return f"R:{rhythm.replace(' ', '_')}"
