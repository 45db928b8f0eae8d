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
import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from folkbench.corpus.arrival import Arrival
from folkbench.corpus.entry import LeftOut
from folkbench.errors import FolkbenchError, NotFound
from folkbench.notation import decode, escaped, read, split_tunes
from folkbench.notation.keys import parse_key

Arrivals = Iterator[Arrival | LeftOut]

_MOST = 1_000_000
"""Characters of the longest record that is read."""

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
    """The lines of a file, each in the encoding it is in: files that were put together often mix them."""
    with path.open("rb") as file:
        head = file.read(4096)
        decode(head, str(path))  # raises for what is no text
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            yield from decode(head + file.read(), str(path)).splitlines()
            return
        file.seek(0)
        while line := file.readline(_MOST + 1):
            yield _text(line)


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
    with path.open("rb") as file:
        names = next(csv.reader([_text(file.readline(_MOST)).lstrip("\ufeff")]), [])
        if "abc" not in names:
            raise FolkbenchError(f"{path} has no column abc", "give TheSession's tunes.csv")
        record: list[bytes] = []
        count = 0
        while line := file.readline(_MOST):
            if record and _CSV_RECORD.match(line):
                count += 1
                yield _row(path, names, b"".join(record), count)
                record = []
            record.append(line)
        if record:
            yield _row(path, names, b"".join(record), count + 1)


def _row(path: Path, names: list[str], record: bytes, count: int) -> Arrival | LeftOut:
    text = _text(record)
    damaged = LeftOut("damaged", path.name, count, text[:60].split("\n")[0])
    if "\0" in text or len(text) > _MOST:
        return damaged
    try:
        rows = list(csv.reader(text.splitlines(keepends=True), strict=True))
    except csv.Error:
        return damaged
    rows = [row for row in rows if row]
    if len(rows) != 1 or len(rows[0]) != len(names):
        return damaged
    return _setting(path, dict(zip(names, rows[0], strict=True)), count)


def _json(path: Path) -> Arrivals:
    """TheSession's tunes.json, one object after the other, so that a file cut in half gives its first half."""
    text = "".join(_lines(path))
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
            yield _setting(path, {str(key): str(value or "") for key, value in row.items()}, count)
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
