"""Figures: a few notes, typed as ABC or as spaced tokens, as the tokens that a tune with them would have.

Spaced tokens (`G, C C 2`) are in root C and stay as they are, but for their spelling: an accidental is written at
every note it holds for, a dotted pair as `>`, `::` as `:| |:`. Anything else is ABC, in the key that is named.
"""

from __future__ import annotations

from collections.abc import Iterator

from folkbench.encoding.tokens import ACCIDENTALS, Token, meaning, pitch_text
from folkbench.encoding.v2 import encode
from folkbench.errors import FolkbenchError
from folkbench.notation.reader import read

_MUSIC = frozenset(
    {"pitch", "rest", "length", "broken", "tie", "tuplet", "open", "close", "bar", "ending"},
)
_SPELLED = {"::": (":|", "|:"), "|]": ("||",), "[|": ("||",), "[1": ("|1",), "[2": ("|2",), ":|2": (":|", "|2")}
_PAIRS = {("3/2", "/2"): ">", ("/2", "3/2"): "<", ("7/4", "/4"): ">>", ("/4", "7/4"): "<<"}


def figure(text: str, key: str = "C", meter: str = "4/4", octave: int = 0) -> tuple[str, ...]:
    """The tokens of a figure. `key` and `meter` are those of ABC; spaced tokens need neither.

    Where a fragment lies in root C can't be told from it alone: its tonic goes down to C, as in nine of ten tunes in
    any key, and `octave` higher. Raises Unencodable for what tokens can't say, such as half a tuplet, and
    FolkbenchError for what is neither tokens nor ABC.
    """
    words = text.split()
    if is_spaced(words):
        return tuple(_spelled(words))
    body = text.strip()
    tune = read(f"X:1\nM:{meter}\nL:1/8\nK:{key}\n{body}\n")
    strange = next((remark for remark in tune.remarks if remark.code.startswith("unknown")), None)
    if strange:
        raise FolkbenchError(f"{strange.text!r} is neither a token nor ABC", 'such as "G, C C 2" or "G,CC2"')
    music = list(encode(tune, octave=octave).music)
    if body[:1] == "|" and music[0] not in ("|:", "|1", "|2"):
        music.insert(0, "|")
    if body[-1:] not in ("|", "]", ":") and music[-1] == "|":
        music.pop()
    return tuple(music)


def is_spaced(words: list[str]) -> bool:
    """Whether all words are tokens of music, so that the text is spaced tokens and not ABC."""
    return bool(words) and all(meaning(word).kind in _MUSIC for word in words)


def _spelled(words: list[str]) -> Iterator[str]:
    """Spaced tokens in the one spelling that tunes have."""
    tokens = [meaning(text) for word in words for text in _SPELLED.get(word, (word,))]
    altered: dict[int, int] = {}
    tokens = [_with_accidental(token, altered) for token in tokens]
    place = 0
    while place < len(tokens):
        arrow = _arrow(tokens, place)
        if arrow:
            yield from (tokens[place].text, arrow, tokens[place + 2].text)
            place += 4
        else:
            yield tokens[place].text
            place += 1


def _with_accidental(token: Token, altered: dict[int, int]) -> Token:
    """A pitch with the accidental that holds for it; `altered` remembers the bar's by letter."""
    if token.kind in ("bar", "ending"):
        altered.clear()
    if token.kind != "pitch":
        return token
    if token.alter is not None:
        altered[token.step % 7] = token.alter
        return token
    alter = altered.get(token.step % 7, 0)
    return meaning(pitch_text(token.step, alter)) if ACCIDENTALS[alter] != "=" else token


def _arrow(tokens: list[Token], place: int) -> str:
    """`>` where two single notes with their lengths are a dotted pair."""
    four = tokens[place : place + 4]
    if [token.kind for token in four] != ["pitch", "length", "pitch", "length"]:
        return ""
    return _PAIRS.get((four[1].text, four[3].text), "")
