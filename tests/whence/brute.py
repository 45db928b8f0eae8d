"""Search by brute force, written for the tests alone: one tune after the other, one place after the other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from folkbench.corpus import Corpus

ANY = object()


class Item(NamedTuple):
    """What a kind of likeness sees of one token: what must be equal, and which item of the tune it is."""

    name: object
    at: int
    note: bool = False


def is_line(word: str) -> bool:
    return word.startswith(("|", ":"))


def is_pitch(word: str) -> bool:
    return re.fullmatch(r"(\^\^|\^|__|_|=)?[A-Ga-g][,']*", word) is not None


def collapse(music: Sequence[str]) -> list[tuple[str, ...]]:
    """A tune with its edges: each item a token, or all bar-line signs that stand together."""
    items: list[tuple[str, ...]] = [("|",)]
    for word in music:
        if is_line(word) and is_line(items[-1][0]):
            items[-1] += (word,)
        else:
            items.append((word,))
    return items if is_line(items[-1][0]) else [*items, ("|",)]


def plain(music: Sequence[str]) -> list[str]:
    """A tune with its edges, every bar line a |."""
    return ["|" if is_line(words[0]) else words[0] for words in collapse(music)]


SCALES = {"maj": "", "mix": "B", "dor": "BE", "min": "BEA"}


def semitone(word: str, mode: str) -> int:
    sign = re.match(r"[\^_=]*", word)
    assert sign is not None
    letter = word[sign.end()]
    number = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}[letter.upper()]
    number += 12 * letter.islower() + 12 * word.count("'") - 12 * word.count(",")
    if sign[0]:
        return number + {"^^": 2, "^": 1, "=": 0, "_": -1, "__": -2}[sign[0]]
    return number - (letter.upper() in SCALES[mode])


def view(items: Sequence[tuple[str, ...]], kind: str, pitch_only: bool, across: bool, mode: str) -> list[Item]:
    """The items as a kind of likeness sees them; the first note of relative kinds is ANY."""
    found: list[Item] = []
    before: int | None = None
    in_chord = 0
    for at, words in enumerate(items):
        word = words[0]
        in_chord = 1 if word == "[" else 0 if word == "]" else in_chord and in_chord + 1
        name: object = word
        if is_line(word):
            if across or (found and found[-1].name == "|"):
                continue
            name = "|"
        elif is_pitch(word):
            if kind == "octave":
                name = re.sub("[,']", "", word).upper()
            elif kind == "degree":
                name = re.sub(r"[\^_=]", "", word)
            elif kind == "rhythm":
                if in_chord > 2:
                    continue
                name = "note"
            elif kind in ("interval", "contour"):
                now = semitone(word, mode)
                step = None if before is None else now - before
                before = now
                name = ANY if step is None else ("step", step)
                if kind == "contour" and step is not None:
                    name = ("step", (step > 0) - (step < 0))
        elif word in "[]":
            if kind == "rhythm":
                continue
        elif word != "z" and pitch_only:
            continue
        found.append(Item(name, at, is_pitch(word)))
    return found


def places(
    corpus: Corpus, figure: Sequence[str], kind: str = "exact", pitch_only: bool = False, across: bool = False
) -> list[tuple[int, int]]:
    """Where a figure in major stands: tune and item of every place, in order; [] for one that says nothing."""
    wanted = view([(word,) for word in figure], kind, pitch_only, across, "maj")
    if all(item.name == "|" for item in wanted) or (kind in ("interval", "contour") and len(wanted) == 1):
        return []
    signs = _signs(figure, wanted)
    found = []
    for number, items, seen in _views(corpus, kind, pitch_only, across):
        for start in range(len(seen) - len(wanted) + 1):
            if wanted[0].name is not ANY and seen[start].name != wanted[0].name:
                continue
            here = seen[start : start + len(wanted)]
            if all(w.note == h.note if w.name is ANY else w.name == h.name for w, h in zip(wanted, here, strict=True)):
                lines = [set(items[item.at]) for item in here if item.name == "|"]
                if across or all(sign <= line for sign, line in zip(signs, lines, strict=True)):
                    found.append((number, here[0].at))
    return found


def _signs(figure: Sequence[str], wanted: Sequence[Item]) -> list[set[str]]:
    """For each bar line of a figure the signs that it must have; a plain | asks for none."""
    ats = [item.at for item in wanted if item.name == "|"]
    signs: list[set[str]] = []
    for first in ats:
        last = next((item.at for item in wanted if item.at > first), len(figure))
        signs.append({word for word in figure[first:last] if is_line(word) and word != "|"})
    return signs


_CACHE: dict[tuple[object, ...], list[tuple[int, list[tuple[str, ...]], list[Item]]]] = {}


def _views(
    corpus: Corpus, kind: str, pitch_only: bool, across: bool
) -> list[tuple[int, list[tuple[str, ...]], list[Item]]]:
    key = (corpus.fingerprint, kind, pitch_only, across)
    if key not in _CACHE:
        rows = []
        for entry in corpus.entries:
            items = collapse(entry.music)
            mode = entry.mode.removeprefix("K:C")
            rows.append((entry.number, items, view(items, kind, pitch_only, across, mode)))
        _CACHE[key] = rows
    return _CACHE[key]


def units(seen: Sequence[Item]) -> list[tuple[tuple[object, ...], int]]:
    """Whole notes: a tuplet's sign, a note, rest or chord, and what says how long it is; a bar line by itself."""
    found: list[tuple[tuple[object, ...], int]] = []
    in_chord = after_tuplet = False
    for item in seen:
        tuplet = isinstance(item.name, str) and item.name.startswith("(")
        sounds = item.note or item.name in ("z", "[")
        fresh = item.name == "|" or tuplet or (sounds and not in_chord and not after_tuplet)
        in_chord = (in_chord or item.name == "[") and item.name != "]"
        after_tuplet = tuplet
        if fresh or not found or found[-1][0] == ("|",):
            found.append(((item.name,), item.at))
        else:
            found[-1] = ((*found[-1][0], item.name), found[-1][1])
    return found


def alike(wanted: tuple[object, ...], other: tuple[object, ...]) -> bool:
    if ANY not in wanted:
        return wanted == other
    step = [isinstance(name, tuple) or name is ANY for name in other]
    return len(wanted) == len(other) and all(
        stepped if name is ANY else name == there for name, there, stepped in zip(wanted, other, step, strict=True)
    )


def nearly(corpus: Corpus, figure: Sequence[str], edits: int, kind: str = "exact") -> list[tuple[int, int, int]]:
    """Where a figure in major nearly stands: tune, item, edits, of places close together the nearest."""
    wanted = [unit for unit, _ in units(view([(word,) for word in figure], kind, False, False, "maj"))]
    found = []
    for number, _, seen in _views(corpus, kind, False, False):
        there = units(seen)
        far = _distances(wanted, [unit for unit, _ in there])
        hits = [(start, distance) for start, distance in enumerate(far) if distance <= edits]
        while hits:
            size = next((n for n in range(1, len(hits)) if hits[n][0] - hits[n - 1][0] > edits), len(hits))
            start, distance = min(hits[:size], key=lambda hit: (hit[1], hit[0]))
            found.append((number, there[start][1], distance))
            hits = hits[size:]
    return found


def _distances(wanted: list[tuple[object, ...]], there: list[tuple[object, ...]]) -> list[int]:
    """For every start the fewest edits that make the figure of what begins there; nothing is put in at its edges."""
    never = 1000
    rows = [[0] * (len(there) + 1)]
    for nth in range(len(wanted) - 1, -1, -1):
        line = wanted[nth] == ("|",)
        last, row = rows[-1], [never] * (len(there) + 1)
        for start in range(len(there), -1, -1):
            ways = [never if line else last[start] + 1]
            if start < len(there):
                if alike(wanted[nth], there[start]):
                    ways.append(last[start + 1])
                if there[start] != ("|",):
                    if not line:
                        ways.append(last[start + 1] + 1)
                    if nth:
                        ways.append(row[start + 1] + 1)
            row[start] = min(ways)
        rows.append(row)
    return rows[-1][: len(there)]
