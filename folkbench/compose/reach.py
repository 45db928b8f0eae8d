"""Which notes a tune may have: those of an instrument, or all but a range; and the keys in which one can be made so.

The network writes in root C, where it doesn't know how high its tune will stand. So mode, tonic and octave are chosen
first, and the pitches that would then lie out of reach are barred. An accidental lasts to the end of its bar, and
programs differ on whether it does in all octaves: one is allowed only where its letter may be altered in all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from folkbench.encoding import Vocabulary, signature
from folkbench.encoding.tokens import Token, meaning
from folkbench.errors import FolkbenchError
from folkbench.notation.keys import STEPS
from folkbench.notation.tune import SEMITONES

_ENOUGH = 0.5  # of the network's usual compass
_NEARLY = 0.85  # of the best key's share: a tonic that has so much of it may be drawn

_MIDDLE, _WIDTH = 4.5, 9.0  # steps above middle C in root C: where the network's notes lie, as a triangle


class Reach(NamedTuple):
    """A way to put a tune: its mode's token, its tonic, semitones from root C, the pitches that are out of reach, which
    steps of the mode are within (from middle C, in root C), and which share of the usual compass they are."""

    mode: int
    tonic: str
    semitones: int
    away: tuple[int, ...]
    steps: frozenset[int]
    share: float

    @property
    def degrees(self) -> int:
        """How many of the mode's seven degrees are within."""
        return len({step % 7 for step in self.steps})


@dataclass(frozen=True)
class Notes:
    """The MIDI notes that a tune may have, and what they are of, in words."""

    allowed: frozenset[int]
    of: str


def avoided(spans: Iterable[str]) -> frozenset[int]:
    """The MIDI notes of ranges like "b-e'", "-D" (D and all below) or "c'-". Raises FolkbenchError for another text."""
    found: set[int] = set()
    for span in spans:
        low, dash, high = span.strip().partition("-")
        first, last = _midi(low, 0), _midi(high, 127)
        if not dash or not (low or high) or first is None or last is None or first > last:
            raise FolkbenchError(
                f"{span!r} is no range of notes", "write it as b-e', -D (D and below) or c'- (and above)"
            )
        found.update(range(first, last + 1))
    return frozenset(found)


def _midi(note: str, default: int) -> int | None:
    if not note:
        return default
    token = meaning(note)
    if token.kind != "pitch":
        return None
    return _sounding(token.step, token.alter or 0)


def ways(
    vocabulary: Vocabulary,
    modes: Sequence[int],
    tonics: Mapping[int, Mapping[str, int]],
    notes: Notes,
    fixed: int | None,
) -> dict[Reach, int]:
    """All good ways to put a tune so that its notes are among `notes`, each with how often the corpus has its key.

    tonics: for each mode's token how many tunes have each tonic. fixed: semitones from root C, where music is given in
    a key. A good way has every degree of its mode somewhere. Raises FolkbenchError if there is none.
    """
    found: dict[Reach, int] = {}
    for mode in modes:
        for tonic, count in tonics[mode].items():
            best = max(
                _octaves(vocabulary, mode, tonic, notes, fixed), key=lambda way: (way.share, -abs(way.semitones))
            )
            found[best] = count
    most = max((way.share for way in found if way.degrees == 7), default=0.0)
    good = {
        way: count for way, count in found.items() if way.degrees == 7 and way.share >= max(_ENOUGH, _NEARLY * most)
    }
    if not good:
        raise _too_few(max(found, key=lambda way: (way.degrees, way.share)), len(found), vocabulary, notes)
    return good


def _too_few(best: Reach, keys: int, vocabulary: Vocabulary, notes: Notes) -> FolkbenchError:
    mode = vocabulary.tokens[best.mode].value
    where = f"of {best.tonic} {mode}" if keys == 1 else "of any key"
    there = f"{len(best.steps)} notes on {best.degrees} of seven degrees"
    return FolkbenchError(f"{notes.of}: that leaves {there} {where}, too few for a tune", "another key, or more notes")


def _octaves(vocabulary: Vocabulary, mode: int, tonic: str, notes: Notes, fixed: int | None) -> list[Reach]:
    apart = (_pitch_class(tonic) + 5) % 12 - 5
    shifts = (apart - 12, apart, apart + 12) if fixed is None else (fixed,)
    return [_reach(vocabulary, mode, tonic, shift, notes.allowed) for shift in shifts]


def _reach(vocabulary: Vocabulary, mode: int, tonic: str, semitones: int, allowed: frozenset[int]) -> Reach:
    scale = signature("C", vocabulary.tokens[mode].value)
    pitches = [token for token in vocabulary.tokens if token.kind == "pitch"]
    absolute = all(token.alter is not None for token in pitches)
    plain = {one.step for one in pitches if one.alter == (scale[one.step % 7] if absolute else None)}
    within = {step for step in plain if _sounding(step, scale[step % 7]) + semitones in allowed}

    def fits(token: Token) -> bool:
        if token.alter is None:
            return token.step in within
        alike = {token.step} if absolute else {step for step in within if step % 7 == token.step % 7} | {token.step}
        return all(_sounding(step, token.alter) + semitones in allowed for step in alike)

    away = tuple(n for n, token in enumerate(vocabulary.tokens) if token.kind == "pitch" and not fits(token))
    weights = {step: max(0.0, 1 - abs(step - _MIDDLE) / _WIDTH) for step in plain}
    share = sum(weights[step] for step in within) / (sum(weights.values()) or 1)
    return Reach(mode, tonic, semitones, away, frozenset(within), share)


def _sounding(step: int, alter: int) -> int:
    """The MIDI note of a step above middle C."""
    octave, degree = divmod(step, 7)
    return 60 + 12 * octave + SEMITONES[degree] + alter


def _pitch_class(tonic: str) -> int:
    match = re.fullmatch(r"([A-G])([#b♯♭]?)", tonic)
    assert match
    return (SEMITONES[STEPS.index(match[1])] + {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}[match[2]]) % 12
