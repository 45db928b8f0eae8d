"""The published network at work: its authors' probabilities, made names, and an end to every tune."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from folkbench.check import check
from folkbench.cli import main
from folkbench.compose import Composer, Wish
from folkbench.compose.request import LONGEST
from folkbench.notation import read
from tests.compose.networks import VOCABULARY
from tests.model.python2 import Array, Python2, authors_probabilities, published_values

TOKENS = tuple(text for text in VOCABULARY.texts if not text.startswith(("T:", "t:", "R:")) and text != "||")
"""What the published network knows: no titles, no types, no double bars."""


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(list(words))
    return int(left.value.code or 0)


def taken_in(folder: Path, values: list[Array], name: str = "folkrnn_v2") -> None:
    path = folder / f"{name}.pkl"
    path.write_bytes(Python2().file(values, TOKENS))
    assert run("model", "import", str(path), "--force") == 0


def values(gain: float = 1.0, seed: int = 0) -> list[Array]:
    """Random weights, of which the softmax layer's are `gain` times as large."""
    found = published_values(3, len(TOKENS), 8)
    draw = np.random.default_rng(seed)
    found[-2:] = [gain * value[draw.permutation(len(value))] for value in found[-2:]]
    return found


def test_without_the_grammar_it_draws_with_its_authors_probabilities(own_bench: Path, tmp_path: Path) -> None:
    weights = values()
    taken_in(tmp_path, weights)
    composer = Composer("folkrnn_v2", grammar=False)
    start = TOKENS.index("<s>")
    for made in composer.make(Wish(), seed=3, count=4):
        numbers = [TOKENS.index(text) for text in made.tokens]
        expected = authors_probabilities(weights, [start, *numbers[:-1]])
        logprob = sum(np.log(row[number]) for row, number in zip(expected, numbers, strict=True))
        assert made.logprob == pytest.approx(logprob, abs=1e-5 * len(numbers))


def test_new_gives_whole_tunes_with_a_name(own_bench: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    taken_in(tmp_path, values())
    assert run("new", "--model", "folkrnn_v2", "--seed", "1", "--meter", "6/8", "--no-save") == 0
    tune = read(capsys.readouterr().out)
    assert (tune.meter.text, bool(tune.title)) == ("6/8", True)
    assert not [problem for problem in check(tune) if problem.severity == "error"]
    assert run("new", "--model", "folkrnn_v2", "--title", "The Cunning Storm", "--no-save", "--seed", "1") == 0
    assert "T:The Cunning Storm" in capsys.readouterr().out


@pytest.mark.parametrize("gain", [0.0, 1.0, -1.0, 1e4, -1e4])
def test_every_tune_comes_to_its_end_whatever_the_weights(gain: float, own_bench: Path, tmp_path: Path) -> None:
    weights = values(gain)
    weights[-1][TOKENS.index("</s>")] = -6e4  # it would never end by itself
    weights[-1][TOKENS.index("|")] = -6e4
    taken_in(tmp_path, weights)
    for made in Composer("folkrnn_v2").make(Wish(), seed=1, count=3):
        assert made.tokens[-1] == "</s>"
        assert len(made.tokens) < LONGEST + 400
        assert not [problem for problem in check(made.tune) if problem.severity == "error"]


def test_the_card_says_where_it_comes_from_and_removing_takes_it_away(
    own_bench: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    taken_in(tmp_path, values())
    capsys.readouterr()
    assert run("model", "info", "folkrnn_v2") == 0
    card = capsys.readouterr().out
    assert "folkrnn_v2.pkl" in card
    assert f"{len(TOKENS)} tokens" in card
    assert "epoch" not in card
    assert run("model", "remove", "folkrnn_v2") == 0
    assert run("new", "--model", "folkrnn_v2") == 2
