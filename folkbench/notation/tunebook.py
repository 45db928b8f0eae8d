"""Tunebooks: many tunes in one text, read as a stream.

ABC standard 2.1, section 2.2: tunes begin with X: and end at an empty line; what stands between them is free
text; fields before the first tune hold for all. What is really out there is read as well: tunes without X:
(folk-rnn's data), a bare body without any header, and music that goes on behind an empty line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from folkbench.errors import FolkbenchError
from folkbench.notation.reader import read
from folkbench.notation.tune import Field, Tune

_FIELD_LINE = re.compile(r"[A-Za-z+]:(?!\||:)")
_KEY_LINE = re.compile(r"^K:", re.M)
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


def read_tunes(lines: Iterable[str]) -> Iterator[Tune]:
    """The tunes of a tunebook, one after the other; `lines` is anything that gives lines (an open file, or
    `text.splitlines()`), so that a big book needs no more memory than its largest tune.
    """
    defaults: tuple[Field, ...] = ()
    held: tuple[str, int] | None = None  # a tune's text and line, until it is sure that it has ended
    index = 0
    seen_tune = False
    for text, line in _blocks(lines):
        if _begins_tune(text):
            if held is not None:
                index += 1
                yield read(held[0], line=held[1], index=index, defaults=defaults)
            held, seen_tune = (text, line), True
        elif held is not None and _MUSIC.search(text):
            gap = line - held[1] - held[0].count("\n")
            held = (held[0] + "\n" * gap + text, held[1])
        elif not seen_tune and _MUSIC.search(text):
            held, seen_tune = (text, line), True
        elif not seen_tune:
            defaults += tuple(field for field in read(text, line=line).fields if field.name)
    if held is not None:
        yield read(held[0], line=held[1], index=index + 1, defaults=defaults)


def _begins_tune(text: str) -> bool:
    return text.startswith("X:") or bool(_KEY_LINE.search(text) and _FIELD_LINE.match(text))


def _blocks(lines: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Runs of lines without an empty line between them, cut before every X:, with their 1-based line."""
    block: list[str] = []
    start = 1
    number = 0
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
                start = number
            block.append(line)
    if block:
        yield "\n".join(block), start
