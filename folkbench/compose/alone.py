"""One tune alone: what the sampler does for many, without what only many need.

A single stream's step takes a tenth of a millisecond in the network, and arrays of one row would cost half as much
again. The tokens are the same, to the last.
"""

from __future__ import annotations

import numpy as np

from folkbench.compose.drawing import dice, draw_alone, throws
from folkbench.compose.masks import BAR, Masks
from folkbench.compose.request import DRAWN, PATIENCE, Drawn, Network, Request, Taste

_BLOCK = 1024  # random numbers drawn at once, as in the sampler of many


def make_alone(network: Network, masks: Masks, request: Request, taste: Taste, longest: int) -> Drawn:
    """The tune that is asked for, as `sample` makes it."""
    kinds = [token.kind for token in masks.tokens]
    end, scale = kinds.index("end"), np.float32(1 / taste.temperature)
    given, choices = request.prime, dict(request.choices)
    limit = max(longest, len(given) + 1)
    rng = dice(request.seed, request.k)
    h, c = network.rest(1)
    token, state, pitch = np.array([kinds.index("start")]), masks.start(request.form, request.script), 0
    made: list[int] = []
    logprob = masked = 0.0
    drawn = 0
    while True:
        at = len(made)
        if at % _BLOCK == 0:
            chances = throws(rng, _BLOCK)
        logits, h, c = network.step(token, h, c)
        one = given[at] if at < len(given) else masks.given_alone(state)
        if one == DRAWN:
            row = logits[0]
            if scale != 1:
                row *= scale
            barred = masks.barred_alone(state, pitch)
            if at in choices:
                allowed = list(choices[at])
                narrow = np.full_like(barred, BAR)
                narrow[allowed] = barred[allowed]
                barred = narrow
            one, likely, away = draw_alone(row, barred, chances[at % _BLOCK], taste.top_p)
            logprob, masked, drawn = logprob + likely, masked + away, drawn + 1
        made.append(one)
        if kinds[one] == "pitch":
            pitch = one
        if one == end:
            break
        state = masks.behind(state, one)
        if len(made) >= limit:
            if masks.free:
                break
            state, limit = masks.hurry(state), limit + PATIENCE
        token = np.array([one])
    return Drawn(request, tuple(made), logprob, masked / max(drawn, 1))
