"""The sketch of a tune: which bars come back, and which vary which, as in `a b a c / d b' e c`.

Bars with the same notes have the same letter. A bar that sounds the same note at the same time for at least
five eighths of its length (of eight) as an earlier one is its variation and takes its letter with a prime.
Pickups are left out; of several endings the first stands in its place and the others behind it. Letters run on
through all parts, so that a letter in two parts is a bar that they share.
"""

from __future__ import annotations

from operator import eq
from typing import NamedTuple

from folkbench.notation.form import Part, Place
from folkbench.notation.tune import Bar, Chord, Note, Rest

Sounds = tuple[tuple[int, int, int], ...]
"""What sounds in a bar: (ticks, step, alter) for every note."""

_ALIKE = 0.625
_REST = (-99, 0)


class Sketch(NamedTuple):
    """A part's bars as letters. `text` has four to a group; `letters` are those of each bar, primes and all."""

    text: str
    letters: tuple[str, ...]


def sketches(parts: tuple[Part, ...], bars: tuple[Bar, ...], sounds: list[Sounds], whole: int) -> tuple[Sketch, ...]:
    """One sketch for each part. `sounds` says what sounds in each of `bars`."""
    known: dict[Sounds, str] = {}
    grids: list[tuple[str, list[int]]] = []
    primes: dict[str, int] = {}
    eighth = whole // 8
    done = []
    for part in parts:
        first: list[str] = []
        others: list[str] = []
        for ending, heard in _heard(part.places, sounds):
            letter = known.get(heard)
            if letter is None:
                letter = known[heard] = _letter(heard, grids, primes, eighth)
            if ending > 1:
                others.append(f"{ending}: {letter}")
            else:
                first.append(letter)
        groups = [" ".join(first[k : k + 4]) for k in range(0, len(first), 4)]
        text = " / ".join(groups) + "".join([f" ({other})" for other in others])
        done.append(Sketch(text, (*first, *[other.split()[1] for other in others])))
    return tuple(done)


def sounding(bar: Bar) -> Sounds:
    """What sounds in a bar; a chord counts as its first note, a rest as a note of its own."""
    found: list[tuple[int, int, int]] = []
    for event in bar.events:
        kind = type(event)
        if kind is Note:
            found.append(event[2:5])  # type: ignore[arg-type]  # (ticks, step, alter), quickly
        elif kind is Chord:
            assert isinstance(event, Chord)
            found.append((event.ticks, event.notes[0].step, event.notes[0].alter))
        elif kind is Rest:
            assert isinstance(event, Rest)
            found.append((event.ticks, *_REST))
    return tuple(found)


def _heard(places: tuple[Place, ...], sounds: list[Sounds]) -> list[tuple[int, Sounds]]:
    """Ending and sounds of every bar that counts; a bar that is cut in two is one."""
    heard: list[tuple[int, Sounds]] = []
    before = (0, 0)
    for nth, _, bar, ending in places:
        if not bar:
            continue
        if (bar, ending) == before:
            heard[-1] = (ending, heard[-1][1] + sounds[nth])
        else:
            heard.append((ending, sounds[nth]))
        before = (bar, ending)
    return heard


def _letter(heard: Sounds, grids: list[tuple[str, list[int]]], primes: dict[str, int], eighth: int) -> str:
    """The letter of a bar that hasn't been heard so: an earlier one's with a prime, or the next."""
    grid = _grid(heard, eighth)
    best, letter, size = 0, "", 1
    for earlier, other in grids:
        same = sum(map(eq, grid, other))
        if same > best:
            best, letter, size = same, earlier, len(other)
    if best >= _ALIKE * max(len(grid), size):
        primes[letter] = primes.get(letter, 0) + 1
        return letter + "'" * min(primes[letter], 3)
    letter = _name(len(grids))
    grids.append((letter, grid))
    return letter


def _grid(heard: Sounds, eighth: int) -> list[int]:
    """The note that sounds at each eighth, as one number."""
    grid: list[int] = []
    now = length = 0
    for ticks, step, alter in heard:
        now += ticks
        missing = -(-now // eighth) - length
        if missing > 0:
            missing = min(missing, 64)
            grid += [8 * step + alter] * missing
            length += missing
    return grid


def _name(number: int) -> str:
    """a, b, ... z, a2, b2 ..."""
    rounds, letter = divmod(number, 26)
    return chr(97 + letter) + (str(rounds + 1) if rounds else "")
