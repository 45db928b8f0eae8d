"""How well a machine can tell two sets of tunes apart, and by what.

Logistic regression on counts of runs of one to four tokens, five-fold, judged by the area under the ROC curve: 0.5 is
indistinguishable, 1.0 never wrong. Needs scikit-learn (the extra `evaluate`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from folkbench.errors import FolkbenchError, Missing
from folkbench.evaluate.share import Z

LONGEST_RUN = 4
FOLDS = 5
FEWEST = 2 * FOLDS
"""Tunes of each set that are needed."""

_HOLDERS = 3  # tunes that a run must stand in to be looked at
_SAID = 12


def ready() -> None:
    """Raises Missing where `told_apart` couldn't work, before the work that leads to it is done."""
    try:
        import sklearn  # noqa: F401
    except ImportError as error:
        raise Missing("telling tunes apart needs scikit-learn", "pip install 'folkbench[evaluate]'") from error


class Apart(NamedTuple):
    """Area under the ROC curve over all folds, where it lies with 95 % confidence, and what gives each set away."""

    auc: float
    low: float
    high: float
    first: tuple[str, ...]  # runs that speak for the first set, the loudest first
    second: tuple[str, ...]


def told_apart(
    first: Sequence[Sequence[str]], second: Sequence[Sequence[str]], groups: Sequence[int] | None = None, seed: int = 0
) -> Apart:
    """Tell two sets of tunes, given as tokens, apart.

    `groups` names, over both sets, tunes that must stand in the same fold (settings of one tune). Raises
    FolkbenchError for fewer than ten tunes a set, Missing without scikit-learn.
    """
    if min(len(first), len(second)) < FEWEST:
        raise FolkbenchError("there are too few tunes to tell apart", f"give {FEWEST} or more of each")
    ready()
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedGroupKFold
    from sklearn.preprocessing import MaxAbsScaler

    tunes = [*first, *second]
    labels = np.array([0] * len(first) + [1] * len(second))
    together = np.arange(len(tunes)) if groups is None else np.asarray(groups)
    counter = CountVectorizer(analyzer=_runs, min_df=_HOLDERS)
    features = MaxAbsScaler().fit_transform(counter.fit_transform(tunes).astype(np.float64).log1p())
    scores = np.zeros(len(tunes))
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    for train, test in folds.split(features, labels, together):
        model = LogisticRegression(solver="liblinear").fit(features[train], labels[train])
        scores[test] = model.decision_function(features[test])
    auc = float(roc_auc_score(labels, scores))
    weights = LogisticRegression(solver="liblinear").fit(features, labels).coef_[0]
    names, order = counter.get_feature_names_out(), np.argsort(weights)
    return Apart(
        auc,
        *_interval(auc, len(first), len(second)),
        tuple(str(names[k]) for k in order[:_SAID]),
        tuple(str(names[k]) for k in order[::-1][:_SAID]),
    )


def _runs(tokens: Sequence[str]) -> list[str]:
    return [
        " ".join(tokens[start : start + size])
        for size in range(1, LONGEST_RUN + 1)
        for start in range(len(tokens) - size + 1)
    ]


def _interval(auc: float, first: int, second: int) -> tuple[float, float]:
    """All areas from which `auc` lies no further than 1.96 of their own standard errors (Newcombe 2006, method 5): it
    holds at 0 and 1 as well, where the error of `auc` itself is nothing.
    """

    def bound(inside: float, outside: float) -> float:
        for _ in range(50):
            middle = (inside + outside) / 2
            near = abs(middle - auc) <= Z * _standard_error(middle, first, second)
            inside, outside = (middle, outside) if near else (inside, middle)
        return inside

    return bound(auc, 0.0), bound(auc, 1.0)


def _standard_error(auc: float, first: int, second: int) -> float:
    """Hanley & McNeil 1982."""
    q1, q2 = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    variance = auc * (1 - auc) + (first - 1) * (q1 - auc * auc) + (second - 1) * (q2 - auc * auc)
    return float(np.sqrt(variance / (first * second)))
