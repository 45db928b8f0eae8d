"""A problem: what is wrong, how bad it is, where, and what would mend it."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from folkbench.check.kinds import ERROR, KINDS
from folkbench.notation.form import Part, form
from folkbench.notation.tune import Tune

MOST = 200
"""Problems of one kind that are told of one tune; the last one says how many more there are."""

Where = tuple[str, int, int]
"""Part, bar and ending (0: none), as players count."""

Places = list[Where]
"""Where each bar of a voice stands."""


class Problem(NamedTuple):
    """Something wrong in a tune. Lines and columns count from 1; `end_column` is the first column behind it.

    `at` and `end` are offsets into the tune's source. `part` is the part's letter, "" outside the music;
    `bar` counts as players do (a pickup is 0), None outside the music; `ending` is 0 where there is none.
    """

    code: str
    severity: str
    line: int
    column: int
    end_column: int
    part: str
    bar: int | None
    ending: int
    message: str
    hint: str
    at: int
    end: int


class Findings:
    """The problems of one tune while they are being found."""

    def __init__(self, tune: Tune, strict: bool, parts: tuple[Part, ...] | None = None) -> None:
        self.tune = tune
        self.parts = parts
        self.strict = strict
        self.problems: list[Problem] = []
        self.counted: dict[str, int] = {}

    @cached_property
    def places(self) -> list[Places]:
        """Where every bar stands, voice by voice. A voice without bars has none."""
        voices = []
        for nth in range(len(self.tune.voices)):
            parts = self.parts if self.parts is not None and not nth else form(self.tune, nth)
            voices.append([(place.part, place.bar, place.ending) for part in parts for place in part.places])
        return voices

    def where(self, nth: int, k: int) -> Where:
        """Where bar `k` of voice `nth` stands."""
        return self.places[nth][k]

    def place(self, at: int) -> Where | None:
        """Where in the music offset `at` stands; None in the header."""
        for nth, voice in enumerate(self.tune.voices):
            for k, bar in enumerate(voice.bars):
                events = bar.events
                if events and events[0].at <= at <= max(events[-1].end, bar.close.at):
                    return self.places[nth][k]
        return None

    def add(self, code: str, at: int, end: int, message: str, hint: str = "", place: Where | None = None) -> None:
        """Note a problem from offset `at` to `end`. The mark stands under one line, the first."""
        self.counted[code] = self.counted.get(code, 0) + 1
        if self.counted[code] > MOST:
            return
        kind = KINDS[code]
        severity = ERROR if self.strict and kind.strict else kind.severity
        line, column = self.tune.locate(at)
        newline = self.tune.source.find("\n", at, end)
        if newline >= 0:
            end = newline
        part, number, ending = place or ("", None, 0)
        self.problems.append(
            Problem(
                code, severity, line, column, column + max(end - at, 1), part, number, ending, message, hint, at, end
            )
        )

    def all(self) -> tuple[Problem, ...]:
        """The problems in the order of the text."""
        problems = sorted(self.problems, key=lambda problem: (problem.at, problem.end))
        for code, count in self.counted.items():
            if count > MOST:
                last = max(k for k, problem in enumerate(problems) if problem.code == code)
                message = f"{problems[last].message} (and {count - MOST:,} more of these)"
                problems[last] = problems[last]._replace(message=message)
        return tuple(problems)
