"""Candidates for new bars: drawn from left to right by the grammar, weighed by the whole tune with them.

What stands before a new bar is given, the bar is drawn, what stands behind it is given again, so that a candidate's
likelihood says as well how it leads into what follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from folkbench.compose.alike import Alike
from folkbench.compose.composer import Composer
from folkbench.compose.drawing import dice, draw, throws
from folkbench.compose.form import FREE
from folkbench.compose.grammar import Grammar
from folkbench.compose.lines import Place
from folkbench.compose.masks import BAR, Floats
from folkbench.compose.phrasing import Numbers, Phrased
from folkbench.compose.request import Taste
from folkbench.compose.spelled import SpelledBars
from folkbench.compose.states import EIGHTH, State

ROUND = 48
"""Candidates drawn at once."""

_USE = 2
"""The use of a seed's random numbers that draws candidates."""
_MOST = 64  # tokens in one bar


class Candidate(NamedTuple):
    """New bars, in order. score: nats of the tune from the first of them on; masked: as in `Drawn`."""

    bars: tuple[Numbers, ...]
    score: float
    masked: float


class Job(NamedTuple):
    """What is to be drawn: the bars `wanted`, by their place in `tune.bars`, and what each must be like.

    patterns: by bar, tokens of which only the pitches may be others. figure: tokens that each bar has, or (). lean:
    what is added to the logits there, `(vocabulary,)`.
    """

    tune: Phrased
    wanted: tuple[int, ...]
    patterns: Mapping[int, Numbers]
    figure: Numbers
    lean: Floats


class _Gap(NamedTuple):
    """Music to be drawn in a bar, from where it stands up to `ticks` from the bar's beginning."""

    bar: int
    ticks: int
    opens: bool  # the bar begins with it


class _Said(NamedTuple):
    """A token of the figure."""

    bar: int
    token: int
    opens: bool
    last: bool


def candidates(
    composer: Composer, grammar: Grammar | SpelledBars, job: Job, seed: int, taste: Taste, nth: int
) -> list[Candidate]:
    """Round `nth` (from 0) of candidates, each once, in the order of their numbers."""
    tune, vocabulary = job.tune, composer.vocabulary
    end = vocabulary.of_kind("end")[0]
    rules = _Rules(grammar, job)
    scripts = [_Script(rules, nth * ROUND + k, end) for k in range(ROUND)]
    rooms = (len(job.wanted) + 1) * _MOST
    chances = np.stack([throws(dice(seed, nth * ROUND + k + 1, _USE), rooms) for k in range(ROUND)])
    tokens, h, c = np.full(1, vocabulary.of_kind("start")[0]), *composer.network.rest(1)
    recall = composer.network.recall
    memory = recall.memory(ROUND) if recall else None
    for given in _before(tune, job.wanted[0]):
        _, h, c = composer.network.step(tokens, h, c)
        if memory:
            memory.take(tokens.repeat(ROUND))
        tokens = np.full(1, given)
    tokens, h, c = tokens.repeat(ROUND), h.repeat(ROUND, axis=1), c.repeat(ROUND, axis=1)
    scores, masked = np.zeros(ROUND), np.zeros(ROUND)
    while not all(script.over for script in scripts):
        logits, h, c = composer.network.step(tokens, h, c)
        if recall and memory:
            memory.take(tokens)
            recall.raise_(logits, memory)
        likely = logits - logits.max(axis=1, keepdims=True)
        likely -= np.log(np.exp(likely).sum(axis=1, keepdims=True))
        picked = np.array([row[min(s.drawn, rooms - 1)] for row, s in zip(chances, scripts, strict=True)], np.float32)
        barred = np.stack([script.barred() for script in scripts])
        leaning = np.array([script.drawing for script in scripts], np.float32)[:, None] * job.lean
        tokens, _, away = draw(logits / np.float32(taste.temperature) + leaning, barred, picked, taste.top_p)
        for n, script in enumerate(scripts):
            if not script.over:
                masked[n] += float(away[n]) if script.drawing else 0
                script.take(int(tokens[n]))
                scores[n] += float(likely[n, tokens[n]])
    found: dict[tuple[Numbers, ...], Candidate] = {}
    for script, score, lost in zip(scripts, scores.tolist(), masked.tolist(), strict=True):
        bars = tuple(tuple(bar) for bar in script.made)
        if not script.dead and bars not in found:
            found[bars] = Candidate(bars, round(score, 4), round(lost / max(script.drawn, 1), 6))
    return list(found.values())


def _before(tune: Phrased, first: int) -> list[int]:
    """The tokens before bar `first`."""
    found = list(tune.head)
    for n in range(first):
        found += [*tune.signs[n], *tune.bars[n]]
    return [*found, *tune.signs[first]]


class _Rules:
    """What may stand in the new bars; what has been worked out is kept for all candidates."""

    def __init__(self, grammar: Grammar | SpelledBars, job: Job) -> None:
        self.grammar, self.job, self.tokens = grammar, job, grammar.tokens
        self._alike = Alike(grammar.tokens, apart=isinstance(grammar, SpelledBars))
        self._rows: dict[tuple[State, int], Floats] = {}
        self._only = np.full((len(self.tokens), len(self.tokens)), BAR, np.float32)
        np.fill_diagonal(self._only, 0)

    def start(self, bar: int) -> State:
        """The state at the beginning of a bar."""
        return State(Place(FREE, self.job.tune.ticks[bar], 1, self.job.tune.compound))

    def only(self, token: int) -> Floats:
        """The row that leaves one token. Not to be written to."""
        row: Floats = self._only[token]
        return row

    def row(self, state: State, ticks: int) -> Floats:
        """0 for each token inside a bar that is to be filled up to `ticks`, BAR for the others."""
        row = self._rows.get((state, ticks))
        if row is None:
            row = np.full(len(self.tokens), BAR, np.float32)
            for token, others in self._alike.groups:
                if self.grammar.step_in_bar(state, self.tokens[token], ticks) is not None:
                    row[others] = 0
            self._rows[state, ticks] = row
        return row.copy()

    def held(self, row: Floats, made: list[int]) -> None:
        """Of the pitches leave only the one that is tied: the last."""
        last = next(number for number in reversed(made) if self.tokens[number].kind == "pitch")
        row[[number for number in self._alike.pitches if number != last]] = BAR

    def patterned(self, row: Floats, pattern: Numbers, place: int) -> None:
        """Leave what a pattern has at this place: its token, or where that is a pitch any pitch."""
        keep = np.zeros(len(row), bool)
        if place < len(pattern):
            keep[self._alike.pitches if self.tokens[pattern[place]].kind == "pitch" else [pattern[place]]] = True
        row[~keep] = BAR

    def figure_at(self, bar: int, turn: int) -> int | None:
        """From which tick on candidate `turn` has the figure: an eighth of the bar where it has room; None for none."""
        ticks, figure = self.job.tune.ticks[bar], self.job.figure
        rooms = []
        for at in range(0, ticks, EIGHTH):
            state: State | None = self.start(bar)._replace(at=at)
            for number in figure:
                state = state and self.grammar.step_in_bar(state, self.tokens[number], ticks)
            if state and not (state.left or state.chord or state.tie or state.after != (1, 1)):
                rooms.append(at)
        return rooms[turn % len(rooms)] if rooms else None


class _Script:
    """One candidate on its way: tokens that are given, and gaps that are drawn."""

    def __init__(self, rules: _Rules, turn: int, end: int) -> None:
        self._rules = rules
        job = rules.job
        self._items: list[int | _Gap | _Said] = []
        self.dead = False
        """Whether no music leads on."""
        for n in range(job.wanted[0], len(job.tune.bars)):
            self._items += job.tune.signs[n] if n > job.wanted[0] else ()
            self._items += self._bar(n, turn) if n in job.wanted else job.tune.bars[n]
        self._items += [*(job.tune.signs[-1] if len(job.tune.signs) > len(job.tune.bars) else ()), end]
        self._at = 0
        self.made: list[list[int]] = []
        self.drawn = 0
        self._state = rules.start(0)
        self._open()

    def _bar(self, bar: int, turn: int) -> list[_Gap | _Said]:
        """What a new bar is made of. Candidates put the figure in different places."""
        ticks, figure = self._rules.job.tune.ticks[bar], self._rules.job.figure
        if not figure:
            return [_Gap(bar, ticks, True)]
        at = self._rules.figure_at(bar, turn)
        if at is None:
            self.dead = True
            return []
        before = [_Gap(bar, at, True)] if at else []
        said = [_Said(bar, number, not (at or n), n == len(figure) - 1) for n, number in enumerate(figure)]
        return [*before, *said, _Gap(bar, ticks, False)]

    @property
    def over(self) -> bool:
        """Whether all has been taken, or nothing can be."""
        return self.dead or self._at >= len(self._items)

    @property
    def drawing(self) -> bool:
        """Whether the network chooses the next token."""
        return not self.over and isinstance(self._items[self._at], _Gap)

    def barred(self) -> Floats:
        """What is taken from the logits, float32 `(vocabulary,)`. A script that finds no way on is dead."""
        item = self._items[self._at] if not self.over else self._items[-1]
        if not isinstance(item, _Gap):
            return self._rules.only(item.token if isinstance(item, _Said) else item)
        row = self._rules.row(self._state, item.ticks)
        pattern = self._rules.job.patterns.get(item.bar)
        if pattern is not None:
            self._rules.patterned(row, pattern, len(self.made[-1]))
        if self._state.tie and self.made[-1]:
            self._rules.held(row, self.made[-1])
        if self._full(item):
            row[self._next()] = 0
        self.dead = bool(row.min() > 0)
        return row

    def take(self, token: int) -> None:
        """The token that came."""
        item = self._items[self._at]
        if isinstance(item, _Gap) and self._full(item) and token == self._next():
            self._at += 1
            self._open()
            item = self._items[self._at]
        if isinstance(item, int):
            self._at += 1
            self._open()
            return
        ticks = item.ticks if isinstance(item, _Gap) else self._rules.job.tune.ticks[item.bar]
        after = self._rules.grammar.step_in_bar(self._state, self._rules.tokens[token], ticks)
        if after is None:
            raise ValueError("a token was drawn that may not stand there")
        self._state = after
        self.made[-1].append(token)
        if isinstance(item, _Gap):
            self.drawn += 1
            return
        self._at += 1
        if item.last:
            self._settle()

    def _full(self, gap: _Gap) -> bool:
        """Whether what was drawn reaches to the gap's end, and nothing is open."""
        state = self._state
        return state.end == gap.ticks and not (state.left or state.chord or state.tie or state.after != (1, 1))

    def _next(self) -> int:
        """The token behind the gap."""
        item = self._items[self._at + 1]
        assert not isinstance(item, _Gap)
        return item.token if isinstance(item, _Said) else item

    def _open(self) -> None:
        """Begin a bar, where the next item does; behind a gap what was drawn is settled."""
        item = self._items[self._at] if not self.over else None
        if isinstance(item, _Gap | _Said) and item.opens:
            self._state = self._rules.start(item.bar)
            self.made.append([])
        elif isinstance(item, _Said):
            self._settle()

    def _settle(self) -> None:
        """The last note takes no length, tie or arrow any more."""
        self._state = State(self._state.place, at=self._state.end, altered=self._state.altered)
