"""Which tunes of a corpus are settings of one tune, or so near to it that a network would know one from the other.

The rule. Each tune is sampled at every eighth: the pitch class that sounds then, so that ornaments and octaves
don't count. A *stretch* is as many whole bars as make twelve eighths or more (two bars of a reel or a jig, three
of a polka), with its pitches counted from its first, so that keys don't count; one of fewer than four different
pitches says too little. Two tunes belong together if they share two stretches that stand in at most 25 tunes of
the corpus, or one if they have a title in common; or if they have a title in common that is a name and no
description (in at most three tunes, and not only words such as "Irish Air"); or if they share four bars on end
note for note, in whatever key, or token for token; or if their source says that they are settings of one tune.
Groups are what hangs together so.
"""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from folkbench.encoding.timing import EIGHTH, Sounding, bars
from folkbench.encoding.tokens import meaning
from folkbench.notation.dances import dance

COMMON = 25
"""A stretch that more tunes than this have is everybody's."""

SHARED = 2
"""How many stretches two tunes share that are settings of one."""

EXACT = 4
"""How many bars on end, note for note or token for token, are a copy."""

_MANY = 1 << 31  # more tunes than a corpus has
_REST = 1000  # no interval
_SAMPLES = 12
_VARIETY = 4
_NAMESAKES = 3
_DESCRIPTIONS = frozenset(
    {
        *("an", "do", "of", "irish", "scotch", "scots", "english", "welsh", "french", "highland", "country", "new"),
        *("old", "slow", "quick", "air", "airs", "tune", "untitled", "favorite", "favourite", "no", "name", "gan"),
        *("ainm", "dance", "set", "step", "st", "nd", "rd", "th", "regt", "regiment", "setting"),
    }
)


Numbers = npt.NDArray[np.int64]


class Setting(NamedTuple):
    """What grouping looks at."""

    meter: str
    mode: str
    music: tuple[str, ...]
    titles: tuple[str, ...]
    family: str = ""  # a number that its source gives all settings of a tune


def groups(settings: Iterable[Setting]) -> list[int]:
    """For each tune the number of its group; groups are numbered from 0 as they first appear.

    What tunes are compared by is kept as numbers (hashes of 64 bits), so that fifty thousand settings fit in memory.
    """
    stretches, copies = _Marks(), _Marks()
    titles: list[tuple[str, ...]] = []
    families: dict[str, int] = {}
    related: list[tuple[int, int]] = []
    for number, setting in enumerate(settings):
        music = bars(setting.music, setting.meter, setting.mode)
        stretches.add(number, _stretches(setting.meter, music))
        copies.add(number, _copies(setting.music, music))
        titles.append(setting.titles)
        if setting.family:
            related.append((families.setdefault(setting.family, number), number))
    joined = _Joined(len(titles))
    namesakes = _namesakes(titles)
    for pair, count in stretches.shared(COMMON):
        if count >= SHARED or pair in namesakes:
            joined.join(*pair)
    for pair in (*copies.chains(), *related, *[pair for pair, distinctive in namesakes.items() if distinctive]):
        joined.join(*pair)
    numbers: dict[int, int] = {}
    return [numbers.setdefault(joined.root(tune), len(numbers)) for tune in range(len(titles))]


class _Marks:
    """What each of many tunes holds, as pairs of a hash and the tune's number."""

    def __init__(self) -> None:
        self.hashes = array("q")
        self.tunes = array("q")

    def add(self, tune: int, things: Iterable[tuple[object, ...]]) -> None:
        hashes = {hash(thing) for thing in things}
        self.hashes.extend(hashes)
        self.tunes.extend([tune] * len(hashes))

    def shared(self, common: int) -> Iterator[tuple[tuple[int, int], int]]:
        """Each pair of tunes that share things, and how many; things that more than `common` tunes hold don't count."""
        hashes, tunes = self._sorted()
        if not len(hashes):
            return
        fresh = np.flatnonzero(np.append(True, hashes[1:] != hashes[:-1]))
        sizes = np.diff(np.append(fresh, len(hashes)))
        few = np.repeat(sizes <= common, sizes)
        codes = [np.zeros(0, dtype=np.int64)]
        for apart in range(1, min(common, len(hashes))):
            pairs = (hashes[:-apart] == hashes[apart:]) & few[:-apart]
            codes.append(tunes[:-apart][pairs] * _MANY + tunes[apart:][pairs])
        found, counts = np.unique(np.concatenate(codes), return_counts=True)
        for code, count in zip(found.tolist(), counts.tolist(), strict=True):
            yield divmod(code, _MANY), count

    def chains(self) -> Iterator[tuple[int, int]]:
        """Pairs of tunes such that all that hold the same thing hang together."""
        hashes, tunes = self._sorted()
        same = hashes[:-1] == hashes[1:]
        yield from zip(tunes[:-1][same].tolist(), tunes[1:][same].tolist(), strict=True)

    def _sorted(self) -> tuple[Numbers, Numbers]:
        hashes = np.frombuffer(self.hashes, dtype=np.int64)
        order = np.argsort(hashes, kind="stable")
        return hashes[order], np.frombuffer(self.tunes, dtype=np.int64)[order]


def _stretches(meter_token: str, music: list[list[Sounding]]) -> set[tuple[object, ...]]:
    """All stretches of a tune, as semitones above the first pitch of each; -1 is a rest."""
    meter = meaning(meter_token)
    eighths = max(1, meter.num * 8 // meter.den)
    sampled = [_sampled(bar, eighths) for bar in music if 2 * (bar[-1].at + bar[-1].ticks) > eighths * EIGHTH]
    size = max(2, -(-_SAMPLES // eighths))
    found: set[tuple[object, ...]] = set()
    for first in range(len(sampled) - size + 1):
        pitches = [pitch for bar in sampled[first : first + size] for pitch in bar]
        base = next((pitch for pitch in pitches if pitch >= 0), 0)
        stretch = tuple([-1 if pitch < 0 else (pitch - base) % 12 for pitch in pitches])
        if len(set(stretch)) >= _VARIETY:
            found.add((eighths, *stretch))
    return found


def _sampled(bar: list[Sounding], eighths: int) -> list[int]:
    """The pitch that sounds at each eighth of a bar, -1 for a rest; what lies behind its end holds on."""
    found: list[int] = []
    place = 0
    for eighth in range(eighths):
        while place + 1 < len(bar) and bar[place + 1].at <= eighth * EIGHTH:
            place += 1
        found.append(max(bar[place].pitches, default=-1))
    return found


def _copies(music: Iterable[str], counted: list[list[Sounding]]) -> set[tuple[object, ...]]:
    """Every run of EXACT bars: its tokens, and the lengths and the semitones above its first pitch of all in it."""
    tokens = _barred(music)
    found: set[tuple[object, ...]] = {tuple(tokens[at : at + EXACT]) for at in range(len(tokens) - EXACT + 1)}
    bases = [next((max(sound.pitches) for sound in bar if sound.pitches), 0) for bar in counted]
    shapes = [
        tuple([(sound.ticks, max(sound.pitches) - base if sound.pitches else _REST) for sound in bar])
        for bar, base in zip(counted, bases, strict=True)
    ]
    for first in range(len(shapes) - EXACT + 1):
        found.add((*shapes[first : first + EXACT], *[base - bases[first] for base in bases[first : first + EXACT]]))
    return found


def _barred(music: Iterable[str]) -> list[tuple[str, ...]]:
    """The tokens of each bar that has any, without bar lines."""
    found: list[tuple[str, ...]] = []
    bar: list[str] = []
    for token in (*music, "|"):
        if meaning(token).kind not in ("bar", "ending"):
            bar.append(token)
        elif bar:
            found.append(tuple(bar))
            bar = []
    return found


def _namesakes(titles: Sequence[tuple[str, ...]]) -> dict[tuple[int, int], bool]:
    """Pairs of tunes with a title in common, and whether that title is a name that few tunes have."""
    by_title: defaultdict[str, list[int]] = defaultdict(list)
    for number, names in enumerate(titles):
        for title in {_bare(title) for title in names}:
            by_title[title].append(number)
    pairs: dict[tuple[int, int], bool] = {}
    for title, holders in by_title.items():
        if len(holders) > COMMON:
            continue
        name = len(holders) <= _NAMESAKES and _is_name(title)
        for place, first in enumerate(holders):
            for second in holders[place + 1 :]:
                pairs[first, second] = pairs.get((first, second), False) or name
    return pairs


def _bare(title: str) -> str:
    """A title by which tunes are compared: its words without "the", case and signs."""
    words = re.sub(r"[^\w ]", "", title.lower()).split()
    return " ".join(word for word in words if word not in ("the", "a"))


def _is_name(title: str) -> bool:
    words = title.split()
    return any(not word.isdigit() and word not in _DESCRIPTIONS and dance(word) is None for word in words)


class _Joined:
    """Union-find over numbers."""

    def __init__(self, count: int) -> None:
        self.parents = list(range(count))

    def root(self, tune: int) -> int:
        parents = self.parents
        while parents[tune] != tune:
            parents[tune] = parents[parents[tune]]
            tune = parents[tune]
        return tune

    def join(self, one: int, other: int) -> None:
        low, high = sorted((self.root(one), self.root(other)))
        self.parents[high] = low
