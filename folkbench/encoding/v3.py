"""The third encoding: a tune as tokens whose pitches say what they sound as, folk-rnn's v3.

Each pitch has its accidental, `=C ^F _B`, and means the same under any key and behind any other note. `K:maj` names
the mode and no tonic. A tune is learnt twice, with its root C and with its root C#, each note a half-step higher on the
same letter (E is `=E` and `^E`): what is a step apart then has two spellings, and neither is the rule.

Token for token these are the second encoding's words. Which root a sequence stands on isn't written in it; more of
its notes are in the scale of that one.
"""

from __future__ import annotations

from collections.abc import Sequence

from folkbench.encoding.tokens import meaning, pitch_text
from folkbench.encoding.v2 import Unencodable, in_scale, signature

ROOTS = (0, 1)
"""Half-steps above C."""


def write(words: Sequence[str], root: int = 0) -> tuple[tuple[str, ...], ...]:
    """Each word's token, with the root so many half-steps above C. The mode stands before the notes; without one, maj.

    Raises Unencodable for a note that would be altered by more than two half-steps.
    """
    scale = signature("C", "maj")
    bar: dict[int, int] = {}
    found = []
    for word in words:
        token = meaning(word)
        text = word
        if token.kind == "pitch":
            degree = token.step % 7
            if token.alter is not None:
                bar[degree] = token.alter
            alter = bar.get(degree, scale[degree]) + root
            if alter > 2:
                raise Unencodable("accidental", "a note is altered by more than two half-steps with the root C#")
            text = pitch_text(token.step, alter)
        elif token.kind == "mode":
            scale, text = signature("C", token.value), f"K:{token.value}"
        elif token.kind in ("bar", "ending"):
            bar.clear()
        found.append((text,))
    return tuple(found)


def read(tokens: Sequence[str], root: int | None = None) -> tuple[str, ...]:
    """The words that tokens say; `root` None: the one in whose scale most notes stand."""
    root = root_of(tokens) if root is None else root
    scale = signature("C", "maj")
    bar: dict[int, int] = {}
    found = []
    for text in tokens:
        token = meaning(text)
        if token.kind == "pitch":
            alter = scale[token.step % 7] if token.alter is None else token.alter - root
            text = in_scale(token.step, alter, scale, bar)
        elif token.kind == "mode":
            scale, text = signature("C", token.value), f"K:C{token.value}"
        elif token.kind in ("bar", "ending"):
            bar.clear()
        found.append(text)
    return tuple(found)


def root_of(tokens: Sequence[str]) -> int:
    """The root of a sequence: that in whose scale most of its notes stand, of two as good the lower."""
    known = [meaning(text) for text in tokens]
    mode = next((token.value for token in known if token.kind == "mode"), "maj")
    scale = signature("C", mode)
    notes = [(scale[token.step % 7], token.alter) for token in known if token.kind == "pitch"]
    roots = [root for root in ROOTS if all(alter is None or alter - root >= -2 for _, alter in notes)]
    return max(roots, key=lambda root: (sum(alter == plain + root for plain, alter in notes), -root))
