"""Tunebooks: many tunes in one text, read as a stream.

ABC standard 2.1, section 2.2: tunes begin with X: and end at an empty line; what stands between them is free
text; fields before the first tune hold for all. What is really out there is read as well: tunes without X:
(folk-rnn's data), a bare body without any header, and music that goes on behind an empty line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from folkbench.errors import FolkbenchError
from folkbench.notation.reader import read
from folkbench.notation.tune import Field, Tune

_FIELD_LINE = re.compile(r"[A-Za-z+]:(?!\||:)")
_KEY_LINE = re.compile(r"^K:", re.M)
LONGEST = 1_000_000
"""Characters of the longest line, and of the longest tune, that are read."""

_TOO_LONG = "no tune is as long; give a tunebook in ABC notation"
_MOST_DEFAULTS = 1000
_MUSIC = re.compile(r"\|[^|\n]*[A-Ga-g][^|\n]*[A-Ga-g]|[A-Ga-g][^|\n]*[A-Ga-g][^|\n]*\|")


def decode(data: bytes, name: str = "the input") -> str:
    """File bytes as text: UTF-8 (with or without a mark), else Latin-1.

    Raises FolkbenchError for what is no text at all.
    """
    head = data[:4096]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    if head.startswith(b"%PDF"):
        raise FolkbenchError(f"{name} is a PDF, not ABC", "give the ABC it was made from")
    if b"\0" in head:
        raise FolkbenchError(f"{name} is no text", "give a file in ABC notation")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


class Draft(NamedTuple):
    """A tune's text before it is read: the line in its file on which it begins, its ordinal, the file's own fields."""

    text: str
    line: int
    ordinal: int
    defaults: tuple[Field, ...]

    def read(self) -> Tune:
        """The tune."""
        return read(self.text, line=self.line, index=self.ordinal, defaults=self.defaults)


def read_tunes(lines: Iterable[str]) -> Iterator[Tune]:
    """The tunes of a tunebook, one after the other; `lines` is anything that gives lines (an open file, or
    `text.splitlines()`), so that a big book needs no more memory than its largest tune.

    Raises FolkbenchError for a line or a tune of more than a million characters: no tune is as long.
    """
    for draft in split_tunes(lines):
        yield draft.read()


def split_tunes(lines: Iterable[str]) -> Iterator[Draft]:
    """The same tunes, not read yet. Raises as `read_tunes` does."""
    defaults: tuple[Field, ...] = ()
    held: list[str] = []  # a tune's text in pieces, until it is sure that it has ended
    first = behind = 0  # the line it begins on, and the one behind its last
    index = size = 0
    for text, line in _blocks(lines):
        begins = _begins_tune(text)
        if begins and held:
            index += 1
            yield Draft("".join(held), first, index, defaults)
            held = []
        if begins or (_MUSIC.search(text) and (held or not index)):
            if held:
                held.append("\n" * (line - behind))
            else:
                first, size = line, 0
            held.append(text)
            behind = line + text.count("\n")
            size += len(text)
            if size > LONGEST:
                raise FolkbenchError(f"the tune of line {first} has more than {LONGEST:,} characters", _TOO_LONG)
        elif not held and not index and len(defaults) < _MOST_DEFAULTS:
            defaults += tuple(field for field in read(text, line=line).fields if field.name)
    if held:
        yield Draft("".join(held), first, index + 1, defaults)


def _begins_tune(text: str) -> bool:
    return text.startswith("X:") or bool(_KEY_LINE.search(text) and _FIELD_LINE.match(text))


def _blocks(lines: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Runs of lines without an empty line between them, cut before every X:, with their 1-based line."""
    block: list[str] = []
    start = 1
    number = size = 0
    for raw in lines:
        for line in raw.rstrip("\r\n").split("\r"):
            number += 1
            if number == 1:
                line = line.removeprefix("\ufeff")
            if not line.strip() or line.startswith("X:"):
                if block:
                    yield "\n".join(block), start
                    block = []
                if not line.strip():
                    continue
            if not block:
                start, size = number, 0
            size += len(line)
            if size > LONGEST:
                raise FolkbenchError(f"line {number}: more than {LONGEST:,} characters without an end", _TOO_LONG)
            block.append(line)
    if block:
        yield "\n".join(block), start
