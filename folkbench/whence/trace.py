"""Where a whole tune comes from: each of its bars, the longest run it shares with a human tune, and a verdict.

The tune is set beside the corpus in root C, with the bar lines that it has. A run is a stretch of tokens that stands
in a human tune as well; what is *covered* are the notes in runs that hold a whole bar.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from folkbench.encoding.tokens import meaning
from folkbench.whence.index import Index, Source, open_index
from folkbench.whence.runs import bars_and_cover, notes_of
from folkbench.whence.suffix import pack
from folkbench.whence.text import END, LINE, Places, Text, letter, text_of_tune
from folkbench.whence.views import View

SETTING_BARS, BORROWED_BARS = 8, 4
"""Whole bars on end from one tune that make a setting of it; that are borrowed."""

SETTING_SHARE, BORROWED_PERCENTILE = 0.5, 95
"""A setting has more than this share of its notes in bars of one tune; more is borrowed than in so many per cent."""

_ABSENT = 0xFFFF  # a symbol that no text has
_SILENT = ("start", "end", "marker", "letter", "rhythm", "meter", "mode", "other")  # tokens that are no music


class Example(NamedTuple):
    """A place where a bar stands in the corpus."""

    source: Source
    part: str
    bar: int
    ending: int


class TracedBar(NamedTuple):
    """A bar of the tune, and in how many human tunes it stands: anywhere, and as that very bar of that part."""

    part: str
    bar: int
    ending: int
    tokens: tuple[str, ...]
    tunes: int
    same_bar: int
    examples: tuple[Example, ...]

    @property
    def label(self) -> str:
        """`A5`, `A8.2`."""
        return f"{self.part}{self.bar}" + (f".{self.ending}" if self.ending else "")


class Run(NamedTuple):
    """A stretch of the tune that stands in a human tune as well, from bar to bar of the tune."""

    tokens: int
    notes: int
    bars: int  # whole ones
    source: Source
    from_bar: str
    to_bar: str
    words: tuple[str, ...]


class Originality(NamedTuple):
    """In one line: the most whole bars on end and the longest run of tokens that any human tune has, and which."""

    longest_bars: int
    longest_tokens: int
    title: str


@dataclass(frozen=True)
class Trace:
    """Where a tune comes from."""

    bars: tuple[TracedBar, ...]
    longest: Run | None  # in tokens
    most_bars: Run | None
    covered: float  # share of its notes in runs of a bar or more
    percentile: float  # of the human tunes so many per cent are covered less, their own group left out
    verdict: str  # "setting", "borrows" or "original"
    of: Source | None  # the tune that it is a setting of, or borrows most from
    text: Text  # of the tune itself
    runs: Places  # (symbols,) how long the longest shared run is that each symbol stands in


def trace(index: Index, meter: str, mode: str, music: Sequence[str]) -> Trace:
    """Trace a tune: its tokens as `encode` gives them. It may have no notes at all; then there is nothing to say."""
    beside = _Beside(index, text_of_tune(meter, mode, music))
    text, runs, notes = beside.text, beside.runs, beside.notes
    whole, cover = bars_and_cover(text, runs)
    covered = float((cover & notes).sum()) / max(int(notes.sum()), 1)
    found = [beside.bar(line) for line in range(len(text.line_at) - 1)]
    longest, most_bars = beside.run(int(np.argmax(runs)), whole), beside.run(int(np.argmax(whole)), whole)
    whose = np.bincount(
        np.concatenate([*[tunes for _, tunes, _ in found], np.zeros(0, np.int64)]),
        np.concatenate([*[np.full(len(tunes), count) for _, tunes, count in found], np.zeros(0, np.int64)]),
        minlength=index.size,
    )
    share = float(whose.max(initial=0)) / max(int(notes.sum()), 1)
    percentile = index.percentile(covered)
    verdict, of = "original", None
    if most_bars and most_bars.bars >= SETTING_BARS:
        verdict, of = "setting", most_bars.source
    elif share > SETTING_SHARE:
        verdict, of = "setting", index.source(int(np.argmax(whose)))
    elif most_bars and (most_bars.bars >= BORROWED_BARS or percentile > BORROWED_PERCENTILE):
        verdict, of = "borrows", most_bars.source
    bars = tuple(bar for bar, _, _ in found)
    return Trace(bars, longest, most_bars, covered, percentile, verdict, of, text, _longest_over(runs))


def originality(tokens: Sequence[str], index: Index | None = None) -> Originality:
    """How original a tune is, from its music tokens (others among them don't matter).

    `index` is that of the session corpus unless another is given. Raises what `open_index` raises.
    """
    music = [token for token in tokens if meaning(token).kind not in _SILENT]
    beside = _Beside(index or open_index(), text_of_tune("M:4/4", "K:Cmaj", music))
    whole, _ = bars_and_cover(beside.text, beside.runs)
    run = beside.run(int(np.argmax(beside.runs)), whole)
    return Originality(int(whole.max(initial=0)), run.tokens, run.source.title) if run else Originality(0, 0, "")


def shared_bars(index: Index, tokens: Sequence[str], wanted: Iterable[int]) -> int:
    """The most whole bars on end that stand in a human tune and hold one of `wanted`: bars of the tune by their place
    among those with music, a pickup included. `tokens` as for `originality`.
    """
    music = [token for token in tokens if meaning(token).kind not in _SILENT]
    beside = _Beside(index, text_of_tune("M:4/4", "K:Cmaj", music))
    text = beside.text
    lines = text.line_at.astype(np.int64)
    reached = text.lines_of(np.maximum(lines + beside.runs[lines] - 1, lines))  # the last line of the run from each
    whole = np.concatenate([[0], np.cumsum(text.bar_number > 0)])
    most = 0
    for bar in wanted:
        over = np.flatnonzero((np.arange(len(lines)) <= bar) & (reached > bar))
        most = max(most, int((whole[reached[over]] - whole[over]).max(initial=0)))
    return most


class _Beside:
    """A tune set beside the corpus."""

    def __init__(self, index: Index, text: Text) -> None:
        self.index = index
        self.text = text
        self.suffixes = index.look(View()).suffixes
        self.notes = notes_of(text)
        known = index.text.index
        table = np.array([END, LINE, *[known.get(word, _ABSENT) for word in text.words[2:]]], np.uint16)
        self.packed = pack(table[text.symbols[:-1]])

    @cached_property
    def runs(self) -> Places:
        """For every place of the tune, its end included, how many symbols from it on stand in the corpus."""
        longest, packed = self.suffixes.longest, self.packed
        return np.array([*[longest(packed[at:]) for at in range(0, len(packed), 2)], 0], np.int64)

    def run(self, place: int, whole: Places) -> Run | None:
        """The run that begins at `place`, and the first tune of the corpus that has it; None if it has no note."""
        last = place + int(self.runs[place])
        if not self.notes[place:last].any():
            return None
        ranks = self.suffixes.find(self.packed[2 * place : 2 * last])
        number = int(self.index.text.tunes_of(self.suffixes.order[slice(*ranks)]).min())
        inside = np.flatnonzero(self.text.symbols[place:last] > LINE) + place
        first_bar, last_bar = self.text.lines_of(inside[[0, -1]]).tolist()
        return Run(
            tokens=last - place,
            notes=int(self.notes[place:last].sum()),
            bars=int(whole[place]),
            source=self.index.source(number),
            from_bar=self.text.label(first_bar),
            to_bar=self.text.label(last_bar),
            words=tuple(self.text.spell(place, last)),
        )

    def bar(self, line: int) -> tuple[TracedBar, Places, int]:
        """The bar that a line opens, the tunes that have it, and how many notes it has."""
        text, corpus = self.text, self.index.text
        first, last = text.line_at[line : line + 2].tolist()
        ranks = self.suffixes.find(self.packed[2 * first : 2 * last + 2])
        at = np.sort(self.suffixes.order[slice(*ranks)])
        lines = corpus.lines_of(at)
        tunes, firsts = np.unique(corpus.tunes_of(at), return_index=True)
        part, number, ending = text.bar_part[line], text.bar_number[line], text.bar_ending[line]
        same = (corpus.bar_part[lines] == part) & (corpus.bar_number[lines] == number)
        traced = TracedBar(
            part=letter(int(part)),
            bar=int(number),
            ending=int(ending),
            tokens=tuple(text.spell(first + 1, last)),
            tunes=len(tunes),
            same_bar=len(np.unique(corpus.tunes_of(at[same]))),
            examples=tuple(self._example(int(lines[nth])) for nth in firsts[:3]),
        )
        return traced, tunes, int(self.notes[first:last].sum())

    def _example(self, line: int) -> Example:
        corpus = self.index.text
        tune = int(corpus.tunes_of(corpus.line_at[line : line + 1])[0])
        part, number, ending = corpus.bar_part[line], corpus.bar_number[line], corpus.bar_ending[line]
        return Example(self.index.source(tune), letter(int(part)), int(number), int(ending))


def _longest_over(runs: Places) -> Places:
    """For every place the length of the longest run that it stands in."""
    over = np.zeros(len(runs), np.int64)
    for place, length in enumerate(runs.tolist()):
        over[place : place + length] = np.maximum(over[place : place + length], length)
    return over
