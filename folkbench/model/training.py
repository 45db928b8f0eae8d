"""Training: from sequences of tokens to weights, in torch.

A run can be stopped at any step and goes on exactly where it was (`state.py`): everything random is drawn from the seed
and the step. The best network so far, judged on the held-out tunes, stands beside it as `weights.safetensors`; where
the network practises (`folkbench.practice`), the last. Several processes share each batch (`team.py`); a step is the
same for any number of them, but for dropout.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from folkbench.bench import write_whole
from folkbench.errors import FolkbenchError
from folkbench.model import team
from folkbench.model.batches import SILENT, Laid, batches, clocks, judged, laid, padded, recalled, worths
from folkbench.model.checkpoint import ONNX, WEIGHTS, Checkpoint, save
from folkbench.model.curve import CURVE, Point, table
from folkbench.model.export import export
from folkbench.model.material import Judged, Lesson, Material
from folkbench.model.memory import give_back, keep_memory
from folkbench.model.network import Network, Recalled, Shape
from folkbench.model.recall import words
from folkbench.model.recipe import is_choosy, rate_at
from folkbench.model.run import Run, noise_at, snapshot
from folkbench.model.state import clear, keep, keep_lessons, kept_lessons

_FAINT = 7.6
"""Nats; what the network would write as seldom as this (once in 2,000) isn't unlearnt further."""

PRACTICE = "practice"
"""The folder in a training's own where the network stands while it practises, and what it is to learn."""

_TRIM = 16
"""Steps between two times that memory is handed back: less often it grows, more often it costs."""


class Watch(Protocol):
    """Whoever looks on while a network trains."""

    def step(self, run: Run, done: int, steps: int, loss: float, tokens: int) -> None:
        """`done` of the epoch's `steps` are behind us; `loss` is the epoch's mean so far, `tokens` the last step's."""

    def hear(self, run: Run, heard: int) -> None:
        """So many tunes that the network wrote for the next epoch have been heard."""

    def epoch(self, run: Run, point: Point, better: bool) -> None:
        """An epoch is over and saved; `better` if its network is the best so far."""


class Practise(Protocol):
    """Whoever has the network write tunes and says what it is to learn from them."""

    def __call__(self, folder: Path, seed: int, epoch: int, heed: Callable[[int], None]) -> list[Lesson]:
        """Lessons for one epoch, from tunes of the network in `folder`, which stands there as ONNX. `heed` is told
        now and then how many have been heard, and raises KeyboardInterrupt to break off."""


def train(
    run: Run,
    material: Material,
    about: Mapping[str, Any],
    folder: Path,
    watch: Watch,
    practise: Practise | None = None,
) -> Point:
    """Train to the recipe's last epoch, or until `patience` epochs brought nothing; say which epoch's network is kept.

    `about` is what the checkpoint notes of the corpus besides its fingerprint: its name, its tonics ... `practise`
    gives further lessons each epoch.
    Ctrl-C finishes the step, saves and raises KeyboardInterrupt; where the network is being heard it ends that, and
    the epoch begins anew.
    """
    keep_memory()
    folder.mkdir(parents=True, exist_ok=True)
    with _gently() as asked:
        while not run.over:
            _epoch(run, material, about, folder, watch, practise, asked)
    if team.rank() == 0 and practise is not None:
        clear(folder / PRACTICE)
    best = run.best
    if best is None:
        raise FolkbenchError("there is nothing to train: no epochs", "give --epochs 1 or more")
    return best


def judge(network: Network, vocabulary: tuple[str, ...], tunes: list[Judged], batch: int = 64) -> float:
    """Nats a token over the judged tokens of `tunes`, dropout off, in float32."""
    network.eval()
    total, count = 0.0, 0
    tunes = sorted(tunes, key=lambda tune: len(tune[0]))
    with torch.no_grad():
        for first in range(0, len(tunes), batch):
            part = tunes[first : first + batch]
            tokens, targets = padded([tune for tune, _ in part], [start for _, start in part])
            device = network.V.device
            offered = _moved(_recalled(network.shape, vocabulary, tokens), device)
            logits = network(tokens.to(device), None, offered).logits
            total += _loss(logits, targets.to(device)).item()
            count += int((targets != SILENT).sum())
    network.train()
    return total / max(1, count)


def _epoch(
    run: Run,
    material: Material,
    about: Mapping[str, Any],
    folder: Path,
    watch: Watch,
    practise: Practise | None,
    asked: list[int],
) -> None:
    epoch = len(run.curve) + 1
    lessons = [Lesson(tune) for tune in material.epoch(run.seed, epoch, choosy=is_choosy(run.recipe, epoch))]
    began = time.monotonic()
    if practise is not None:
        if team.rank() == 0 and not run.step:
            keep(run, material, folder)  # to hear takes long, and may be broken off
        lessons += _practised(run, snapshot(run, material, about), folder / PRACTICE, watch, practise, asked)
    hearing = time.monotonic() - began
    todo = batches(lessons, run.recipe.batch, np.random.default_rng([run.seed, epoch]))
    lay = partial(_lay, run.network.shape, material)
    began = time.monotonic()
    for batch in laid(lay, todo[run.within :], ahead=run.network.V.is_cuda):
        tokens = _step(run, batch, len(todo))
        if run.within % _TRIM == 0:
            give_back()
        run.seconds += time.monotonic() - began
        watch.step(run, run.within, len(todo), run.total / run.tokens, tokens)
        if any(team.summed(len(asked))):
            if team.rank() == 0:
                keep(run, material, folder)
            raise KeyboardInterrupt
        began = time.monotonic()
    began = time.monotonic()
    with _averaged(run):
        # each process could round a little differently, and all must agree when to stop
        held_out, primed = team.of_first(
            [judge(run.network, material.vocabulary, tunes) for tunes in (material.held_out, material.primed)]
        )
    seconds = hearing + run.seconds + time.monotonic() - began
    rate = rate_at(run.recipe, run.step - 1, epoch - 1 / len(todo))
    speed = round(run.tokens / run.seconds)
    point = Point(epoch, run.total / run.tokens, held_out, primed, rate, speed, round(seconds, 2))
    run.curve.append(point)
    better = run.best is point
    run.within, run.total, run.tokens, run.seconds = 0, 0.0, 0, 0.0
    if team.rank() == 0:
        if better:
            save(snapshot(run, material, about), folder / WEIGHTS)
        keep(run, material, folder)
        write_whole(folder / CURVE, table(run.curve), force=True)
    watch.epoch(run, point, better)


def _practised(
    run: Run, now: Checkpoint, folder: Path, watch: Watch, practise: Practise, asked: list[int]
) -> list[Lesson]:
    """What the network, as it stands `now`, learns from itself in this epoch. A run that was stopped in the epoch
    goes on with what it had.
    """

    def heed(heard: int) -> None:
        watch.hear(run, heard)
        if asked:
            raise KeyboardInterrupt

    lessons: list[Lesson] | None = None
    try:
        if team.rank() == 0 and run.within:
            lessons = kept_lessons(run, folder)
        elif team.rank() == 0:
            folder.mkdir(exist_ok=True)
            export(now, folder / ONNX)
            lessons = practise(folder, run.seed, len(run.curve) + 1, heed)
            keep_lessons(lessons, run, folder)
    finally:
        lessons = team.told(lessons)  # the others wait for it, also where there is none
    if lessons is None:
        raise KeyboardInterrupt
    return lessons


def _step(run: Run, laid: Laid, steps: int) -> int:
    """One batch: forward, backward, clip, step, average. Returns the number of tokens in it.

    Losses are sums over this process's share divided by the whole batch's tokens, times the team's size, as the
    team's gradients are averaged.
    """
    network, recipe = run.network, run.recipe
    device = network.V.device
    torch.manual_seed((run.seed << 32) + (team.rank() << 28) + run.step)
    done = len(run.curve) + run.within / steps
    network.noise = noise_at(recipe, done)
    for group in run.optimiser.param_groups:
        group["lr"] = rate_at(recipe, run.step, done)
    recalled = _moved(laid.recalled, device)
    with torch.autocast(device.type, torch.bfloat16, enabled=run.dtype == "bfloat16"):
        said = run.spread(laid.tokens.to(device), None, recalled)
    loss, wanted = _weighed(said.logits, laid.targets.to(device), laid.worth)
    whole = wanted * (team.size() / laid.judged)
    if laid.clock is not None:
        clock = laid.clock.to(device)
        (places,) = team.summed(int((laid.clock[:, :, 0] != SILENT).sum()))
        parts = [_loss(answers, clock[:, :, n]) for n, answers in enumerate(said.counted)]
        whole = whole + recipe.counting * torch.stack(parts).sum() * (team.size() / max(1, places))
    run.optimiser.zero_grad()
    whole.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(network.parameters(), recipe.clip)
    run.optimiser.step()
    # a young mean follows faster, or the random weights of the start would hang on in it
    kept = min(recipe.average, (1 + run.step) / (10 + run.step))
    with torch.no_grad():
        for name, weight in network.named_parameters():
            run.mean[name].lerp_(weight, 1 - kept)
    (total,) = team.summed(loss.item())
    run.total += total
    run.tokens += laid.judged
    run.step += 1
    run.within += 1
    return laid.judged


def _lay(shape: Shape, material: Material, batch: list[Lesson]) -> Laid:
    """This process's share of a batch. Where there are fewer tunes than processes, the first tune stands in, silent."""
    share = batch[team.rank() :: team.size()]
    tunes = [lesson.tokens for lesson in share or batch[:1]]
    tokens, targets = padded(tunes, [1] * len(share) or [len(tunes[0])])
    clock = clocks(tunes, material, tokens.shape) if shape.counters else None
    if clock is not None and not share:
        clock.fill_(SILENT)
    offered = _recalled(shape, material.vocabulary, tokens)
    worth = worths(share or batch[:1], tokens.shape)
    return Laid(tokens, targets, offered, worth, clock, max(1, sum(judged(lesson) for lesson in batch)))


def _recalled(shape: Shape, vocabulary: tuple[str, ...], tokens: Tensor) -> Recalled | None:
    """What the tunes of a batch offer, if the network recalls at all."""
    if not shape.recall:
        return None
    return recalled(words(vocabulary), tokens)


def _moved(recalled: Recalled | None, device: torch.device) -> Recalled | None:
    if recalled is None:
        return None
    tokens, lengths, bars = recalled
    return tokens.to(device), lengths.to(device), bars.to(device)


def _loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Nats, summed over the targets that aren't silent."""
    flat = logits.float().reshape(-1, logits.shape[-1])
    return nn.functional.cross_entropy(flat, targets.reshape(-1), ignore_index=SILENT, reduction="sum")


def _weighed(logits: Tensor, targets: Tensor, worth: Tensor | None) -> tuple[Tensor, Tensor]:
    """The nats of what is to be learnt, summed, and the loss that learns and unlearns as each target is worth."""
    if worth is None:
        loss = _loss(logits, targets)
        return loss, loss
    flat = logits.float().reshape(-1, logits.shape[-1])
    nats = nn.functional.cross_entropy(flat, targets.reshape(-1), ignore_index=SILENT, reduction="none")
    worth = worth.to(nats.device).reshape(-1)
    gone = (worth < 0) & (nats > _FAINT)
    return (nats * (worth > 0)).sum(), (nats * worth).masked_fill(gone, 0.0).sum()


@contextmanager
def _averaged(run: Run) -> Iterator[None]:
    """The network with its mean weights, for judging."""
    own = {name: weight.detach().clone() for name, weight in run.network.named_parameters()}
    run.network.load_state_dict(run.mean)
    yield
    run.network.load_state_dict(own)


@contextmanager
def _gently() -> Iterator[list[int]]:
    """Ctrl-C and termination only ask: the list yielded fills. A second Ctrl-C breaks off at once; torchrun follows
    the first with a termination, which doesn't.
    """
    asked: list[int] = []

    def ask(number: int, frame: Any) -> None:
        if number == signal.SIGINT and number in asked:
            raise KeyboardInterrupt
        asked.append(number)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
