"""What can be counted in a machine tune: whether its bars count, its pitches, lengths and form. And how sure we are.

Bars are judged by `folkbench.check`, form by its portrait.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from folkbench.check import check, failed
from folkbench.check.portrait import portray
from folkbench.compose.masks import Masks
from folkbench.compose.request import Network, Request, Taste
from folkbench.compose.sampling import sample
from folkbench.encoding import ENCODINGS, Vocabulary, decode, meaning

Array = NDArray[np.float64]
Tokens = tuple[str, ...]

LONGEST = 400
"""Tokens at which a tune that doesn't end is cut; the longest human tunes of two parts have about 350."""

RESAMPLES = 2000

MEASURES = {
    "bars right": "share of the bars that last what the meter says, pickups and split bars allowed for",
    "no error": "share of tunes in which check finds no error",
    "comes to an end": f"share of tunes that end by themselves within {LONGEST} tokens",
    "tokens": "tokens of music in a tune",
    "mean pitch": "diatonic steps above middle C",
    "range": "diatonic steps from the lowest note to the highest",
    "accidentals": "share of the notes that carry a sign",
    "mean length": "eighths a note, as its length token says",
    "repeats right": "share of tunes in which every repeat and ending has its other half",
    "two parts of eight": "share of tunes of two repeated parts of eight bars",
    "ends on the tonic": "share of tunes whose last note is the tonic",
}
"""What is counted in every tune -> what it says."""


class Interval(NamedTuple):
    """A mean with its 95 % bootstrap interval (Efron 1979; percentiles)."""

    mean: float
    low: float
    high: float


class Measured(NamedTuple):
    """A set of tunes, measured. `values` (tunes, MEASURES); the histograms are (tunes, vocabulary) of counts."""

    values: Array
    pitches: Array
    lengths: Array


def make(network: Network, vocabulary: Sequence[str], count: int, seed: int, prime: Sequence[str] = ()) -> list[Tokens]:
    """Sample `count` tunes with no grammar to help: the tokens behind `<s>`, the prime and `</s>` included.

    Raises KeyError for a token of the prime that isn't in the vocabulary.
    """
    words = Vocabulary(tuple(vocabulary))
    masks = Masks(words.tokens, free=True)
    given = tuple(words.numbers(tuple(prime)))
    requests = [Request(seed, k, given) for k in range(count)]
    drawn = sample(network, masks, requests, Taste(), streams=min(count, 128), longest=LONGEST)
    made = sorted(drawn, key=lambda one: one.request.k)
    return [tuple(words.texts[number] for number in one.tokens) for one in made]


def measure(tunes: Sequence[Tokens], vocabulary: Sequence[str]) -> Measured:
    """Measure every tune, given as its tokens behind `<s>`."""
    index = {text: number for number, text in enumerate(vocabulary)}
    values = np.zeros((len(tunes), len(MEASURES)))
    pitches, lengths = (np.zeros((len(tunes), len(index))) for _ in range(2))
    for row, tokens in enumerate(tunes):
        values[row] = _values(tokens)
        for text in tokens:
            kind = meaning(text).kind
            if kind == "pitch":
                pitches[row, index[text]] += 1
            elif kind in ("length", "broken"):
                lengths[row, index[text]] += 1
    return Measured(values, pitches, lengths)


def bars_right(tokens: Tokens) -> tuple[int, int]:
    """How many of a tune's bars count, and how many it has."""
    meter, mode, music = _split(tokens)
    tune = decode(music, meter=meter, mode=mode)
    full = [bar for bar in tune.bars if bar.ticks]
    problems = [problem.code for problem in check(tune)]
    if "meter-mismatch" in problems:
        return 0, len(full)
    wrong = sum(code in ("bar-too-long", "bar-too-short") for code in problems)
    return max(len(full) - wrong, 0), len(full)


def interval(values: Array, seed: int = 1) -> Interval:
    """The mean of (n,) values and its interval; values that are no numbers are left out."""
    kept = values[np.isfinite(values)]
    if not len(kept):
        return Interval(float("nan"), float("nan"), float("nan"))
    low, high = np.percentile(_resampled(kept, seed), (2.5, 97.5))
    return Interval(float(kept.mean()), float(low), float(high))


def difference(before: Array, after: Array, seed: int = 1, *, paired: bool = False) -> Interval:
    """By how much the mean changed, with its interval; `paired`: the same tunes before and after."""
    if paired:
        return interval(after - before, seed)
    before, after = before[np.isfinite(before)], after[np.isfinite(after)]
    if not len(before) or not len(after):
        return Interval(float("nan"), float("nan"), float("nan"))
    low, high = np.percentile(_resampled(after, seed) - _resampled(before, seed + 1), (2.5, 97.5))
    return Interval(float(after.mean() - before.mean()), float(low), float(high))


def distance(before: Array, after: Array, seed: int = 1) -> tuple[float, float]:
    """Total variation distance of two sets of histograms (tunes, bins), and its 95th percentile if the tunes were
    dealt into the two sets by chance: below that, nothing is shown.
    """
    draw = np.random.default_rng(seed)
    both = np.concatenate([before, after])
    dealt = [_variation(both[mixed[: len(before)]], both[mixed[len(before) :]]) for mixed in _deals(draw, len(both))]
    return _variation(before, after), float(np.percentile(dealt, 95))


def _values(tokens: Tokens) -> list[float]:
    meter, mode, music = _split(tokens)
    tune = decode(music, meter=meter, mode=mode)
    problems = check(tune)
    codes = {problem.code for problem in problems}
    right, bars = bars_right(tokens)
    form = portray(tune)
    notes = [meaning(text) for text in music if meaning(text).kind == "pitch"]
    steps = [note.step for note in notes]
    lengths = [token.num / token.den for token in map(meaning, music) if token.kind == "length"]
    written = sum(lengths) + len(notes) - len(lengths)
    nothing = float("nan")
    eights = [part.bars == 8 and part.repeated for part in form.parts]
    return [
        right / bars if bars else nothing,
        float(not failed(problems)),
        float(tokens[-1:] == ("</s>",)),
        float(len(music)),
        sum(steps) / len(steps) if steps else nothing,
        float(max(steps) - min(steps)) if steps else nothing,
        sum(note.alter is not None for note in notes) / len(notes) if notes else nothing,
        written / len(notes) if notes else nothing,
        float(not codes & {"repeat-opened-twice", "repeat-never-closed", "ending-without-first", "ending-alone"}),
        float(eights == [True, True]),
        float(bool(form.on_tonic and form.on_tonic[-1])),
    ]


def _split(tokens: Tokens) -> tuple[str, str, Tokens]:
    """Meter, mode and music of a tune as it was sampled, in root C. A mode with no tonic is the third encoding's."""
    if any(meaning(text).kind == "mode" and text == f"K:{meaning(text).value}" for text in tokens):
        tokens = ENCODINGS["v3"].read(tokens, None)
    kinds = [meaning(text).kind for text in tokens]
    meter = next((text for text, kind in zip(tokens, kinds, strict=True) if kind == "meter"), "M:4/4")
    mode = next((text for text, kind in zip(tokens, kinds, strict=True) if kind == "mode"), "K:Cmaj")
    head = ("start", "end", "meter", "mode", "rhythm", "marker", "letter", "other")
    return meter, mode, tuple(text for text, kind in zip(tokens, kinds, strict=True) if kind not in head)


def _resampled(values: Array, seed: int) -> Array:
    draw = np.random.default_rng([seed, len(values)])
    return np.asarray(values[draw.integers(len(values), size=(RESAMPLES, len(values)))].mean(axis=1))


def _deals(draw: np.random.Generator, count: int) -> list[NDArray[np.int64]]:
    return [draw.permutation(count) for _ in range(200)]


def _variation(one: Array, other: Array) -> float:
    shares = [part.sum(axis=0) / max(part.sum(), 1) for part in (one, other)]
    return float(0.5 * np.abs(shares[0] - shares[1]).sum())
