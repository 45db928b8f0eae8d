"""What a network trains on: a corpus as sequences of token numbers, split by group.

No setting of a held-out tune is trained on: whole groups are held out. The split depends on the seed and on each
group's own music only, so that a tune more or less in the corpus leaves the others where they were.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from folkbench.corpus.entry import Corpus, Entry
from folkbench.corpus.tonics import tonics
from folkbench.encoding import END, START, TITLE, Vocabulary, rhythm_token, sequence, spell
from folkbench.encoding.timing import EIGHTH, clock
from folkbench.encoding.tokens import order
from folkbench.errors import FolkbenchError

FEWEST = 3
"""A token that stands in fewer tunes isn't learnt; a tune that can't do without it isn't trained on. A corpus of
less than a thousand tunes can't be so choosy: there every token is learnt.
"""

ENCODING = "v2"

_SIXTEENTHS, _BARS = 33, 17
"""What is counted along in training: as far as the longest meters and parts go; what lies behind is the last."""

Numbers = npt.NDArray[np.uint16]
Counted = npt.NDArray[np.int16]


@dataclass(frozen=True)
class Material:
    """Sequences for one training: the tunes to learn, those held out, and the vocabulary of both."""

    vocabulary: tuple[str, ...]
    train: tuple[Entry, ...]
    validation: tuple[Entry, ...]
    left_out: tuple[Entry, ...]  # tunes with a token that isn't in the vocabulary
    tonics: dict[str, dict[str, int]]  # of the whole corpus, for the network's metadata
    encoding: str
    fingerprint: str  # of the corpus
    split: str  # sixteen hex digits that say which tunes are held out, and of what vocabulary

    @property
    def counters(self) -> tuple[int, ...]:
        """Sixteenths since the bar line; bars since the part began; an open repeat; sixteenths of the pickup."""
        return _SIXTEENTHS, _BARS, 2, _SIXTEENTHS

    def clock(self, tune: Numbers) -> Counted:
        """What can be counted behind each token of a sequence, `(length, 4)`; -1 outside the music."""
        found = np.full((len(tune), len(self.counters)), -1, dtype=np.int16)
        first = 1 + next(place for place, number in enumerate(tune.tolist()) if number in self._modes)
        music = [self.vocabulary[number] for number in tune[first:].tolist()]
        last = next((n for n, text in enumerate(music) if text in (TITLE, END)), len(music))
        meter, mode = (self.vocabulary[number] for number in tune[first - 2 : first].tolist())
        sixteenth = EIGHTH // 2
        counts = clock(music[:last], meter, mode)
        rows = [(count.at // sixteenth, count.bar, count.opened, count.pickup // sixteenth) for count in counts]
        found[first : first + last] = np.minimum(rows, np.array(self.counters) - 1)
        return found

    def epoch(self, seed: int, epoch: int) -> list[Numbers]:
        """Every tune to learn once, in the corpus's order, as `(length,)` arrays.

        Drawn for each tune and epoch: the title in front, behind, or left out, a third each; the type in or
        left out, half each; of several titles, one.
        """
        draw = np.random.default_rng([seed, epoch])
        places = draw.integers(3, size=len(self.train))
        typed = draw.integers(2, size=len(self.train))
        which = draw.random(len(self.train))
        found = []
        for entry, place, with_type, share in zip(self.train, places, typed, which, strict=True):
            title = entry.titles[int(share * len(entry.titles))] if place and entry.titles else ""
            found.append(self._numbers(entry, title, entry.rhythm if with_type else "", behind=place == 2))
        return found

    @cached_property
    def held_out(self) -> list[tuple[Numbers, int]]:
        """The tunes held out without title and type, each with the index of its first music token: predictions
        count from there to the end, `</s>` included.
        """
        return [self._counted(self._numbers(entry, "", "")) for entry in self.validation]

    @cached_property
    def primed(self) -> list[tuple[Numbers, int]]:
        """The tunes held out with title and type in front; the same music tokens count."""
        return [self._counted(self._numbers(entry, entry.title, entry.rhythm)) for entry in self.validation]

    @cached_property
    def _index(self) -> dict[str, int]:
        return Vocabulary(self.vocabulary).index

    @cached_property
    def _modes(self) -> frozenset[int]:
        return frozenset(Vocabulary(self.vocabulary).of_kind("mode"))

    def _numbers(self, entry: Entry, title: str, rhythm: str, behind: bool = False) -> Numbers:
        index = self._index
        known = rhythm if rhythm_token(rhythm) in index else ""
        texts = sequence(entry.meter, entry.mode, entry.music, title=title, rhythm=known, behind=behind)
        return np.array([index[text] for text in texts if text in index], dtype=np.uint16)

    def _counted(self, numbers: Numbers) -> tuple[Numbers, int]:
        return numbers, 1 + next(place for place, number in enumerate(numbers.tolist()) if number in self._modes)


def material(corpus: Corpus, seed: int, held_out: float = 0.05) -> Material:
    """The corpus split by group, about `held_out` of its tunes held out, with the vocabulary that all of them need.

    Raises FolkbenchError if there aren't two groups, one to learn and one to hold out.
    """
    if len({entry.group for entry in corpus.entries}) < 2:
        raise FolkbenchError(f"the corpus {corpus.name} is too small to train on", "add more tunes to it")
    holders = Counter(text for entry in corpus.entries for text in _music_words(entry))
    rhythms = Counter(rhythm_token(entry.rhythm) for entry in corpus.entries if entry.rhythm)
    letters = Counter(text for entry in corpus.entries for title in entry.titles for text in set(spell(title)))
    fewest = FEWEST if len(corpus) >= 1000 else 1
    counted = [text for texts in (holders, rhythms, letters) for text, count in texts.items() if count >= fewest]
    vocabulary = tuple(sorted({START, END, TITLE, *counted}, key=order))
    known = frozenset(vocabulary)
    usable = [entry for entry in corpus.entries if _music_words(entry) <= known]
    away = _held_out_groups(usable, seed, held_out)
    train = tuple(entry for entry in usable if entry.group not in away)
    validation = tuple(entry for entry in usable if entry.group in away)
    digest = hashlib.sha256(repr((corpus.fingerprint, vocabulary, [entry.number for entry in validation])).encode())
    return Material(
        vocabulary=vocabulary,
        train=train,
        validation=validation,
        left_out=tuple(entry for entry in corpus.entries if not _music_words(entry) <= known),
        tonics=tonics(corpus),
        encoding=ENCODING,
        fingerprint=corpus.fingerprint,
        split=digest.hexdigest()[:16],
    )


def _music_words(entry: Entry) -> frozenset[str]:
    return frozenset((entry.meter, entry.mode, *entry.music))


def _held_out_groups(entries: list[Entry], seed: int, share: float) -> frozenset[int]:
    """The groups to hold out: in an order that a hash of seed and music gives, until there are tunes enough."""
    sizes: Counter[int] = Counter()
    first: dict[int, Entry] = {}
    for entry in entries:
        sizes[entry.group] += 1
        first.setdefault(entry.group, entry)

    def place(group: int) -> bytes:
        return hashlib.sha256(f"{seed} {' '.join(first[group].music)}".encode()).digest()

    away: set[int] = set()
    count = 0
    for group in sorted(sizes, key=place):
        if away and count + sizes[group] > share * len(entries):
            break
        away.add(group)
        count += sizes[group]
    return frozenset(away)
