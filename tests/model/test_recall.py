"""Recall, held against the plain words of what it does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from folkbench.model.checkpoint import ONNX, WEIGHTS, load, save
from folkbench.model.engine import Engine
from folkbench.model.export import export
from folkbench.model.finish import judge
from folkbench.model.recall import FAR, REACH, RECALL, along, recall, start, words
from folkbench.model.recipe import RECIPES
from folkbench.model.run import begin, snapshot
from folkbench.model.training import judge as judge_in_training
from tests.model.networks import Scales, small

TEXTS = ("<s>", "K:Cmaj", "C", "D", "2", "|", ":|", "T:", "t:a")
WORDS = words(TEXTS)
HEAD = [0, 1]
tunes = st.lists(st.integers(2, len(TEXTS) - 1), min_size=1, max_size=40).map(lambda music: [*HEAD, *music])


def agreement(tune: list[int], place: int) -> int:
    """How many tokens before and at `place` agree with as many at the tune's end."""
    length = 0
    while place - length >= 0 and WORDS[tune[place - length]] == WORDS[tune[-1 - length]] >= 0:
        length += 1
    return length


def best(tune: list[int], but: int = -1) -> tuple[int, int, int]:
    """The token that followed the place with the longest agreement, `but` another than this; its length; bars since."""
    places = [(agreement(tune, place), -place) for place in range(len(tune) - 1) if tune[place + 1] != but]
    length, place = max(places, default=(0, 0))
    since = sum(TEXTS[token] in ("|", ":|") for token in tune[1 - place :])
    return (tune[1 - place], length, min(since, FAR)) if length else (-1, 0, 0)


@given(tunes)
def test_it_offers_what_followed_the_longest_agreement_and_the_longest_that_went_on_otherwise(tune: list[int]) -> None:
    offered, lengths, bars = along(WORDS, np.array(tune)[:, None])
    for end in range(1, len(tune) + 1):
        token, length, since = best(tune[:end])
        other, shorter, longer_since = best(tune[:end], but=token)
        assert lengths[end - 1, 0].tolist() == [min(length, REACH), min(shorter, REACH)]
        assert offered[end - 1, 0, 0] == token or not length
        assert offered[end - 1, 0, 1] == other or not shorter
        assert bars[end - 1, 0, 0] == since or not length
        assert bars[end - 1, 0, 1] == longer_since or not shorter


@given(st.lists(tunes, min_size=1, max_size=3), st.data())
def test_a_tune_that_goes_back_is_where_it_was(several: list[list[int]], data: st.DataObject) -> None:
    size = min(len(tune) for tune in several)
    taken = data.draw(st.integers(0, size))
    tokens = np.array([tune[:size] for tune in several]).T
    memory, fresh = (recall(start(), TEXTS).memory(len(several)) for _ in range(2))
    for row in tokens:
        memory.take(row)
    for stream in range(len(several)):
        memory.rewind(stream, taken)
    for row in tokens[:taken]:
        fresh.take(row)
    for _ in range(2):
        (offered, lengths, bars), (wanted, long, since) = memory.offers(), fresh.offers()
        assert (lengths == long).all()
        assert (offered == wanted)[lengths > 0].all()
        assert (bars == since)[lengths > 0].all()
        memory.take(tokens[0])
        fresh.take(tokens[0])


def test_tunes_side_by_side_and_long_ones_recall_as_each_alone() -> None:
    draw = np.random.default_rng(1)
    tokens = draw.integers(2, len(TEXTS), (600, 3))
    together = along(WORDS, tokens)
    for stream in range(3):
        for one, other in zip(together, along(WORDS, tokens[:, [stream]]), strict=True):
            assert (one[:, stream] == other[:, 0]).all()


@given(tunes, st.integers(0, 2**32 - 1))
def test_a_tune_alone_raises_what_it_raises_among_others_to_the_bit(tune: list[int], seed: int) -> None:
    draw = np.random.default_rng(seed)
    table = recall(draw.normal(0, 1, start().shape).astype(np.float32), TEXTS)
    alone, among = table.alone(), table.memory(1)
    for token in tune:
        alone.take(token)
        among.take(np.array([token]))
        if draw.random() < 0.3:
            continue
        if draw.random() < 0.2:
            taken = int(draw.integers(int(among.taken[0]) + 1))
            alone.rewind(taken)
            among.rewind(0, taken)
        logits = draw.normal(0, 1, (1, len(TEXTS))).astype(np.float32)
        other = logits[0].copy()
        table.raise_(logits, among)
        alone.raise_(other)
        assert other.tobytes() == logits[0].tobytes()


def test_what_is_not_music_is_neither_offered_nor_agreed_with() -> None:
    tune = np.array([TEXTS.index(text) for text in ("<s>", "T:", "t:a", "t:a", "t:a", "K:Cmaj", "C", "T:", "t:a")])
    _, lengths, _ = along(WORDS, tune[:, None])
    assert not lengths.any()


def test_training_numpy_and_the_exported_model_agree_on_what_is_recalled(tmp_path: Path) -> None:
    run = begin(Scales(), replace(RECIPES["ours"], hidden=32), 1, small())
    kept = snapshot(run, Scales(), {})
    assert (kept.weights[RECALL] == start()).all()
    save(kept, tmp_path / WEIGHTS)
    export(load(tmp_path / WEIGHTS), tmp_path / ONNX, int8=False)
    with torch.no_grad():
        trained = judge_in_training(run.network, Scales().vocabulary, Scales().held_out)
    assert abs(judge(Engine(tmp_path), Scales().held_out) - trained) < 2e-3
