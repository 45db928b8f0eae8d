"""How much is missed by keeping only the best branches, and tokens drawn several at a time.

Drawing n tokens jointly needs the probabilities of all runs of n tokens: |V|^n of them. A beam keeps the best and
leaves the rest out; what it leaves out is the mass missed here (Sturm 2019, on sampling several tokens at once).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from folkbench.dissect.altered import Altered
from folkbench.dissect.record import Record
from folkbench.model.checkpoint import Checkpoint

Array = NDArray[np.float32]

SHARES = (0.05, 0.1, 0.2)
WIDTHS = (1, 4, 16, 64)
_CONTEXTS = 12


class Run(NamedTuple):
    """Tokens drawn jointly behind a step of the tune, and the probability of the whole run."""

    step: int
    tokens: tuple[str, ...]
    probability: float


@dataclass(frozen=True, slots=True, eq=False)
class Beam:
    """Mass missed, a mean over contexts along the tune."""

    contexts: tuple[int, ...]  # steps of the tune behind which was looked
    shares: tuple[float, ...]
    missed_by_share: Array  # (2, shares): at depth 1 and 2, keeping that share of all |V|^depth branches: exact
    curve: Array  # (2, points): missed against `kept`, the same
    kept: Array  # (points,): shares of the branches
    widths: tuple[int, ...]
    missed_by_width: Array  # (widths, depth): keeping so many branches at every depth
    temperature: float
    joint_against_stepwise: float
    """Total variation distance, over the runs kept, of drawing jointly and token by token at this temperature."""
    runs: tuple[Run, ...]


def branches(
    checkpoint: Checkpoint,
    found: Record,
    *,
    depth: int = 4,
    together: int = 3,
    temperature: float = 1.0,
    seed: int = 1,
) -> Beam:
    """Look behind some steps of a recorded tune, `depth` tokens far; draw `together` tokens jointly at each."""
    steps = np.unique(np.linspace(0, len(found.tokens) - 2, _CONTEXTS).astype(int))
    network = Altered(checkpoint)
    h, c = (np.ascontiguousarray(found.activations[steps, :, place].swapaxes(0, 1)) for place in (5, 4))
    first = found.posteriors()[steps]
    size = first.shape[1]
    pairs = _children(network, first, h, c).reshape(len(steps), -1)
    kept = np.geomspace(1 / size, 1, 60, dtype=np.float32)
    curve = np.array([_missed(p, kept) for p in (first, pairs)], np.float32)
    widths = tuple(sorted({min(width, size) for width in WIDTHS}))
    draw = np.random.default_rng(seed)
    by_width = [_search(network, found.logits[steps], h, c, width, depth, 1.0) for width in widths]
    widest = _search(network, found.logits[steps], h, c, widths[-1], together, temperature)
    runs, apart = _draw_runs(widest, steps, checkpoint.vocabulary, draw)
    return Beam(
        contexts=tuple(int(step) for step in steps),
        shares=SHARES,
        missed_by_share=np.array([_missed(p, np.array(SHARES, np.float32)) for p in (first, pairs)], np.float32),
        curve=curve,
        kept=kept,
        widths=widths,
        missed_by_width=np.array([one.missed for one in by_width], np.float32),
        temperature=temperature,
        joint_against_stepwise=apart,
        runs=runs,
    )


def reading(found: Beam) -> list[str]:
    """What is to be seen, in a few lines."""
    lines = []
    for depth, row in enumerate(found.missed_by_share, 1):
        said = ", ".join(
            f"{100 * share:g} % miss {100 * missed:.2g} %" for share, missed in zip(found.shares, row, strict=True)
        )
        lines.append(f"depth {depth}, of all branches: {said} of the mass")
    last = found.missed_by_width.shape[1]
    for width, row in zip(found.widths, found.missed_by_width, strict=True):
        lines.append(
            f"the best {width} at every depth miss {100 * row[0]:.2g} % at depth 1, {100 * row[-1]:.2g} % at {last}"
        )
    if found.temperature != 1:
        lines.append(
            f"at temperature {found.temperature:g} drawing jointly and token by token are "
            f"{found.joint_against_stepwise:.2f} apart (total variation)"
        )
    for run in found.runs[:3]:
        lines.append(f"drawn jointly behind step {run.step}: {' '.join(run.tokens)} ({100 * run.probability:.2g} %)")
    return lines


class _Search(NamedTuple):
    missed: Array  # (depth,), mean over contexts
    logp: Array  # (contexts, width): of the runs kept at the last depth
    stepwise: Array  # ... each token at the temperature
    runs: NDArray[np.int64]  # (contexts, width, depth)
    temperature: float


def _children(network: Altered, p: Array, h: Array, c: Array) -> Array:
    """The probabilities of all pairs: (contexts, vocabulary, vocabulary)."""
    contexts, size = p.shape
    tokens = np.tile(np.arange(size), contexts)
    logits, _, _ = network.step(tokens, np.repeat(h, size, axis=1), np.repeat(c, size, axis=1))
    after = np.exp(_log_softmax(logits)).reshape(contexts, size, size)
    return np.asarray(p[:, :, None] * after, np.float32)


def _missed(p: Array, shares: Array) -> Array:
    """The mass missed when the best share of the branches is kept: mean over contexts, for each share."""
    falling = -np.sort(-p.astype(np.float64), axis=1)
    climbing = np.cumsum(falling, axis=1)
    count = np.clip(np.round(shares.astype(np.float64) * p.shape[1]).astype(int), 1, p.shape[1])
    return np.asarray(np.maximum(1 - climbing[:, count - 1], 0).mean(axis=0), np.float32)


def _search(network: Altered, logits: Array, h: Array, c: Array, width: int, depth: int, temperature: float) -> _Search:
    contexts, size = logits.shape
    logp = _log_softmax(logits)[:, None]
    tempered = _log_softmax(logits / np.float32(temperature))[:, None]
    runs = np.zeros((contexts, 1, 0), np.int64)
    missed = []
    for level in range(depth):
        branches = logp.shape[1]
        flat = logp.reshape(contexts, branches * size)
        best = np.argsort(-flat, axis=1, kind="stable")[:, :width]
        parent, token = best // size, best % size
        kept = np.take_along_axis(flat, best, axis=1)
        stepwise = np.take_along_axis(tempered.reshape(contexts, branches * size), best, axis=1)
        runs = np.concatenate([np.take_along_axis(runs, parent[:, :, None], axis=1), token[:, :, None]], axis=2)
        missed.append(max(float(1 - np.exp(kept.astype(np.float64)).sum(axis=1).mean()), 0.0))
        if level + 1 < depth:
            which = (np.arange(contexts)[:, None] * branches + parent).ravel()
            ahead, h, c = network.step(token.ravel(), h[:, which], c[:, which])
            shape = (contexts, best.shape[1], size)
            logp = kept[:, :, None] + _log_softmax(ahead).reshape(shape)
            tempered = stepwise[:, :, None] + _log_softmax(ahead / np.float32(temperature)).reshape(shape)
    return _Search(np.array(missed, np.float32), kept, stepwise, runs, temperature)


def _draw_runs(
    found: _Search, steps: NDArray[np.int64], words: Sequence[str], draw: np.random.Generator
) -> tuple[tuple[Run, ...], float]:
    joint = np.exp(_log_softmax(found.logp / np.float32(found.temperature))).astype(np.float64)
    stepwise = np.exp(_log_softmax(found.stepwise)).astype(np.float64)
    runs = []
    for k, step in enumerate(steps.tolist()):
        chosen = int(draw.choice(joint.shape[1], p=joint[k] / joint[k].sum()))
        tokens = tuple(words[token] for token in found.runs[k, chosen])
        runs.append(Run(step, tokens, float(np.exp(found.logp[k, chosen]))))
    return tuple(runs), float(0.5 * np.abs(joint - stepwise).sum(axis=1).mean())


def _log_softmax(logits: Array) -> Array:
    top = logits.max(axis=-1, keepdims=True)
    return np.asarray(logits - top - np.log(np.exp(logits - top).sum(axis=-1, keepdims=True)), np.float32)
