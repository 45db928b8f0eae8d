"""Repeats and endings: does every one that opens close, and the other way round?

A part that ends with `:|` and doesn't begin with `|:` is played from the part's beginning; that is a note.
Inside endings a further `:|` (as behind a second ending) needs no `|:` of its own.
"""

from __future__ import annotations

import re

from folkbench.check.problem import Findings
from folkbench.notation.tune import Bar, BarLine, Voice

_NUMBER = re.compile(r"[ \t]*\[?[ \t]*\d+(?:[,-]\d+)*")


def judge(voice: Voice, findings: Findings, nth: int) -> None:
    """Note what is wrong with the repeats and endings of one voice."""
    bars = voice.bars
    opened: BarLine | None = None
    first = 0  # where the part begins
    endings: tuple[int, ...] = ()  # those seen in this part
    for k, bar in enumerate(bars):
        line = bar.open
        if line.ends or line.begins:
            if line.ends and k:
                if opened is None and not endings:
                    _not_opened(bars[first], k, findings, nth, first)
                opened = None
            if line.begins:
                if opened is not None:
                    findings.add(
                        "repeat-opened-twice",
                        line.end - len(line.text.rpartition(" ")[2]),
                        line.end,
                        f"a repeat begins here, and the one of line {findings.tune.locate(opened.at)[0]} is still open",
                        "add :| before it, or take one |: out",
                        findings.where(nth, k),
                    )
                opened = line
        if not bar.ending:
            if line.ends or line.begins or (line.style in ("double", "final", "heavy") and endings):
                first = k
                _alone(endings, bars, k, findings, nth)
                endings = ()
            continue
        if line.begins:
            _alone(endings, bars, k, findings, nth)
            endings = ()
        at, end = _sign(line, bar, findings.tune.source)
        number = bar.ending[0]
        if number > 1 and not endings:
            findings.add(
                "ending-without-first",
                at,
                end,
                f"ending {number} stands here, and there is no ending 1 before it",
                "mark the first ending with |1, or take the number out",
                findings.where(nth, k),
            )
        elif number > 1 and opened is not None:
            findings.add(
                "repeat-never-closed",
                at,
                end,
                f"ending {number} begins before :| has closed ending {endings[-1]}",
                f"write :|{number}",
                findings.where(nth, k),
            )
            opened = None
        endings += bar.ending
    if not bars:
        return
    if bars[-1].close.ends:
        if opened is None and not endings:
            _not_opened(bars[first], len(bars), findings, nth, first)
    elif opened is not None and endings[-1:] != (1,):
        part = findings.where(nth, next((k for k, bar in enumerate(bars) if bar.open is opened), 0))[0]
        findings.add(
            "repeat-never-closed",
            opened.end - len(opened.text.rpartition(" ")[2]),
            opened.end,
            f"the repeat of part {part} begins here and is never closed",
            "end the part with :|",
            findings.where(nth, next((k for k, bar in enumerate(bars) if bar.open is opened), 0)),
        )
    _alone(endings, bars, len(bars), findings, nth)


def _not_opened(bar: Bar, end: int, findings: Findings, nth: int, first: int) -> None:
    at = bar.events[0].at if bar.events else bar.close.at
    findings.add(
        "missing-opening-repeat",
        at,
        at + 1,
        f"part {findings.where(nth, first)[0]} ends with :| and doesn't begin with |:",
        "add |: here; players leave it out at the start of a tune",
        findings.where(nth, first),
    )


def _alone(endings: tuple[int, ...], bars: tuple[Bar, ...], behind: int, findings: Findings, nth: int) -> None:
    """A first ending without a second."""
    if endings != (1,):
        return
    k = next(k for k in range(behind - 1, -1, -1) if bars[k].ending)
    at, end = _sign(bars[k].open, bars[k], findings.tune.source)
    findings.add(
        "ending-alone",
        at,
        end,
        f"part {findings.where(nth, k)[0]} has an ending 1 and no ending 2",
        "mark the second ending with :|2",
        findings.where(nth, k),
    )


def _sign(line: BarLine, bar: Bar, source: str) -> tuple[int, int]:
    """Where the ending's sign stands: its bar line and number."""
    number = _NUMBER.match(source, line.end)
    return line.at, number.end() if number else max(line.end, line.at + 1)
