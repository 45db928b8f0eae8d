"""Answers as plain values, with the keys that scripts rely on; the command line prints the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from folkbench.whence.figures import Hits, Position
from folkbench.whence.index import Index, Source
from folkbench.whence.nearly import Near
from folkbench.whence.trace import Run, Trace

MARKS = "«", "»"
"""What a figure stands between in its context."""

_POSITIONS = 12


def corpus_answer(index: Index) -> dict[str, Any]:
    """Which corpus was searched."""
    return {"name": index.name, "tunes": index.size, "fingerprint": index.fingerprint}


def figure_answer(
    hits: Hits, figure: Sequence[str], kind: str, *, at: Position | None = None, any_beat: bool = False, limit: int = 10
) -> dict[str, Any]:
    """Where a figure stands. `at` asks in how many tunes it stands just there; `limit` is of the hits, 0 for all."""
    same = None if at is None else hits.at_position(at.part, at.bar, None if any_beat else at.beat)
    nearest = np.argsort(hits.edits, kind="stable") if isinstance(hits, Near) else np.arange(hits.places)
    return {
        "figure": " ".join(figure),
        "kind": kind,
        "corpus": corpus_answer(hits.index),
        "tunes": hits.tunes,
        "groups": hits.groups,
        "places": hits.places,
        "positions": [
            {"part": place.part, "bar": place.bar, "beat": place.beat, "tunes": tunes}
            for place, tunes in hits.positions()[:_POSITIONS]
        ],
        "same_position": same,
        "hits": [_hit(hits, ordinal) for ordinal in nearest[: limit or None].tolist()],
    }


def together_answer(
    index: Index, found: Sequence[Hits], figures: Sequence[str], kind: str, limit: int
) -> dict[str, Any]:
    """Which tunes hold all of several figures."""
    numbers = found[0].numbers
    for hits in found[1:]:
        numbers = np.intersect1d(numbers, hits.numbers)
    return {
        "figures": list(figures),
        "kind": kind,
        "corpus": corpus_answer(index),
        "tunes": len(numbers),
        "groups": len(np.unique(index.text.group[numbers])),
        "each": [hits.tunes for hits in found],
        "hits": [_source(index.source(int(number))) for number in (numbers[:limit] if limit else numbers)],
    }


def trace_answer(index: Index, traced: Trace, title: str) -> dict[str, Any]:
    """Where a tune comes from."""
    return {
        "title": title,
        "corpus": corpus_answer(index),
        "bars": [
            {
                "part": bar.part,
                "bar": bar.bar,
                "ending": bar.ending,
                "abc": " ".join(bar.tokens),
                "tunes": bar.tunes,
                "same_bar": bar.same_bar,
                "examples": [
                    {**_source(example.source), "part": example.part, "bar": example.bar, "ending": example.ending}
                    for example in bar.examples
                ],
            }
            for bar in traced.bars
        ],
        "longest": _run(traced.longest),
        "most_bars": _run(traced.most_bars),
        "covered": round(traced.covered, 4),
        "percentile": round(traced.percentile, 1),
        "verdict": traced.verdict,
        "of": _source(traced.of) if traced.of else None,
    }


def _hit(hits: Hits, ordinal: int) -> dict[str, Any]:
    text = hits.index.text
    at = hits.at[ordinal : ordinal + 1]
    line = int(text.lines_of(at)[0])
    answer = {
        **_source(hits.index.source(int(text.tunes_of(at)[0]))),
        "part": text.label(line).rstrip("0123456789."),
        "bar": int(text.bar_number[line]),
        "ending": int(text.bar_ending[line]),
        "beat": text.beats(at)[0],
        "context": _context(hits, *hits.span(ordinal)),
    }
    return {**answer, "edits": int(hits.edits[ordinal])} if isinstance(hits, Near) else answer


def _context(hits: Hits, first: int, last: int) -> str:
    """The figure, marked, with the rest of its bars and a bar on either side."""
    text = hits.index.text
    before, behind = text.lines_of(np.array([first, last - 1])).tolist()
    tune = int(text.tunes_of(np.array([first]))[0])
    begin = max(int(text.line_at[max(before - 1, 0)]), int(text.tune_at[tune]))
    end = min(int(text.line_at[min(behind + 2, len(text.line_at) - 1)]) + 1, int(text.tune_at[tune + 1]) - 1)
    inner = " ".join(text.spell(first, last))
    words = [*text.spell(begin, first), f"{MARKS[0]}{inner}{MARKS[1]}", *text.spell(last, max(end, last))]
    return " ".join(words)


def _source(source: Source) -> dict[str, Any]:
    return {
        "title": source.title,
        "source": source.source,
        "index": source.index,
        "rhythm": source.rhythm,
        "key": source.key,
        "number": source.number + 1,
    }


def _run(run: Run | None) -> dict[str, Any] | None:
    if run is None:
        return None
    return {
        "tokens": run.tokens,
        "notes": run.notes,
        "bars": run.bars,
        **_source(run.source),
        "from_bar": run.from_bar,
        "to_bar": run.to_bar,
        "abc": " ".join(run.words),
    }
