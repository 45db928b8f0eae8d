"""Many tunes: each read, checked and put into words, on one core or on all of them.

Tunes come as drafts (their text), since that travels between processes more cheaply than a Tune. The first few
hundred are done in this process, so that one tune, or a small book, starts nothing; if there are more, batches go
to as many processes as there are cores. Only a few batches are under way at a time, so that a book of any size
needs the same memory.
"""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from folkbench.check import check
from folkbench.check.fit import fit, fit_text
from folkbench.check.kinds import ERROR, NOTE, WARNING
from folkbench.check.portrait import portray
from folkbench.check.problem import Problem
from folkbench.check.telling import portrait_object, portrait_text, problem_github, problem_object, problem_text
from folkbench.notation import Draft, Part, Tune, form
from folkbench.notation.instruments import instrument

_BATCH = 100  # drafts that travel together
_ALONE = 400  # drafts that are done before other processes are started


class Wish(NamedTuple):
    """What is wanted of every tune. `style` is "text", "json" or "github"; `player` an instrument or ""."""

    style: str
    strict: bool
    quiet: bool
    player: str


class Verdict(NamedTuple):
    """What was found in one tune: its file, its words in the style that was wished for, and the counts."""

    path: str
    words: str
    errors: int
    warnings: int
    notes: int


def verdicts(drafts: Iterable[tuple[str, Draft]], wish: Wish, jobs: int = 0) -> Iterator[Verdict]:
    """The verdict on each draft (its file's name beside it), in order.

    `jobs` is how many processes work; 0: as many as there are cores, once it is worth it.
    """
    stream = iter(drafts)
    workers = jobs or len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else jobs or os.cpu_count() or 1
    alone = _ALONE if not jobs else 0
    for path, draft in stream if workers == 1 else islice(stream, alone):
        yield verdict(path, draft, wish)
    if workers > 1:
        yield from _spread(stream, wish, workers)


def _spread(stream: Iterator[tuple[str, Draft]], wish: Wish, workers: int) -> Iterator[Verdict]:
    first = list(islice(stream, _BATCH))
    if not first:
        return
    from concurrent.futures import Future, ProcessPoolExecutor

    with ProcessPoolExecutor(workers) as pool:
        under_way: deque[Future[list[Verdict]]] = deque([pool.submit(_batch, first, wish)])
        while batch := list(islice(stream, _BATCH)):
            under_way.append(pool.submit(_batch, batch, wish))
            if len(under_way) > 3 * workers:
                yield from under_way.popleft().result()
        while under_way:
            yield from under_way.popleft().result()


def _batch(drafts: list[tuple[str, Draft]], wish: Wish) -> list[Verdict]:
    return [verdict(path, draft, wish) for path, draft in drafts]


def verdict(path: str, draft: Draft, wish: Wish) -> Verdict:
    """Read one draft, check it, and put what was found into words."""
    tune = draft.read()
    parts = form(tune)
    problems = check(tune, wish.strict, parts)
    if wish.style == "json":
        words = json.dumps(_object(tune, parts, problems, wish), ensure_ascii=False)
    else:
        words = _words(path, tune, parts, problems, wish)
    counts = [sum(problem.severity == severity for problem in problems) for severity in (ERROR, WARNING, NOTE)]
    return Verdict(path, words, *counts)


def _words(path: str, tune: Tune, parts: tuple[Part, ...], problems: tuple[Problem, ...], wish: Wish) -> str:
    shown = [problem for problem in problems if problem.severity != NOTE or not wish.quiet]
    if wish.style == "github":
        return "\n".join([problem_github(problem, path) for problem in shown])
    words = [problem_text(problem, tune, path) for problem in shown]
    if not wish.quiet:
        words.append(portrait_text(portray(tune, parts), tune, problems))
    if wish.player:
        words.append("  " + fit_text(fit(tune, instrument(wish.player))).replace("\n", "\n  "))
    return "\n".join(words)


def _object(tune: Tune, parts: tuple[Part, ...], problems: tuple[Problem, ...], wish: Wish) -> dict[str, Any]:
    x = tune.text("X").strip()
    found: dict[str, Any] = {
        "index": tune.index,
        "x": int(x) if x.isdecimal() else x,
        "title": tune.title,
        "line": tune.line,
        "problems": [problem_object(problem) for problem in problems],
        "form": portrait_object(portray(tune, parts)),
    }
    if wish.player:
        lying = fit(tune, instrument(wish.player))
        found["fit"] = {
            "instrument": lying.instrument,
            "playable": lying.playable,
            "misfits": [{"note": m.note, "at": list(m.places), "why": m.why} for m in lying.misfits],
            "best": {
                "semitones": lying.semitones,
                "key": lying.key,
                "unplayable_notes": lying.left,
                "awkward_notes": lying.left_awkward,
            },
        }
    return found
