"""Choosing among many tunes by a stated score, and finding titles for a tune that is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from folkbench.compose import Composer, Wish
from folkbench.compose.naming import titles
from folkbench.compose.score import WEIGHTS, best, score
from folkbench.errors import FolkbenchError
from folkbench.notation import read
from folkbench.notation.instruments import instrument


@pytest.fixture(scope="module")
def composer(untrained: Path) -> Composer:
    return Composer(str(untrained), threads=1)


def test_the_best_come_first_and_are_numbered_and_every_part_of_a_score_is_stated(composer: Composer) -> None:
    made = list(composer.make(Wish(), 3, count=8))
    chosen = best(made, 3)
    totals = [found.total for _, found in chosen]
    assert totals == sorted([score(tune).total for tune in made], reverse=True)[:3]
    assert [tune.abc.split("\n")[0] for tune, _ in chosen] == ["X:1", "X:2", "X:3"]
    for _, found in chosen:
        assert set(found._asdict()) == set(WEIGHTS)
        assert all(0 <= part <= 1 for part in found)
        assert all(name in str(found) for name in WEIGHTS)


def test_a_tune_that_lies_on_the_instrument_scores_higher(composer: Composer) -> None:
    made = next(composer.make(Wish(key="D"), 3))
    low = made._replace(abc="X:1\nM:4/4\nL:1/8\nK:D\nG,,8|G,,8|\n")
    high = made._replace(abc="X:1\nM:4/4\nL:1/8\nK:D\nd8|d8|\n")
    whistle = instrument("whistle").notes
    assert score(high, playable=whistle).range == 1
    assert score(low, playable=whistle).range == 0


def test_titles_for_a_tune_are_different_and_the_same_again_for_the_same_seed(composer: Composer) -> None:
    tune = read("X:1\nR:reel\nM:4/4\nL:1/8\nK:G\nG8|A8|B8|G8|\n")
    found = titles(composer, tune, 1, 3)
    assert len(set(found)) == len(found) > 1
    assert found == titles(composer, tune, 1, 3)
    assert found != titles(composer, tune, 2, 3)


def test_a_tune_that_the_network_cannot_read_gets_no_title(composer: Composer) -> None:
    with pytest.raises(FolkbenchError):
        titles(composer, read("X:1\nM:7/4\nL:1/8\nK:G\nG14|\n"), 1)
