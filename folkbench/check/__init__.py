"""Reads a Tune; says what is wrong with it and what is notable in it.

`check` gives the problems of a tune, each with its place, in words; `failed` says whether there is an error
among them. What passes `check(tune, strict=True)` is defined in `folkbench.check.bars`.
"""

from __future__ import annotations

from folkbench.check import faults, fields, joins, repeats
from folkbench.check.kinds import ERROR, KINDS, NOTE, WARNING, Kind
from folkbench.check.problem import Findings, Problem
from folkbench.notation.form import Part
from folkbench.notation.tune import Tune

__all__ = [
    "BARS",
    "ERROR",
    "KINDS",
    "NOTE",
    "REPEATS",
    "WARNING",
    "Kind",
    "Problem",
    "check",
    "failed",
    "is_well_formed",
]


def check(tune: Tune, strict: bool = False, parts: tuple[Part, ...] | None = None) -> tuple[Problem, ...]:
    """All that is wrong with a tune, in the order of the text. `strict` makes errors of some notes; `parts` are
    those of the first voice, where they are known already.
    """
    findings = Findings(tune, strict, parts)
    fields.judge(tune, findings)
    for nth, voice in enumerate(tune.voices):
        repeats.judge(voice, findings, nth)
        faults.tell(voice, findings, nth)
        joins.judge(voice, findings)
    if len(tune.voices) > 1:
        faults.tell_voices(tune, findings)
    return findings.all()


BARS = frozenset({"bar-too-long", "bar-too-short", "meter-mismatch", "tuplet-too-short", "broken-at-bar-line"})
REPEATS = frozenset({"repeat-opened-twice", "repeat-never-closed", "ending-without-first", "ending-alone"})
"""Codes of what keeps a tune from being well formed: bars that don't count, repeats and endings out of balance."""


def is_well_formed(problems: tuple[Problem, ...]) -> bool:
    """Whether a tune with these problems has whole bars (pickups and split bars allowed for) and balanced repeats."""
    return all(problem.code not in BARS | REPEATS for problem in problems)


def failed(problems: tuple[Problem, ...]) -> bool:
    """Whether there is an error among them."""
    return any(problem.severity == ERROR for problem in problems)
