"""Sampling: many tunes at once from one network, each as if it were alone.

The random numbers of tune (S, k) come from a counter-based generator keyed by S and k (Philox 4x32-10: Salmon et
al., "Parallel random numbers: as easy as 1, 2, 3", 2011), one for each token; every sum is taken along a stream's
own row. So a tune depends on its key, the request and the network, not on its neighbours, nor on when it began.
A stream that ends is given the next request at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from folkbench.compose.form import FREE, Form
from folkbench.compose.masks import Floats, Masks, Numbers

STREAMS = 256
"""Tunes made at once; more gain nothing on two cores."""

LONGEST = 800
"""Tokens behind which a tune is brought to its end. The longest human tunes have about as many."""

_BLOCK = 1024  # random numbers drawn at once for a stream
_PATIENCE = 64  # tokens between two looks at a tune that is to come to its end
_LARGEST = np.float32(80)  # e^80 is still a float32


class Network(Protocol):
    """One step of a trained network for many streams."""

    def rest(self, batch: int) -> tuple[Floats, Floats]:
        """h and c before the first token, each float32 `(layers, batch, hidden)`, to be written to."""

    def step(self, tokens: Numbers, h: Floats, c: Floats) -> tuple[Floats, Floats, Floats]:
        """Logits `(streams, vocabulary)` behind `tokens`, and the next h and c; arrays that may be written to."""


class Request(NamedTuple):
    """One tune to be made: its random stream (S, k), the tokens it begins with behind `<s>`, and its form."""

    seed: int
    k: int
    prime: tuple[int, ...] = ()
    form: Form = FREE


class Drawn(NamedTuple):
    """A tune as it was drawn.

    tokens: behind `<s>`, `</s>` included unless the tune was cut (which happens only without the grammar).
    logprob: nats, the network's own, of the tokens that were drawn, at the temperature asked for.
    masked: how much probability the grammar took away, a mean over those tokens, 0..1.
    """

    request: Request
    tokens: tuple[int, ...]
    logprob: float
    masked: float


class Taste(NamedTuple):
    """How tokens are drawn: temperature above 0; top_p in 0..1, where 1 leaves no token out."""

    temperature: float = 1.0
    top_p: float = 1.0


def sample(
    network: Network,
    masks: Masks,
    requests: Iterable[Request],
    taste: Taste | None = None,
    *,
    streams: int = STREAMS,
    longest: int = LONGEST,
) -> Iterator[Drawn]:
    """Make every tune that is asked for; they come as they are finished.

    Each `prime` must be allowed by the grammar (`walk` says so).
    """
    queue = iter(requests)
    batch = _Batch(network, masks, taste or Taste(), longest, list(islice(queue, streams)))
    while batch.requests:
        ended = batch.step()
        for slot in ended:
            yield batch.drawn(slot)
            batch.refill(slot, next(queue, None))
        if ended:
            batch.close_up()


def walk(masks: Masks, form: Form, prime: Iterable[int]) -> int:
    """How many tokens of `prime` the grammar allows, from the first."""
    number, last_pitch = masks.start(form), 0
    count = 0
    for token in prime:
        if masks.barred_alone(number, last_pitch)[token]:
            return count
        number = masks.behind(number, token)
        last_pitch = token if masks.tokens[token].kind == "pitch" else last_pitch
        count += 1
    return count


class _Batch:
    """The streams that are being made. Every array has a row for each."""

    def __init__(self, network: Network, masks: Masks, taste: Taste, longest: int, requests: list[Request]) -> None:
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
        self.primed = np.zeros(count, dtype=np.int64)  # of them given, not drawn
        self.limit = np.zeros(count, dtype=np.int64)  # where the tune is to come to its end
        self.logprob = np.zeros(count)
        self.masked = np.zeros(count)
        self.made = np.zeros((count, _BLOCK), dtype=np.int64)
        self.chances = np.zeros((count, _BLOCK), dtype=np.float32)
        self.dice: list[np.random.Generator | None] = [None] * count
        for slot, request in enumerate(requests):
            self._seat(slot, request)

    def step(self) -> list[int]:
        """One token for every stream; the slots of those that have ended."""
        logits, self.h, self.c = self.network.step(self.tokens, self.h, self.c)
        if self.scale != 1:
            logits *= self.scale
        barred = self.masks.barred(self.states, self.pitches)
        chances = self.chances[self.slots, self.at]
        tokens, logprob, masked = draw(logits, barred, chances, self.taste.top_p)
        free = self.at >= self.primed
        if not free.all():
            tokens = np.where(free, tokens, self.made[self.slots, self.at])
            logprob, masked = logprob * free, masked * free
        self.logprob += logprob
        self.masked += masked
        self.made[self.slots, self.at] = tokens
        self.states = self.masks.follow(self.states, tokens)
        self.pitches = np.where(self.is_pitch[tokens], tokens, self.pitches)
        self.at += 1
        self.tokens = tokens
        ended = tokens == self.end_token
        late = self.at >= self.limit
        if late.any():
            ended |= self._hurry(np.flatnonzero(late))
        return [int(slot) for slot in np.flatnonzero(ended) if self.requests[slot] is not None] if ended.any() else []

    def drawn(self, slot: int) -> Drawn:
        """What a stream has made."""
        request = self.requests[slot]
        assert request is not None
        length = int(self.at[slot])
        count = max(length - int(self.primed[slot]), 1)
        tokens = tuple(self.made[slot, :length].tolist())
        return Drawn(request, tokens, float(self.logprob[slot]), float(self.masked[slot]) / count)

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
        self.slots = np.arange(len(keep))

    def _seat(self, slot: int, request: Request) -> None:
        self.requests[slot] = request
        self.dice[slot] = dice(request.seed, request.k)
        self.h[:, slot], self.c[:, slot] = self.blank_h, self.blank_c
        self.tokens[slot] = self.start_token
        self.states[slot] = self.masks.start(request.form)
        self.pitches[slot] = self.at[slot] = self.logprob[slot] = self.masked[slot] = 0
        primed = len(request.prime)
        self.primed[slot] = primed
        self.limit[slot] = max(self.longest, primed + 1)
        while self.limit[slot] + 2 * _PATIENCE > self.made.shape[1]:
            self._widen()
        self.made[slot, :primed] = request.prime
        for first in range(0, self.made.shape[1], _BLOCK):
            self._throw(slot, first)

    def _throw(self, slot: int, first: int) -> None:
        rng = self.dice[slot]
        assert rng is not None
        # drawn below 1 by more than a product with a float32 can round away
        self.chances[slot, first : first + _BLOCK] = rng.random(_BLOCK, dtype=np.float32) * np.float32(1 - 2**-22)

    def _widen(self) -> None:
        first = self.made.shape[1]
        self.made = np.concatenate([self.made, np.zeros((len(self.made), _BLOCK), dtype=np.int64)], axis=1)
        self.chances = np.concatenate([self.chances, np.zeros((len(self.made), _BLOCK), dtype=np.float32)], axis=1)
        for slot, rng in enumerate(self.dice):
            if rng is not None:
                self._throw(slot, first)

    def _hurry(self, late: Numbers) -> npt.NDArray[np.bool_]:
        """Bring long tunes to their end; those that no grammar can bring there are cut."""
        cut = np.zeros(len(self.requests), dtype=bool)
        while int(self.at.max()) + 2 * _PATIENCE > self.made.shape[1]:
            self._widen()
        for slot in late:
            self.states[slot] = self.masks.hurry(int(self.states[slot]))
            self.limit[slot] += _PATIENCE
            cut[slot] = self.masks.free
        return cut


_ROWS = ("tokens", "states", "pitches", "at", "primed", "limit", "logprob", "masked", "made", "chances")


def dice(seed: int, k: int, use: int = 0) -> np.random.Generator:
    """The random numbers of tune k of a seed. `use` 0 draws its tokens; other uses have numbers of their own."""
    return np.random.Generator(np.random.Philox(key=[seed, k], counter=[0, 0, 0, use]))


def draw(logits: Floats, barred: Floats, chances: Floats, top_p: float) -> tuple[Numbers, Floats, Floats]:
    """One token for each stream: its number, its log probability, and the probability that was barred.

    `barred` is added to no logit and taken from all: 0, or so much that nothing is left. `chances` in 0..1 choose.
    """
    open_logits = logits - barred
    top = open_logits.max(axis=1, keepdims=True)
    logits -= top
    np.minimum(logits, _LARGEST, out=logits)
    total = np.exp(logits).sum(axis=1)
    open_logits -= top
    weights = np.exp(open_logits, out=open_logits)
    kept = weights if top_p >= 1 else _nucleus(weights, top_p)
    climbing = kept.cumsum(axis=1)
    tokens = (climbing > (chances * climbing[:, -1])[:, None]).argmax(axis=1)
    logprob = logits[np.arange(len(tokens)), tokens] - np.log(total)
    return tokens, logprob, np.maximum(0, 1 - weights.sum(axis=1) / total)


def _nucleus(weights: Floats, top_p: float) -> Floats:
    """The likeliest tokens that hold `top_p` of the weight (Holtzman et al. 2020); the others get none."""
    falling = -np.sort(-weights, axis=1)
    climbing = falling.cumsum(axis=1)
    last = (climbing >= climbing[:, -1:] * np.float32(top_p)).argmax(axis=1)
    least = falling[np.arange(len(last)), last]
    return np.where(weights >= least[:, None], weights, np.float32(0))
