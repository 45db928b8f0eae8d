"""Which tunes of a corpus are settings of one tune, or so near to it that a network would know one from the other.

The rule. Each tune is sampled at every eighth: the pitch class that sounds then, so that ornaments and octaves
don't count. A *stretch* is as many whole bars as make twelve eighths or more (two bars of a reel or a jig, three
of a polka), with its pitches counted from its first, so that keys don't count; one of fewer than four different
pitches says too little. Two tunes belong together if they share two stretches that stand in at most 25 tunes of
the corpus, or one if they have a title in common; or if they have a title in common that is a name and no
description (in at most three tunes, and not only words such as "Irish Air"); or if they share four bars on end
note for note, in whatever key, or token for token. Groups are what hangs together so.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from folkbench.encoding.timing import EIGHTH, Sounding, bars
from folkbench.encoding.tokens import meaning
from folkbench.notation.dances import dance

COMMON = 25
"""A stretch that more tunes than this have is everybody's."""

SHARED = 2
"""How many stretches two tunes share that are settings of one."""

EXACT = 4
"""How many bars on end, note for note or token for token, are a copy."""

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


class Setting(NamedTuple):
    """What grouping looks at."""

    meter: str
    mode: str
    music: tuple[str, ...]
    titles: tuple[str, ...]


def groups(settings: Sequence[Setting]) -> list[int]:
    """For each tune the number of its group; groups are numbered from 0 as they first appear."""
    joined = _Joined(len(settings))
    counted = [bars(setting.music, setting.meter, setting.mode) for setting in settings]
    shared = _shared([_stretches(one.meter, music) for one, music in zip(settings, counted, strict=True)])
    namesakes = _namesakes(settings)
    for pair, count in shared.items():
        if count >= SHARED or pair in namesakes:
            joined.join(*pair)
    copies = [_copies(one.music, music) for one, music in zip(settings, counted, strict=True)]
    for holders in _holders(copies).values():
        for other in holders[1:]:
            joined.join(holders[0], other)
    for pair, distinctive in namesakes.items():
        if distinctive:
            joined.join(*pair)
    numbers: dict[int, int] = {}
    return [numbers.setdefault(joined.root(tune), len(numbers)) for tune in range(len(settings))]


def _stretches(meter_token: str, music: list[list[Sounding]]) -> frozenset[tuple[object, ...]]:
    """All stretches of a tune, as semitones above the first pitch of each; None is a rest."""
    meter = meaning(meter_token)
    eighths = max(1, meter.num * 8 // meter.den)
    sampled = [_sampled(bar, eighths) for bar in music if 2 * (bar[-1].at + bar[-1].ticks) > eighths * EIGHTH]
    size = max(2, -(-_SAMPLES // eighths))
    found = set()
    for first in range(len(sampled) - size + 1):
        pitches = [pitch for bar in sampled[first : first + size] for pitch in bar]
        base = next((pitch for pitch in pitches if pitch is not None), 0)
        stretch = tuple([None if pitch is None else (pitch - base) % 12 for pitch in pitches])
        if len(set(stretch)) >= _VARIETY:
            found.add((eighths, *stretch))
    return frozenset(found)


def _sampled(bar: list[Sounding], eighths: int) -> list[int | None]:
    """The pitch that sounds at each eighth of a bar; what lies behind its end holds on."""
    found: list[int | None] = []
    place = 0
    for eighth in range(eighths):
        while place + 1 < len(bar) and bar[place + 1].at <= eighth * EIGHTH:
            place += 1
        found.append(max(bar[place].pitches, default=None))
    return found


def _copies(music: Iterable[str], counted: list[list[Sounding]]) -> frozenset[tuple[object, ...]]:
    """Every run of EXACT bars: its tokens, and the lengths and the semitones above its first pitch of all in it."""
    tokens = _barred(music)
    found: set[tuple[object, ...]] = {tuple(tokens[at : at + EXACT]) for at in range(len(tokens) - EXACT + 1)}
    bases = [next((max(sound.pitches) for sound in bar if sound.pitches), 0) for bar in counted]
    shapes = [
        tuple([(sound.ticks, max(sound.pitches) - base if sound.pitches else None) for sound in bar])
        for bar, base in zip(counted, bases, strict=True)
    ]
    for first in range(len(shapes) - EXACT + 1):
        found.add((*shapes[first : first + EXACT], *[base - bases[first] for base in bases[first : first + EXACT]]))
    return frozenset(found)


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


def _holders(tunes: Iterable[frozenset[tuple[object, ...]]]) -> dict[tuple[object, ...], list[int]]:
    """Which tunes have each of the things that tunes are compared by."""
    where: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for number, found in enumerate(tunes):
        for thing in found:
            where[thing].append(number)
    return where


def _shared(tunes: Iterable[frozenset[tuple[object, ...]]]) -> Counter[tuple[int, int]]:
    """How many stretches each pair of tunes shares; pairs that share none aren't in it."""
    counts: Counter[tuple[int, int]] = Counter()
    for holders in _holders(tunes).values():
        if 1 < len(holders) <= COMMON:
            counts.update((first, second) for place, first in enumerate(holders) for second in holders[place + 1 :])
    return counts


def _namesakes(settings: Sequence[Setting]) -> dict[tuple[int, int], bool]:
    """Pairs of tunes with a title in common, and whether that title is a name that few tunes have."""
    by_title: defaultdict[str, list[int]] = defaultdict(list)
    for number, setting in enumerate(settings):
        for title in {_bare(title) for title in setting.titles}:
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
