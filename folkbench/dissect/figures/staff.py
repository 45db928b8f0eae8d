"""A tune on staves, drawn from its tokens, with what the network expected beneath each of them.

It is no engraving: note heads at their pitches, one column a token, so that numbers can stand under the notes.
"""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse

from folkbench.dissect.figures.style import COLOURS, GREY, WIDE
from folkbench.dissect.posterior import Posterior
from folkbench.encoding.tokens import Token, meaning

_ACROSS = 44  # tokens in a line, at most
_SIGNS = {-2: "♭♭", -1: "♭", 0: "♮", 1: "♯", 2: "♯♯"}
_HEAD = ("meter", "mode", "rhythm")
_FIVE = (2, 4, 6, 8, 10)  # the lines of a treble staff in diatonic steps from middle C
_SURPRISE = -9.0  # where the bars of surprise hang from
_BITS = 0.55  # height of a bit
_CUT = 8.0  # bits that a bar shows at most
_TEXT = -5.2
_OTHERS = -15.6
_ROW = 2.3


def notation(figure: Figure, found: Posterior) -> None:
    """The tune in lines of some bars, each with surprise and the likeliest tokens beneath."""
    lines = _lines(found)
    figure.set_size_inches(WIDE, 2.0 * len(lines) + 0.2)
    across = max(last - first for first, last in lines)
    for axes, (first, last) in zip(figure.subplots(len(lines), 1, squeeze=False)[:, 0], lines, strict=True):
        _line(axes, found, first, last, across)


def _lines(found: Posterior) -> list[tuple[int, int]]:
    """First and one past the last token of each line: whole bars, as many as fit."""
    ends = [k + 1 for k, text in enumerate(found.texts) if meaning(text).kind in ("bar", "ending")]
    lines, first = [], 0
    last = len(found.texts)
    while last - first > _ACROSS:
        fitting = [end for end in ends if first < end <= first + _ACROSS]
        end = fitting[-1] if fitting else first + _ACROSS
        lines.append((first, end))
        first = end
    if first < last:
        lines.append((first, last))
    return lines


def _line(axes: Axes, found: Posterior, first: int, last: int, across: int) -> None:
    axes.set_xlim(-1.5, across - 0.4)
    axes.set_ylim(_OTHERS - 5 * _ROW, 17)
    axes.axis("off")
    for height in _FIVE:
        axes.plot((-1.2, last - first - 0.4), (height, height), color="black", linewidth=0.4)
    for x, step in enumerate(found.steps[first:last]):
        token = meaning(step.token)
        _draw_token(axes, x, token)
        if token.kind not in _HEAD:
            axes.text(x, _TEXT, step.token, ha="center", va="center", fontsize=6, family="DejaVu Sans Mono")
        deep = _BITS * min(step.bits, _CUT)
        axes.bar(x, -deep, 0.7, bottom=_SURPRISE + 1.6, color=COLOURS[1] if step.place else COLOURS[0])
        if step.bits > _CUT:
            axes.text(x, _SURPRISE + 1.6 - deep, "⋮", ha="center", va="top", fontsize=5)
        for row, other in enumerate(step.likeliest):
            shade = 0.78 * (1 - min(other.value, 1.0) ** 0.5)
            colour = COLOURS[0] if other.token == step.token else (shade, shade, shade)
            axes.text(x, _OTHERS - _ROW * row, _short(other.token), ha="center", va="center", fontsize=5, color=colour)
    for y, name in ((_TEXT, "came"), (_SURPRISE, "bits"), (_OTHERS - 2 * _ROW, "expected")):
        axes.text(-1.0, y, name, ha="right", va="center", fontsize=5, color=GREY)


def _draw_token(axes: Axes, x: int, token: Token) -> None:
    if token.kind == "pitch":
        _note(axes, x, token)
    elif token.kind == "rest":
        axes.text(x, 6, "z", ha="center", va="center", fontsize=6)
    elif token.kind in ("bar", "ending"):
        axes.plot((x, x), (_FIVE[0], _FIVE[-1]), color="black", linewidth=0.6)
        if token.begins or token.ends or token.value:
            axes.plot((x + 0.15, x + 0.15), (_FIVE[0], _FIVE[-1]), color="black", linewidth=1.2)
        for side, there in ((-0.3, token.ends), (0.45, token.begins)):
            if there:
                axes.plot((x + side, x + side), (5, 7), ".", color="black", markersize=1.6)
        if token.number:
            axes.text(x + 0.1, 11.2, f"{token.number}.", fontsize=5)
    elif token.kind in _HEAD:
        axes.text(x, 6, token.text[2:].replace("/", "\n"), ha="center", va="center", fontsize=5.5)


def _note(axes: Axes, x: int, token: Token) -> None:
    axes.add_patch(Ellipse((x, token.step), 0.62, 1.7, angle=0, color="black"))
    up = token.step < 6
    axes.plot(
        (x + (0.28 if up else -0.28),) * 2, (token.step, token.step + (6 if up else -6)), color="black", linewidth=0.5
    )
    low = range(0, token.step - 1, -2) if token.step <= 0 else ()
    high = range(12, token.step + 1, 2)
    for line in (*low, *high):
        axes.plot((x - 0.5, x + 0.5), (line, line), color="black", linewidth=0.4)
    if token.alter is not None:
        axes.text(x - 0.42, token.step, _SIGNS[token.alter], ha="right", va="center", fontsize=8)


def _short(text: str) -> str:
    """A token of the head in few letters: slip_jig is slip."""
    return text[2:].partition("_")[0][:5] if meaning(text).kind in _HEAD else text
