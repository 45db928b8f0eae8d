"""The three encodings as a table: how a tune's words are written in each, and read again.

*Words* are the second encoding's tokens, in root C (`M:4/4 K:Cmaj G, C C 2 | ...`): in them tunes stand in a corpus,
are searched, grouped and turned into ABC. An encoding is a pair of maps between words and the tokens of a network.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from folkbench.encoding import v1, v3
from folkbench.errors import FolkbenchError

Groups = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a network's sequences are written and read.

    `write(words, root)` gives each word's tokens, `read(tokens, root)` the words again; roots are half-steps above C,
    and read finds the root itself where None is given. `write` may raise Unencodable for another root than C.
    """

    name: str
    about: str
    write: Callable[[Sequence[str], int], Groups]
    read: Callable[[Sequence[str], int | None], tuple[str, ...]]
    spans: Callable[[Sequence[str]], tuple[int, ...]] = lambda tokens: (1,) * len(tokens)
    """How many tokens each of the words that `read` gives is written with."""
    roots: tuple[int, ...] = (0,)
    """The roots with which each tune is learnt."""
    spells: bool = False
    """Whether a word is spelled with several tokens; else each is one, and means what `meaning` says."""

    def tokens(self, words: Sequence[str], root: int = 0) -> tuple[str, ...]:
        """The tokens of all `words`, one after the other."""
        return tuple(token for group in self.write(words, root) for token in group)


ENCODINGS = {
    encoding.name: encoding
    for encoding in (
        Encoding("v1", "characters of ABC in root C, with the title", v1.write, v1.read, v1.spans, spells=True),
        Encoding(
            "v2",
            "tokens in root C",
            lambda words, root: tuple((word,) for word in words),
            lambda tokens, root: tuple(tokens),
        ),
        Encoding("v3", "tokens with every pitch spelled out, root C and C#", v3.write, v3.read, roots=v3.ROOTS),
    )
}


def encoding_of(name: str) -> Encoding:
    """The encoding of that name. Raises FolkbenchError if there is none."""
    if name not in ENCODINGS:
        raise FolkbenchError(f"there is no encoding {name!r}", f"take one of: {', '.join(ENCODINGS)}")
    return ENCODINGS[name]
