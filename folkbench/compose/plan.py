"""Whether what is asked for can be written, found out before a note is: the grammar walks through what is given.

Where a bar has a hole, its length is what the grammar allows, a whole bar first; what stands behind the hole is
walked through as if plain notes had filled it. The ending is walked through from every place where it may begin.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from folkbench.compose.form import Coda, Form
from folkbench.compose.given import LINES, Numbers
from folkbench.compose.grammar import Grammar
from folkbench.compose.lines import Place, coda_places, comes_back, lengths, unopened
from folkbench.compose.masks import Masks
from folkbench.compose.request import DRAWN, Gap
from folkbench.compose.states import AnyState, State

ENDING, RETURNS, CROWDED = "ending", "returns", "crowded"


class Plan(NamedTuple):
    """What is given, as a request has it. `form` says with which music the tune ends."""

    music: Numbers
    gaps: tuple[Gap, ...]
    form: Form
    ending: Numbers


class Misfit(NamedTuple):
    """Why it can't be.

    fits: tokens of the prefix that do. reason: RETURNS where it reaches into a part that comes back of itself, CROWDED
    where a hole has no room, ENDING where no such tune can end as it must; "" where a bar doesn't count.
    """

    fits: int
    reason: str = ""


def plan(masks: Masks, form: Form, head: Numbers, pieces: Sequence[Numbers], ending: Numbers) -> Plan | Misfit:
    """How a tune of this form that begins with the tokens `head` (meter, mode) can hold what is given."""
    walk = _Walk(masks)
    found: Plan | Misfit = Misfit(0, ENDING)
    for closed in walk.closed(ending):
        state = walk.begin(form, head)
        asked = form
        if closed:
            coda = walk.coda(closed, state.place.compound)
            asked = form._replace(coda=coda)
            if not coda or not walk.ends(walk.begin(asked, head).place, closed):
                continue
        found = walk.through(walk.begin(asked, head), pieces, asked, closed)
        if isinstance(found, Plan):
            return found
    return found


class _Walk:
    """The grammar on its way through what is given."""

    def __init__(self, masks: Masks) -> None:
        assert masks.grammar is not None
        self.grammar: Grammar = masks.grammar
        self.tokens = masks.tokens
        self.known = {token.text: number for number, token in enumerate(masks.tokens)}

    def begin(self, form: Form, head: Numbers) -> State:
        """The state in which the music begins. Whether it lives isn't asked."""
        state: AnyState | None = self.grammar.start(form._replace(coda=()))
        for number in head:
            state = self.grammar.step(state, self.tokens[number]) if state else None
        assert isinstance(state, State)
        return state._replace(place=state.place._replace(form=form))

    def closed(self, ending: Numbers) -> list[Numbers]:
        """The ending with its last line: its own, or the one that the tune's last part needs."""
        if not ending:
            return [()]
        last = self.tokens[ending[-1]]
        bare = ending[:-1] if last.kind in LINES else ending
        return [(*bare, self.known[line]) for line in ([":|"] if last.text == ":|" else ["|", ":|"])]

    def coda(self, ending: Numbers, compound: bool) -> Coda:
        """The ending as bars and the lines behind them; () if it has a bar that isn't whole in itself."""
        found: list[tuple[int, str]] = []
        bar: list[int] = []
        for number in ending:
            token = self.tokens[number]
            if token.kind not in LINES:
                bar.append(number)
                continue
            ticks = self.grammar.lasting([self.tokens[one] for one in bar], compound)
            if ticks is None:
                return ()
            found.append((ticks, token.text))
            bar = []
        return tuple(found)

    def ends(self, first: Place, ending: Numbers) -> bool:
        """Whether a tune that begins at `first` can end so, wherever the ending may begin."""
        places = coda_places(first)
        for place, at in places:
            bare = place._replace(form=place.form._replace(coda=()))
            found = self.give(State(bare, at=at), ending)
            if isinstance(found, Misfit) or found.tokens != ending or not found.state.place.must_end:
                return False
        return bool(places)

    def through(self, state: State, pieces: Sequence[Numbers], form: Form, ending: Numbers) -> Plan | Misfit:
        """The plan for a tune that begins in `state`."""
        given = self.give(state, pieces[0]) if pieces else _Walked(state, (), DRAWN)
        if isinstance(given, Misfit):
            return given
        gaps = self.on(given, pieces[1:], len(given.tokens))
        return gaps if isinstance(gaps, Misfit) else Plan(given.tokens, gaps, form, ending)

    def on(self, walked: _Walked, pieces: Sequence[Numbers], count: int) -> tuple[Gap, ...] | Misfit:
        """The gaps before each of `pieces`. `count` tokens have been given."""
        state = closed_note(walked.state)
        if not pieces:
            return () if self.grammar.lives(state) else Misfit(count)
        rest = self.first_bar(pieces[0])
        ticks = self.grammar.lasting([self.tokens[number] for number in rest], state.place.compound)
        furthest = Misfit(count, CROWDED)
        for length in _likely(state.place) if ticks is not None else ():
            at = length - (ticks or 0)
            if at <= state.end:
                continue
            given = self.give(State(state.place, at=at, altered=state.altered), pieces[0])
            if isinstance(given, Misfit):
                furthest = max(furthest, given._replace(fits=count + given.fits), key=lambda misfit: misfit.fits)
                continue
            then = self.tokens[given.tokens[0]].text
            if self.grammar.into_hole(state, at, then, bool(rest)) is None:
                continue
            gaps = self.on(given, pieces[1:], count + len(pieces[0]))
            if not isinstance(gaps, Misfit):
                return (Gap(at, bool(rest), given.tokens), *gaps)
            furthest = max(furthest, gaps, key=lambda misfit: misfit.fits)
        return furthest

    def first_bar(self, tokens: Numbers) -> Numbers:
        """What stands before the first line."""
        lines = (at for at, number in enumerate(tokens) if self.tokens[number].kind in LINES)
        return tokens[: next(lines, len(tokens))]

    def give(self, state: State, numbers: Numbers) -> _Walked | Misfit:
        """Walk through given tokens, whose lines may be put right: `||` between parts, a `|:` that was left out."""
        found: list[int] = []
        pitch = DRAWN
        for count, number in enumerate(numbers):
            if state.fresh and comes_back(state.place) >= 0:
                return Misfit(count, RETURNS)
            token = self.tokens[number]
            if state.tie and token.kind == "pitch" and pitch not in (DRAWN, number):
                return Misfit(count)
            pitch = number if token.kind == "pitch" else pitch
            for spelled in self.spellings(state, number):
                after = self.steps(state, spelled)
                if after is not None:
                    break
            else:
                return Misfit(count)
            state = after
            found += spelled
        return _Walked(state, tuple(found), pitch)

    def spellings(self, state: State, number: int) -> Iterator[Numbers]:
        """A token as it was given, and as it might have been meant."""
        yield (number,)
        other = {"|": "||", "||": "|"}.get(self.tokens[number].text)
        if other in self.known:
            yield (self.known[other],)
        if unopened(state.place):
            yield self.known["|:"], number

    def steps(self, state: State, numbers: Numbers) -> State | None:
        """The state behind several tokens; None if one of them may not stand there."""
        after: AnyState | None = state
        for number in numbers:
            after = self.grammar.step(after, self.tokens[number]) if after else None
        return after if isinstance(after, State) else None


class _Walked(NamedTuple):
    state: State
    tokens: Numbers
    pitch: int


def closed_note(state: State) -> State:
    """The same state, where nothing may change the last note any more."""
    return state._replace(at=state.end, note=0, sized=False, single=False, marked=False, scale=(1, 1))


def _likely(place: Place) -> list[int]:
    """What a bar may last: a whole one first, then one that makes up the pickup, then pickups, short ones first."""
    usual = [place.meter, place.meter - place.pickup]
    eighths = [ticks for ticks in lengths(place) if ticks % (2 * place.grid) == 0]
    return list(dict.fromkeys([*usual, *eighths, *lengths(place)]))
