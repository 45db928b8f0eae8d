"""The ways in: ABC files, folders of them, downloads of thesession.org, the data of folk-rnn.

Each reader gives the tunes of a file as they arrive. A record that is damaged is given as left out, with its place,
and the rest goes on; a file that can't be read at all raises.

    .abc and other text   a tunebook; folk-rnn's v1, v2, v2_withtitles (tunes without X:) and v3 (`K:maj`)
    tunes.csv             TheSession-data: tune_id,setting_id,name,type,meter,mode,abc,...; older: tune,setting,...
    tunes.json            the same keys, one object a setting
    a folder              all of these in it, then those in the folders below, in the order of their names
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO

from folkbench.corpus.arrival import Arrival
from folkbench.corpus.entry import LeftOut
from folkbench.errors import FolkbenchError, NotFound
from folkbench.notation import decode, escaped, read, split_tunes
from folkbench.notation.keys import parse_key

Arrivals = Iterator[Arrival | LeftOut]

_MOST = 1_000_000
"""Characters of the longest record that is read."""

_NULS = 4
"""NUL bytes at a file's beginning, or one byte in a hundred, with which it is still text."""

_ENDINGS = (".abc", ".csv", ".json", ".txt")
_CSV_RECORD = re.compile(rb'"?\d+"?,"?\d+"?,')
_V3 = re.compile(r"^K:[ \t]*(maj|min|dor|mix)[ \t]*$", re.M)


def arrivals(path: Path) -> Arrivals:
    """All tunes of a file or folder. Raises NotFound if it isn't there, FolkbenchError if it is no tunes at all."""
    if not path.exists():
        raise NotFound(f"there is no file or folder {path}", "give ABC, a folder of it, tunes.csv or tunes.json")
    if path.is_dir():
        yield from _folder(path)
        return
    reader = {".csv": _csv, ".json": _json}.get(path.suffix.lower(), _tunebook)
    try:
        yield from reader(path)
    except OSError as error:
        raise NotFound(f"{path} can't be read: {error.strerror}") from error


def _folder(path: Path) -> Arrivals:
    for folder, folders, names in os.walk(path):
        folders.sort()
        for name in sorted(names):
            if not name.lower().endswith(_ENDINGS) or name.startswith("."):
                continue
            file = Path(folder) / name
            source = file.relative_to(path).as_posix()
            if not file.is_file():  # a pipe would be waited for, a link to itself followed
                yield LeftOut("damaged", source, 0, "no file, or a link that leads to none")
                continue
            try:
                for arrival in arrivals(file):
                    if isinstance(arrival, Arrival):
                        yield arrival._replace(source=source)
                    else:
                        yield replace(arrival, source=source)
            except FolkbenchError as error:
                yield LeftOut("damaged", source, 0, error.message)


def _tunebook(path: Path) -> Arrivals:
    number = 0
    try:
        for draft in split_tunes(_lines(path)):
            number += 1
            if "\0" in draft.text:
                yield LeftOut("damaged", path.name, number, _title(draft.text))
                continue
            mode = _V3.search(draft.text)
            text = draft.text if mode is None else _absolute(draft.text, mode)
            if text:
                yield Arrival(draft._replace(text=text).read(), path.name, number)
            else:
                yield LeftOut("twin", path.name, number, "")
    except FolkbenchError as error:
        if not number:
            raise
        yield LeftOut("damaged", path.name, number + 1, error.message)


def _lines(path: Path) -> Iterator[str]:
    """The lines of a file, each in the encoding it is in: files that were put together often mix them.

    Of what goes on for longer than any tune only the beginning is given, with a NUL behind it, which says so.
    """
    size, fresh, kept = 0, True, True
    with _opened(path) as file:
        while line := file.readline(_MOST + 1):
            begins = fresh and (line.startswith(b"X:") or not line.strip())
            size, kept = (0, True) if begins else (size + len(line), kept)
            fresh = line.endswith(b"\n")
            if size > _MOST and kept:
                kept = False
                yield "\0\n"
            elif kept:
                yield _text(line)


def _opened(path: Path) -> IO[bytes]:
    """The file, to be read as UTF-8 or a code of one byte a letter. Raises FolkbenchError for what is no text."""
    file = path.open("rb")
    try:
        head = file.read(4096)
        # raises for what is no text; a NUL here and there is damage, to be found where it is
        decode(head.replace(b"\0", b"") if head.count(b"\0") <= max(_NULS, len(head) // 100) else head, str(path))
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            with file:
                return io.BytesIO(decode(head + file.read(), str(path)).encode())
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _title(text: str) -> str:
    found = re.search(r"^T:(.*)", text, re.M)
    return found[1].strip() if found else ""


def _absolute(text: str, mode: re.Match[str]) -> str:
    """A tune of folk-rnn's v3 with its tonic in K:, or "" if it is the twin in C sharp of a tune in C.

    Every tune stands there twice, spelled absolutely, and K: names the mode alone. In C most notes are natural.
    """
    music = text[mode.end() :]
    sharps, naturals = music.count("^"), len(re.findall(r"=[A-Ga-g]", music))
    flats = music.count("_")
    if sharps > naturals + flats:
        return ""
    return f"{text[: mode.start()]}K:C{mode[1]}{music}"


def _csv(path: Path) -> Arrivals:
    """TheSession's tunes.csv. A record begins where a line begins with two numbers, so that a wrong quote harms one."""
    with _opened(path) as file:
        try:
            names = next(csv.reader([_text(file.readline(_MOST)).lstrip("\ufeff")]), [])
        except csv.Error:
            names = []
        if "abc" not in names:
            raise FolkbenchError(f"{path} has no column abc", "give TheSession's tunes.csv")
        record: list[bytes] = []
        count = 0
        while line := file.readline(_MOST):
            if record and _CSV_RECORD.match(line):
                count += 1
                yield from _rows(path, names, b"".join(record), count)
                record = []
            record.append(line)
        if record:
            yield from _rows(path, names, b"".join(record), count + 1)


def _rows(path: Path, names: list[str], record: bytes, count: int) -> Arrivals:
    """What stands from one beginning of a record to the next: one row, or some of which the others have no numbers."""
    text = _text(record)
    damaged = LeftOut("damaged", path.name, count, text[:60].split("\n")[0])
    if "\0" in text or len(text) > _MOST:
        yield damaged
        return
    try:
        rows = [row for row in csv.reader(text.splitlines(keepends=True), strict=True) if row]
    except csv.Error:
        yield damaged
        return
    for row in rows:
        whole = len(row) == len(names)
        yield _setting(path, dict(zip(names, row, strict=True)), count) if whole else damaged


def _json(path: Path) -> Arrivals:
    """TheSession's tunes.json, one object after the other, so that a file cut in half gives its first half."""
    with _opened(path) as file:
        text = "".join(_text(line) for line in file)
    decoder = json.JSONDecoder()
    at = text.find("{", text.find("[") + 1)
    if at < 0:
        raise FolkbenchError(f"{path} holds no settings", "give TheSession's tunes.json")
    count = 0
    while at >= 0:
        count += 1
        try:
            row, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            yield LeftOut("damaged", path.name, count, text[at : at + 60].split("\n")[0])
            following = re.compile(r'\}\s*,\s*\{\s*"').search(text, at + 1)
            at = text.find("{", following.start()) if following else -1
            continue
        if isinstance(row, dict) and isinstance(row.get("abc"), str) and "\0" not in row["abc"]:
            # JSON can write half a letter (\ud800), which no text can hold
            texts = {key: str(value or "").encode("utf-8", "replace").decode() for key, value in row.items()}
            yield _setting(path, texts, count)
        else:
            yield LeftOut("damaged", path.name, count, str(row)[:60])
        at = text.find("{", end)


def _setting(path: Path, row: dict[str, str], count: int) -> Arrival | LeftOut:
    """One setting of thesession.org: a body without headers, in eighths."""
    tune = row.get("tune_id") or row.get("tune") or ""
    setting = row.get("setting_id") or row.get("setting") or ""
    title, meter = row.get("name", "").strip(), row.get("meter", "").strip()
    body = row["abc"].replace("\r\n", "\n").replace("\\r\\n", "\n").strip()
    key = row.get("mode", "").strip()
    if not body or parse_key(key) is None:
        return LeftOut("damaged", path.name, count, title)
    body = re.sub(r"\n\s*\n+", "\n", body)
    head = [f"X:{setting or count}", f"T:{escaped(title)}", f"R:{row.get('type', '').strip()}"]
    if row.get("composer"):
        head.append(f"C:{escaped(row['composer'].strip())}")
    text = "\n".join([*head, f"M:{meter}", "L:1/8", f"K:{key}", body, ""])
    number = int(setting) if setting.isdecimal() else count
    return Arrival(read(text), path.name, number, family=tune)
