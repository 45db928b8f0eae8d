"""The guard beside the sampler: no tune gets past it, one that has no way on goes back, and each is as if alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from folkbench.check import check, failed
from folkbench.compose.masks import Masks
from folkbench.compose.request import Drawn, Request
from folkbench.compose.sampling import sample
from tests.compose.networks import TOKENS, VOCABULARY, RandomNetwork
from tests.compose.test_grammar import tune_of

TRAP = VOCABULARY.index["G"]


class Trap:
    """A guard that lets nothing follow a G: whoever writes one must go back to the beginning of the bar."""

    def watch(self, streams: int) -> Trap:
        self.taken: list[list[int]] = [[] for _ in range(streams)]
        return self

    def forbidden(self, own: Any) -> Any:
        caught = [bool(tokens) and tokens[-1] == TRAP for tokens in self.taken]
        return np.repeat(np.array(caught)[:, None], len(TOKENS), axis=1)

    def take(self, tokens: Any, *, own: Any, streams: Any) -> None:
        for token, row, given in zip(tokens, streams, own, strict=True):
            self.taken[row].append(-1 if given else int(token))

    def rewind(self, stream: int, taken: int) -> None:
        self.taken[stream] = self.taken[stream][:taken]


def made(count: int, streams: int, prime: tuple[str, ...]) -> dict[int, Drawn]:
    guard: Any = Trap()
    requests = [Request(5, k, tuple(VOCABULARY.numbers(prime))) for k in range(1, count + 1)]
    found = sample(RandomNetwork(3, 1.0), Masks(TOKENS), requests, streams=streams, longest=80, guard=guard)
    return {drawn.request.k: drawn for drawn in found}


def test_a_tune_with_no_way_on_goes_back_and_is_written_otherwise() -> None:
    prime = ("M:4/4", "K:Cmaj", "G", "8", "|")
    drawn = made(12, 12, prime)
    assert sum(one.backs for one in drawn.values()) > 3
    for one in drawn.values():
        assert one.tokens[:5] == tuple(VOCABULARY.numbers(prime))
        assert TRAP not in one.tokens[5:]
        assert not failed(check(tune_of(one.tokens), strict=True))


def test_going_back_does_not_depend_on_the_batch() -> None:
    prime = ("M:4/4", "K:Cmaj", "C", "8", "|")
    alone, together = made(10, 3, prime), made(10, 10, prime)
    assert {k: one.tokens for k, one in alone.items()} == {k: one.tokens for k, one in together.items()}
    assert {k: one.backs for k, one in alone.items()} == {k: one.backs for k, one in together.items()}
