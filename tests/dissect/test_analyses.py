"""What the analyses are held against: sums done another way, and gradients done by differences."""

from __future__ import annotations

import numpy as np
import pytest

from folkbench.dissect.ablation import _losses, _trial, slopes
from folkbench.dissect.altered import Altered, Change, losses, states
from folkbench.dissect.beam import branches
from folkbench.dissect.measures import bars_right, difference, distance, interval
from folkbench.dissect.record import record
from folkbench.dissect.softmax import factor, spearman
from folkbench.dissect.walk import place, walk
from folkbench.errors import FolkbenchError
from folkbench.notation import read
from tests.conftest import SEED
from tests.dissect.counter import BAR, TUNE, VOCABULARY, counter
from tests.model.networks import small

HEAD = ("M:4/4", "K:Cmaj")


def test_a_network_with_nothing_altered_is_the_checkpoint_itself() -> None:
    network = small(layers=3, hidden=16)
    tokens = np.array([0, 2, 3, 4, 5, 6, 8, 7, 4])
    whole = record(network, tokens)
    [h] = states(Altered(network), [tokens])
    assert np.abs(h - whole.activations[:, :, 5]).max() < 1e-6
    logp = np.log(whole.posteriors())[np.arange(len(tokens) - 1), tokens[1:]]
    [loss] = losses(Altered(network), [(tokens, 3)])
    assert loss == pytest.approx(float(-logp[2:].mean()), abs=1e-5)


def test_sequences_side_by_side_are_taken_as_each_alone() -> None:
    network = small(layers=2, hidden=16)
    one, other = np.array([0, 2, 3, 4, 5]), np.array([0, 2, 3, 8, 8, 8, 4, 1])
    both = losses(Altered(network), [(one, 2), (other, 2)])
    alone = [float(losses(Altered(network), [(tokens, 2)])[0]) for tokens in (one, other)]
    assert both.tolist() == pytest.approx(alone, abs=1e-6)


def test_the_slopes_of_the_count_loss_are_its_differences() -> None:
    network = small(seed=3, layers=2, hidden=6)
    trial = _trial(network, [(*HEAD, "C", "D", "|", "E", "C", "|", "</s>"), (*HEAD, "G", "|", "C", "</s>")])
    mask = np.ones((2, 6), np.float32)
    mask[0, 2] = 0.5
    found = slopes(network, trial, mask)
    width = 0.02
    for layer in range(2):
        for unit in range(6):
            masks = np.repeat(mask[:, None], 2, axis=1)
            masks[layer, :, unit] += (width, -width)
            up, down = _losses(network, trial, masks)
            assert found[layer, unit] == pytest.approx((up - down) / (2 * width), abs=2e-3)


def test_a_full_beam_misses_nothing_at_depth_one_and_pairs_are_exact() -> None:
    network = small(layers=1, hidden=12)
    tokens = np.array([0, 2, 3, 4, 5, 6, 8, 7])
    found = branches(network, record(network, tokens), depth=2)
    assert found.missed_by_width[-1, 0] < 1e-5
    assert found.curve[:, -1].max() < 1e-5
    p = record(network, tokens).posteriors()[0]
    pairs = np.concatenate([p[k] * record(network, [0, k]).posteriors()[1] for k in range(len(network.vocabulary))])
    joint = branches(network, record(network, tokens[:2]), depth=2)
    best = 1 - np.sort(pairs)[::-1][: joint.widths[1]].sum()
    assert joint.missed_by_share[1, 0] == pytest.approx(1 - np.sort(pairs)[::-1][:6].sum(), abs=1e-4)
    assert joint.missed_by_width[1, 1] >= best - 1e-5


def test_the_factor_on_a_probability_is_that_of_the_softmax() -> None:
    logits, push = np.array([0.3, -1.0, 2.0]), np.array([0, 0.7, 0])
    p = np.exp(logits) / np.exp(logits).sum()
    pushed = np.exp(logits + push)
    assert p[1] * factor(np.array([0.7]), p[1])[0] == pytest.approx(pushed[1] / pushed.sum())


def test_ranks_with_ties_correlate_as_they_should() -> None:
    assert spearman(np.array([1, 2, 3, 9]), np.array([0, 5, 6, 7])) == pytest.approx(1)
    assert spearman(np.array([1, 1, 2]), np.array([1, 1, 2])) == pytest.approx(1)


def test_where_every_token_of_the_seed_transcription_stands() -> None:
    from folkbench.model.checkpoint import WEIGHTS, find, load

    along = walk(read(SEED.read_text()), load(find() / WEIGHTS).vocabulary)
    assert along.places[:6] == ("", "", "", "A0", "A0", "A1")
    assert along.places[along.texts.index("|:") + 1] == "B0"
    assert along.places[along.texts.index("|:")] == "B0"
    assert along.places[-2:] == ("B8", "B8")
    assert max(along.bar_in_part) == 8
    assert along.eighths[along.texts.index("2") - 1] == 2  # G, C C2: the second C


def test_a_token_that_the_network_lacks_is_named() -> None:
    with pytest.raises(FolkbenchError, match="f"):
        place((*HEAD, "f", "|"), VOCABULARY)


def test_bars_are_judged_as_check_judges_them() -> None:
    assert bars_right(TUNE) == (16, 16)
    assert bars_right((*HEAD, *BAR, "C", "|", *BAR, *BAR)) == (3, 4)
    assert bars_right((*HEAD,)) == (0, 0)


def test_an_interval_holds_the_mean_and_a_difference_that_is_there() -> None:
    draw = np.random.default_rng(1)
    low, high = draw.normal(0, 1, 200), draw.normal(1, 1, 200)
    assert interval(low).low < 0.1
    assert interval(low).high > -0.1
    assert difference(low, high).low > 0.5
    assert difference(low, low.copy(), paired=True).mean == 0
    assert np.isnan(interval(np.array([np.nan])).mean)


def test_two_sets_of_the_same_tunes_are_no_further_apart_than_by_chance() -> None:
    draw = np.random.default_rng(1)
    counts = draw.poisson(4, (60, 5)).astype(float)
    far, chance = distance(counts[:30], counts[30:])
    assert far < chance * 1.5
    far, chance = distance(counts[:30], np.roll(counts[30:] * [9, 1, 1, 1, 1], 1, axis=1))
    assert far > chance


def test_a_held_unit_is_held_from_the_start() -> None:
    network = Altered(counter(), Change(held={(1, 0): 0.25}))
    h, c = network.rest(2)
    assert h[0, :, 0].tolist() == [0.25, 0.25]
    _, h, _ = network.step(np.array([0, 4]), h, c)
    assert h[0, :, 0].tolist() == [0.25, 0.25]
