"""Hearing a tune as a network wrote it: where its music stands, and which of its tokens are to blame for what is wrong.

A bar that is too short is blamed as a whole, with its bar line, one that is too long as far as it is too much. Of its
tokens the likely ones hardly change when they are unlearnt, the unlikely ones do (the score function's gradient:
Williams 1992, REINFORCE). Where `:|` or a second ending is missing, what stands in its place is blamed, not the sign
that asks for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from folkbench.check import BARS, ERROR, REPEATS, Problem, check
from folkbench.encoding import Encoding, meaning, text
from folkbench.encoding.timing import bars
from folkbench.notation import read
from folkbench.notation.tune import WHOLE

_LINES = ("bar", "ending")
_MUSIC = frozenset({"pitch", "rest", "length", "broken", "tie", "tuplet", "open", "close", *_LINES})


class Outline(NamedTuple):
    """The words of a tune in tokens, and where they stand."""

    words: tuple[str, ...]
    kinds: tuple[str, ...]
    ends: tuple[int, ...]
    """How many tokens have come behind so many words: one more than there are words."""
    start: int
    """The first word of the music, behind meter and mode, and the first behind it."""
    stop: int

    @property
    def heard(self) -> slice:
        """The tokens from the meter to the end of the music."""
        return slice(self.ends[self.start - 2], self.ends[self.stop])

    @property
    def strange(self) -> int | None:
        """The first word that doesn't belong where it stands: in the music what is none, elsewhere what is."""
        for place, kind in enumerate(self.kinds):
            if (kind in _MUSIC) != (self.start <= place < self.stop):
                return place
        return None

    @property
    def whole(self) -> bool:
        """Whether it came to its end and has nothing strange in it."""
        return self.kinds[-1] == "end" and self.strange is None


def outline(texts: Sequence[str], encoding: Encoding) -> Outline | None:
    """The outline of a tune from `<s>` on; None for what has no head or no music."""
    words = encoding.read(texts, None)
    kinds = tuple(meaning(word).kind for word in words)
    start = kinds.index("mode") + 1 if "mode" in kinds else 0
    if kinds[max(0, start - 2) : start] != ("meter", "mode"):
        return None
    stop = next((place for place in range(start, len(kinds)) if kinds[place] in ("marker", "end")), len(kinds))
    if stop == start:
        return None
    return Outline(words, kinds, (0, *accumulate(encoding.spans(texts))), start, stop)


def faults(tune: Outline) -> list[slice]:
    """The tokens to blame for each thing that keeps a tune from being well formed; none for one that is.

    A bar that can't be read, with a chord that isn't closed, is at fault as well. Behind what is strange nothing is
    judged.
    """
    strange = tune.strange
    if strange is not None:
        return [slice(tune.ends[strange], tune.ends[strange + 1])]
    music = tune.words[tune.start : tune.stop]
    abc = text(music, meter=tune.words[tune.start - 2], mode=tune.words[tune.start - 1])
    behind = np.cumsum([len(word) + 1 for word in music]) + (len(abc) - 1 - len(" ".join(music)))
    found = []
    for problem in check(read(abc)):
        if problem.severity == ERROR or problem.code in BARS | REPEATS:
            place = min(tune.start + int(np.searchsorted(behind, problem.at, side="right")), tune.stop - 1)
            first, last = _blamed(problem, tune, place)
            found.append(slice(tune.ends[first], tune.ends[min(last, len(tune.words))]))
    return found


def _blamed(problem: Problem, tune: Outline, place: int) -> tuple[int, int]:
    """The first word to blame and the first behind: the bar around `place`, a sign too many, or what stands in place of
    one."""
    if problem.code == "meter-mismatch":
        return tune.start - 2, tune.start - 1
    if problem.code == "ending-alone":
        closed = next((n for n in range(place, tune.stop) if tune.words[n] == ":|"), tune.stop - 1)
        return closed + 1, closed + 2
    if problem.code == "repeat-never-closed" and tune.words[place] == "|:":
        return tune.stop - 1, tune.stop + 1
    if problem.code in REPEATS:
        return place, place + 1
    if tune.kinds[place] in _LINES and place + 1 < tune.stop:
        place += 1
    first = last = place
    while first > tune.start and tune.kinds[first - 1] not in _LINES:
        first -= 1
    while last < tune.stop and tune.kinds[last] not in _LINES:
        last += 1
    return first, _too_much(tune, first, last) or last + 1


def _too_much(tune: Outline, first: int, last: int) -> int | None:
    """The word behind that with which a bar becomes too long; None for one that doesn't.

    What comes behind it is not to blame, and least of all the bar line that ends the bar at last: a network that
    unlearns it goes on without end.
    """
    meter, mode = tune.words[tune.start - 2 : tune.start]
    time = meaning(meter)
    for sounds in bars(tune.words[first:last], meter, mode):
        for sound, after in zip(sounds, [*sounds[1:], None], strict=True):
            if sound.at + sound.ticks > WHOLE * time.num // time.den:
                return first + after.token if after else last
    return None
