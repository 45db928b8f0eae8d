"""The suffix array against sorting and searching by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as some

from folkbench.corpus import Corpus
from folkbench.whence import Index, View
from folkbench.whence.runs import shared_with_others
from folkbench.whence.suffix import Suffixes, common_prefixes, earlier_of_same, pack, sort_suffixes
from tests.whence import brute

texts = some.lists(some.integers(0, 400).map(lambda number: number % 4 + 256 * (number % 2)), min_size=1, max_size=80)


@settings(max_examples=60, deadline=None)
@given(texts)
def test_suffixes_are_sorted_and_share_what_they_share(text: list[int]) -> None:
    symbols = np.array(text, np.uint16)
    order = sort_suffixes(symbols)
    assert order.tolist() == sorted(range(len(text)), key=lambda place: text[place:])
    prefixes = common_prefixes(symbols, order).tolist()
    for rank in range(1, len(text)):
        one, other = text[order[rank - 1] :], text[order[rank] :]
        same = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
        assert prefixes[rank] == same


@settings(max_examples=60, deadline=None)
@given(texts, some.lists(some.sampled_from([0, 1, 2, 257, 259]), min_size=1, max_size=5), some.integers(1, 6))
def test_a_figure_is_found_and_its_tunes_counted(text: list[int], figure: list[int], tunes: int) -> None:
    symbols = np.array(text, np.uint16)
    order = sort_suffixes(symbols)
    owners = np.arange(len(text)) * tunes // len(text)
    suffixes = Suffixes(b"head" + pack(symbols), 4, order, earlier_of_same(owners[order]))
    first, last = suffixes.find(pack(np.array(figure)))
    there = [place for place in range(len(text)) if text[place : place + len(figure)] == figure]
    assert sorted(order[first:last].tolist()) == there
    assert suffixes.tunes(first, last) == len({int(owners[place]) for place in there})
    assert sorted(owners[suffixes.first_of_tunes(first, last)]) == sorted({int(owners[place]) for place in there})
    longest = max(n for n in range(len(figure) + 1) if any(text[p : p + n] == figure[:n] for p in range(len(text))))
    assert suffixes.longest(pack(np.array(figure))) == longest


def test_what_tunes_share_with_other_groups_is_what_looking_everywhere_says(index: Index, small: Corpus) -> None:
    shared = shared_with_others(index.text, index.look(View()).suffixes.order)
    items = [tuple(brute.plain(entry.music)) for entry in small.entries]
    for number in range(0, len(items), 17):
        others = [items[n] for n, entry in enumerate(small.entries) if entry.group != small.entries[number].group]
        runs = _runs(items[number], others)
        assert shared.tokens[number] == max(runs)
        covered = set()
        most = 0
        numbers = index.text.bar_number[np.searchsorted(index.text.line_at, index.text.tune_at[number]) :]
        lines = [at for at, word in enumerate(items[number]) if word == "|"]
        for start, length in enumerate(runs):
            bars = sum(
                start <= first and last < start + length and numbers[nth] > 0
                for nth, (first, last) in enumerate(pairwise(lines))
            )
            most = max(most, bars)
            if bars:
                covered |= {at for at in range(start, start + length) if brute.is_pitch(items[number][at])}
        notes = sum(brute.is_pitch(word) for word in items[number])
        assert shared.bars[number] == most
        assert abs(shared.covered[number] - len(covered) / notes) < 1e-6


def _runs(tune: tuple[str, ...], others: list[tuple[str, ...]]) -> list[int]:
    joined = [" " + " ".join(other) + " " for other in others]
    found = []
    length = 0
    for start in range(len(tune)):
        length = max(length - 1, 0)
        while start + length < len(tune):
            wanted = " " + " ".join(tune[start : start + length + 1]) + " "
            if not any(wanted in other for other in joined):
                break
            length += 1
        found.append(length)
    return found
