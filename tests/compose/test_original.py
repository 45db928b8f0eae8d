"""Originality by construction: a network that knows its corpus by heart writes nothing of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from folkbench.check import check, failed
from folkbench.compose import Form, parse_form
from folkbench.compose.fence import MOST_BACKS
from folkbench.compose.form import FREE
from folkbench.compose.masks import Masks
from folkbench.compose.request import Drawn, Request
from folkbench.compose.sampling import sample
from folkbench.corpus import Corpus
from folkbench.corpus.arrival import Arrival
from folkbench.corpus.gather import gather
from folkbench.encoding import Vocabulary, decode
from folkbench.notation import read
from folkbench.whence import Index, open_guard, originality

HEADS = ("<s>", "</s>")
MEMORY = 6  # tokens by which the network knows where in a tune it is


@pytest.fixture(scope="module")
def human(sample: tuple[str, ...]) -> Corpus:
    """Some sixty tunes."""
    return gather("human", "tests", [Arrival(read(text), "a book", n) for n, text in enumerate(sample[::5], 1)])


@pytest.fixture(scope="module")
def index(human: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Index:
    return Index(tmp_path_factory.mktemp("human"), human.name, human.fingerprint, lambda: human)


class ByHeart:
    """A network that has learnt tunes by heart: behind six tokens it writes what stands behind them in a tune."""

    recall = None

    def __init__(self, human: Corpus) -> None:
        extra = tuple(word for word in ("|", "|:", ":|", "||", "|1", "|2", "/2", "2") if word not in human.words)
        self.vocabulary = Vocabulary((*HEADS, *human.words, *extra))
        self.known: dict[tuple[int, ...], np.ndarray[Any, Any]] = {}
        draw = np.random.default_rng(1)
        self.noise = draw.normal(0, 1, (64, len(self.vocabulary)))
        for entry in human.entries:
            words = ["<s>", entry.meter, entry.mode, *entry.music, "</s>"]
            numbers = self.vocabulary.numbers(tuple(words))
            for at in range(1, len(numbers)):
                for length in (1, 2, 3, MEMORY):
                    before = tuple(numbers[max(at - length, 0) : at])
                    row = self.known.setdefault(before, np.zeros(len(self.vocabulary)))
                    row[numbers[at]] += 4 * length

    def rest(self, batch: int) -> tuple[Any, Any]:
        return np.full((1, batch, MEMORY), -1, np.float32), np.zeros((1, batch, 1), np.float32)

    def step(self, tokens: Any, h: Any, c: Any) -> tuple[Any, Any, Any]:
        h = np.concatenate([h[:, :, 1:], tokens[None, :, None].astype(np.float32)], axis=2)
        rows = []
        for memory in h[0].astype(int).tolist():
            seen = tuple(number for number in memory if number >= 0)
            row = self.noise[sum(seen) % 64].copy()
            for length in (1, 2, 3, MEMORY):
                row += np.minimum(self.known.get(seen[-length:], np.zeros(len(row))), 8 * length)
            rows.append(row)
        return np.array(rows, np.float32), h, c


def made(network: ByHeart, index: Index, count: int, bars: int, form: Form = FREE, seed: int = 1) -> list[Drawn]:
    guard = open_guard(network.vocabulary.texts, bars=bars, index=index) if bars else None
    requests = [Request(seed, k, (), form) for k in range(1, count + 1)]
    masks = Masks(network.vocabulary.tokens)
    return sorted(sample(network, masks, requests, streams=64, longest=400, guard=guard), key=lambda d: d.request.k)


def words(network: ByHeart, drawn: Drawn) -> tuple[str, ...]:
    return tuple(network.vocabulary.texts[number] for number in drawn.tokens)


def copies(network: ByHeart, index: Index, drawn: list[Drawn], bars: int) -> int:
    """How many of the tunes have so many bars on end from a human one, or a run longer than human tunes share."""
    found = [originality(words(network, one), index) for one in drawn]
    most = int(index.longest["tokens"])
    return sum(one.longest_bars >= bars or one.longest_tokens > most for one in found)


def test_what_knows_tunes_by_heart_copies_them_and_with_the_guard_never(human: Corpus, index: Index) -> None:
    network = ByHeart(human)
    assert copies(network, index, made(network, index, 12, 0), 4) > 8
    for bars in (2, 4):
        assert copies(network, index, made(network, index, 24, bars), bars) == 0


def test_a_part_that_comes_back_is_no_copy_and_makes_none(human: Corpus, index: Index) -> None:
    network = ByHeart(human)
    kept = made(network, index, 16, 4, parse_form("ABAC", 4))
    assert copies(network, index, kept, 4) == 0
    for one in kept:
        texts = words(network, one)
        tune = decode(texts[2:-1], meter=texts[0], mode=texts[1])
        assert not failed(check(tune, strict=True))


def test_with_the_guard_a_tune_alone_is_the_one_among_many(human: Corpus, index: Index) -> None:
    network = ByHeart(human)
    guard = open_guard(network.vocabulary.texts, bars=2, index=index)
    masks = Masks(network.vocabulary.tokens)
    many = {one.request.k: one for one in made(network, index, 6, 2)}
    for k, other in many.items():
        (alone,) = sample(network, masks, [Request(1, k)], streams=1, longest=400, guard=guard)
        assert (alone.tokens, alone.backs) == (other.tokens, other.backs)


@pytest.mark.long
def test_of_two_thousand_tunes_by_heart_none_is_copied_that_finds_a_way_on(human: Corpus, index: Index) -> None:
    network = ByHeart(human)
    for bars, form in ((4, FREE), (2, FREE), (4, parse_form("AABB")), (4, parse_form("ABAC"))):
        drawn = made(network, index, 500, bars, form)
        found = [one for one in drawn if one.backs < MOST_BACKS]
        assert len(found) >= 0.99 * len(drawn)  # the others have gone back so often that the grammar alone ends them
        assert copies(network, index, found, bars) == 0


@pytest.mark.long
def test_of_two_thousand_tunes_by_the_shipped_network_none_is_copied(session_corpus: Path) -> None:
    from folkbench.compose import Composer, Wish

    composer = Composer(threads=1)
    index = composer.index()
    for tune in composer.make(Wish(), 7, count=2000, original=4):
        found = originality(tune.tokens, index)
        assert found.longest_bars < 4
        assert found.longest_tokens <= index.longest["tokens"]
