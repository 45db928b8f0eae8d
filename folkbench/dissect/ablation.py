"""A small set of units without which the network can't count its bars, found greedily: an upper bound.

Tunes that the network made itself, and that count, are given to it again. Its *count loss* is how badly it then
says "now a bar line" or "not yet": the mean cross-entropy, nats a token, of that one yes or no. Each round takes the
gradient of this loss by a factor on every unit's output (Mozer and Smolensky 1989, "Skeletonization": the relevance
of a unit), tries the units that promise most, and cuts the one that hurts most. A smaller set may exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from folkbench.dissect.altered import Altered, Change
from folkbench.dissect.axis import of_kind
from folkbench.dissect.measures import Tokens, bars_right, interval, make
from folkbench.dissect.record import PARTS, record
from folkbench.dissect.units import Unit
from folkbench.encoding import meaning
from folkbench.errors import FolkbenchError
from folkbench.model.checkpoint import Checkpoint

Array = NDArray[np.float32]
Numbers = NDArray[np.int64]


class Cut(NamedTuple):
    """One round: which unit was cut, and the count loss from then on."""

    unit: Unit
    loss: float


class Counting(NamedTuple):
    """How well tunes count that are sampled with the first `cut` units cut."""

    cut: int
    right: float  # share of bars
    low: float  # 95 % interval over tunes
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Ablation:
    """The curve of a greedy ablation."""

    tunes: int  # that the count loss is taken over
    steps: int
    loss: float  # count loss before any cut
    ignorant: float  # count loss of saying at every step how often bar lines come
    cuts: tuple[Cut, ...]
    counting: tuple[Counting, ...]  # at 0, 1, 2, 4 ... units
    by_luck: float  # share of bars right when the tunes' bar lines are dealt out anew at random
    enough: int | None
    """The fewest cut units, of those tried, with which bars are right no more often than by luck; None: all failed."""


def ablate(
    checkpoint: Checkpoint,
    rounds: int = 16,
    *,
    tunes: int = 8,
    tried: int = 6,
    sampled: int = 32,
    seed: int = 1,
    prime: Sequence[str] = (),
) -> Ablation:
    """Cut `rounds` units, one a round, trying `tried` candidates each time; then sample `sampled` tunes at each of
    0, 1, 2, 4 ... cuts. Raises FolkbenchError if the network makes no tune that counts.
    """
    made = make(Altered(checkpoint), checkpoint.vocabulary, max(4 * tunes, sampled), seed, prime)
    sound = [tokens for tokens in made if _counts(tokens)][:tunes]
    if not sound:
        raise FolkbenchError("this network makes no tune that counts", "there is nothing to be cut out")
    trial = _trial(checkpoint, sound)
    mask = np.ones((checkpoint.layers, checkpoint.hidden), np.float32)
    start = float(_losses(checkpoint, trial, mask[:, None])[0])
    cuts: list[Cut] = []
    for _ in range(min(rounds, mask.size - 1)):
        promise = np.where(mask > 0, -slopes(checkpoint, trial, mask), -np.inf)
        best = np.argsort(-promise, axis=None, kind="stable")[: min(tried, int(mask.sum()))]
        masks = np.repeat(mask[:, None], len(best), axis=1)
        places = [divmod(int(k), checkpoint.hidden) for k in best]
        for k, (layer, unit) in enumerate(places):
            masks[layer, k, unit] = 0
        found = _losses(checkpoint, trial, masks)
        worst = int(found.argmax())
        layer, unit = places[worst]
        mask[layer, unit] = 0
        cuts.append(Cut((layer + 1, unit), float(found[worst])))
    counting = tuple(_count(checkpoint, cuts[:n], made[:sampled], seed, prime) for n in _sizes(len(cuts)))
    luck = _by_luck(made[:sampled], seed)
    share = float(trial.bar[trial.counted].mean())
    return Ablation(
        tunes=len(sound),
        steps=int(trial.counted.sum()),
        loss=start,
        ignorant=float(-(share * np.log(share) + (1 - share) * np.log(1 - share))) if 0 < share < 1 else 0.0,
        cuts=tuple(cuts),
        counting=counting,
        by_luck=luck,
        enough=next((one.cut for one in counting if one.low <= luck), None),
    )


def reading(found: Ablation) -> list[str]:
    """What was found, in a few lines."""
    lines = [
        f"count loss over {found.tunes} of its own tunes: {found.loss:.3f} nats a token as it is, "
        f"{found.ignorant:.3f} for one that only knows how often bar lines come"
    ]
    for one in found.counting:
        sure = f"({100 * one.low:.0f} to {100 * one.high:.0f})"
        lines.append(f"{one.cut:4} units cut: {100 * one.right:3.0f} % of bars right {sure}")
    lines.append(f"by luck {100 * found.by_luck:.0f} % would be")
    lines.append("cut in this order (layer:unit): " + ", ".join(f"{cut.unit[0]}:{cut.unit[1]}" for cut in found.cuts))
    if found.enough is None:
        lines.append(f"with {len(found.cuts)} units cut it still counts better than luck: counting is spread over more")
    else:
        lines.append(f"with {found.enough} units cut it counts no better than luck: an upper bound, found greedily")
    return lines


class Trial(NamedTuple):
    """Tunes to be taken again: all arrays (steps, tunes)."""

    tokens: Numbers
    bar: NDArray[np.bool_]  # whether the next token is a bar line
    counted: NDArray[np.bool_]  # whether the step is one of the music, before the tune's end


def slopes(checkpoint: Checkpoint, trial: Trial, mask: Array) -> Array:
    """The gradient of the count loss by a factor on each unit's output: (layers, hidden), at the factors `mask`.

    Backpropagation through time, written out: the loss falls by about as much when the factor goes from 1 to 0.
    """
    weights, hidden = checkpoint.weights, checkpoint.hidden
    masked = _masked(checkpoint, mask)
    found = record(masked, trial.tokens)
    steps, batch = trial.tokens.shape
    values = {name: found.activations[:, :, :, place] for place, name in enumerate(PARTS)}
    push = _pushes(checkpoint, found.logits, trial) @ masked.weights["V"]
    slope = np.zeros((checkpoint.layers, hidden), np.float32)
    over_h = np.zeros((checkpoint.layers, batch, hidden), np.float32)
    over_c = np.zeros_like(over_h)
    for step in range(steps - 1, -1, -1):
        above = push[step]
        for layer in range(checkpoint.layers - 1, -1, -1):
            i, f, g, o, c, h = (values[name][step, :, layer] for name in PARTS)
            d_h = above + over_h[layer]  # by h as the masked weights read it
            slope[layer] += (d_h * h).sum(axis=0)
            tanh_c = np.tanh(c)
            d_c = over_c[layer] + d_h * o * (1 - tanh_c**2)
            before = values["c"][step - 1, :, layer] if step else weights[f"c0_{layer + 1}"]
            sums = np.concatenate(
                [d_c * g * i * (1 - i), d_c * before * f * (1 - f), d_c * i * (1 - g**2), d_h * tanh_c * o * (1 - o)],
                axis=1,
            )
            over_h[layer] = sums @ masked.weights[f"W_h{layer + 1}"]
            over_c[layer] = d_c * f
            above = sums @ masked.weights[f"W_x{layer + 1}"] if layer else above
    for layer in range(checkpoint.layers):
        slope[layer] += (over_h[layer] * weights[f"h0_{layer + 1}"]).sum(axis=0)
    # d_h is by the product m h, since the masked weights hold m; by m alone it is h / m where m isn't 0
    return np.asarray(slope / np.where(mask > 0, mask, 1), np.float32)


def _masked(checkpoint: Checkpoint, mask: Array) -> Checkpoint:
    """The checkpoint whose units' outputs are read through factors: the factors sink into the weights that read."""
    weights = dict(checkpoint.weights)
    for layer in range(1, checkpoint.layers + 1):
        weights[f"W_h{layer}"] = weights[f"W_h{layer}"] * mask[layer - 1]
        if layer > 1:
            weights[f"W_x{layer}"] = weights[f"W_x{layer}"] * mask[layer - 2]
    weights["V"] = weights["V"] * mask[-1]
    return Checkpoint(weights, checkpoint.vocabulary, checkpoint.encoding, checkpoint.history)


def _trial(checkpoint: Checkpoint, tunes: Sequence[Tokens]) -> Trial:
    index = {text: number for number, text in enumerate(checkpoint.vocabulary)}
    sequences = [[index["<s>"], *(index[text] for text in tokens)] for tokens in tunes]
    steps = max(len(one) for one in sequences) - 1
    tokens = np.array([(one + [one[-1]] * steps)[:steps] for one in sequences], np.int64).T
    after = np.array([(one + [one[-1]] * steps)[1 : steps + 1] for one in sequences], np.int64).T
    music = [
        sum(meaning(text).kind in ("meter", "mode", "rhythm", "marker", "letter") for text in tokens)
        for tokens in tunes
    ]
    at = np.arange(steps)[:, None]
    counted = (at >= np.array(music)) & (at + 1 < np.array([len(one) - 1 for one in sequences]))
    return Trial(tokens, np.isin(after, of_kind(checkpoint.vocabulary, "bar")), counted)


def _losses(checkpoint: Checkpoint, trial: Trial, masks: Array) -> NDArray[np.float64]:
    """The count loss under each of n masks (layers, n, hidden): (n,). All are run side by side."""
    layers, n, hidden = masks.shape
    steps, batch = trial.tokens.shape
    network = Altered(checkpoint)
    wide = np.repeat(masks, batch, axis=1)
    h, c = network.rest(n * batch)
    h *= wide
    bars = np.zeros(len(checkpoint.vocabulary), bool)
    bars[of_kind(checkpoint.vocabulary, "bar")] = True
    total = np.zeros(n)
    for step in range(steps):
        given = network.columns[np.tile(trial.tokens[step], n)]
        for layer in range(layers):
            if layer:
                given = h[layer - 1] @ network.into[layer] + network.bias[layer]
            sums = (given + h[layer] @ network.back[layer]).reshape(-1, 4, hidden)
            i, f, o = (0.5 * (np.tanh(0.5 * sums[:, gate]) + 1) for gate in (0, 1, 3))
            c[layer] = f * c[layer] + i * np.tanh(sums[:, 2])
            h[layer] = wide[layer] * o * np.tanh(c[layer])
        logits = h[-1] @ network.out + network.out_bias
        odds = _gather(logits[:, bars]) - _gather(logits[:, ~bars])
        wanted = np.tile(trial.bar[step], n)
        miss = np.logaddexp(0, np.where(wanted, -odds, odds)) * np.tile(trial.counted[step], n)
        total += miss.reshape(n, batch).sum(axis=1)
    return total / max(int(trial.counted.sum()), 1)


def _pushes(checkpoint: Checkpoint, logits: Array, trial: Trial) -> Array:
    """The gradient of the count loss by the logits: (steps, tunes, vocabulary)."""
    bars = np.zeros(logits.shape[-1], bool)
    bars[of_kind(checkpoint.vocabulary, "bar")] = True
    inside, outside = _gather(logits[..., bars]), _gather(logits[..., ~bars])
    q = 0.5 * (np.tanh(0.5 * (inside - outside)) + 1)
    wrong = (q - trial.bar) * trial.counted / max(int(trial.counted.sum()), 1)
    within = np.exp(logits - np.where(bars, inside[..., None], outside[..., None]))
    return np.asarray(wrong[..., None] * np.where(bars, within, -within), np.float32)


def _gather(logits: Array) -> Array:
    top = logits.max(axis=-1, keepdims=True)
    return np.asarray(top[..., 0] + np.log(np.exp(logits - top).sum(axis=-1)), np.float32)


def _sizes(cuts: int) -> list[int]:
    sizes = [0]
    while sizes[-1] < cuts:
        sizes.append(min(max(2 * sizes[-1], 1), cuts))
    return sizes


def _count(checkpoint: Checkpoint, cuts: list[Cut], made: list[Tokens], seed: int, prime: Sequence[str]) -> Counting:
    tunes = made
    if cuts:
        change = Change(held={cut.unit: 0.0 for cut in cuts})
        tunes = make(Altered(checkpoint, change), checkpoint.vocabulary, len(made), seed, prime)
    return Counting(len(cuts), *interval(np.array([_share(tokens) for tokens in tunes])))


def _counts(tokens: Tokens) -> bool:
    right, bars = bars_right(tokens)
    return bars > 3 and right == bars


def _share(tokens: Tokens) -> float:
    right, bars = bars_right(tokens)
    return right / bars if bars else 0.0


def _by_luck(tunes: Sequence[Tokens], seed: int) -> float:
    """The share of bars right when as many bar lines stand at random between the notes."""
    draw = np.random.default_rng([seed, 4])
    shares = []
    for tokens in tunes:
        kinds = [meaning(text).kind for text in tokens]
        first = sum(kind in ("meter", "mode", "rhythm", "marker", "letter") for kind in kinds)
        rest = [
            text
            for text, kind in zip(tokens[first:], kinds[first:], strict=True)
            if kind not in ("bar", "ending", "end")
        ]
        lines = sum(kind in ("bar", "ending") for kind in kinds)
        gaps = [k for k in range(1, len(rest)) if meaning(rest[k]).kind in ("pitch", "rest")]
        if not gaps or not lines:
            continue
        chosen = set(draw.choice(gaps, size=min(lines, len(gaps)), replace=False).tolist())
        dealt = [text for k, note in enumerate(rest) for text in (("|", note) if k in chosen else (note,))]
        shares.append(_share((*tokens[:first], *dealt, "|")))
    return float(np.mean(shares)) if shares else 0.0
