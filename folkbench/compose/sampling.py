"""Sampling: many tunes at once from one network, each as if it were alone.

The random numbers of tune (S, k) come from a counter-based generator keyed by S and k (Philox 4x32-10: Salmon et
al., "Parallel random numbers: as easy as 1, 2, 3", 2011), one for each token; every sum is taken along a stream's
own row. So a tune depends on its key, the request and the network, not on its neighbours, nor on when it began.
A stream that ends is given the next request at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice

import numpy as np
import numpy.typing as npt

from folkbench.compose.alone import make_alone
from folkbench.compose.drawing import dice, draw, throws, welcome
from folkbench.compose.fence import HOTTER, MOST_BACKS, WELCOME, Fence, Guarding
from folkbench.compose.form import Form
from folkbench.compose.masks import BAR, Floats, Masks, Numbers
from folkbench.compose.request import DRAWN, LONGEST, NEVER, PATIENCE, STREAMS, Drawn, Network, Request, Taste
from folkbench.compose.script import OWN, Where, at_first, cue, is_scripted
from folkbench.compose.states import AnyState, State
from folkbench.whence import Guard

_BLOCK = 1024  # random numbers drawn at once for a stream


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
    if streams == 1 and (guard is None or isinstance(guard, Guard)):
        while (request := next(queue, None)) and not (is_scripted(request) or request.away):
            yield make_alone(network, masks, request, taste or Taste(), longest, guard)
        queue = chain([request] if request else [], queue)
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
        self.is_meter = np.array([kind == "meter" for kind in kinds])
        count = len(requests)
        self.slots = np.arange(count)
        self.h, self.c = network.rest(count)
        self.memory = network.recall.memory(count) if network.recall else None
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
        self.own = np.zeros((count, _BLOCK), dtype=np.int8)  # whose each token is
        self.where: list[Where] = [Where()]  # every place in a script that a stream has come to ...
        self.script = np.zeros(count, dtype=np.int64)  # ... and which of them it is at
        self.due = np.zeros(count, dtype=np.int64)
        self.inside = np.zeros(count, dtype=bool)  # in a hole
        self.away = np.zeros((count, len(kinds)), dtype=np.float32)  # BAR for pitches that it must not have
        self.chances = np.zeros((count, _BLOCK), dtype=np.float32)
        self.cast = np.zeros(count, dtype=np.int64)  # random numbers used
        self.backs = np.zeros(count, dtype=np.int64)
        self.tries = np.zeros(count, dtype=np.int64)  # of the bar, to come home
        self.heat = np.ones(count, dtype=np.float32)  # times the temperature; above 1 where a bar is tried again
        self.is_line = np.array([kind in ("bar", "ending", "mode") for kind in kinds])
        self.fence = Fence(guard, count, self.h, self.c) if guard else None
        self.dice: list[np.random.Generator | None] = [None] * count
        self.choices: list[dict[int, tuple[int, ...]]] = [{} for _ in requests]
        self.scripted = self.limited = False  # whether any stream has music given to it, or pitches kept from it
        for slot, request in enumerate(requests):
            self._seat(slot, request)

    def step(self) -> list[int]:
        """One token for every stream; the slots of those that have ended."""
        logits, self.h, self.c = self.network.step(self.tokens, self.h, self.c)
        if self.network.recall and self.memory:
            self.memory.take(self.tokens)
            self.network.recall.raise_(logits, self.memory)
        if self.scale != 1:
            logits *= self.scale
        barred = self._barred(self.slots)
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
        for slot in np.flatnonzero(picky & self.is_meter[tokens]):
            self._undance(int(slot))
        if self.scripted:
            self._prompt()
        if self.fence:
            self.fence.take(tokens, self.own[self.slots, self.at - 1] > 0)
            self.heat[self.is_line[tokens]] = 1
            self.tries[self.is_line[tokens]] = 0
            behind = (self.is_line[tokens] | ~free) & (self.made[self.slots, self.at] == DRAWN)
            self.fence.remember(np.flatnonzero(behind), self.h, self.c, self._counters())
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
        own = tuple((self.own[slot, :length] == OWN).tolist())
        return Drawn(request, tokens, float(self.logprob[slot]), masked, int(self.backs[slot]), own)

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
        if self.memory:
            self.memory.keep_rows(keep)
        if self.fence:
            self.fence.keep_rows(keep)

    def _seat(self, slot: int, request: Request) -> None:
        self.requests[slot] = request
        self.dice[slot] = None  # the old one's; the new one's first numbers are for the first places
        self.h[:, slot], self.c[:, slot] = self.blank_h, self.blank_c
        self.tokens[slot] = self.start_token
        self.states[slot] = self.masks.start(request.form, request.opening)
        for name in _COUNTERS:
            getattr(self, name)[slot] = 0
        self.heat[slot] = 1
        if self.memory:
            self.memory.rewind(slot, 0)
        if self.fence is None and request.form.parts:
            self.fence = Fence(None, len(self.requests), self.h, self.c)
        if self.fence:
            self.fence.begin(slot)
        self.choices[slot] = dict(request.choices)
        self.picky[slot] = min(self.choices[slot], default=NEVER)
        primed = len(request.prime)
        self.limit[slot] = max(self.longest, request.given + 1)
        while self.limit[slot] + 2 * PATIENCE > self.made.shape[1]:
            self._widen()
        self.dice[slot] = dice(request.seed, request.k)
        self.made[slot] = DRAWN
        self.made[slot, :primed] = request.prime
        self.own[slot] = self.made[slot] != DRAWN
        self.away[slot] = 0
        self.away[slot, list(request.away)] = BAR
        self._stand(slot, at_first(request))
        self.inside[slot] = False
        self.scripted |= not self.masks.free and (request.given > 0 or is_scripted(request))
        self.limited |= bool(request.away)
        for first in range(0, self.made.shape[1], _BLOCK):
            self._throw(slot, first)

    def _prompt(self) -> None:
        """See for every stream whether something is given next."""
        holes = self.masks.in_hole(self.states)
        called = self.masks.cued(self.states) | (self.at == self.due) | (self.inside & ~holes)
        self.own[self.slots[self.inside & ~holes], self.at[self.inside & ~holes] - 1] = OWN
        called &= self.made[self.slots, self.at] == DRAWN
        self.inside = holes
        for slot in np.flatnonzero(called):
            request, at = self.requests[slot], int(self.at[slot])
            if request is None:
                continue
            made, own = self.made[slot, :at].tolist(), self.own[slot, :at].tolist()
            found = cue(self.masks, request, self.where[self.script[slot]], made, own, int(self.states[slot]))
            while at + len(found.given) + 2 * PATIENCE > self.made.shape[1]:
                self._widen()
            self._stand(int(slot), found.where)
            self.states[slot] = found.number
            self.inside[slot] = self.masks.in_hole(self.states[slot])
            self.made[slot, at : at + len(found.given)] = found.given
            self.own[slot, at : at + len(found.given)] = found.own

    def _stand(self, slot: int, where: Where) -> None:
        self.script[slot], self.due[slot] = len(self.where), where.due
        self.where.append(where)

    def _counters(self) -> dict[str, npt.NDArray[np.generic]]:
        """What goes back with a stream; the random numbers that it has used, and how often it went back, don't."""
        return {name: getattr(self, name) for name in _GO_BACK}

    def _fence_in(self, fence: Fence, logits: Floats, barred: Floats) -> None:
        """Bar what would be a copy. A stream with no way on goes back to the beginning of its bar, and one whose part
        would end where the network doesn't end it.
        """
        given = self.made[self.slots, self.at]
        free = given == DRAWN
        copies = fence.forbidden(self.slots, self.own[self.slots, self.at] > 0)
        if copies is None:
            copies = np.zeros_like(barred, dtype=bool)
        barred[copies] = BAR
        no_way = np.where(free, barred.min(axis=1) >= BAR, copies[self.slots, given])
        stuck = np.flatnonzero(no_way & (self.backs < MOST_BACKS))
        for slot in np.flatnonzero(no_way & free & (self.backs >= MOST_BACKS)):
            barred[slot] = self._barred(self.slots[slot : slot + 1])[0]
        away = np.flatnonzero(self.masks.closes(self.states) & free & ~no_way & (self.tries < len(WELCOME)))
        away = (
            away[welcome(logits[away], barred[away], self.masks.lines) < WELCOME[self.tries[away]]]
            if away.size
            else away
        )
        self.backs[stuck] += 1
        self.heat[stuck] *= HOTTER
        self.tries[away] += 1
        stuck = np.sort(np.concatenate([stuck, away]))
        for slot in stuck:
            fence.way_back(int(slot), self.h, self.c, self._counters())
            request, at = self.requests[slot], int(self.at[slot])
            if self.memory:
                self.memory.rewind(int(slot), at + 1)
            assert request is not None
            self.made[slot, at:] = DRAWN
            self.own[slot, at:] = 0
            self.choices[slot] = {place: tokens for place, tokens in request.choices if place >= at}
            self.picky[slot] = min(self.choices[slot], default=NEVER)
        if stuck.size:
            again, h, c = self.network.step(self.tokens[stuck], self.h[:, stuck].copy(), self.c[:, stuck].copy())
            if self.network.recall and self.memory:
                self.network.recall.raise_(again, self.memory, stuck)
            logits[stuck], self.h[:, stuck], self.c[:, stuck] = again * self.scale, h, c
            barred[stuck] = self._barred(stuck)
            again_copies = fence.forbidden(stuck, np.zeros(len(stuck), dtype=bool))
            if again_copies is not None:
                barred[stuck] = np.where(again_copies, BAR, barred[stuck])
            while int(self.cast.max()) + 2 * PATIENCE > self.made.shape[1]:
                self._widen()
        if (self.heat != 1).any():
            logits /= self.heat[:, None]

    def _barred(self, slots: Numbers) -> Floats:
        """What the grammar bars, and the pitches that must not be had."""
        rows = self.masks.barred(self.states[slots], self.pitches[slots])
        return np.maximum(rows, self.away[slots]) if self.limited else rows

    def _choose(self, slots: Numbers, barred: Floats) -> None:
        """Bar what a request's own choices leave out at this place."""
        for slot in slots:
            allowed = list(self.choices[slot].pop(int(self.at[slot])))
            row = np.full_like(barred[slot], BAR)
            row[allowed] = barred[slot, allowed]
            barred[slot] = row
            self.picky[slot] = min(self.choices[slot], default=NEVER)

    def _undance(self, slot: int) -> None:
        """Leave out the place of the meter, which was drawn in place of a dance."""
        request, at = self.requests[slot], int(self.at[slot])
        if request is None or at != request.dance_at + 1:
            return
        self.requests[slot] = request = request.undanced()
        primed = len(request.prime)
        self.made[slot, at : primed + 1] = (*request.prime[at:], DRAWN)
        self.own[slot, at : primed + 1] = self.made[slot, at : primed + 1] != DRAWN
        self.choices[slot] = {place: tokens for place, tokens in request.choices if place >= at}
        self.picky[slot] = min(self.choices[slot], default=NEVER)
        self._stand(slot, at_first(request))

    def _throw(self, slot: int, first: int) -> None:
        rng = self.dice[slot]
        assert rng is not None
        self.chances[slot, first : first + _BLOCK] = throws(rng, _BLOCK)

    def _widen(self) -> None:
        first = self.made.shape[1]
        self.made = np.concatenate([self.made, np.full((len(self.made), _BLOCK), DRAWN)], axis=1)
        self.own = np.concatenate([self.own, np.zeros((len(self.own), _BLOCK), dtype=np.int8)], axis=1)
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
            if not (self.inside[slot] or self.at[slot] <= self.due[slot] < NEVER):  # else what is given must come first
                self.states[slot] = self.masks.hurry(int(self.states[slot]))
            self.limit[slot] += PATIENCE
            cut[slot] = self.masks.free
        return cut


_GO_BACK = ("tokens", "states", "pitches", "at", "drawn", "logprob", "masked", "script", "due", "inside")
_COUNTERS = ("pitches", "at", "drawn", "logprob", "masked", "cast", "backs", "tries")
_ROWS = (*_GO_BACK, "picky", "limit", "made", "own", "away", "chances", "cast", "backs", "tries", "heat")
