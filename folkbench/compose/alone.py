"""One tune alone: what the sampler does for many, without what only many need.

A single stream's step takes a tenth of a millisecond in the network, and arrays of one row would cost half as much
again. The tokens are the same, to the last.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from folkbench.compose.drawing import dice, draw_alone, throws, welcome
from folkbench.compose.fence import HOTTER, MOST_BACKS, WELCOME
from folkbench.compose.masks import BAR, Floats, Masks
from folkbench.compose.plan import closed_note
from folkbench.compose.request import DRAWN, PATIENCE, Drawn, Network, Request, Taste
from folkbench.compose.states import State
from folkbench.model.recall import Alone
from folkbench.whence import Guard
from folkbench.whence.lookout import Lookout

_BLOCK = 1024  # random numbers drawn at once, as in the sampler of many


class _Behind(NamedTuple):
    """What is needed to come back behind a bar line."""

    token: int
    state: int
    pitch: int
    made: int
    drawn: int
    logprob: float
    masked: float
    h: Floats
    c: Floats


def make_alone(
    network: Network, masks: Masks, request: Request, taste: Taste, longest: int, guard: Guard | None = None
) -> Drawn:
    """The tune that is asked for, as `sample` makes it. What is given in it must all stand in its prime."""
    kinds = [token.kind for token in masks.tokens]
    end, scale = kinds.index("end"), np.float32(1 / taste.temperature)
    given, choices = request.prime, dict(request.choices)
    limit = max(longest, len(given) + 1)
    rng, chances = dice(request.seed, request.k), np.zeros(0, np.float32)
    lookout = guard.look_out() if guard else None
    back: _Behind | None = None
    heat, backs, cast, tries = np.float32(1), 0, 0, 0
    h, c = network.rest(1)
    memory = network.recall.alone() if network.recall else None
    token, state, pitch = kinds.index("start"), masks.start(request.form, request.opening), 0
    made: list[int] = []
    logprob = masked = 0.0
    drawn = 0
    while True:
        at = len(made)
        logits, after_h, after_c = network.step(np.array([token]), h, c)
        one = given[at] if at < len(given) else masks.given_alone(state)
        is_given = one != DRAWN
        copies = lookout.forbidden(is_given) if lookout else None
        if not is_given:
            barred = masks.barred_alone(state, pitch)
            if at in choices:
                allowed = list(choices[at])
                narrow = np.full_like(barred, BAR)
                narrow[allowed] = barred[allowed]
                barred = narrow
            if copies is not None:
                fenced = np.where(copies, BAR, barred)
                if fenced.min() < BAR:
                    barred = fenced
                elif back and backs < MOST_BACKS:
                    token, state, pitch, drawn, logprob, masked, h, c = _go_back(back, made, lookout, memory)
                    backs, heat = backs + 1, heat * HOTTER
                    continue
            while cast >= len(chances):
                chances = np.append(chances, throws(rng, _BLOCK))
            row = logits[0]
            if memory:
                memory.raise_(row)
            if scale != 1:
                row *= scale
            closes = back and tries < len(WELCOME) and masks.closes_alone(state)
            if back and closes and welcome(row[None], barred[None], masks.lines)[0] < WELCOME[tries]:
                token, state, pitch, drawn, logprob, masked, h, c = _go_back(back, made, lookout, memory)
                tries += 1
                continue
            if heat != 1:
                row /= heat
            one, likely, away = draw_alone(row, barred, chances[cast], taste.top_p)
            logprob, masked, drawn = logprob + likely, masked + away, drawn + 1
        cast += 1
        h, c = after_h, after_c
        if at == request.dance_at and kinds[one] == "meter":
            request = request.undanced()
            given, choices = request.prime, dict(request.choices)
        made.append(one)
        if memory:
            memory.take(one)
        if kinds[one] == "pitch":
            pitch = one
        if one == end:
            break
        state, token = masks.behind(state, one), one
        if len(made) == len(given):
            state = _closed(masks, state)
        if lookout:
            lookout.take(one, is_given)
        if lookout or request.form.parts:
            is_line = kinds[one] in ("bar", "ending", "mode")
            heat, tries = (np.float32(1), 0) if is_line else (heat, tries)
            if (is_line or is_given) and not (len(made) < len(given) and given[len(made)] != DRAWN):
                back = _Behind(token, state, pitch, len(made), drawn, logprob, masked, h.copy(), c.copy())
        if len(made) >= limit:
            if masks.free:
                break
            state, limit = masks.hurry(state), limit + PATIENCE
    own = tuple(place < len(given) and given[place] != DRAWN for place in range(len(made)))
    return Drawn(request, tuple(made), logprob, masked / max(drawn, 1), backs, own)


def _go_back(
    back: _Behind, made: list[int], lookout: Lookout | None, memory: Alone | None
) -> tuple[int, int, int, int, float, float, Floats, Floats]:
    """Forget what was made behind a place; what is needed to go on from it."""
    del made[back.made :]
    for one in (lookout, memory):
        if one:
            one.rewind(back.made)
    return back.token, back.state, back.pitch, back.drawn, back.logprob, back.masked, back.h, back.c


def _closed(masks: Masks, number: int) -> int:
    """The same state, where nothing may change the last note any more."""
    state = None if masks.free else masks.state(number)
    return masks.number(closed_note(state)) if isinstance(state, State) else number
