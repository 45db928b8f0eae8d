"""Sampling: many tunes at once from one network, each as if it were alone.

The random numbers of tune (S, k) come from a counter-based generator keyed by S and k (Philox 4x32-10: Salmon et
al., "Parallel random numbers: as easy as 1, 2, 3", 2011), one for each token; every sum is taken along a stream's
own row. So a tune depends on its key, the request and the network, not on its neighbours, nor on when it began.
A stream that ends is given the next request at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
import numpy.typing as npt

from folkbench.compose.alone import make_alone
from folkbench.compose.drawing import dice, draw, throws
from folkbench.compose.fence import HOTTER, Fence, Guarding
from folkbench.compose.form import Form
from folkbench.compose.grammar import AnyState, State
from folkbench.compose.masks import BAR, Floats, Masks, Numbers
from folkbench.compose.request import DRAWN, LONGEST, PATIENCE, STREAMS, Drawn, Network, Request, Taste

_NEVER = 1 << 40  # no tune has so many tokens
_BLOCK = 1024  # random numbers drawn at once for a stream
_MOST_BACKS = 200  # then the grammar's word counts alone: a tune must end


def sample(
    network: Network,
    masks: Masks,
    requests: Iterable[Request],
    taste: Taste | None = None,
    *,
    streams: int = STREAMS,
    longest: int = LONGEST,
    guard: Guarding | None = None,
) -> Iterator[Drawn]:
    """Make every tune that is asked for; they come as they are finished. `guard` keeps them from copying.

    Each `prime` must be allowed by the grammar, whatever is chosen in it (`walk` says so).
    """
    queue = iter(requests)
    if streams == 1 and guard is None:
        yield from (make_alone(network, masks, request, taste or Taste(), longest) for request in queue)
        return
    batch = _Batch(network, masks, taste or Taste(), longest, list(islice(queue, streams)), guard)
    while batch.requests:
        ended = batch.step()
        for slot in ended:
            yield batch.result(slot)
            batch.refill(slot, next(queue, None))
        if ended:
            batch.close_up()


def walk(masks: Masks, form: Form, prime: Iterable[int]) -> tuple[int, AnyState | None]:
    """How many tokens of `prime` the grammar allows, from the first, and the state behind those; None without one."""
    grammar, count, last_pitch = masks.grammar, 0, DRAWN
    state: AnyState | None = grammar.start(form) if grammar else None
    for number in prime:
        token = masks.tokens[number]
        if grammar and state is not None:
            broken_tie = isinstance(state, State) and state.tie and token.kind == "pitch" and number != last_pitch
            after = None if broken_tie else grammar.step(state, token)
            if after is None:
                return count, state
            state = after
        last_pitch = number if token.kind == "pitch" else last_pitch
        count += 1
    return count, state


class _Batch:
    """The streams that are being made. Every array has a row for each."""

    def __init__(
        self,
        network: Network,
        masks: Masks,
        taste: Taste,
        longest: int,
        requests: list[Request],
        guard: Guarding | None,
    ) -> None:
        self.network, self.masks, self.longest = network, masks, longest
        self.taste = taste
        self.scale = np.float32(1 / taste.temperature)
        self.requests: list[Request | None] = list(requests)
        kinds = [token.kind for token in masks.tokens]
        self.start_token, self.end_token = kinds.index("start"), kinds.index("end")
        self.is_pitch = np.array([kind == "pitch" for kind in kinds])
        count = len(requests)
        self.slots = np.arange(count)
        self.h, self.c = network.rest(count)
        self.blank_h, self.blank_c = (part[:, 0].copy() for part in network.rest(1))
        self.tokens = np.full(count, self.start_token)
        self.states = np.zeros(count, dtype=np.int64)
        self.pitches = np.zeros(count, dtype=np.int64)
        self.at = np.zeros(count, dtype=np.int64)  # tokens so far
        self.drawn = np.zeros(count, dtype=np.int64)  # of them drawn, not given
        self.picky = np.zeros(count, dtype=np.int64)  # the next place with a choice of its own
        self.limit = np.zeros(count, dtype=np.int64)  # where the tune is to come to its end
        self.logprob = np.zeros(count)
        self.masked = np.zeros(count)
        self.made = np.full((count, _BLOCK), DRAWN)
        self.chances = np.zeros((count, _BLOCK), dtype=np.float32)
        self.cast = np.zeros(count, dtype=np.int64)  # random numbers used
        self.backs = np.zeros(count, dtype=np.int64)
        self.heat = np.ones(count, dtype=np.float32)  # times the temperature; above 1 where a bar is tried again
        self.is_line = np.array([kind in ("bar", "ending") for kind in kinds])
        self.fence = Fence(guard, masks, count, self.h, self.c) if guard else None
        self.dice: list[np.random.Generator | None] = [None] * count
        self.choices: list[dict[int, tuple[int, ...]]] = [{} for _ in requests]
        for slot, request in enumerate(requests):
            self._seat(slot, request)

    def step(self) -> list[int]:
        """One token for every stream; the slots of those that have ended."""
        logits, self.h, self.c = self.network.step(self.tokens, self.h, self.c)
        if self.scale != 1:
            logits *= self.scale
        barred = self.masks.barred(self.states, self.pitches)
        picky = self.picky == self.at
        if picky.any():
            self._choose(np.flatnonzero(picky), barred)
        if self.fence:
            self._fence_in(self.fence, logits, barred)
        chances = self.chances[self.slots, self.cast]
        tokens, logprob, masked = draw(logits, barred, chances, self.taste.top_p)
        given = self.made[self.slots, self.at]
        given = np.where(given == DRAWN, self.masks.given(self.states), given)
        free = given == DRAWN
        if free.all():
            self.drawn += 1
        else:
            tokens = np.where(free, tokens, given)
            logprob, masked = logprob * free, masked * free
            self.drawn += free
        self.logprob += logprob
        self.masked += masked
        self.made[self.slots, self.at] = tokens
        self.states = self.masks.follow(self.states, tokens)
        self.pitches = np.where(self.is_pitch[tokens], tokens, self.pitches)
        self.at += 1
        self.cast += 1
        self.tokens = tokens
        if self.fence:
            self.fence.take(tokens, ~free)
            self.heat[self.is_line[tokens]] = 1
            self.fence.remember(tokens, self.h, self.c, self._counters())
        ended = tokens == self.end_token
        late = self.at >= self.limit
        if late.any():
            ended |= self._hurry(np.flatnonzero(late))
        return [int(slot) for slot in np.flatnonzero(ended) if self.requests[slot] is not None] if ended.any() else []

    def result(self, slot: int) -> Drawn:
        """What a stream has made."""
        request = self.requests[slot]
        assert request is not None
        length = int(self.at[slot])
        count = max(int(self.drawn[slot]), 1)
        tokens = tuple(self.made[slot, :length].tolist())
        masked = float(self.masked[slot]) / count
        return Drawn(request, tokens, float(self.logprob[slot]), masked, int(self.backs[slot]))

    def refill(self, slot: int, request: Request | None) -> None:
        """Give a stream that has ended its next request; None leaves it empty."""
        self.requests[slot] = None
        if request is not None:
            self._seat(slot, request)

    def close_up(self) -> None:
        """Take out the streams that are left empty."""
        keep = np.array([slot for slot, request in enumerate(self.requests) if request is not None], dtype=np.int64)
        if len(keep) == len(self.requests):
            return
        self.h, self.c = self.h[:, keep], self.c[:, keep]
        for name in _ROWS:
            setattr(self, name, getattr(self, name)[keep])
        self.requests = [self.requests[slot] for slot in keep]
        self.dice = [self.dice[slot] for slot in keep]
        self.choices = [self.choices[slot] for slot in keep]
        self.slots = np.arange(len(keep))
        if self.fence:
            self.fence.keep_rows(keep)

    def _seat(self, slot: int, request: Request) -> None:
        self.requests[slot] = request
        self.dice[slot] = None  # the old one's; the new one's first numbers are for the first places
        self.h[:, slot], self.c[:, slot] = self.blank_h, self.blank_c
        self.tokens[slot] = self.start_token
        self.states[slot] = self.masks.start(request.form, request.script)
        for counter in (self.pitches, self.at, self.drawn, self.logprob, self.masked, self.cast, self.backs):
            counter[slot] = 0
        self.heat[slot] = 1
        if self.fence:
            self.fence.begin(slot)
        self.choices[slot] = dict(request.choices)
        self.picky[slot] = min(self.choices[slot], default=_NEVER)
        primed = len(request.prime)
        self.limit[slot] = max(self.longest, primed + 1)
        while self.limit[slot] + 2 * PATIENCE > self.made.shape[1]:
            self._widen()
        self.dice[slot] = dice(request.seed, request.k)
        self.made[slot] = DRAWN
        self.made[slot, :primed] = request.prime
        for first in range(0, self.made.shape[1], _BLOCK):
            self._throw(slot, first)

    def _counters(self) -> dict[str, npt.NDArray[np.generic]]:
        """What goes back with a stream; the random numbers that it has used, and how often it went back, don't."""
        return {name: getattr(self, name) for name in _GO_BACK}

    def _fence_in(self, fence: Fence, logits: Floats, barred: Floats) -> None:
        """Bar what would be a copy. A stream with no way on goes back to the beginning of its bar."""
        given = self.made[self.slots, self.at] != DRAWN
        fence.bar(barred, self.slots)
        no_way = (barred.min(axis=1) >= BAR) & ~given
        stuck = np.flatnonzero(no_way & (self.backs < _MOST_BACKS))
        for slot in np.flatnonzero(no_way & (self.backs >= _MOST_BACKS)):
            barred[slot] = self.masks.barred_alone(int(self.states[slot]), int(self.pitches[slot]))
        for slot in stuck:
            fence.way_back(int(slot), self.h, self.c, self._counters())
            request, at = self.requests[slot], int(self.at[slot])
            assert request is not None
            self.made[slot, at:] = DRAWN
            self.made[slot, at : len(request.prime)] = request.prime[at:]
            self.choices[slot] = {place: tokens for place, tokens in request.choices if place >= at}
            self.picky[slot] = min(self.choices[slot], default=_NEVER)
            self.backs[slot] += 1
            self.heat[slot] *= HOTTER
        if stuck.size:
            again, h, c = self.network.step(self.tokens[stuck], self.h[:, stuck].copy(), self.c[:, stuck].copy())
            logits[stuck], self.h[:, stuck], self.c[:, stuck] = again * self.scale, h, c
            rows = self.masks.barred(self.states[stuck], self.pitches[stuck])
            fence.bar(rows, stuck)
            barred[stuck] = rows
            while int(self.cast.max()) + 2 * PATIENCE > self.made.shape[1]:
                self._widen()
        if (self.heat != 1).any():
            logits /= self.heat[:, None]

    def _choose(self, slots: Numbers, barred: Floats) -> None:
        """Bar what a request's own choices leave out at this place."""
        for slot in slots:
            allowed = list(self.choices[slot].pop(int(self.at[slot])))
            row = np.full_like(barred[slot], BAR)
            row[allowed] = barred[slot, allowed]
            barred[slot] = row
            self.picky[slot] = min(self.choices[slot], default=_NEVER)

    def _throw(self, slot: int, first: int) -> None:
        rng = self.dice[slot]
        assert rng is not None
        self.chances[slot, first : first + _BLOCK] = throws(rng, _BLOCK)

    def _widen(self) -> None:
        first = self.made.shape[1]
        self.made = np.concatenate([self.made, np.full((len(self.made), _BLOCK), DRAWN)], axis=1)
        self.chances = np.concatenate([self.chances, np.zeros((len(self.made), _BLOCK), dtype=np.float32)], axis=1)
        for slot, rng in enumerate(self.dice):
            if rng is not None:
                self._throw(slot, first)

    def _hurry(self, late: Numbers) -> npt.NDArray[np.bool_]:
        """Bring long tunes to their end; those that no grammar can bring there are cut."""
        cut = np.zeros(len(self.requests), dtype=bool)
        while int(self.at.max()) + 2 * PATIENCE > self.made.shape[1]:
            self._widen()
        for slot in late:
            self.states[slot] = self.masks.hurry(int(self.states[slot]))
            self.limit[slot] += PATIENCE
            cut[slot] = self.masks.free
        return cut


_GO_BACK = ("tokens", "states", "pitches", "at", "drawn", "logprob", "masked")
_ROWS = (*_GO_BACK, "picky", "limit", "made", "chances", "cast", "backs", "heat")
