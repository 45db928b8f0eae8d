"""What the commands share: reading TUNE arguments, saying things on stderr, printing JSON.

A TUNE is a path, `-` (standard input), or a name from the tunes folder; `FILE#3` is the tune with X:3.
Without one it is the last tune that this bench made.
"""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from folkbench import bench
from folkbench.errors import FolkbenchError, NotFound
from folkbench.notation import Draft, Tune, decode, read_tunes, split_tunes
from folkbench.notation.tunebook import LONGEST

_WHOLE_AT_ONCE = 1 << 20  # bytes; a larger file is streamed line by line


def say(text: str) -> None:
    """Talk: one line on stderr."""
    print(text, file=sys.stderr)


def print_json(answer: dict[str, Any]) -> None:
    """One object on stdout."""
    print(json.dumps(answer, ensure_ascii=False))


def locate(argument: str | None) -> tuple[Path | None, str]:
    """The file that a TUNE argument means, and the X: number behind its # ("" if none). Path None is stdin.

    Raises NotFound if there is no such file or name.
    """
    if argument is None:
        return bench.last_tune(), ""
    if argument == "-":
        return None, ""
    for name, x in ((argument, ""), _split(argument)):
        for path in (Path(name), bench.home("tunes") / name, bench.home("tunes") / f"{name}.abc"):
            if path.is_file():
                return path, x
            if path.is_dir() and name and path == Path(name):
                raise NotFound(f"{name} is a folder", f"name its tunes: {name}/*.abc")
    raise NotFound(
        f"there is no file {argument}, nor a tune of that name in {bench.home('tunes')}", "give a path, a name or -"
    )


def _split(argument: str) -> tuple[str, str]:
    name, hash_sign, x = argument.rpartition("#")
    return (name, x) if hash_sign else (argument, "")


def read_lines(path: Path | None) -> Iterator[str]:
    """The lines of a file (None: of standard input), as a stream. One that never ends comes in pieces.

    Raises FolkbenchError if it can't be read, is no text, or is empty.
    """
    name = str(path) if path else "standard input"
    try:
        with open(path, "rb") if path else sys.stdin.buffer as stream:
            head = stream.read(_WHOLE_AT_ONCE)
            if not head.strip():
                raise FolkbenchError(f"{name} is empty", "give a tune in ABC notation")
            if len(head) < _WHOLE_AT_ONCE:
                yield from decode(head, name).split("\n")
                return
            head += stream.readline(LONGEST)
            text = decode(head, name)
            encoding = "latin-1" if text != head.decode("utf-8-sig", errors="ignore") else "utf-8"
            yield from text.removesuffix("\n").split("\n")
            rest = io.TextIOWrapper(stream, encoding=encoding, errors="replace")
            while line := rest.readline(2 * LONGEST):
                yield line
    except OSError as error:
        raise NotFound(f"{name} can't be read: {error.strerror}") from error


def read_file(path: Path | None) -> Iterator[Tune]:
    """The tunes of a file (None: of standard input), as a stream. Raises as `read_lines` does."""
    yield from read_tunes(read_lines(path))


def read_text(path: Path | None) -> tuple[str, str]:
    """A whole file as it stands, and the encoding in which it can be written again. Raises as `read_lines` does."""
    name = str(path) if path else "standard input"
    try:
        data = path.read_bytes() if path else sys.stdin.buffer.read()
    except OSError as error:
        raise NotFound(f"{name} can't be read: {error.strerror}") from error
    if not data.strip():
        raise FolkbenchError(f"{name} is empty", "give a tune in ABC notation")
    text = decode(data, name)
    for encoding in ("utf-8-sig", "utf-8", "latin-1", "utf-16"):
        if text.encode(encoding, errors="replace") == data:
            return text, encoding
    raise FolkbenchError(f"{name} is in an encoding that can't be written again", "save it as UTF-8")


def drafts(argument: str | None) -> Iterator[Draft]:
    """The tunes that a TUNE argument means, not read yet: all of a file, or the one with the X: behind #.

    Raises FolkbenchError if the file can't be read or has no such tune.
    """
    path, x = locate(argument)
    stream = split_tunes(read_lines(path))
    if not x:
        yield from stream
        return
    wanted = re.compile(rf"^X:\s*{re.escape(x)}\s*$", re.M)
    found = [draft for draft in stream if wanted.search(draft.text)]
    if not found:
        raise NotFound(f"{path} has no tune X:{x}", "folkbench check lists the tunes of a file")
    if len(found) > 1:
        say(f"{path} has {len(found)} tunes X:{x}; this is the first")
    yield found[0]


def tunes(argument: str | None) -> Iterator[Tune]:
    """The same tunes, read. Raises as `drafts` does."""
    for draft in drafts(argument):
        yield draft.read()


def one_tune(argument: str | None) -> Tune:
    """The one tune that is meant: the first of a file, which is said if there are more.

    Raises FolkbenchError if there is none.
    """
    stream = tunes(argument)
    first = next(stream, None)
    if first is None or not (first.bars or first.fields):
        raise FolkbenchError(f"there is no tune in {argument or 'the last file'}", "give a file in ABC notation")
    if next(stream, None) is not None:
        say(f"{argument} has more tunes; this is the first (FILE#3 names the tune X:3)")
    return first
