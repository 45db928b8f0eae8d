"""The first encoding: a tune as the characters of its ABC, with its title, folk-rnn's v1.

    <s>
    T:the cunning storm
    R:reel
    M:4/4
    K:Cmaj
    B,|G,CC2G,CEC|G,CEGFDB,D|...:|</s>

One token a character; `<s>` stands for `X:1`, so that every field begins with a line break, and `</s>` for the empty
line behind the tune. The music is the second encoding's, in root C, written without spaces, and two signs at one bar
line as players write them: `::`, `:|2`. The title may stand behind the music as well (the line break parts them).

Read from left to right, each word as long as it can be, the characters give the same words again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from folkbench.encoding.sequence import rhythm_token
from folkbench.encoding.tokens import END, START, TITLE, meaning

JOINED = {(":|", "|:"): (":", ":"), (":|", "|2"): (":|", "2")}
"""Two words that are written together -> what each of them is then."""


def write(words: Sequence[str], root: int = 0) -> tuple[tuple[str, ...], ...]:
    """Each word's characters. There is one root, C."""
    found = [spelling(word) for word in words]
    for place, pair in enumerate(pairwise(words)):
        if pair in JOINED:
            found[place : place + 2] = (tuple(text) for text in JOINED[pair])
    return tuple(found)


def spelling(word: str) -> tuple[str, ...]:
    """The characters of one word by itself."""
    if word in (START, END):
        return (word,)
    token = meaning(word)
    field = {
        "marker": f"\n{TITLE}",
        "letter": token.value,
        "rhythm": f"\nR:{token.value}",
        "meter": f"\n{word}",
        "mode": f"\n{word}\n",
    }
    return tuple(field.get(token.kind, word))


def read(tokens: Sequence[str], root: int | None = None) -> tuple[str, ...]:
    """The words that characters spell; a character that belongs to none is a word by itself, which means nothing."""
    return tuple(word for word, _ in _words(tokens))


def spans(tokens: Sequence[str]) -> tuple[int, ...]:
    """How many characters each of those words has."""
    return tuple(count for _, count in _words(tokens))


def _words(tokens: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Each word, and how many characters it has."""
    begins, ends = START in tokens[:1], END in tokens[-1:]
    if begins:
        yield START, 1
    yield from _music("".join(tokens[begins : len(tokens) - ends]))
    if ends:
        yield END, 1


def _music(text: str) -> Iterator[tuple[str, int]]:
    at = 0
    while field := _FIELD.match(text, at):
        at = field.end()
        yield from _field(field)
        if field["mode"]:
            break
    while at < len(text):
        title = _TITLE.match(text, at)
        if title:
            yield from _field(title)
            return
        word = _WORD.match(text, at)
        found = word[0] if word else text[at]
        at += len(found)
        if found in _PARTED:
            yield from zip(_PARTED[found], map(len, JOINED[_PARTED[found]]), strict=True)
        else:
            yield found, len(found)


def _field(field: re.Match[str]) -> Iterator[tuple[str, int]]:
    """The words of one field."""
    parts = field.groupdict()
    if parts["title"] is not None:
        yield TITLE, len(TITLE) + 1
        yield from ((f"t:{'_' if letter == ' ' else letter}", 1) for letter in parts["title"])
    elif parts["rhythm"] is not None:
        yield rhythm_token(parts["rhythm"]), len(field[0])
    else:
        yield parts["meter"] or parts["mode"], len(field[0])


_FIELD = re.compile(r"\n(?:T:(?P<title>[^\n]*)|R:(?P<rhythm>[^\n]*)|(?P<meter>M:[^\n]*)|(?P<mode>K:[^\n]*)\n?)")
_TITLE = re.compile(r"\nT:(?P<title>.*)", re.DOTALL)
_PARTED = {"".join("".join(text) for text in texts): pair for pair, texts in JOINED.items()}
_WORD = re.compile(
    "|".join(
        (
            *(re.escape(text) for text in sorted(_PARTED, key=len, reverse=True)),
            r"\|[1-9]|\|\||\|:|:\||\|",
            r"(?:\^\^?|__?|=)?[A-Ga-g](?:,+|'+)?",
            r"[1-9]\d{0,2}(?:/[1-9]\d{0,2})?|/[1-9]\d{0,2}",
            r">{1,3}|<{1,3}",
            r"\([2-9](?::[1-9](?::[1-9])?)?",
        )
    )
)
"""Music words of more than one character, longest first; what is no such word is a word of one."""
