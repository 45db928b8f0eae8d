"""A tune step by step: what the network expected, what came, and where it would have gone otherwise.

What it recalls of the tune so far is part of what it expects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from folkbench.dissect.axis import GROUPS, group
from folkbench.dissect.record import Record
from folkbench.dissect.softmax import Weighed, weigh
from folkbench.dissect.walk import HEAD, Walk
from folkbench.encoding.tokens import KINDS, meaning
from folkbench.errors import FolkbenchError

Array = NDArray[np.float32]

FLOOR = -10.0
"""Probabilities below 10^-10 are drawn as that."""

LIKELIEST = 5


class Expected(NamedTuple):
    """What was expected at one step, and what came."""

    step: int
    at: str  # the place in the tune: "A5"; "" before the music
    token: str  # what came
    bits: float  # its surprise
    place: int  # how many tokens were likelier: 0 where the likeliest came
    likeliest: tuple[Weighed, ...]  # the LIKELIEST tokens with their probabilities


class Followed(NamedTuple):
    """The probability of a token, or of all tokens of a kind together, along the tune."""

    name: str
    probability: Array  # (steps,)


class Position(NamedTuple):
    """Entropy and surprise at one position in the bar."""

    eighths: float
    steps: int
    entropy: float  # bits, mean
    surprise: float  # bits, mean


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """What the network expected along a tune. Step k here expects token k + 1 of the walk, `texts[k]`."""

    vocabulary: tuple[str, ...]
    texts: tuple[str, ...]  # (steps,): the tokens that came
    tokens: NDArray[np.int64]  # (steps,)
    bar: NDArray[np.int64]  # (steps,): the bar that each of them stands in, -1 before the music
    logp: Array  # (steps, vocabulary), log10 of the probability, not cut
    bits: Array  # (steps,): surprise of the token that came
    entropy: Array  # (steps,) in bits
    steps: tuple[Expected, ...]
    by_position: tuple[Position, ...]
    followed: tuple[Followed, ...]
    mean_bits: float  # per token of the music


def expectations(found: Record, tune: Walk, vocabulary: Sequence[str], follow: Sequence[str] = ()) -> Posterior:
    """Hold what was expected against what came. `follow`: tokens or kinds of token to be followed along the tune.

    `found` is the record of the walk's tokens. Raises FolkbenchError for a token that the vocabulary doesn't have.
    """
    words = tuple(vocabulary)
    logits = found.raised[:-1].astype(np.float64)
    top = logits.max(axis=1, keepdims=True)
    logp = (logits - top) - np.log(np.exp(logits - top).sum(axis=1, keepdims=True))
    p = np.exp(logp)
    targets = tune.targets
    rows = np.arange(len(targets))
    bits = np.asarray(-logp[rows, targets] / np.log(2), np.float32)
    entropy = np.asarray(-(p * logp).sum(axis=1) / np.log(2), np.float32)
    bar, places = tune.bar[1:], tune.places[1:]
    falling = np.argsort(-logp, axis=1, kind="stable")
    steps = tuple(
        Expected(
            step=k,
            at=places[k],
            token=words[target],
            bits=float(bits[k]),
            place=int((logp[k] > logp[k, target]).sum()),
            likeliest=weigh(words, p[k].astype(np.float32), falling[k, :LIKELIEST]),
        )
        for k, target in enumerate(targets.tolist())
    )
    music = bar != HEAD
    return Posterior(
        vocabulary=words,
        texts=tune.texts[1:],
        tokens=targets,
        bar=bar,
        logp=np.asarray(logp / np.log(10), np.float32),
        bits=bits,
        entropy=entropy,
        steps=steps,
        by_position=_by_position(tune.eighths[1:], entropy, bits, music),
        followed=tuple(Followed(name, _along(p, words, name)) for name in follow),
        mean_bits=float(bits[music].mean()) if music.any() else 0.0,
    )


def reading(found: Posterior) -> list[str]:
    """What is to be seen, in a few lines."""
    music = [step for step in found.steps if step.at]
    if not music:
        return ["there is no music in this tune"]
    hardest = sorted(music, key=lambda step: -step.bits)[:5]
    first = sum(step.place == 0 for step in music) / len(music)
    within = sum(step.place < LIKELIEST for step in music) / len(music)
    lines = [
        f"{len(music)} tokens, {found.mean_bits:.2f} bits each; the likeliest came in {100 * first:.0f} %, "
        f"one of the likeliest {LIKELIEST} in {100 * within:.0f} %",
        "most surprising: " + ", ".join(f"{one.token} in {one.at} ({one.bits:.1f} bits)" for one in hardest),
    ]
    for one in hardest[:3]:
        others = ", ".join(f"{token} {100 * p:.0f} %" for token, p in one.likeliest)
        lines.append(f"instead of {one.token} in {one.at}: {others}")
    if len(found.by_position) > 1:
        least = min(found.by_position, key=lambda place: place.entropy)
        most = max(found.by_position, key=lambda place: place.entropy)
        lines.append(
            f"surest at eighth {least.eighths:g} of the bar ({least.entropy:.2f} bits), least sure at "
            f"{most.eighths:g} ({most.entropy:.2f} bits)"
        )
    for along in found.followed:
        lines.append(f"{along.name}: highest {along.probability.max():.2f}, mean {along.probability.mean():.3f}")
    return lines


def table(found: Posterior) -> list[str]:
    """Every step in a line: bar, token, surprise, and the likeliest with their percentages."""
    lines = []
    for one in found.steps:
        others = "  ".join(f"{token} {100 * p:.0f}" for token, p in one.likeliest)
        lines.append(f"{one.at:4} {one.token:>6} {one.bits:6.2f}  {others}")
    return lines


def _along(p: NDArray[np.float64], words: tuple[str, ...], name: str) -> Array:
    if name in words:
        return np.asarray(p[:, words.index(name)], np.float32)
    if name in GROUPS or name in KINDS:
        places = [k for k, text in enumerate(words) if meaning(text).kind == name or group(text) == name]
        return np.asarray(p[:, places].sum(axis=1), np.float32)
    kinds = ", ".join(GROUPS)
    raise FolkbenchError(f"the network has no token {name!r}", f"name one of its tokens, or a kind: {kinds}")


def _by_position(eighths: Array, entropy: Array, bits: Array, music: NDArray[np.bool_]) -> tuple[Position, ...]:
    return tuple(
        Position(
            float(place),
            int(here.sum()),
            float(entropy[here].mean()),
            float(bits[here].mean()),
        )
        for place in np.unique(eighths[music])
        if (here := music & (eighths == place)).any()
    )
