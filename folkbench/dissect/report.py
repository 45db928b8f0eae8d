"""The whole dissection as one page: pictures, captions, numbers, and the published numbers beside them."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from html import escape
from typing import Any, NamedTuple

from folkbench.dissect import published, studies
from folkbench.dissect.altered import Change
from folkbench.dissect.figures import PICTURES, Picture, pages, save
from folkbench.dissect.studies import Part, Taken
from folkbench.encoding import encoding_of
from folkbench.model.checkpoint import Checkpoint
from folkbench.notation import Tune

TITLES = {
    "softmax": "The softmax layer",
    "svd": "Singular values",
    "gates": "The gates",
    "posterior": "What it expected",
    "units": "The units",
    "spectrum": "Periods",
    "many": "Periods over several tunes",
    "gramian": "Repeats",
    "lobotomy": "The units that beat with the bar, cut out",
    "beam": "Branches",
    "probe": "What can be read off each layer",
}
"""Name of a part -> the heading of its section."""

_DPI = 110
_SAMPLED = 16  # tunes in each arm: a glance, not a study
_PROBED = 40

_STYLE = """
body { font: 16px/1.45 Georgia, serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #111 }
h1, h2 { font-weight: normal } h2 { margin-top: 3rem; border-bottom: 1px solid #999 }
figure { margin: 1.5rem 0 } img { max-width: 100%; height: auto }
figcaption { font-size: .9rem; color: #333 }
pre { font: 13px/1.4 "DejaVu Sans Mono", monospace; white-space: pre-wrap; background: #f6f6f2; padding: .7rem }
table { border-collapse: collapse; font-size: .92rem } td, th { padding: .2rem 1rem .2rem 0; text-align: left;
border-bottom: 1px solid #ddd }
"""


class Report(NamedTuple):
    """All parts of a dissection."""

    title: str
    network: str
    parts: tuple[Part, ...]
    beside: tuple[published.Beside, ...]


def report(checkpoint: Checkpoint, tune: Tune, seed: int = 1, doing: Callable[[str], None] | None = None) -> Report:
    """Dissect a network on a tune. `doing` is told the name of each step as it begins."""
    taken = studies.take(checkpoint, tune)
    parts: list[Part] = []
    for name, found in _steps(checkpoint, taken, seed, parts):
        if doing:
            doing(name)
        parts += found()
    results = {part.name: part.found for part in parts}
    about = f"{checkpoint.layers} × {checkpoint.hidden} units, {len(checkpoint.vocabulary)} tokens, {checkpoint.hash}"
    return Report(tune.title or "a tune", about, tuple(parts), tuple(published.beside(results)))


def html(found: Report) -> str:
    """The report as a page that needs no other file. Its pictures are drawn by as many processes as there are cores."""
    work = [(picture, part.found) for part in found.parts for picture in PICTURES[part.name]]
    with ProcessPoolExecutor(min(os.cpu_count() or 1, 4)) as pool:
        images = pool.map(_image, *zip(*work, strict=True))
        body = [f"<h1>The network, dissected on “{escape(found.title)}”</h1>", f"<p>{escape(found.network)}</p>"]
        body += ["<h2>Beside the published network</h2>", _table(found)]
        for part in found.parts:
            body.append(f'<h2 id="{part.name}">{escape(TITLES[part.name])}</h2>')
            body.append(f"<pre>{escape(chr(10).join(part.lines))}</pre>")
            body += [_figure(picture, next(images)) for picture in PICTURES[part.name]]
    head = f'<meta charset="utf-8"><title>{escape(found.title)}: dissected</title><style>{_STYLE}</style>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>\n' + "\n".join(body) + "\n</body></html>\n"


def pdf(found: Report) -> bytes:
    """The report as a PDF, a picture a page, its first page holding the numbers beside the published ones."""
    work: list[tuple[Picture, Any, list[str]]] = []
    for part in found.parts:
        for nth, picture in enumerate(PICTURES[part.name]):
            lines = [TITLES[part.name], *part.lines] if not nth else []
            work.append((picture, part.found, lines))
    first, *rest = work
    lines = ["published beside this network:", *published.reading(list(found.beside)), "", *first[2]]
    return pages([(first[0], first[1], lines), *rest])


def _steps(
    checkpoint: Checkpoint, taken: Taken, seed: int, done: list[Part]
) -> Iterator[tuple[str, Callable[[], list[Part]]]]:
    yield "softmax layer", lambda: studies.softmax(checkpoint)
    yield "singular values", lambda: studies.svd(checkpoint)
    yield "gates", lambda: studies.gates(checkpoint)
    yield "posterior", lambda: studies.posterior(taken, _followed(checkpoint))
    yield "units", lambda: studies.units(taken)
    spells = encoding_of(checkpoint.encoding).spells  # then the studies that count notes as tokens are left out
    yield "spectrum", lambda: studies.spectrum(taken, tunes=0 if spells else _SAMPLED, seed=seed)
    yield "gramian", lambda: studies.gramian(taken)
    if not spells:
        yield "lobotomy", lambda: _operate(checkpoint, taken, seed, done)
    yield "beam", lambda: studies.beam(taken)
    yield "probe", lambda: studies.probe(checkpoint, _PROBED, seed)


def _operate(checkpoint: Checkpoint, taken: Taken, seed: int, done: list[Part]) -> list[Part]:
    """Cut out the units that beat with the bar over several tunes; nothing where none does."""
    units = next(part.found for part in done if part.name == "many").at_period
    if not units:
        return []
    change = Change(held=dict.fromkeys(units, 0.0))
    head = taken.walk.texts[1 : taken.walk.head]
    return studies.lobotomy(checkpoint, change, count=_SAMPLED, seed=seed, prime=head, judged=8)


def _followed(checkpoint: Checkpoint) -> list[str]:
    return [text for text in ("|", ":|", "(3", ">") if text in checkpoint.vocabulary]


def _image(picture: Picture, found: Any) -> bytes:
    return save(picture, found, "png", _DPI)


def _figure(picture: Picture, image: bytes) -> str:
    source = base64.b64encode(image).decode()
    return (
        f'<figure><img alt="{escape(picture.name)}" src="data:image/png;base64,{source}">'
        f"<figcaption>{escape(picture.caption)}</figcaption></figure>"
    )


def _table(found: Report) -> str:
    rows = "".join(
        f"<tr><td>{escape(row.what)}</td><td>{escape(row.published)}</td><td>{escape(row.ours)}</td></tr>"
        for row in found.beside
    )
    return (
        "<table><tr><th></th><th>published (folk-rnn v2)</th><th>this network</th></tr>"
        f"{rows}</table><p>They are two networks, trained on other tunes; where the numbers differ, so do they.</p>"
    )
