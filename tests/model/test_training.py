import json
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from folkbench.errors import Damaged, FolkbenchError, NotFound
from folkbench.model.batches import padded
from folkbench.model.checkpoint import ONNX, WEIGHTS, load
from folkbench.model.curve import Point
from folkbench.model.material import Lesson
from folkbench.model.recipe import CALM, RECIPES, dropped_at, is_choosy, rate_at
from folkbench.model.run import Run, begin, noise_at
from folkbench.model.state import LESSONS, STATE, keep_lessons, kept_lessons, resume
from folkbench.model.training import PRACTICE, train
from tests.model.networks import VOCABULARY, Scales, small

SMALL = replace(RECIPES["ours"], epochs=3, batch=2, hidden=16, layers=2, warm=2, rate=0.01)
ABOUT = {"name": "scales"}


@dataclass
class Looker:
    """Watches, and presses Ctrl-C after so many steps."""

    stop_after: int = -1
    heard: list[int] = field(default_factory=list)

    def step(self, run: Run, done: int, steps: int, loss: float, tokens: int) -> None:
        if run.step == self.stop_after:
            os.kill(os.getpid(), signal.SIGINT)

    def hear(self, run: Run, heard: int) -> None:
        self.heard.append(heard)

    def epoch(self, run: Run, point: Point, better: bool) -> None:
        pass


def test_it_learns_what_repeats_and_keeps_the_best_network(tmp_path: Path) -> None:
    run = begin(Scales(), replace(SMALL, epochs=25, output_dropout=0.2, recall=False), 1)
    best = train(run, Scales(), ABOUT, tmp_path, Looker())
    assert best.held_out < 1.0 < 2.0 < run.curve[0].held_out
    kept = load(tmp_path / WEIGHTS)
    assert kept.vocabulary == VOCABULARY
    assert kept.history["corpus"] == {"fingerprint": "c0ffee", "name": "scales"}
    assert kept.history["split"] == "5011d"
    assert kept.history["settings"]["batch"] == 2
    assert kept.history["curve"][-1]["epoch"] == best.epoch


@pytest.mark.parametrize("recipe", ["ours", "published"])
def test_a_training_that_was_stopped_goes_on_as_if_it_had_not_been(recipe: str, tmp_path: Path) -> None:
    settings = replace(RECIPES[recipe], epochs=3, batch=2, hidden=16, layers=2)
    through = begin(Scales(), settings, 7)
    train(through, Scales(), ABOUT, tmp_path / "through", Looker())
    stopped = begin(Scales(), settings, 7)
    with pytest.raises(KeyboardInterrupt):  # within the second of three epochs of four steps
        train(stopped, Scales(), ABOUT, tmp_path / "stopped", Looker(stop_after=6))
    resumed = resume(tmp_path / "stopped", Scales())
    assert (resumed.step, resumed.within, len(resumed.curve)) == (6, 2, 1)
    train(resumed, Scales(), ABOUT, tmp_path / "stopped", Looker())
    assert [point.held_out for point in resumed.curve] == [point.held_out for point in through.curve]
    for name, weight in through.network.named_parameters():
        assert torch.equal(weight, resumed.network.get_parameter(name))
    assert load(tmp_path / "stopped" / WEIGHTS).hash == load(tmp_path / "through" / WEIGHTS).hash


def test_counting_along_is_learnt_beside_and_not_kept(tmp_path: Path) -> None:
    run = begin(Scales(), replace(SMALL, epochs=40, counting=1.0, output_dropout=0.0, average=0.0), 1)
    train(run, Scales(), ABOUT, tmp_path, Looker())
    tune, _ = Scales().held_out[0]
    with torch.no_grad():
        (answers,) = run.network.eval()(torch.from_numpy(tune[:-1].astype("int64"))[:, None]).counted
    counted = answers.argmax(-1)[3:, 0].tolist()
    assert counted == Scales().clock(tune)[3:-1, 0].tolist()
    assert not [name for name in load(tmp_path / WEIGHTS).weights if "counter" in name]


def test_a_network_can_begin_where_another_ended(tmp_path: Path) -> None:
    parent = small(3, layers=2, hidden=16, vocabulary=("<s>", "C", "A", "</s>", "E"))
    run = begin(Scales(), SMALL, 1, parent)
    fresh = begin(Scales(), SMALL, 1)
    for mine, theirs in ((VOCABULARY.index(text), parent.vocabulary.index(text)) for text in ("C", "E", "</s>")):
        assert run.network.V[mine].tolist() == parent.weights["V"][theirs].tolist()
        assert run.network.get_parameter("W_x1")[:, mine].tolist() == parent.weights["W_x1"][:, theirs].tolist()
    assert torch.equal(run.network.V[VOCABULARY.index("G")], fresh.network.V[VOCABULARY.index("G")])
    assert run.network.get_parameter("W_h2").tolist() == parent.weights["W_h2"].tolist()
    train(run, Scales(), ABOUT, tmp_path, Looker())
    assert load(tmp_path / WEIGHTS).history["parent"] == parent.hash
    with pytest.raises(FolkbenchError, match="2 layers of 16 units"):
        begin(Scales(), replace(SMALL, hidden=8), 1, parent)


def test_the_same_seed_gives_the_same_curve_and_another_another(tmp_path: Path) -> None:
    curves = []
    for seed in (3, 3, 4):
        run = begin(Scales(), SMALL, seed)
        train(run, Scales(), ABOUT, tmp_path, Looker())
        curves.append([point.held_out for point in run.curve])
    assert curves[0] == curves[1] != curves[2]


def test_it_stops_when_patience_is_over(tmp_path: Path) -> None:
    run = begin(Scales(), replace(SMALL, epochs=50, patience=2, rate=0.0), 1)
    train(run, Scales(), ABOUT, tmp_path, Looker())
    assert len(run.curve) == 3


def test_going_on_needs_a_training_that_is_there_whole_and_of_this_corpus(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no training"):
        resume(tmp_path, Scales())
    run = begin(Scales(), SMALL, 1)
    train(run, Scales(), ABOUT, tmp_path, Looker())
    with pytest.raises(FolkbenchError, match="another corpus"):
        resume(tmp_path, Scales(split="other"))
    state = tmp_path / STATE
    state.write_bytes(state.read_bytes()[:-100])
    with pytest.raises(Damaged, match="damaged"):
        resume(tmp_path, Scales())


def test_only_music_tokens_are_judged() -> None:
    tune, start = Scales().held_out[0]
    tokens, targets = padded([tune, tune[:10]], [start, start])
    assert tokens.shape == targets.shape == (len(tune) - 1, 2)
    assert targets[:2].tolist() == [[-100, -100]] * 2
    assert targets[2:, 0].tolist() == tune[3:].tolist()
    assert int((targets[:, 1] >= 0).sum()) == 7


def test_the_published_rate_is_flat_for_twenty_epochs_and_then_falls() -> None:
    published = RECIPES["published"]
    assert rate_at(published, 0, 0.0) == rate_at(published, 209, 20.9) == 0.003
    assert rate_at(published, 220, 22.0) == pytest.approx(0.003 * 0.97**2)


def test_our_rate_warms_up_and_ends_at_a_hundredth() -> None:
    ours = RECIPES["ours"]
    assert rate_at(ours, 0, 0.0) == pytest.approx(ours.rate / ours.warm)
    assert rate_at(ours, ours.warm, 0.1) == pytest.approx(ours.rate, rel=1e-4)
    assert rate_at(ours, ours.epochs * 100, float(ours.epochs)) == pytest.approx(ours.rate / 100)


def test_ours_calms_down_to_its_end_and_the_published_recipe_does_not() -> None:
    ours, published = RECIPES["ours"], RECIPES["published"]
    begin = ours.epochs * (1 - ours.calm)
    assert dropped_at(ours, 0.0) == dropped_at(ours, begin) == 1
    assert dropped_at(ours, float(ours.epochs)) == pytest.approx(CALM)
    assert noise_at(ours, float(ours.epochs)).output == pytest.approx(CALM * ours.output_dropout)
    assert [is_choosy(ours, epoch) for epoch in (1, int(begin), ours.epochs)] == [False, False, True]
    assert dropped_at(published, 99.9) == 1
    assert not is_choosy(published, published.epochs)


def test_the_state_says_in_json_where_the_training_stands(tmp_path: Path) -> None:
    run = begin(Scales(), SMALL, 1)
    train(run, Scales(), ABOUT, tmp_path, Looker())
    raw = (tmp_path / STATE).read_bytes()
    header = json.loads(raw[8 : 8 + int.from_bytes(raw[:8], "little")])
    note = json.loads(header["__metadata__"]["folkbench"])
    assert note["step"] == 12
    assert not list(tmp_path.glob(".*.part"))


def test_what_is_worth_less_than_nothing_is_unlearnt(tmp_path: Path) -> None:
    def practise(folder: Path, seed: int, epoch: int, heed: object) -> list[Lesson]:
        tune = Scales().held_out[0][0]
        assert (folder / ONNX).is_file()
        return [Lesson(tune, np.where(tune == 1, -8.0, 0.0).astype(np.float32))] * 8

    ends = []
    for practising in (None, practise):
        run = begin(Scales(), replace(SMALL, epochs=10, written=1 if practising else 0, counting=0.0), 1)
        train(run, Scales(), ABOUT, tmp_path, Looker(), practising)
        tune, _ = Scales().held_out[0]
        with torch.no_grad():
            run.network.load_state_dict(run.mean)
            tokens = torch.from_numpy(tune[:-1].astype("int64"))[:, None]
            ends.append(float(run.network.eval()(tokens).logits[-1, 0].log_softmax(-1)[1]))
    assert ends[1] < ends[0] - 0.5
    assert run.best == run.curve[-1]


def test_a_practice_that_was_stopped_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    heard: list[int] = []

    def practise(folder: Path, seed: int, epoch: int, heed: Callable[[int], None]) -> list[Lesson]:
        heard.append(epoch)
        heed(4)
        return [Lesson(tune) for tune in Scales().epoch(seed, 10 * epoch)[:4]]

    settings = replace(SMALL, written=4)
    through, stopped = begin(Scales(), settings, 7), begin(Scales(), settings, 7)
    looker = Looker()
    train(through, Scales(), ABOUT, tmp_path / "through", looker, practise)
    assert looker.heard == [4, 4, 4]
    (tmp_path / "stopped" / PRACTICE).mkdir(parents=True)
    (tmp_path / "stopped" / PRACTICE / "mine.abc").touch()
    with pytest.raises(KeyboardInterrupt):  # within the second epoch of six steps
        train(stopped, Scales(), ABOUT, tmp_path / "stopped", Looker(stop_after=8), practise)
    train(resume(tmp_path / "stopped", Scales()), Scales(), ABOUT, tmp_path / "stopped", Looker(), practise)
    assert heard == [1, 2, 3, 1, 2, 3]
    assert not (tmp_path / "through" / PRACTICE).exists()
    assert [path.name for path in (tmp_path / "stopped" / PRACTICE).iterdir()] == ["mine.abc"]
    assert load(tmp_path / "stopped" / WEIGHTS).hash == load(tmp_path / "through" / WEIGHTS).hash


def test_practice_can_be_broken_off_while_it_is_heard(tmp_path: Path) -> None:
    def practise(folder: Path, seed: int, epoch: int, heed: Callable[[int], None]) -> list[Lesson]:
        if not (tmp_path / "again").exists():
            os.kill(os.getpid(), signal.SIGINT)
        heed(4)
        return [Lesson(tune) for tune in Scales().epoch(seed, 10 * epoch)[:4]]

    settings = replace(SMALL, written=4)
    with pytest.raises(KeyboardInterrupt):
        train(begin(Scales(), settings, 7), Scales(), ABOUT, tmp_path / "stopped", Looker(), practise)
    (tmp_path / "again").touch()
    train(resume(tmp_path / "stopped", Scales()), Scales(), ABOUT, tmp_path / "stopped", Looker(), practise)
    train(begin(Scales(), settings, 7), Scales(), ABOUT, tmp_path / "through", Looker(), practise)
    assert load(tmp_path / "stopped" / WEIGHTS).hash == load(tmp_path / "through" / WEIGHTS).hash


def test_lessons_of_another_epoch_or_run_are_not_taken(tmp_path: Path) -> None:
    run = begin(Scales(), SMALL, 7)
    tune = Scales().held_out[0][0]
    keep_lessons([Lesson(tune), Lesson(tune, np.full(len(tune), -2, np.float32))], run, tmp_path)
    first, second = kept_lessons(run, tmp_path)
    assert first.tokens.tolist() == second.tokens.tolist() == tune.tolist()
    assert second.worth is not None
    assert second.worth.tolist() == [-2] * len(tune)
    with pytest.raises(Damaged, match="damaged"):
        kept_lessons(begin(Scales(), SMALL, 8), tmp_path)
    (tmp_path / LESSONS).write_bytes(b"{}")
    with pytest.raises(Damaged, match="damaged"):
        kept_lessons(run, tmp_path)
