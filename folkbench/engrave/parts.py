"""Bars into parts: repeats and endings as LilyPond has them.

A part of the form is `\repeat volta`, its endings `\alternative`, so that LilyPond knows the form as players do
and its own MIDI plays it. Where the ABC's signs make no such form (an ending without a repeat, ending 3 without 2),
the same signs are drawn by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from folkbench.engrave.music import Measure
from folkbench.notation import Part
from folkbench.notation.tune import Bar

_GLYPHS = {"double": "||", "final": "|.", "heavy": ".|", "dotted": ";", "hidden": "", "": ""}


class _Voice(NamedTuple):
    """A voice while its parts are put together; `repeats` are the bars at which a `\\repeat volta` begins."""

    bars: Sequence[Bar]
    rows: Sequence[Measure]
    repeats: frozenset[int]


def music(parts: Sequence[Part], bars: Sequence[Bar], rows: Sequence[Measure]) -> str:
    """One voice: `rows` are its measures, `bars` and `parts` those of the voice that leads, with its form."""
    shapes = [(part.places[0].nth, part.places[-1].nth + 1, _endings(part, bars)) for part in parts]
    known = [part.repeated and endings is not None for part, (_, _, endings) in zip(parts, shapes, strict=True)]
    starts = frozenset([first for (first, _, _), is_known in zip(shapes, known, strict=True) if is_known])
    voice = _Voice(bars, rows, starts)
    blocks: list[str] = []
    after_repeat = False  # LilyPond has just drawn `:|` by itself
    for first, last, endings in shapes:
        if bars[first].open.begins and (first == 0 or first not in starts):
            blocks.append('\\bar ":..:"' if after_repeat else '\\bar ".|:"')
        if first in starts and endings is not None:
            blocks += _repeat(voice, first, last, endings)
            after_repeat = not endings
        else:
            blocks += _plain(voice, first, last, manual=True)
            after_repeat = False
    return "\n".join(blocks)


def _endings(part: Part, bars: Sequence[Bar]) -> list[int] | None:
    """Indices of the bars at which the part's endings begin; None if they make no form that LilyPond knows."""
    first, last = part.places[0].nth, part.places[-1].nth + 1
    starts = [index for index in range(first, last) if bars[index].ending]
    numbers = [number for index in starts for number in bars[index].ending]
    repeats = [index for index in range(first, last) if bars[index].close.ends]
    if not starts:
        return [] if repeats in ([], [last - 1]) else None
    closed = [start - 1 for start in starts[1:]]
    orderly = sorted(numbers) == list(range(1, len(numbers) + 1)) and len(starts) > 1 and starts[0] > first
    # every ending but the last is closed by a repeat sign, and there are as many times as endings
    return starts if orderly and set(closed) <= set(repeats) <= {*closed, last - 1} else None


def _repeat(voice: _Voice, first: int, last: int, starts: list[int]) -> list[str]:
    bars = voice.bars
    if not starts:
        times = 1 + max([bar.close.ends for bar in bars[first:last]])
        return [f"\\repeat volta {times} {{", *_plain(voice, first, last), "}"]
    count = sum(len(bars[start].ending) for start in starts)
    lines = [f"\\repeat volta {count} {{", *_plain(voice, first, starts[0]), "  \\alternative {"]
    for start, end in zip(starts, [*starts[1:], last], strict=True):
        numbers = ",".join(map(str, bars[start].ending))
        lines += [f"    \\volta {numbers} {{", *_plain(voice, start, end), "    }"]
    return [*lines, "  }", "}"]


def _plain(voice: _Voice, first: int, last: int, *, manual: bool = False) -> list[str]:
    """Bars one after the other. `manual`: repeat signs and endings are drawn, for LilyPond doesn't know of them."""
    bars = voice.bars
    lines: list[str] = []
    open_bracket = False
    for index in range(first, last):
        bar, row = bars[index], voice.rows[index]
        words = [row.setup, row.music]
        if manual and bar.ending:
            shut = "(volta #f) " if open_bracket else ""
            numbers = ",".join(map(str, bar.ending))
            words.insert(0, f'\\set Score.repeatCommands = #\'({shut}(volta "{numbers}."))')
            open_bracket = True
        words.append(_line(voice, index, manual))
        another = index + 1 < last and bars[index + 1].ending
        if open_bracket and (index + 1 == last or (bar.close.ends and not another)):
            words.append("\\set Score.repeatCommands = #'((volta #f))")
            open_bracket = False
        words.append("|" if row.ticks else "")
        lines.append("  " + " ".join(word for word in words if word))
    return lines


def _line(voice: _Voice, index: int, manual: bool) -> str:
    """The bar line to draw behind a bar; "" where LilyPond draws the right one by itself."""
    line = voice.bars[index].close
    if line.ends or line.begins:
        if not manual or not line.ends:
            return ""  # the part that it opens draws it
        return f'\\bar "{":..:" if line.begins else ":|."}"'
    if index + 1 == len(voice.bars):
        return '\\bar "|."'
    if index + 1 in voice.repeats:
        # the ABC leaves out `|:`; at the end of a staff there is the double bar, and the sign begins the next
        return '\\bar ".|:-||"' if line.style in ("double", "final", "heavy") else ""
    return f'\\bar "{_GLYPHS[line.style]}"' if line.style in _GLYPHS else ""
