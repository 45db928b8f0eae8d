"""The pictures: each a small function from a result to a matplotlib figure. Only here is matplotlib imported.

`PICTURES[name of an analysis]` are its pictures, the first the one that says most; `draw` makes one, `save` writes it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import matplotlib
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from folkbench.dissect.figures import trials, tune, weights
from folkbench.dissect.figures.style import STYLE, Picture

__all__ = ["PICTURES", "Picture", "draw", "pages", "save"]

PICTURES: dict[str, tuple[Picture, ...]] = {
    "softmax": weights.SOFTMAX,
    "voice": weights.VOICE,
    "svd": weights.SVD,
    "gates": weights.GATE_PICTURES,
    "posterior": tune.POSTERIOR,
    "units": tune.UNITS,
    "spectrum": tune.SPECTRUM,
    "many": tune.MANY,
    "gramian": tune.GRAMIAN,
    "lobotomy": trials.LOBOTOMY,
    "ablation": trials.ABLATION,
    "beam": trials.BEAM,
    "probe": trials.PROBE,
}


def draw(picture: Picture, found: Any) -> Figure:
    """Make a picture of a result."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(layout="constrained")
        picture.draw(figure, found)
    return figure


def save(picture: Picture, found: Any, kind: str, dpi: int = 200) -> bytes:
    """A picture of a result as the content of a file. `kind`: "png", "svg" or "pdf"."""
    stream = io.BytesIO()
    with matplotlib.rc_context(STYLE):
        # no date in it: the same result gives the same file
        metadata = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}[kind]
        draw(picture, found).savefig(stream, format=kind, dpi=dpi, metadata=metadata)
    return stream.getvalue()


def pages(work: Sequence[tuple[Picture, Any, Sequence[str]]]) -> bytes:
    """Pictures as the pages of a PDF, each with its caption and some lines of text beneath."""
    stream = io.BytesIO()
    with matplotlib.rc_context(STYLE), PdfPages(stream, metadata={"CreationDate": None}) as book:
        for picture, found, lines in work:
            figure = draw(picture, found)
            text = "\n".join([*_wrapped(picture.caption), "", *lines])
            figure.supxlabel(text, ha="left", x=0.02, fontsize=6.5, family="DejaVu Sans Mono")
            height = 0.14 * (4 + len(lines))
            width, tall = figure.get_size_inches()
            figure.set_size_inches(width, tall + height)
            book.savefig(figure)
    return stream.getvalue()


def _wrapped(text: str) -> list[str]:
    from textwrap import wrap

    return wrap(text, 130)
