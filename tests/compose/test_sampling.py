"""Sampling: each tune as if it were alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from folkbench.compose.drawing import dice, draw
from folkbench.compose.form import FREE
from folkbench.compose.masks import Masks
from folkbench.compose.request import Drawn, Request, Taste
from folkbench.compose.sampling import sample
from tests.compose.networks import TOKENS, VOCABULARY, RandomNetwork

NETWORK = RandomNetwork(7)


def made(
    count: int, streams: int, *, first: int = 1, taste: Taste | None = None, free: bool = False
) -> dict[int, Drawn]:
    requests = [Request(3, k) for k in range(first, first + count)]
    masks = Masks(TOKENS, free=free)
    return {d.request.k: d for d in sample(NETWORK, masks, requests, taste, streams=streams, longest=100)}


def test_a_tune_is_the_same_alone_in_any_batch_and_after_any_refill() -> None:
    all_at_once = made(24, 24)
    assert {k: d.tokens for k, d in made(24, 5).items()} == {k: d.tokens for k, d in all_at_once.items()}
    for k in (1, 13, 24):
        assert made(1, 1, first=k)[k].tokens == all_at_once[k].tokens


def test_likelihood_and_barred_probability_do_not_depend_on_the_batch_either() -> None:
    all_at_once, few = made(12, 12), made(12, 5)
    for k, drawn in all_at_once.items():
        assert few[k].logprob == pytest.approx(drawn.logprob, rel=1e-6)
        assert few[k].masked == pytest.approx(drawn.masked, rel=1e-4)
        assert drawn.logprob < 0 < drawn.masked < 1


def test_every_request_is_answered_once_and_the_seed_decides() -> None:
    drawn = made(30, 7)
    assert sorted(drawn) == list(range(1, 31))
    assert len({d.tokens for d in drawn.values()}) == 30


def test_given_tokens_stand_and_are_not_counted_as_drawn() -> None:
    prime = tuple(VOCABULARY.numbers(("R:reel", "M:4/4", "K:Cdor", "G,", "|", "C", "C", "2", "G,")))
    drawn = list(sample(NETWORK, Masks(TOKENS), [Request(1, k, prime) for k in (1, 2, 3)], longest=100))
    assert all(d.tokens[: len(prime)] == prime for d in drawn)
    assert len({d.tokens for d in drawn}) == 3


def test_a_tune_longer_than_the_first_block_of_random_numbers_goes_on() -> None:
    class NeverEnds(RandomNetwork):
        def step(self, tokens: Any, h: Any, c: Any) -> Any:
            logits, h, c = super().step(tokens, h, c)
            logits[:, VOCABULARY.index["</s>"]] = -100
            return logits, h, c

    drawn = list(sample(NeverEnds(7), Masks(TOKENS, free=True), [Request(1, 1), Request(1, 2)], longest=1500))
    assert [len(d.tokens) for d in drawn] == [1500, 1500]


def test_without_the_grammar_only_the_start_sign_is_barred_and_a_tune_is_cut_where_it_grows_too_long() -> None:
    drawn = made(8, 8, free=True)
    masks = Masks(TOKENS, free=True)
    assert np.flatnonzero(masks.barred_alone(masks.start(), 0)).tolist() == [VOCABULARY.index["<s>"]]
    assert all(len(d.tokens) <= 100 for d in drawn.values())


def test_a_low_temperature_takes_the_likeliest_token() -> None:
    logits = np.array([[0.0, 2.0, 1.0], [5.0, 1.0, 0.0]], np.float32)
    barred = np.array([[0, 0, 0], [1e30, 0, 0]], np.float32)
    tokens, logprob, masked = draw(logits * np.float32(50), barred, np.array([0.9, 0.1], np.float32), 1.0)
    assert tokens.tolist() == [1, 1]
    assert logprob[0] == pytest.approx(0, abs=1e-5)
    assert masked.tolist() == pytest.approx([0, 1], abs=1e-5)


def test_tokens_are_drawn_as_often_as_they_are_likely() -> None:
    logits = np.log(np.array([0.5, 0.3, 0.2], np.float32))
    chances = dice(1, 1).random(20000, dtype=np.float32)
    rows = np.repeat(logits[None], len(chances), axis=0)
    tokens, _, _ = draw(rows, np.zeros_like(rows), chances, 1.0)
    assert np.bincount(tokens) / len(tokens) == pytest.approx([0.5, 0.3, 0.2], abs=0.02)


def test_top_p_leaves_out_the_unlikely_tokens() -> None:
    logits = np.log(np.array([0.5, 0.3, 0.2], np.float32))
    chances = np.linspace(0, 0.999, 1000, dtype=np.float32)
    rows = np.repeat(logits[None], len(chances), axis=0)
    assert set(draw(rows.copy(), np.zeros_like(rows), chances, 0.75)[0].tolist()) == {0, 1}
    assert set(draw(rows.copy(), np.zeros_like(rows), chances, 0.4)[0].tolist()) == {0}


def test_tunes_of_one_seed_have_random_numbers_of_their_own() -> None:
    numbers = [tuple(dice(seed, k, use).random(4)) for seed in (1, 2) for k in (1, 2) for use in (0, 1)]
    assert len(set(numbers)) == len(numbers)
    assert Masks(TOKENS).start(FREE) == 0
