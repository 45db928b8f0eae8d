"""An ear: which of a network's own tunes are most like those of the corpus.

Logistic regression on runs of one to four tokens, the judge of `folkbench evaluate` too, learns to tell the two
apart; where its odds are right, they are the ratio of how often the corpus and the network have such a tune (Sugiyama,
Suzuki & Kanamori 2012), and a tune is kept the more likely the higher it is. So the kept tunes lie between the two.
It never hears a tune that it learnt from: each half of the network's tunes is judged by an ear that learnt the other,
and the corpus's held-out tunes aren't heard at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from folkbench.model.material import Sequence as Tokens

LONGEST_RUN = 4
HARDNESS = 0.7
"""The power of the ratio by which tunes are kept: 1 would give the corpus's own mixture, and few tunes."""

SURE = 85.0
"""Percentile of the ratio above which every tune is kept."""

_HEARD = 8000  # own tunes that an ear learns from; more are no surer
_HOLDERS = 3  # tunes that a run must stand in to be heard
_STEPS = 4  # of length, an octave
_RIGHT = 3.0  # how far lengths are put right at most

Numbers = NDArray[np.float64]


def keepers(corpus: Sequence[Tokens], own: Sequence[Tokens], seed: int | Sequence[int]) -> NDArray[np.bool_]:
    """Which of a network's `own` tunes are kept, drawn from `seed`. Needs scikit-learn."""
    draw = np.random.default_rng(seed)
    if not corpus or len(own) < 2:
        return np.ones(len(own), np.bool_)
    ratio = _ratios(corpus, own, draw)
    chance = np.exp(HARDNESS * (ratio - np.percentile(ratio, SURE))) * _as_long(corpus, own)
    return draw.random(len(own)) < chance


def _ratios(corpus: Sequence[Tokens], own: Sequence[Tokens], draw: np.random.Generator) -> Numbers:
    """Of each own tune the logarithm of the ratio of the corpus to the network."""
    from scipy.sparse import vstack
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import MaxAbsScaler

    counts = _counts([*corpus, *own])
    if not counts.shape[1]:
        return np.zeros(len(own))
    counts = MaxAbsScaler().fit_transform(counts)
    human, machine = counts[: len(corpus)], counts[len(corpus) :]
    half = draw.permutation(len(own)) % 2
    found = np.zeros(len(own))
    for side in (0, 1):
        learnt = np.flatnonzero(half != side)[:_HEARD]
        labels = np.repeat([1, 0], [len(corpus), len(learnt)])
        ear = LogisticRegression(solver="liblinear").fit(vstack([human, machine[learnt]]), labels)
        odds = ear.decision_function(machine[half == side])
        found[half == side] = odds + np.log(len(learnt) / len(corpus))
    return found


def _counts(tunes: Sequence[Tokens]) -> Any:
    """How often each run stands in each tune, log(1 + count), as a sparse matrix of tunes and runs; and as one more
    run how long the tune is."""
    from scipy.sparse import csr_matrix

    flat = np.concatenate(tunes).astype(np.int64)
    lengths = np.array([len(tune) for tune in tunes])
    tune = np.repeat(np.arange(len(tunes)), lengths)
    size = int(flat.max()) + 1
    runs, holders = [_long(lengths) * (LONGEST_RUN + 1)], [np.arange(len(tunes))]
    run = np.zeros_like(flat)
    for more in range(LONGEST_RUN):
        run = run[: len(flat) - more] * size + flat[more:]
        inside = tune[: len(run)] == tune[more:]
        runs.append(run[inside] * (LONGEST_RUN + 1) + more + 1)
        holders.append(tune[: len(run)][inside])
    _, column = np.unique(np.concatenate(runs), return_inverse=True)
    row = np.concatenate(holders)
    counts = csr_matrix((np.ones(len(row)), (row, column)))
    counts.sum_duplicates()
    counts.data = np.log1p(counts.data)
    return counts[:, np.bincount(counts.indices) >= _HOLDERS]


def _as_long(corpus: Sequence[Tokens], own: Sequence[Tokens]) -> Numbers:
    """By how much each tune is to be kept more often so that there are as many of its length as in the corpus: whole
    tunes are rarer among the long ones, as each bar may go wrong.
    """
    theirs, mine = (_long(np.array([len(tune) for tune in tunes])) for tunes in (corpus, own))
    room = int(max(theirs.max(), mine.max())) + 1
    shares = [(np.bincount(one, minlength=room) + 1) / (len(one) + room) for one in (theirs, mine)]
    return np.clip((shares[0] / shares[1])[mine], 1 / _RIGHT, _RIGHT)


def _long(lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Lengths in steps of a quarter of an octave."""
    steps: NDArray[np.int64] = np.floor(np.log2(lengths) * _STEPS).astype(np.int64)
    return steps
