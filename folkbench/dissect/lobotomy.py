"""Operations on the network: tunes sampled with and without them, measured, with confidence intervals.

The questions are Sturm's ("Making sense of the folk-rnn v2 model", 2019): what is lost when the units that beat with
the bar are cut out, when two tokens come in at once, when the softmax layer has rank 30?
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from folkbench.dissect.altered import Altered, Change, losses, states
from folkbench.dissect.measures import (
    MEASURES,
    Interval,
    Measured,
    Tokens,
    difference,
    distance,
    interval,
    make,
    measure,
)
from folkbench.dissect.spectrum import Many, many
from folkbench.dissect.units import Unit
from folkbench.dissect.walk import stand
from folkbench.model.checkpoint import Checkpoint

Judged = tuple[NDArray[np.int64], int]
"""A tune as token numbers from `<s>` to `</s>`, and the place of its first music token."""


class Effect(NamedTuple):
    """One measure of an arm beside the network as it is."""

    name: str  # of MEASURES, or "held-out loss"
    value: Interval
    change: Interval  # against the network as it is


@dataclass(frozen=True, slots=True, eq=False)
class Arm:
    """The network under one change: its tunes, and what became of them."""

    name: str
    held: tuple[Unit, ...]
    effects: tuple[Effect, ...]
    pitch_distance: float  # total variation distance of the pitches against the network as it is
    pitch_distance_by_chance: float  # 95 % of deals by chance stay below
    length_distance: float
    length_distance_by_chance: float
    tunes: tuple[Tokens, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Lobotomy:
    """The network as it is, under the change, and with as many units cut at random."""

    count: int  # tunes in each arm
    seed: int
    prime: Tokens
    judged: int  # tunes that the held-out loss rests on
    arms: tuple[Arm, ...]  # the first is the network as it is


def operate(
    checkpoint: Checkpoint,
    change: Change,
    *,
    count: int = 64,
    seed: int = 1,
    prime: Sequence[str] = (),
    judged: Sequence[Judged] = (),
    before: Change | None = None,
    behind: Tokens = (),
) -> Lobotomy:
    """Sample `count` tunes with and without a change, and measure both.

    Where units are held, a third arm holds as many of the same layers drawn at random. `judged`: tunes for the
    held-out loss, none for none. `before`: what the change is held against (nothing altered, by default). `behind`:
    tokens that every tune is taken to begin with, before what is sampled: those that a Memory has heard.
    """
    base = before or Change()
    arms = [("as it is", base), ("altered", change)]
    if change.held:
        arms.append(("as many at random", replace(change, held=at_random(checkpoint, change, seed))))
    found: list[Arm] = []
    first: tuple[Measured, NDArray[np.float32]] | None = None
    for name, one in arms:
        made = make(Altered(checkpoint, one, seed), checkpoint.vocabulary, count, seed, prime)
        tunes = [(*behind, *tokens) for tokens in made]
        measured = measure(tunes, checkpoint.vocabulary)
        # a state taken from elsewhere is no way to begin a human tune
        loss = (
            losses(Altered(checkpoint, replace(one, memory=None), seed), judged) if judged else np.zeros(0, np.float32)
        )
        first = first or (measured, loss)
        found.append(_arm(name, one, tunes, measured, loss, first))
    return Lobotomy(count, seed, (*behind, *prime), len(judged), tuple(found))


def beating(
    checkpoint: Checkpoint, count: int = 16, seed: int = 1, prime: Sequence[str] = (), period: float = 0.0
) -> Many:
    """The units that beat at `period` steps (0: with the bar) over tunes that the network makes itself."""
    network = Altered(checkpoint)
    words = checkpoint.vocabulary
    index = {text: number for number, text in enumerate(words)}
    tunes = make(network, words, count, seed, prime)
    walks = [stand([index["<s>"], *(index[text] for text in tokens)], words, checkpoint.encoding) for tokens in tunes]
    return many(states(network, [walk.tokens for walk in walks]), walks, seed, period)


def at_random(checkpoint: Checkpoint, change: Change, seed: int) -> dict[Unit, float]:
    """As many units of each layer as the change holds, others than those where there are enough, held at its values."""
    draw = np.random.default_rng([seed, 3])
    found: dict[Unit, float] = {}
    for layer in range(1, checkpoint.layers + 1):
        mine = [unit for unit in change.held if unit[0] == layer]
        taken = {unit for _, unit in mine}
        free = [unit for unit in range(checkpoint.hidden) if unit not in taken]
        pool = free if len(free) >= len(mine) else list(range(checkpoint.hidden))
        for unit, new in zip(mine, draw.permutation(pool).tolist(), strict=False):
            found[layer, int(new)] = change.held[unit]
    return found


def reading(found: Lobotomy) -> list[str]:
    """What was lost, in a few lines."""
    lines = [
        f"{found.count} tunes in each arm, seed {found.seed}, behind {' '.join(found.prime) or '<s>'}; 95 % intervals"
    ]
    for arm in found.arms[1:]:
        held = f", {len(arm.held)} units held" if arm.held else ""
        lines.append(f"{arm.name}{held}:")
        for effect in arm.effects:
            base = next(one for one in found.arms[0].effects if one.name == effect.name).value
            sure = "" if effect.change.low <= 0 <= effect.change.high else "  *"
            lines.append(
                f"  {effect.name:18} {base.mean:7.3f} -> {effect.value.mean:7.3f}   "
                f"{effect.change.mean:+.3f} ({effect.change.low:+.3f} to {effect.change.high:+.3f}){sure}"
            )
        for name, far, chance in (
            ("pitches", arm.pitch_distance, arm.pitch_distance_by_chance),
            ("lengths", arm.length_distance, arm.length_distance_by_chance),
        ):
            lines.append(f"  {name:18} moved by {far:.3f} (by chance up to {chance:.3f})")
    if len(found.arms) > 1:
        lines.append(_verdict(found))
    return lines


def _verdict(found: Lobotomy) -> str:
    before, after = (next(one for one in arm.effects if one.name == "bars right") for arm in found.arms[:2])
    shares = f"{100 * before.value.mean:.0f} % of the bars right before, {100 * after.value.mean:.0f} % after"
    return f"it {'counts worse' if after.change.high < 0 else 'still counts'}: {shares}"


def _arm(
    name: str,
    change: Change,
    tunes: list[Tokens],
    measured: Measured,
    loss: NDArray[np.float32],
    first: tuple[Measured, NDArray[np.float32]],
) -> Arm:
    base, base_loss = first
    effects = [
        Effect(label, interval(measured.values[:, k]), difference(base.values[:, k], measured.values[:, k]))
        for k, label in enumerate(MEASURES)
    ]
    if len(loss):
        after, before = loss.astype(np.float64), base_loss.astype(np.float64)
        effects.append(Effect("held-out loss", interval(after), difference(before, after, paired=True)))
    pitch, length = distance(base.pitches, measured.pitches), distance(base.lengths, measured.lengths)
    return Arm(name, tuple(sorted(change.held)), tuple(effects), *pitch, *length, tuple(tunes))
