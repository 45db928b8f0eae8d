"""Tunes side by side: what one training step is given, as tensors `(steps, batch)`."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from folkbench.model.material import Lesson, Material, Sequence
from folkbench.model.network import Recalled
from folkbench.model.recall import Numbers, along

_HELPERS = 4
"""Processes that lay batches out ahead of a GPU: to see what is recalled takes longer than a step does there."""

SILENT = -100
"""The target of a place that isn't judged (padding, or before the music)."""


class Laid(NamedTuple):
    """A process's share of one batch, ready for the network."""

    tokens: Tensor
    """(steps, batch), int64."""
    targets: Tensor
    recalled: Recalled | None
    worth: Tensor | None
    """Of each target, float32 (steps, batch); None is all 1."""
    clock: Tensor | None
    """What is to be counted, (steps, batch, things)."""
    judged: int
    """Targets of the whole batch that are to be learnt, all shares together."""


class _Laying(Dataset[Laid]):
    """Batches by their number."""

    def __init__(self, lay: Callable[[list[Lesson]], Laid], todo: list[list[Lesson]]) -> None:
        self._lay, self._todo = lay, todo

    def __len__(self) -> int:
        return len(self._todo)

    def __getitem__(self, number: int) -> Laid:
        return self._lay(self._todo[number])


def laid(lay: Callable[[list[Lesson]], Laid], todo: list[list[Lesson]], *, ahead: bool) -> DataLoader[Laid]:
    """Every batch laid out, in order; `ahead` by other processes, while this one works."""
    helpers = min(_HELPERS, os.cpu_count() or 1) if ahead else 0
    return DataLoader(_Laying(lay, todo), batch_size=None, num_workers=helpers, worker_init_fn=_heedless)


def _heedless(number: int) -> None:
    """Ctrl-C is for the process that trains: it finishes its step, and needs its helpers for that."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def batches(lessons: list[Lesson], size: int, draw: np.random.Generator) -> list[list[Lesson]]:
    """Tunes of like length together (within some 8 tokens, so that company changes), the batches in random order."""
    lengths = np.array([len(lesson.tokens) for lesson in lessons]) + 8 * draw.random(len(lessons))
    order = np.argsort(lengths, kind="stable")
    batches = [[lessons[k] for k in order[first : first + size]] for first in range(0, len(order), size)]
    return [batches[k] for k in draw.permutation(len(batches))]


def padded(tunes: list[Sequence], starts: list[int]) -> tuple[Tensor, Tensor]:
    """Inputs and targets (steps, batch) of tunes; only targets from each tune's start on are judged."""
    steps = max(len(tune) for tune in tunes) - 1
    tokens = np.zeros((steps, len(tunes)), np.int64)
    targets = np.full((steps, len(tunes)), SILENT, np.int64)
    for column, (tune, start) in enumerate(zip(tunes, starts, strict=True)):
        tokens[: len(tune) - 1, column] = tune[:-1]
        targets[start - 1 : len(tune) - 1, column] = tune[start:]
    return torch.from_numpy(tokens), torch.from_numpy(targets)


def judged(lesson: Lesson) -> int:
    """How many of its tokens are to be learnt."""
    return len(lesson.tokens) - 1 if lesson.worth is None else int((lesson.worth[1:] > 0).sum())


def worths(lessons: list[Lesson], shape: torch.Size) -> Tensor | None:
    """What each target is worth, for inputs of `shape`; None where all are worth 1."""
    if all(lesson.worth is None for lesson in lessons):
        return None
    found = np.ones(shape, np.float32)
    for column, lesson in enumerate(lessons):
        if lesson.worth is not None:
            found[: len(lesson.tokens) - 1, column] = lesson.worth[1:]
    return torch.from_numpy(found)


def clocks(tunes: list[Sequence], material: Material, shape: torch.Size) -> Tensor:
    """What is to be counted behind each input (steps, batch, things), for inputs of `shape`."""
    found = np.full((*shape, len(material.counters)), SILENT, np.int64)
    for column, tune in enumerate(tunes):
        clock = material.clock(tune)[:-1]
        found[: len(clock), column] = np.where(clock < 0, SILENT, clock)
    return torch.from_numpy(found)


def recalled(words: Numbers, tokens: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """What the tunes `tokens` (steps, batch) offer to recall behind each token; `words` as `recall.words` has them."""
    offered, lengths, bars = along(words, tokens.numpy())
    return torch.from_numpy(offered), torch.from_numpy(lengths), torch.from_numpy(bars)
