"""Mends that are certain: what ABC ignores goes, what ABC assumes is written down.

A missing L: is added with the value that the meter gives it; a tune that ends without a bar line gets its final
one; characters that mean nothing go, and so do spaces at the ends of lines. Letters stay: a program somewhere may
read them as decorations. The music before and after is the same, and everything else in the text stays as it is.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from folkbench.notation.tune import Chord, Note, Rest, Tune

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class Mend(NamedTuple):
    """One change: the text from column `start` to `end` (from 1, in `line`) becomes `text`. `what` says why."""

    line: int
    start: int
    end: int
    text: str
    what: str


def mends(tune: Tune) -> tuple[Mend, ...]:
    """What can be mended in a tune with certainty, in the order of the text."""
    found = [*_unit_length(tune), *_final_bar(tune), *_strays(tune), *_spaces(tune)]
    return tuple(sorted(found))


def mended(text: str, changes: list[Mend]) -> str:
    """A file's text with all changes made; its line ends stay as they are."""
    lines = _LINE.findall(text)
    for line, start, end, new, _ in sorted(changes, reverse=True):
        old = lines[line - 1]
        # a line of its own ends as its neighbour does
        ending = old[len(old.rstrip("\r\n")) :] or "\n"
        lines[line - 1] = old[: start - 1] + new.replace("\n", ending) + old[end - 1 :]
    return "".join(lines)


def _unit_length(tune: Tune) -> list[Mend]:
    if any(field.name == "L" for field in (*tune.fields, *tune.defaults)):
        return []
    key = next((field for field in tune.fields if field.name == "K"), None)
    if key is None:
        return []
    line, _ = tune.locate(key.at)
    unit = f"L:{tune.unit.numerator}/{tune.unit.denominator}"
    return [Mend(line, 1, 1, f"{unit}\n", f"added {unit}")]


def _final_bar(tune: Tune) -> list[Mend]:
    if len(tune.voices) != 1 or not tune.bars or tune.bars[-1].close.text:
        return []
    timed = [event for event in tune.bars[-1].events if isinstance(event, Note | Chord | Rest)]
    behind = max([event.end for event in tune.bars[-1].events if event.at >= timed[-1].at], default=0) if timed else 0
    if not timed or "\n" in tune.source[timed[-1].end : behind]:
        behind = timed[-1].end if timed else 0
    if not behind:
        return []
    line, column = tune.locate(behind)
    return [Mend(line, column, column, " |]", "added the final bar line")]


def _strays(tune: Tune) -> list[Mend]:
    strays = []
    for remark in tune.remarks:
        text = tune.source[remark.at : remark.end]
        if remark.code == "unknown-character" and text and not any(sign.isascii() and sign.isalpha() for sign in text):
            line, column = tune.locate(remark.at)
            start = column
            if not tune.source[remark.end :].partition("\n")[0].strip():  # nothing behind it, so no space before it
                before = tune.source[: remark.at].rpartition("\n")[2]
                start = len(before.rstrip(" \t")) + 1
            strays.append(Mend(line, start, column + len(text), "", f"took out {text}"))
    return strays


def _spaces(tune: Tune) -> list[Mend]:
    found = []
    for row, line in enumerate(tune.source.split("\n")):
        bare = line.rstrip(" \t")
        if len(bare) < len(line) and bare and not bare.endswith("\\"):
            found.append(Mend(tune.line + row, len(bare) + 1, len(line) + 1, "", "took out spaces at the line's end"))
    return found
