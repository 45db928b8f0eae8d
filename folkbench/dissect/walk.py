"""A tune as the network takes it: a sequence of tokens, and where in the tune each of them stands.

Step t is what the network does on taking token t; what it then expects is held against token t+1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from folkbench.encoding import END, START, Unencodable, encode, encoding_of, meaning, rhythm_token, spell
from folkbench.encoding.timing import EIGHTH, bars
from folkbench.encoding.v2 import plain_bars
from folkbench.errors import FolkbenchError
from folkbench.notation import Tune
from folkbench.notation.tune import WHOLE

Numbers = NDArray[np.int64]

HEAD = -1
"""The bar number of tokens before the music."""


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """A tune in the network's tokens. All arrays are `(steps,)`, a step for every token, `</s>` included."""

    tokens: Numbers
    texts: tuple[str, ...]
    words: tuple[str, ...]
    """The word that each token says, or is a character of; in root C."""
    ends: NDArray[np.bool_]
    """Whether the word ends with the token."""
    bar: Numbers
    """The bar that the token stands in, from 0 (bar lines belong to the bar they close); HEAD before the music."""
    eighths: NDArray[np.float32]
    """How far into the bar, in eighths: the onset of the note the token belongs to, for a bar line 0."""
    part: Numbers
    """The part, from 0; a part ends at a repeat sign or a double bar."""
    bar_in_part: Numbers
    """As players count: from 1, a pickup is 0."""

    @property
    def targets(self) -> Numbers:
        """(steps - 1,): what was to be expected after each step but the last."""
        return self.tokens[1:]

    @property
    def lines(self) -> Numbers:
        """The steps at which a bar line (a repeat sign, an ending) is taken."""
        lines = [meaning(word).kind in ("bar", "ending") for word in self.words]
        return np.flatnonzero(np.array(lines) & self.ends)

    @property
    def places(self) -> tuple[str, ...]:
        """Where each token stands, as players say it: "A5", "B0" for a pickup, "" before the music."""
        return tuple(
            "" if bar == HEAD else f"{chr(65 + part % 26)}{counted}"
            for bar, part, counted in zip(self.bar.tolist(), self.part.tolist(), self.bar_in_part.tolist(), strict=True)
        )

    @property
    def head(self) -> int:
        """How many steps come before the music."""
        return int((self.bar == HEAD).sum())


def walk(tune: Tune, vocabulary: Sequence[str], encoding: str = "v2", *, primed: bool = False) -> Walk:
    """A tune's tokens between `<s>` and `</s>`, root C; `primed`: behind its title and rhythm, as far as known.

    Raises FolkbenchError where the tune can't be said in this vocabulary.
    """
    try:
        said = encode(tune)
    except Unencodable as error:
        raise FolkbenchError(f"this tune can't be said in tokens: {error.message}", "take another tune") from error
    known = set(vocabulary)
    chosen = encoding_of(encoding)
    head: list[str] = []
    if primed:
        head = [*spell(tune.title), rhythm_token(tune.rhythm)]
        head = [word for word in head if known.issuperset(chosen.tokens((word,)))]
    music = said.music if known.issuperset(chosen.tokens(("||",))) else plain_bars(said.music)
    return place((*head, said.meter, said.mode, *music), vocabulary, encoding)


def place(words: Sequence[str], vocabulary: Sequence[str], encoding: str = "v2") -> Walk:
    """The tokens of words in root C, with `<s>` and `</s>` put around them, and where each stands.

    Raises FolkbenchError for a token that isn't in the vocabulary.
    """
    whole = encoding_of(encoding).tokens((START, *words, END))
    index = {text: number for number, text in enumerate(vocabulary)}
    unknown = sorted({text for text in whole if text not in index})
    if unknown:
        raise FolkbenchError(f"the network doesn't know the tokens {' '.join(unknown)}", "take another tune or network")
    return stand([index[text] for text in whole], vocabulary, encoding)


def stand(tokens: Sequence[int], vocabulary: Sequence[str], encoding: str = "v2") -> Walk:
    """A sequence of token numbers as it was sampled, from `<s>` on, and where each stands."""
    own = tuple(vocabulary[number] for number in tokens)
    spans = np.array(encoding_of(encoding).spans(own), np.int64)
    texts = encoding_of(encoding).read(own, None)
    kinds = [meaning(text).kind for text in texts]
    music = 1 + max((k for k, kind in enumerate(kinds) if kind in ("start", "meter", "mode", "rhythm")), default=-1)
    meter = next((text for text, kind in zip(texts, kinds, strict=True) if kind == "meter"), "M:4/4")
    mode = next((text for text, kind in zip(texts, kinds, strict=True) if kind == "mode"), "K:Cmaj")
    steps = len(texts)
    bar, part, counted = (np.full(steps, HEAD, np.int64) for _ in range(3))
    eighths = np.zeros(steps, np.float32)
    full = WHOLE * meaning(meter).num // meaning(meter).den
    number = nth = first = 0
    pickup = False
    heard = bars(texts[music:], meter, mode)
    starts = [music + sounds[0].token for sounds in heard]
    onsets = {music + sound.token: sound.at for sounds in heard for sound in sounds}
    at = 0
    for step in range(music, steps):
        while number + 1 < len(starts) and step >= starts[number + 1]:
            number += 1
        if step in starts and number == first:
            last = heard[number][-1]
            pickup = last.at + last.ticks < full
        at = 0 if kinds[step] in ("bar", "ending", "end") else onsets.get(step, at)
        bar[step], part[step] = number, nth
        counted[step] = number - first + (0 if pickup else 1)
        if number < first:  # a part has ended and no note of the next has come
            over = kinds[step] == "end"
            part[step], counted[step] = (part[step - 1], counted[step - 1]) if over else (nth, 0)
        eighths[step] = at / EIGHTH
        token = meaning(texts[step])
        parts = kinds[step] == "bar" and (token.ends or token.begins or token.value == "double")
        if parts and first < len(starts) and step > starts[first]:
            nth, first = nth + 1, number + 1
    ends = np.zeros(len(own), np.bool_)
    ends[np.cumsum(spans) - 1] = True
    words = tuple(text for text, count in zip(texts, spans.tolist(), strict=True) for _ in range(count))
    bar, part, counted = (np.repeat(places, spans) for places in (bar, part, counted))
    return Walk(np.array(tokens, np.int64), own, words, ends, bar, np.repeat(eighths, spans), part, counted)
