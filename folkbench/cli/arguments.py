"""What the commands share: reading TUNE arguments, saying things on stderr, printing JSON.

A TUNE is a path, `-` (standard input), or a name from the tunes folder; `FILE#3` is the tune with X:3.
Without one it is the last tune that this bench made.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from folkbench import bench
from folkbench.errors import FolkbenchError, NotFound
from folkbench.notation import Tune, decode, read_tunes

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


def read_file(path: Path | None) -> Iterator[Tune]:
    """The tunes of a file (None: of standard input), as a stream.

    Raises FolkbenchError if it can't be read, is no text, or is empty.
    """
    name = str(path) if path else "standard input"
    try:
        with open(path, "rb") if path else sys.stdin.buffer as stream:
            head = stream.read(_WHOLE_AT_ONCE)
            if not head.strip():
                raise FolkbenchError(f"{name} is empty", "give a tune in ABC notation")
            if len(head) < _WHOLE_AT_ONCE:
                yield from read_tunes(decode(head, name).split("\n"))
                return
            head += stream.readline()
            text = decode(head, name)
            encoding = "latin-1" if text != head.decode("utf-8-sig", errors="ignore") else "utf-8"
            rest = io.TextIOWrapper(stream, encoding=encoding, errors="replace")
            yield from read_tunes(_lines(text, rest))
    except OSError as error:
        raise NotFound(f"{name} can't be read: {error.strerror}") from error


def _lines(head: str, rest: io.TextIOWrapper) -> Iterator[str]:
    yield from head.removesuffix("\n").split("\n")
    yield from rest


def tunes(argument: str | None) -> Iterator[Tune]:
    """The tunes that a TUNE argument means: all of a file, or the one with the X: behind #.

    Raises FolkbenchError if the file can't be read or has no such tune.
    """
    path, x = locate(argument)
    if not x:
        yield from read_file(path)
        return
    found = [tune for tune in read_file(path) if tune.text("X").strip() == x]
    if not found:
        raise NotFound(f"{path} has no tune X:{x}", "folkbench check lists the tunes of a file")
    if len(found) > 1:
        say(f"{path} has {len(found)} tunes X:{x}; this is the first")
    yield found[0]


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
