"""Chords: what a chord symbol means, and chords for a tune that has none.

Chords are found by weighing: for every stretch of a tune, how well the notes that stand in it fit each
chord of the key, how naturally it follows the chord before, and whether a cadence belongs there; the best
path through all stretches is taken (Viterbi). It knows what a session guitarist starts from, no more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from folkbench.notation.tune import SEMITONES, Key

_SYMBOL = re.compile(r"([A-G])([#b♯♭]?)([^/\s]*)(?:/([A-G])([#b♯♭]?))?")
_SIGNS = {"#": 1, "♯": 1, "b": -1, "♭": -1, "": 0}
_QUALITIES: tuple[tuple[str, tuple[int, ...]], ...] = (
    # the beginning of what stands behind the root -> semitones above it; the first that fits counts
    ("maj7", (0, 4, 7, 11)),
    ("M7", (0, 4, 7, 11)),
    ("maj", (0, 4, 7)),
    ("min7", (0, 3, 7, 10)),
    ("m7b5", (0, 3, 6, 10)),
    ("m7", (0, 3, 7, 10)),
    ("-7", (0, 3, 7, 10)),
    ("m6", (0, 3, 7, 9)),
    ("min", (0, 3, 7)),
    ("m", (0, 3, 7)),
    ("-", (0, 3, 7)),
    ("dim7", (0, 3, 6, 9)),
    ("dim", (0, 3, 6)),
    ("o", (0, 3, 6)),
    ("aug", (0, 4, 8)),
    ("+", (0, 4, 8)),
    ("sus2", (0, 2, 7)),
    ("sus", (0, 5, 7)),
    ("6", (0, 4, 7, 9)),
    ("7", (0, 4, 7, 10)),
    ("9", (0, 4, 7, 10, 14)),
    ("5", (0, 7)),
)

# how gladly a chord is used, by semitones of its root above the tonic; others not gladly
_LIKED = {0: 0.16, 5: 0.15, 7: 0.15, 10: 0.1, 9: 0.0, 2: -0.1, 3: -0.1, 8: -0.1}
_UNLIKED = -0.3
_MINOR_FIFTH = -0.2  # the chord on the fifth, where it is minor: a flat seventh is played in its place
_CHANGE = 0.3  # what it costs to leave a chord
_OUTSIDE = 0.75  # what a note costs that isn't in the chord
_CADENCE = 1.6


class Harmony(NamedTuple):
    """A chord: pitch class of its bass, and the pitch classes of its notes, the root first."""

    bass: int
    notes: tuple[int, ...]


def harmony(symbol: str) -> Harmony | None:
    """What a chord symbol means ("Gm7", "D/F#", "Bb"); None if it is no chord ("N.C.", "Fine")."""
    match = _SYMBOL.match(symbol.strip())
    if not match:
        return None
    letter, sign, quality, bass, bass_sign = match.groups()
    root = (_class(letter) + _SIGNS[sign]) % 12
    shape = next((notes for start, notes in _QUALITIES if quality.startswith(start)), (0, 4, 7))
    notes = tuple([(root + note) % 12 for note in shape])
    return Harmony((_class(bass) + _SIGNS[bass_sign or ""]) % 12 if bass else root, notes)


def found(key: Key, stretches: Sequence[dict[int, float]], ends: frozenset[int]) -> list[Harmony]:
    """A chord for each stretch, given as pitch class -> weight. `ends`: the stretches that end a part."""
    chords = _of_the_key(key)
    home = chords[0].notes[0]
    best = [0.0] * len(chords)
    steps: list[list[int]] = []
    for number, weights in enumerate(stretches):
        total = sum(weights.values()) or 1.0
        fits = [_fit(chord, weights, home) / total for chord in chords]
        for place, chord in enumerate(chords):
            if number in ends and chord.notes[0] == home:
                fits[place] += _CADENCE
            if number + 1 in ends and chord.notes[0] == (home + 7) % 12:
                fits[place] += _CADENCE / 4
        step = []
        score = []
        for place, fit in enumerate(fits):
            before = [value - (_CHANGE if other != place else 0.0) for other, value in enumerate(best)]
            source = max(range(len(chords)), key=before.__getitem__)
            step.append(source)
            score.append(before[source] + fit)
        best = score
        steps.append(step)
    place = max(range(len(chords)), key=best.__getitem__)
    path = []
    for step in reversed(steps):
        path.append(chords[place])
        place = step[place]
    return path[::-1]


def tonic(key: Key) -> int:
    """Pitch class of the tonic; of the pipes' A, or of the signature's major where there is none."""
    if match := re.match(r"([A-G])([#b♯♭]?)", key.tonic):
        return (_class(match.group(1)) + _SIGNS[match.group(2)]) % 12
    return 9 if key.mode.lower() == "hp" else (7 * sum(key.signature)) % 12


def _of_the_key(key: Key) -> list[Harmony]:
    """The triads on the key's steps, the tonic's first; the diminished one is left out."""
    home = tonic(key)
    scale = sorted([(SEMITONES[step] + key.signature[step] - home) % 12 for step in range(7)])
    chords = []
    for step in range(7):
        notes = [(scale[(step + third) % 7] + home) % 12 for third in (0, 2, 4)]
        if (notes[2] - notes[0]) % 12 == 7:
            chords.append(Harmony(notes[0], tuple(notes)))
    if not chords or chords[0].notes[0] != home:
        chords.insert(0, Harmony(home, (home, (home + 7) % 12)))
    return chords


def _fit(chord: Harmony, weights: dict[int, float], home: int) -> float:
    worth = dict(zip(chord.notes, (1.1, 0.9, 0.8, 0.6, 0.5), strict=False))
    score = sum(weight * worth.get(note, -_OUTSIDE) for note, weight in weights.items())
    above = (chord.notes[0] - home) % 12
    minor_fifth = above == 7 and (chord.notes[1] - chord.notes[0]) % 12 == 3
    liked = _MINOR_FIFTH if minor_fifth else _LIKED.get(above, _UNLIKED)
    return score + liked * (sum(weights.values()) or 1.0)


def _class(letter: str) -> int:
    return SEMITONES["CDEFGAB".index(letter)]
