"""Runs that tunes share: how long a stretch, from every place on, stands in another tune as well.

Lengths are in symbols of the text: a bar line is one, whatever its signs, and a tune's edge is a bar line. Whole
bars are those from bar line to bar line that are no pickup.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from folkbench.encoding.tokens import meaning
from folkbench.whence.suffix import Ranks, common_prefixes
from folkbench.whence.text import Places, Text


class Shared(NamedTuple):
    """What each of n tunes shares with tunes of other groups."""

    tokens: npt.NDArray[np.uint16]  # (n,) its longest shared run
    bars: npt.NDArray[np.uint16]  # (n,) the most whole bars in a shared run
    covered: npt.NDArray[np.float32]  # (n,) the share of its notes in shared runs of a bar or more


def shared_with_others(text: Text, order: Ranks) -> Shared:
    """What every tune of a corpus shares with tunes of other groups, all at once, from the suffix array."""
    runs = _runs_of_other_groups(text, order)
    starts = text.tune_at[:-1].astype(np.int64)
    bars, covered = bars_and_cover(text, runs)
    notes = notes_of(text)
    share = np.add.reduceat((covered & notes).astype(np.int64), starts) / np.maximum(
        np.add.reduceat(notes.astype(np.int64), starts), 1
    )
    return Shared(
        np.maximum.reduceat(runs, starts).astype(np.uint16),
        np.maximum.reduceat(bars, starts).astype(np.uint16),
        share.astype(np.float32),
    )


def bars_and_cover(text: Text, runs: Places) -> tuple[Places, npt.NDArray[np.bool_]]:
    """Of the run that begins at each place: its whole bars; and which places stand in a run of a bar or more."""
    places = np.arange(len(runs))
    opens = np.zeros(len(runs) + 1, np.int64)
    opens[text.line_at] = text.bar_number > 0  # a pickup is no bar, nor does a tune's last line open one
    before = np.concatenate([[0], np.cumsum(opens[:-1])])
    last_line = text.line_at.astype(np.int64)[text.lines_of(np.maximum(places + runs - 1, 0))]
    bars = np.where(last_line > places, before[last_line] - before[places], 0)
    long = np.flatnonzero(bars > 0)
    edges = np.zeros(len(runs) + 1, np.int64)
    edges[long] += 1
    np.subtract.at(edges, long + runs[long], 1)
    return bars, np.cumsum(edges[:-1]) > 0


def notes_of(text: Text) -> npt.NDArray[np.bool_]:
    """Which symbols are notes."""
    table = np.array([False, False, *[meaning(word).kind == "pitch" for word in text.words[2:]]])
    notes: npt.NDArray[np.bool_] = table[text.symbols]
    return notes


def _runs_of_other_groups(text: Text, order: Ranks) -> Places:
    """For every place how many symbols from it on stand in a tune of another group.

    In the suffix array the nearest suffix of another group, above or below, shares most; what is between belongs
    to the same group, and the shortest common prefix on the way is what is shared.
    """
    prefixes = common_prefixes(text.symbols, order)
    groups = text.group[text.tunes_of(order)]
    new = np.concatenate([[True], groups[1:] != groups[:-1]])
    ordinal = np.cumsum(new) - 1
    first = np.flatnonzero(new)[ordinal]
    last = np.append(np.flatnonzero(new)[1:], len(order))[ordinal]  # where the next group's suffixes begin
    above = _least_since(prefixes, np.arange(len(order)) - first)
    behind = np.append(prefixes[1:], 0)
    below = _least_since(behind[::-1], (last - 1 - np.arange(len(order)))[::-1])[::-1]
    runs = np.empty(len(order), np.int64)
    runs[order] = np.maximum(above, below)
    ends = text.tune_at[1:].astype(np.int64) - 1
    left = ends[text.tunes_of(np.arange(len(order)))] - np.arange(len(order))
    clipped: Places = np.minimum(runs, left)
    return clipped


def _least_since(values: Places, back: Places) -> Places:
    """At every index the least of `values` there and at the `back` indices before it, by doubling."""
    least = values.copy()
    step = 1
    reached = np.flatnonzero(back >= step)
    while len(reached):
        least[reached] = np.minimum(least[reached], least[reached - step])
        step *= 2
        reached = reached[back[reached] >= step]
    return least
