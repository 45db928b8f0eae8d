"""What each of several processes runs in the test of a training that is spread: prints the loss of every step.

Run it with `torch.distributed.run`; the folder for the training is its only word.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from folkbench.model import team
from folkbench.model.curve import Point
from folkbench.model.material import Lesson
from folkbench.model.recipe import RECIPES
from folkbench.model.run import Run, begin
from folkbench.model.training import train
from tests.model.networks import Scales

SETTINGS = replace(
    RECIPES["ours"],
    epochs=3, batch=7, hidden=16, layers=2, warm=2, rate=0.01, output_dropout=0.0, recurrent_dropout=0.0,
)  # fmt: skip
"""Eight tunes in batches of seven: shares of four and three tunes, then of one and none."""


class Losses:
    """Keeps the mean loss so far behind each step, and the held-out loss of each epoch."""

    def __init__(self) -> None:
        self.steps: list[float] = []
        self.epochs: list[float] = []

    def step(self, run: Run, done: int, steps: int, loss: float, tokens: int) -> None:
        """A step is done."""
        self.steps.append(loss)

    def hear(self, run: Run, heard: int) -> None:
        """Tunes are heard."""

    def epoch(self, run: Run, point: Point, better: bool) -> None:
        """An epoch is done."""
        self.epochs.append(point.held_out)


def losses(folder: Path) -> Losses:
    """The losses of a small training without dropout, in float32, and of one that practises."""
    torch.set_num_threads(1)
    seen = Losses()
    train(begin(Scales(), SETTINGS, 5, dtype="float32"), Scales(), {}, folder / "plain", seen)
    practice = replace(SETTINGS, written=4)
    train(begin(Scales(), practice, 5, dtype="float32"), Scales(), {}, folder / "practice", seen, _practise)
    return seen


def _practise(folder: Path, seed: int, epoch: int, heed: Callable[[int], None]) -> list[Lesson]:
    tunes = Scales().epoch(seed, 10 * epoch)[:4]
    return [Lesson(tune, np.where(tune == 4, -1.0, 1.0).astype(np.float32)) for tune in tunes]


if __name__ == "__main__":
    with team.joined():
        found = losses(Path(sys.argv[1]))
    if team.rank() == 0:
        print(json.dumps({"steps": found.steps, "epochs": found.epochs}))
    team.leave()
