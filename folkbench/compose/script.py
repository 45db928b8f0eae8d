"""What is given within a tune: behind a hole, as its ending, or as a part that comes back.

A stream writes on from what it was given until its state says that something is given next. `cue` says what that
is, from the request and what has been written; it keeps nothing, so that a stream may go back and come again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from folkbench.compose.form import Form
from folkbench.compose.lines import begins, comes_back
from folkbench.compose.masks import NOWHERE, Masks
from folkbench.compose.plan import closed_note
from folkbench.compose.request import NEVER, Request
from folkbench.compose.states import State

DREW, OWN, AGAIN = 0, 1, 2
"""Whose a token is: the network's; the user's; the user's, in a part that comes back."""


class Where(NamedTuple):
    """How far a stream has come with what its request gives.

    gaps: the holes that it has come to. due: at how many tokens the next one begins. behind: what is given where the
    hole that it is in ends, but for the first token, which ends it; None outside of holes.
    """

    gaps: int = 0
    due: int = NEVER
    behind: tuple[int, ...] | None = None


class Cue(NamedTuple):
    """What comes next: the state, what is given from here on, and of each token whose it is."""

    where: Where
    number: int
    given: tuple[int, ...] = ()
    own: tuple[int, ...] = ()


def at_first(request: Request) -> Where:
    """Where a stream is as it begins."""
    return Where(0, len(request.prime) or NEVER)


def is_scripted(request: Request) -> bool:
    """Whether anything is given behind the prime."""
    return bool(request.gaps or request.ending or request.form.returns)


def cue(masks: Masks, request: Request, where: Where, tokens: Sequence[int], own: Sequence[int], number: int) -> Cue:
    """What comes behind `tokens`, which led to the state `number`, where nothing is given yet."""
    assert masks.grammar is not None
    state = masks.state(number)
    if not isinstance(state, State):
        return Cue(where, number)
    at = len(tokens)
    if where.behind is not None and not state.place.hole:
        given = where.behind
        where = Where(where.gaps, at + len(given))
        if given:
            return Cue(where, number, given, (OWN,) * len(given))
    if at == where.due:
        state = closed_note(state)
        where, number = where._replace(due=NEVER), masks.number(state)
        if where.gaps < len(request.gaps):
            gap = request.gaps[where.gaps]
            return _hole(masks, where._replace(gaps=where.gaps + 1), state, gap.ticks, gap.tokens, gap.plain)
    if where.behind is not None or not state.fresh:
        return Cue(where, number)
    at_tick = begins(state.place)
    if at_tick is not None:
        plain = request.form.coda[0][0] > 0
        state = state._replace(place=state.place._replace(form=state.place.form._replace(coda=())))
        if at_tick > state.end:
            return _hole(masks, where, state, at_tick, request.ending, plain)
        return Cue(where, masks.number(state), request.ending, (OWN,) * len(request.ending))
    part = comes_back(state.place)
    if part < 0:
        return Cue(where, number)
    first, last = part_of(masks, request.form, tokens, part)
    again = tuple(AGAIN if flag else DREW for flag in own[first:last])
    return Cue(where._replace(due=at + last - first), number, tuple(tokens[first:last]), again)


def _hole(masks: Masks, where: Where, state: State, ticks: int, given: tuple[int, ...], plain: bool) -> Cue:
    assert masks.grammar is not None
    inside = masks.grammar.into_hole(state, ticks, masks.tokens[given[0]].text, plain)
    if inside is None:
        raise ValueError("a hole that can't be filled was asked for")
    return Cue(where._replace(behind=given[1:]), masks.number(inside))


def part_of(masks: Masks, form: Form, tokens: Sequence[int], part: int) -> tuple[int, int]:
    """First and one-past-last of `tokens` that are the music of a part, without the lines at its edges."""
    number, first = masks.start(form._replace(coda=())), 0
    for at, token in enumerate(tokens):
        number = masks.behind(number, token)
        if number == NOWHERE:
            raise ValueError("a part is asked for of what isn't a tune")
        state = masks.state(number)
        if not isinstance(state, State):
            continue
        if state.place.part == part and state.fresh and not state.place.bar:
            first = at + 1
        if state.place.part > part:
            return first, at
    raise ValueError("a part is asked for that hasn't been written")
