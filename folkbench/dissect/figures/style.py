"""How pictures look: sizes for print, colours that a colour-blind person can tell apart, tokens on the axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from folkbench.dissect.axis import Axis

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""The palette of Okabe and Ito (2008), its yellow left out: it is lost on paper."""

GREY = "#8c8c8c"
AMOUNT = "cividis"
"""Colour map of what is more or less: even in brightness, and the same to all eyes (Nuñez et al. 2018)."""
SIGNED = "PuOr_r"
"""Colour map of what is to either side of zero."""

WIDE, NARROW = 10.0, 6.5
"""Inches: a page on its side, and the width of a page's text."""

TEXT = 7.0
"""Points."""

STYLE: dict[Any, Any] = {
    "font.size": TEXT,
    "axes.titlesize": TEXT + 1,
    "axes.labelsize": TEXT,
    "xtick.labelsize": TEXT - 1,
    "ytick.labelsize": TEXT - 1,
    "legend.fontsize": TEXT - 0.5,
    "axes.linewidth": 0.5,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.major.width": 0.4,
    "ytick.major.width": 0.4,
    "lines.linewidth": 0.9,
    "legend.frameon": False,
    "savefig.dpi": 200,
    "svg.fonttype": "none",
    "svg.hashsalt": "folkbench",
    "pdf.fonttype": 42,
}
"""matplotlib's settings, in force while a picture is drawn and saved."""


class Picture(NamedTuple):
    """A picture of a result. `draw(figure, found)` sets the figure's size and fills it."""

    name: str
    caption: str
    draw: Callable[[Figure, Any], None]


def token_axis(axes: Axes, tokens: Axis, which: str = "x", size: float = 5.2) -> None:
    """Name every place of an axis with its token, and part the groups by lines."""
    places = range(len(tokens.labels))
    if which == "x":
        axes.set_xticks(places, tokens.labels, rotation=90, fontsize=size, family="DejaVu Sans Mono")
        axes.set_xlim(-0.5, len(tokens.labels) - 0.5)
        axes.tick_params(axis="x", length=0, pad=1)
    else:
        axes.set_yticks(places, tokens.labels, fontsize=size, family="DejaVu Sans Mono")
        axes.set_ylim(len(tokens.labels) - 0.5, -0.5)
        axes.tick_params(axis="y", length=0, pad=1)
    line = axes.axvline if which == "x" else axes.axhline
    for _, first, _ in tokens.groups[1:]:
        line(first - 0.5, color=GREY, linewidth=0.4)


def group_names(axes: Axes, tokens: Axis) -> None:
    """Write the names of the groups of tokens above an axis."""
    for name, first, last in tokens.groups:
        if last - first > 1:
            axes.text(
                (first + last - 1) / 2, 1.01, name, transform=axes.get_xaxis_transform(), ha="center", fontsize=TEXT - 1
            )


def step_axis(axes: Axes, texts: Sequence[str], size: float = 4.6) -> None:
    """Name every step with its token. Of a long tune only as many as can be read."""
    every = 1 + len(texts) // 190
    places = range(0, len(texts), every)
    axes.set_xticks(places, [texts[k] for k in places], rotation=90, fontsize=size, family="DejaVu Sans Mono")
    axes.set_xlim(-0.5, len(texts) - 0.5)
    axes.tick_params(axis="x", length=0, pad=1)


def bar_lines(axes: Axes, lines: NDArray[np.int64], both: bool = False, colour: str = GREY) -> None:
    """Draw the tune's bar lines through a picture whose horizontal axis (`both`: and the vertical) is the steps."""
    for line in lines:
        axes.axvline(line, color=colour, linewidth=0.3)
        if both:
            axes.axhline(line, color=colour, linewidth=0.3)


def heat(
    axes: Axes, values: NDArray[Any], label: str, *, signed: bool = False, limits: tuple[float, float] | None = None
) -> None:
    """A matrix as colours, every entry a sharp field, with its scale beside it."""
    if signed and limits is None:
        most = float(np.abs(values).max()) or 1.0
        limits = (-most, most)
    colours = SIGNED if signed else AMOUNT
    drawn = axes.imshow(values, cmap=colours, aspect="auto", interpolation="nearest")
    drawn.set_clim(limits)
    assert isinstance(axes.figure, Figure)
    bar = axes.figure.colorbar(drawn, ax=axes, pad=0.01, fraction=0.025, aspect=30)
    bar.set_label(label)
    bar.outline.set_linewidth(0.3)
    for side in ("top", "right"):
        axes.spines[side].set_visible(True)
