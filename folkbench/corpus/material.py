"""What a network trains on: a corpus as sequences of token numbers, split by group.

No setting of a held-out tune is trained on: whole groups are held out. The split depends on the seed and on each
group's own music only, so that a tune more or less in the corpus leaves the others where they were.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from folkbench.check import check, is_well_formed
from folkbench.corpus.entry import Corpus, Entry
from folkbench.corpus.tonics import tonics
from folkbench.encoding import (
    END,
    START,
    TITLE,
    Encoding,
    Vocabulary,
    encoding_of,
    meaning,
    rhythm_token,
    sequence,
    spell,
)
from folkbench.encoding.timing import EIGHTH, clock
from folkbench.encoding.tokens import order
from folkbench.errors import FolkbenchError
from folkbench.notation import read

FEWEST = 3
"""A token that stands in fewer tunes isn't learnt; a tune that can't do without it isn't trained on. A corpus of
less than a thousand tunes can't be so choosy: there every token is learnt.
"""

_SIXTEENTHS, _BARS = 33, 17
"""What is counted along in training: as far as the longest meters and parts go; what lies behind is the last."""

Numbers = npt.NDArray[np.uint16]
Counted = npt.NDArray[np.int16]


@dataclass(frozen=True)
class Material:
    """Sequences for one training: the tunes to learn, those held out, and the vocabulary of both.

    Which tunes these are is the same in every encoding: a network can be compared with one of another.
    """

    vocabulary: tuple[str, ...]
    words: tuple[str, ...]  # what its tokens can say, in root C
    train: tuple[Entry, ...]
    validation: tuple[Entry, ...]
    left_out: tuple[Entry, ...]  # tunes with a word that isn't learnt
    tonics: dict[str, dict[str, int]]  # of the whole corpus, for the network's metadata
    encoding: str
    fingerprint: str  # of the corpus
    split: str  # sixteen hex digits that say which tunes are held out, and of what vocabulary

    @property
    def counters(self) -> tuple[int, ...]:
        """Sixteenths since the bar line; bars since the part began; an open repeat; sixteenths of the pickup."""
        return _SIXTEENTHS, _BARS, 2, _SIXTEENTHS

    def clock(self, tune: Numbers) -> Counted:
        """What can be counted behind each token of a sequence, `(length, 4)`; -1 outside the music, and where a word
        has more characters to come.
        """
        known = encoding_of(self.encoding)
        texts = [self.vocabulary[number] for number in tune.tolist()]
        words = known.read(texts, 0)
        first = _head(words)
        last = next((n for n in range(first, len(words)) if words[n] in (TITLE, END)), len(words))
        sixteenth = EIGHTH // 2
        counts = clock(words[first:last], words[first - 2], words[first - 1])
        rows = [(count.at // sixteenth, count.bar, count.opened, count.pickup // sixteenth) for count in counts]
        ends = np.cumsum(known.spans(texts))[first:last] - 1
        found = np.full((len(tune), len(self.counters)), -1, dtype=np.int16)
        found[ends] = np.minimum(rows, np.array(self.counters) - 1)
        return found

    def epoch(self, seed: int, epoch: int, *, choosy: bool = False) -> list[Numbers]:
        """Every tune to learn once with each root, in the corpus's order, as `(length,)` arrays; if `choosy` only those
        that are well formed.

        Drawn for each tune and epoch: the title in front, behind, or left out, a third each; the type in or
        left out, half each; of several titles, one.
        """
        draw = np.random.default_rng([seed, epoch])
        places = draw.integers(3, size=len(self.train))
        typed = draw.integers(2, size=len(self.train))
        which = draw.random(len(self.train))
        found = []
        for number, (place, with_type, share) in enumerate(zip(places, typed, which, strict=True)):
            entry = self.train[number]
            if choosy and not self._formed[number]:
                continue
            title = entry.titles[int(share * len(entry.titles))] if place and entry.titles else ""
            words = self._words(entry, title, entry.rhythm if with_type else "", behind=place == 2)
            found += [self._numbers(words, root) for root in encoding_of(self.encoding).roots]
        return found

    @cached_property
    def held_out(self) -> list[tuple[Numbers, int]]:
        """The tunes held out without title and type, in root C, each with the index of its first music token:
        predictions count from there to the end, `</s>` included.
        """
        return [self._counted(self._words(entry, "", "")) for entry in self.validation]

    @cached_property
    def primed(self) -> list[tuple[Numbers, int]]:
        """The tunes held out with title and type in front; the same music tokens count."""
        return [self._counted(self._words(entry, entry.title, entry.rhythm)) for entry in self.validation]

    @cached_property
    def _formed(self) -> tuple[bool, ...]:
        """Of every tune to learn, whether it is well formed; a corpus in which less than half are takes all for it."""
        formed = tuple(is_well_formed(check(read(entry.abc))) for entry in self.train)
        return formed if 2 * sum(formed) >= len(formed) else (True,) * len(formed)

    @cached_property
    def _index(self) -> dict[str, int]:
        return Vocabulary(self.vocabulary).index

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.words)

    def _words(self, entry: Entry, title: str, rhythm: str, behind: bool = False) -> tuple[str, ...]:
        known = rhythm if rhythm_token(rhythm) in self._known else ""
        words = sequence(entry.meter, entry.mode, entry.music, title=title, rhythm=known, behind=behind)
        return tuple(word for word in words if word in self._known)

    def _numbers(self, words: tuple[str, ...], root: int = 0) -> Numbers:
        index = self._index
        return np.array([index[text] for text in encoding_of(self.encoding).tokens(words, root)], dtype=np.uint16)

    def _counted(self, words: tuple[str, ...]) -> tuple[Numbers, int]:
        head = encoding_of(self.encoding).tokens(words[: _head(words)])
        return self._numbers(words), len(head)


def material(corpus: Corpus, seed: int, held_out: float = 0.05, encoding: str = "v2") -> Material:
    """The corpus split by group, about `held_out` of its tunes held out, with the vocabulary that all of them need.

    Raises FolkbenchError if there aren't two groups, one to learn and one to hold out, or no such encoding.
    """
    chosen = encoding_of(encoding)
    if len({entry.group for entry in corpus.entries}) < 2:
        raise FolkbenchError(f"the corpus {corpus.name} is too small to train on", "add more tunes to it")
    holders = Counter(text for entry in corpus.entries for text in _music_words(entry))
    rhythms = Counter(rhythm_token(entry.rhythm) for entry in corpus.entries if entry.rhythm)
    letters = Counter(text for entry in corpus.entries for title in entry.titles for text in set(spell(title)))
    fewest = FEWEST if len(corpus) >= 1000 else 1
    counted = [text for texts in (holders, rhythms, letters) for text, count in texts.items() if count >= fewest]
    words = tuple(sorted({START, END, TITLE, *counted}, key=order))
    known = frozenset(words)
    usable = [entry for entry in corpus.entries if _music_words(entry) <= known]
    away = _held_out_groups(usable, seed, held_out)
    train = tuple(entry for entry in usable if entry.group not in away)
    validation = tuple(entry for entry in usable if entry.group in away)
    vocabulary = _vocabulary(chosen, words, usable)
    digest = hashlib.sha256(repr((corpus.fingerprint, vocabulary, [entry.number for entry in validation])).encode())
    return Material(
        vocabulary=vocabulary,
        words=words,
        train=train,
        validation=validation,
        left_out=tuple(entry for entry in corpus.entries if not _music_words(entry) <= known),
        tonics=tonics(corpus),
        encoding=encoding,
        fingerprint=corpus.fingerprint,
        split=digest.hexdigest()[:16],
    )


def _vocabulary(encoding: Encoding, words: tuple[str, ...], entries: list[Entry]) -> tuple[str, ...]:
    """The tokens that the words are written with, and those of all entries' music with each root."""
    marks = [word for word in words if meaning(word).kind not in ("mode", "pitch")]
    found = {token for word in marks for token in encoding.tokens((word,))}
    for entry in entries:
        for root in encoding.roots:
            found.update(encoding.tokens((entry.mode, *entry.music), root))
    return tuple(sorted(found, key=order))


def _head(words: Sequence[str]) -> int:
    """How many words stand before the music."""
    return 1 + next(place for place, word in enumerate(words) if meaning(word).kind == "mode")


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
