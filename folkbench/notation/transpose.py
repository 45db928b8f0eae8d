"""A tune in another key: the same intervals, spelled as a player would expect them.

Every note moves by one interval (so many steps, so many semitones), so that its degree is kept: a raised fourth is
still a raised fourth. A key that would need more than seven sharps or flats is spelled its other way, and so are the
notes in it; a note that would need three accidentals is spelled on the next step.

The result is a changed tune: it has no `source` and no remarks until it is written and read again, and its places
(`at`, `end`) say nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from folkbench.errors import FolkbenchError
from folkbench.notation.keys import STEPS, parse_key, signature
from folkbench.notation.tune import SEMITONES, Bar, Change, Chord, Event, Grace, Key, Mark, Note, Rest, Tune

LOWEST, HIGHEST = 55, 83
"""G, to b: a fiddle in first position, and where nine of ten printed tunes lie."""
MIDDLE = 72
"""c, the mean pitch of the 4,248 tunes of O'Neill, Ryan and Aird (72.4)."""


def transpose(tune: Tune, semitones: int, tonic: str | None = None) -> Tune:
    """The tune so many semitones higher (lower, if negative).

    `tonic` says how the new one is spelled ("Eb" or "D#"); without it, with the fewest sharps or flats.
    Raises FolkbenchError if `tonic` isn't that many semitones away.
    """
    steps = None if tonic is None else _steps_to(tune.key, semitones, tonic)
    if not semitones and steps in (None, 0):
        return tune
    interval = Interval(_best_steps(tune.key, semitones) if steps is None else steps, semitones)
    voices = tuple([v._replace(bars=tuple(_Voice(tune.key, interval).bars(v.bars))) for v in tune.voices])
    key = _moved(tune.key, interval)
    fields = tuple([f._replace(value=key.text) if f.name == "K" else f for f in tune.fields])
    return replace(tune, voices=voices, key=key, fields=fields, source="", remarks=())


def to_key(tune: Tune, key: str, octave: int | None = None) -> Tune:
    """The tune in `key` ("D", "Edor", "Amix"; a tonic alone keeps the mode).

    `octave` None takes the octave that fits G, to b best; 0 the nearest one, 1 and -1 those above and below that.
    Raises FolkbenchError for a key that can't be read, and for another mode: that would be another tune.
    """
    wanted = parse_key(key)
    if wanted is None or not wanted.tonic:
        raise FolkbenchError(f'"{key}" is no key', "write it as D, Em, Edor or Amix")
    bare = key.strip() in (wanted.tonic, wanted.tonic.replace("b", "♭").replace("#", "♯"))
    if tune.key.tonic and not bare and wanted.mode != _mode(tune.key):
        message = f"the tune is in {tune.key.tonic} {_mode(tune.key)}, which can't become {wanted.tonic} {wanted.mode}"
        raise FolkbenchError(message, f"{wanted.tonic}{_mode(tune.key)} has the tune's own mode")
    apart = (_pitch_class(wanted.tonic) - _pitch_class(tune.key.tonic or "C") + 5) % 12 - 5
    semitones = fitting(tune, apart) if octave is None else apart + 12 * octave
    return transpose(tune, semitones, wanted.tonic)


def fitting(tune: Tune, semitones: int, lowest: int = LOWEST, highest: int = HIGHEST) -> int:
    """`semitones`, octaves added or taken, so that the fewest notes leave the range and most lie in its middle."""
    pitches = Counter(note.midi for note in _sounding(tune))
    if not pitches:
        return semitones
    mean = sum(p * count for p, count in pitches.items()) / pitches.total()
    middle = MIDDLE if (lowest, highest) == (LOWEST, HIGHEST) else (lowest + highest) / 2

    def misfit(shift: int) -> tuple[int, float]:
        beyond = sum(count * max(lowest - p - shift, p + shift - highest, 0) for p, count in pitches.items())
        return beyond, abs(mean + shift - middle)

    return min((semitones + 12 * octave for octave in range(-4, 5)), key=misfit)


class Interval(NamedTuple):
    """How far a note moves: on the staff, and in sound."""

    steps: int
    semitones: int


class _Voice:
    """One voice on its way: the key in force, the accidentals of the bar as a reader will hear them, and a tie."""

    def __init__(self, key: Key, interval: Interval) -> None:
        self.first = interval
        self.enter(key)
        self.tied: tuple[int, int] | None = None

    def enter(self, key: Key) -> None:
        self.interval = _interval(key, self.first)
        self.signature = _moved(key, self.interval).signature
        self.memory = list(self.signature)

    def bars(self, bars: tuple[Bar, ...]) -> Iterator[Bar]:
        for bar in bars:
            layers = []
            for layer in (bar.events, *bar.overlays):
                self.memory = list(self.signature)
                layers.append(tuple([self.event(event) for event in layer]))
            last = next((e for e in reversed(layers[-1]) if isinstance(e, Note | Chord | Rest)), None)
            self.tied = (last.step, last.alter) if isinstance(last, Note) and last.tie else None
            key = _moved(bar.key, _interval(bar.key, self.first))
            yield bar._replace(events=layers[0], overlays=tuple(layers[1:]), key=key)

    def event(self, event: Event) -> Event:
        if isinstance(event, Note):
            note = self.note(event, self.tied)
            self.tied = None
            return note
        if isinstance(event, Chord):
            self.tied = None
            return event._replace(notes=tuple([self.note(note) for note in event.notes]))
        if isinstance(event, Grace):
            return event._replace(notes=tuple([self.note(note, lasting=False) for note in event.notes]))
        if isinstance(event, Rest):
            self.tied = None
        elif isinstance(event, Mark) and event.kind == "chord":
            return event._replace(text=chord_symbol(event.text, self.interval))
        elif isinstance(event, Change) and event.name == "K" and (key := parse_key(event.value)):
            self.enter(key)
            return event._replace(value=_moved(key, self.interval).text)
        return event

    def note(self, note: Note, tied: tuple[int, int] | None = None, lasting: bool = True) -> Note:
        step, alter = _spelled(note.step, note.alter, self.interval)
        heard = tied[1] if tied and tied[0] == step else self.memory[step % 7]
        accidental = None if note.accidental is None and heard == alter else alter
        if accidental is not None and lasting:
            self.memory[step % 7] = alter
        return note._replace(step=step, alter=alter, accidental=accidental)


_CHORD = re.compile(
    r"(?P<root>[A-G][#b♯♭]?)"
    r"(?P<kind>(?:m(?![a-z])|maj|min|mi|ma|M|dim|aug|sus|add|omit|no|alt|[°ø+Δ^]|[#b♯♭-]?\d+|\(|\)|,|-)*)"
    r"(?P<bass>/[A-G][#b♯♭]?)?"
)


def chord_symbol(text: str, interval: Interval) -> str:
    """A chord symbol moved by an interval: `Am7/G`. What is none (`N.C.`, `Fine`) stays as it is."""
    match = _CHORD.fullmatch(text.strip())
    if match is None:
        return text
    bass = match["bass"]
    return _letter(match["root"], interval) + match["kind"] + ("/" + _letter(bass[1:], interval) if bass else "")


def _letter(name: str, interval: Interval) -> str:
    step, alter = _spelled(STEPS.index(name[0]), _alter(name), interval, most=1)
    return STEPS[step % 7] + ("#" * alter if alter > 0 else "b" * -alter)


def _natural(step: int) -> int:
    """Semitones of a white key above middle C."""
    octave, degree = divmod(step, 7)
    return 12 * octave + SEMITONES[degree]


def _alter(name: str) -> int:
    return {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}[name[1:]]


def _pitch_class(tonic: str) -> int:
    return (SEMITONES[STEPS.index(tonic[0])] + _alter(tonic)) % 12


@lru_cache(4096)
def _spelled(step: int, alter: int, interval: Interval, most: int = 2) -> tuple[int, int]:
    """Step and alter of a moved note, on the nearest step that needs no more than `most` accidentals."""
    pitch = _natural(step) + alter + interval.semitones
    step += interval.steps
    while abs(pitch - _natural(step)) > most:
        step += 1 if pitch > _natural(step) else -1
    return step, pitch - _natural(step)


def _signature(key: Key, interval: Interval) -> tuple[int, ...]:
    """The key's signature under an interval, for the steps C to B: exact, whatever it needs."""
    moved = [0] * 7
    for degree, alter in enumerate(key.signature):
        step = degree + interval.steps
        moved[step % 7] = _natural(degree) + alter + interval.semitones - _natural(step)
    return tuple(moved)


@lru_cache(256)
def _best_steps(key: Key, semitones: int) -> int:
    """The steps that go with so many semitones if the new signature is to be the shortest; F sharp before G flat."""
    near = round(semitones * 7 / 12)

    def length(steps: int) -> tuple[int, int]:
        alters = _signature(key, Interval(steps, semitones))
        return sum(map(abs, alters)), -sum(alters)

    return min(range(near - 1, near + 2), key=length)


@lru_cache(256)
def _interval(key: Key, first: Interval) -> Interval:
    """The interval for a key within the tune: the tune's own, unless this key would leave the seven accidentals."""
    if sum(map(abs, _signature(key, first))) <= max(7, sum(map(abs, key.signature))):
        return first
    return Interval(_best_steps(key, first.semitones), first.semitones)


def _steps_to(key: Key, semitones: int, tonic: str) -> int:
    wanted = parse_key(tonic)
    if wanted is None or wanted.tonic != tonic.strip() or not tonic:
        raise FolkbenchError(f'"{tonic}" is no tonic', "write it as D, F# or Bb")
    start = key.tonic or "C"
    step = STEPS.index(start[0])
    pitch = SEMITONES[step] + _alter(start) + semitones
    for octave in range(-10, 11):
        there = STEPS.index(wanted.tonic[0]) + 7 * octave
        if _natural(there) + _alter(wanted.tonic) == pitch:
            return there - step
    raise FolkbenchError(f"{tonic} isn't {semitones} semitones from {start}", f"give the semitones from {start}")


def _mode(key: Key) -> str:
    return "mix" if key.mode in ("HP", "Hp") else key.mode  # the pipes' scale is A mixolydian


@lru_cache(256)
def _moved(key: Key, interval: Interval) -> Key:
    """The key itself, moved. Explicit accidentals and the clef come along."""
    alters = _signature(key, interval)
    mode = _mode(key)
    tonic = _letter(key.tonic, interval) if key.tonic else ""
    usual = signature(tonic, mode) if tonic else (0,) * 7
    signs = ["__", "_", "=", "^", "^^"]
    explicit = [
        signs[alter + 2] + letter.lower()
        for letter, alter, plain in zip(STEPS, alters, usual, strict=True)
        if alter != plain and abs(alter) <= 2
    ]
    words = re.findall(r"\S*(?:clef|octave|middle|transpose|staff|treble|bass|alto|tenor|perc)\S*", key.text)
    name = tonic + {"maj": "", "min": "m"}.get(mode, mode)
    text = " ".join([name, *explicit, *words])
    found = parse_key(text)
    return key if found is None else found._replace(octave=key.octave, ottava=key.ottava)


def _sounding(tune: Tune) -> Iterator[Note]:
    for voice in tune.voices:
        for bar in voice.bars:
            for layer in (bar.events, *bar.overlays):
                for event in layer:
                    if isinstance(event, Note):
                        yield event
                    elif isinstance(event, Chord):
                        yield from event.notes
