"""What tunes are made of, beside other tunes: distributions, and how far apart two of them are.

Two sets are compared by the Jensen-Shannon divergence of their counts, in bits: 0 the same, 1 nothing in common.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from math import log2, nan

import numpy as np
import numpy.typing as npt

from folkbench.evaluate.share import FEW, Figure, Z
from folkbench.notation.tune import SEMITONES, Bar, Chord, Note, Rest, Tune

Count = Counter[str]
Numbers = npt.NDArray[np.float64]

_AGAIN = 200
"""How often the bootstrap draws."""

_LONG_AGO = 17
"""Bars; what stood longer ago counts as this long."""


def counts(tunes: Iterable[Tune]) -> dict[str, Count]:
    """Every statistic over a set of tunes."""
    totals: dict[str, Count] = {name: Counter() for name in STATISTICS}
    for tune in tunes:
        for name, count in STATISTICS.items():
            totals[name].update(count(tune))
    return totals


def compare(first: Mapping[str, Count], second: Mapping[str, Count]) -> dict[str, float]:
    """The divergence of every statistic of two sets, in bits."""
    return {name: divergence(first[name], second[name]) for name in STATISTICS}


def divergence(first: Mapping[str, int], second: Mapping[str, int]) -> float:
    """Jensen-Shannon divergence of two counts, in bits (Lin 1991); nan if one is empty."""
    total_first, total_second = sum(first.values()), sum(second.values())
    if not total_first or not total_second:
        return float("nan")
    bits = 0.0
    for key in first.keys() | second.keys():
        p, q = first.get(key, 0) / total_first, second.get(key, 0) / total_second
        middle = (p + q) / 2
        bits += (p * log2(p / middle) if p else 0.0) / 2 + (q * log2(q / middle) if q else 0.0) / 2
    return bits


def compare_sets(first: Sequence[Tune], second: Sequence[Tune], seed: int = 0) -> dict[str, Figure]:
    """The same for two sets of tunes, each with its interval: the bootstrap's standard error (Efron 1979), with whole
    tunes drawn from both sets."""
    draw = np.random.default_rng(seed)
    found = {}
    for name, count in STATISTICS.items():
        sets = [[count(tune) for tune in tunes] for tunes in (first, second)]
        value = divergence(*(_total(counts) for counts in sets))
        if min(len(first), len(second)) < FEW:
            found[name] = Figure(value, nan, nan)
            continue
        tables = _tables(*sets)
        again = [_divergence(*(draw.multinomial(len(t), _even(len(t))) @ t for t in tables)) for _ in range(_AGAIN)]
        away = Z * float(np.std(again))
        found[name] = Figure(value, max(0.0, value - away), min(1.0, value + away))
    return found


def _total(counts: Iterable[Count]) -> Count:
    total: Count = Counter()
    for count in counts:
        total.update(count)
    return total


def _tables(*sets: Sequence[Count]) -> list[Numbers]:
    """Each set as an array `(tunes, things counted)`, the things in one order."""
    columns: dict[str, int] = {}
    for count in (count for counts in sets for count in counts):
        for key in count:
            columns.setdefault(key, len(columns))
    tables = [np.zeros((len(counts), len(columns))) for counts in sets]
    for table, counts in zip(tables, sets, strict=True):
        for row, count in zip(table, counts, strict=True):
            row[[columns[key] for key in count]] = list(count.values())
    return tables


def _even(count: int) -> Numbers:
    return np.full(count, 1 / count) if count else np.zeros(0)


def _divergence(first: Numbers, second: Numbers) -> float:
    """`divergence` of two rows of counts."""
    if not first.sum() or not second.sum():
        return float("nan")
    p, q = first / first.sum(), second / second.sum()
    middle = (p + q) / 2
    bits = [x[x > 0] @ np.log2(x[x > 0] / middle[x > 0]) for x in (p, q)]
    return float(sum(bits)) / 2


def _pitch_classes(tune: Tune) -> Count:
    tonic = _tonic(tune)
    return Counter(str((note.midi - tonic) % 12) for note in _notes(tune))


def _intervals(tune: Tune) -> Count:
    """From note to note; an octave and more together."""
    midi = [note.midi for note in _notes(tune)]
    return Counter(str(max(-13, min(13, b - a))) for a, b in pairwise(midi))


def _durations(tune: Tune) -> Count:
    timed = [event for bar in tune.bars for event in bar.events if isinstance(event, Note | Chord | Rest)]
    return Counter(f"{event.ticks * 8 / tune.whole:g}" for event in timed)


def _positions(tune: Tune) -> Count:
    """Where in its bar, of all bars that are whole, a note begins."""
    found: Count = Counter()
    for bar in tune.bars:
        full = bar.meter.ticks(tune.whole)
        at = 0
        for event in bar.events if full and bar.ticks == full else ():
            if isinstance(event, Note | Chord | Rest):
                found[f"{bar.meter.beats}/{bar.meter.unit} {at * 48 // full}"] += 1
                at += event.ticks
    return found


def _repeated_bars(tune: Tune) -> Count:
    """How many bars ago each bar stood last; "new" for those that hadn't yet."""
    last: dict[tuple[tuple[int, int], ...], int] = {}
    found: Count = Counter()
    for number, bar in enumerate(tune.bars):
        heard = _heard(bar)
        found[str(min(number - last[heard], _LONG_AGO)) if heard in last else "new"] += 1
        last[heard] = number
    return found


def _last_notes(tune: Tune) -> Count:
    notes = _notes(tune)
    return Counter([str((notes[-1].midi - _tonic(tune)) % 12)] if notes else [])


STATISTICS: Mapping[str, Callable[[Tune], Count]] = {
    "pitch classes": _pitch_classes,  # semitones above the tonic
    "intervals": _intervals,  # semitones
    "durations": _durations,  # eighths
    "bar positions": _positions,  # 48ths of the bar, by meter
    "repeated bars": _repeated_bars,  # bars ago
    "last notes": _last_notes,  # semitones above the tonic
}
"""Name -> what is counted in one tune."""


def _notes(tune: Tune) -> list[Note]:
    """The notes, of a chord the last written."""
    events = [event for bar in tune.bars for event in bar.events if isinstance(event, Note | Chord)]
    return [event.notes[-1] if isinstance(event, Chord) else event for event in events]


def _heard(bar: Bar) -> tuple[tuple[int, int], ...]:
    return tuple((event.step, event.ticks) for event in bar.events if isinstance(event, Note))


def _tonic(tune: Tune) -> int:
    """The tonic in semitones above C; C where there is none."""
    name = tune.key.tonic or "C"
    return SEMITONES["CDEFGAB".index(name[0])] + name.count("#") - name.count("b")
