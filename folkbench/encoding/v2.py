"""The second encoding: a tune as tokens in root C, folk-rnn's v2, and back.

What is kept is the music: pitches, durations, ties, bars, repeats and endings. What is dropped is what a
player adds: grace notes, decorations, slurs, chord symbols, words. One music has one spelling:

- The tonic becomes C, in the octave whose mean note lies nearest to G-A, as most tunes that folk-rnn learned from.
- Modes are maj, min, dor and mix. Lydian is written as maj with its fourth raised at every note, Phrygian and
  Locrian as min with theirs lowered; a tune without a tonic is refused.
- A note that is not in the signature carries its accidental every time it sounds, whatever the bar has had;
  one that is carries one only where the bar has had another of its letter (in any octave: programs differ).
- Two notes of 3/2 and 1/2 (7/4 and 1/4) of an eighth are written `A > B` (`A >> B`), however the source wrote them;
  all other lengths are numbers of eighths.
- A chord is written from its lowest note up, with its length behind it. A tie stands only before the same pitch.
- `||` stays (half of the printed tunes part their strains by nothing else, and a pickup may follow); other thick
  bar lines inside a tune are `||` as well. The last bar line is `|` or `:|`, also where it is missing. `::` is
  `:| |:`. A repeat sign that is missing stays missing. folk-rnn's own data has `|` for `||`: `plain_bars`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from folkbench.encoding.tokens import length_text, pitch_text, tuplet_text
from folkbench.errors import FolkbenchError
from folkbench.notation.tune import SEMITONES, Bar, Chord, Meter, Note, Rest, Tune, Tuplet

MODES = {"maj": "maj", "min": "min", "dor": "dor", "mix": "mix", "lyd": "maj", "phr": "min", "loc": "min"}
"""Mode of a tune -> the mode it is written in."""

METERS = {(2, 2): (4, 4)}
"""Meters that are another one here: cut time is common time."""

_DOUBLE = ("double", "final", "heavy")

MIDDLE = 9
"""Where the mean of a tune's notes should lie, in half diatonic steps from middle C: between G and A."""


class Encoded(NamedTuple):
    """A tune in tokens. The tune is `music` transposed by `-semitones`, so that C is `tonic` again."""

    meter: str  # "M:6/8"
    mode: str  # "K:Cdor"
    music: tuple[str, ...]
    semitones: int  # from the tune to root C
    tonic: str  # of the tune as it was: "D", "F#", "Bb"


class Unencodable(FolkbenchError):
    """The tune can't be said in tokens. `reason` is a stable name, to be counted: "meter-change" ..."""

    code = "unencodable"

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def encode(tune: Tune, *, octave: int | None = None) -> Encoded:
    """A tune's tokens in root C. Raises Unencodable where they can't say it.

    `octave` puts a few notes, that don't tell where their tune would lie, in root C without asking them: 0 brings the
    tonic between middle C and the B above down to C, as it is for nine printed tunes of ten.
    """
    _refuse_what_cannot_be_said(tune)
    key = tune.key
    mode = MODES[key.mode]
    bars = [_sounds(bar, tune.whole) for bar in tune.bars]
    steps = [
        step for bar in bars for sound in bar if isinstance(sound.event, Note | Chord) for step in _steps(sound.event)
    ]
    if not steps:
        raise Unencodable("no-music", "there are no notes in it")
    tonic = "CDEFGAB".index(key.tonic[0])
    if octave is None:
        octave = _octave(steps, tonic)
    spell = _Speller(signature(key.tonic, mode), signature("C", mode), 7 * octave - tonic)
    semitones = 12 * octave - SEMITONES[tonic] - key.tonic.count("#") + key.tonic.count("b")
    music = tuple(_music(tune, bars, spell))
    return Encoded(_meter(tune.meter), f"K:C{mode}", music, semitones, key.tonic)


def text(music: Iterable[str], *, meter: str, mode: str, title: str = "", rhythm: str = "", x: int = 1) -> str:
    """Tokens as ABC text in root C, its unit an eighth. `meter` and `mode` are tokens, `M:4/4` and `K:Cmaj`."""
    head = [f"X:{x}"]
    if title:
        head.append(f"T:{title}")
    if rhythm:
        head.append(f"R:{rhythm}")
    return "\n".join([*head, meter, "L:1/8", mode, " ".join(music), ""])


def decode(music: Iterable[str], *, meter: str, mode: str, title: str = "", rhythm: str = "") -> Tune:
    """The tune that tokens say, in root C."""
    from folkbench.notation import read

    return read(text(music, meter=meter, mode=mode, title=title, rhythm=rhythm))


def signature(tonic: str, mode: str) -> tuple[int, ...]:
    """What each of the steps C..B is altered by in a key, by the circle of fifths; of any tonic, G# too."""
    fifths = {"F": -1, "C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5}
    offsets = {"lyd": 1, "maj": 0, "mix": -1, "dor": -2, "min": -3, "phr": -4, "loc": -5}
    sharps = fifths[tonic[0]] + 7 * (tonic.count("#") - tonic.count("b")) + offsets[mode]
    return tuple((sharps - fifths[letter] + 5) // 7 for letter in "CDEFGAB")


def plain_bars(music: Iterable[str]) -> tuple[str, ...]:
    """Tokens with nothing but folk-rnn's own bar lines: `||` is `|`."""
    return tuple("|" if token == "||" else token for token in music)


def in_scale(step: int, alter: int, scale: tuple[int, ...], bar: dict[int, int]) -> str:
    """A pitch as it is written in a scale; `bar`, empty where one begins, remembers what each letter and each step
    were altered by last.
    """
    plain = scale[step % 7]
    letter = step % 7 - 100  # a key that no step has
    written = alter != plain or bar.get(letter, plain) != plain or bar.get(step, plain) != plain
    if written:
        bar[letter] = bar[step] = alter
    return pitch_text(step, alter if written else None)


class _Sound(NamedTuple):
    """A note, chord or rest as it will be written: its length before any tuplet, num/den eighths in lowest terms."""

    event: Note | Chord | Rest
    length: tuple[int, int]
    opens: str  # the tuplet that begins with it, or ""
    tuplet: int  # the number of the tuplet it belongs to within the bar, 0 for none


class _Speller(NamedTuple):
    """How pitches are written: the tune's own scale, that of root C, and the way from one to the other."""

    scale: tuple[int, ...]
    root: tuple[int, ...]
    shift: int

    def pitch(self, note: Note, bar: dict[int, int]) -> str:
        """A note's token; `bar` remembers what each letter and each step were altered by last."""
        step = note.step + self.shift
        degree = step % 7
        alter = self.root[degree] + note.alter - self.scale[note.step % 7]
        if not -2 <= alter <= 2:
            raise Unencodable("accidental", "a note is altered by more than two semitones in root C")
        return in_scale(step, alter, self.root, bar)


def _refuse_what_cannot_be_said(tune: Tune) -> None:
    if len(tune.voices) > 1:
        raise Unencodable("voices", "it has several voices")
    if tune.key.mode not in MODES or not tune.key.tonic:
        raise Unencodable("key", f"its key can't be brought to C: K:{tune.key.text}")
    if not tune.meter.beats:
        raise Unencodable("meter", "it is in free meter")
    for bar in tune.bars:
        if bar.overlays:
            raise Unencodable("overlay", "it has a bar with two layers")
        if not bar.ticks:
            continue
        if (bar.meter.beats, bar.meter.unit) != (tune.meter.beats, tune.meter.unit):
            raise Unencodable("meter-change", f"its meter changes to {bar.meter.text}")
        if (bar.key.tonic, bar.key.mode) != (tune.key.tonic, tune.key.mode):
            raise Unencodable("key-change", f"its key changes to {bar.key.text}")


def _meter(meter: Meter) -> str:
    beats, unit = METERS.get((meter.beats, meter.unit), (meter.beats, meter.unit))
    return f"M:{beats}/{unit}"


def _sounds(bar: Bar, whole: int) -> list[_Sound]:
    """What sounds in a bar, with the length that is to be written (the tuplet's factor taken out again)."""
    found: list[_Sound] = []
    left, p, q, opens, number = 0, 1, 1, "", 0
    for event in bar.events:
        if isinstance(event, Tuplet):
            if left:
                raise Unencodable("tuplet", "a tuplet begins inside another")
            left, p, q, number = event.r, event.p, event.q, number + 1
            opens = tuplet_text(event.p, event.q, event.r, bar.meter.compound)
        elif isinstance(event, Note | Chord | Rest):
            if isinstance(event, Rest) and event.bars > 1:
                raise Unencodable("long-rest", "it rests for several bars")
            if isinstance(event, Chord) and len({Fraction(note.num, note.den) for note in event.notes}) > 1:
                raise Unencodable("chord", "the notes of a chord have different lengths")
            if event.ticks <= 0:
                raise Unencodable("length", "a note lasts no time")
            length = _eighths(event.ticks * p, whole * q) if left else _eighths(event.ticks, whole)
            found.append(_Sound(event, length, opens, number if left else 0))
            left, opens = max(left - 1, 0), ""
    if left:
        raise Unencodable("tuplet", "a tuplet isn't full at the end of its bar")
    return found


@lru_cache(maxsize=4096)
def _eighths(ticks: int, whole: int) -> tuple[int, int]:
    length = Fraction(ticks * 8, whole)
    return length.numerator, length.denominator


def _steps(event: Note | Chord) -> list[int]:
    return [event.step] if isinstance(event, Note) else [note.step for note in event.notes]


def _octave(steps: Sequence[int], tonic: int) -> int:
    """How many octaves to add so that the mean note lies nearest to MIDDLE; of two as near, the lower."""
    count = len(steps)
    above = sum(steps) - count * tonic
    return min(range(-6, 7), key=lambda octave: (abs(2 * (above + 7 * octave * count) - MIDDLE * count), octave))


def _music(tune: Tune, bars: list[list[_Sound]], spell: _Speller) -> Iterator[str]:
    """The music tokens; bars with nothing in them melt into the bar line."""
    following = _followers(bars)
    ends = begins = ending = 0
    double = started = False
    for bar, sounds in zip(tune.bars, bars, strict=True):
        ends = max(ends, bar.open.ends)
        begins = max(begins, bar.open.begins)
        double = double or bar.open.style in _DOUBLE
        if len(bar.ending) > 1 or (bar.ending and ending):
            raise Unencodable("ending", "an ending is for several times")
        ending = bar.ending[0] if bar.ending else ending
        if not sounds:
            continue
        if started:
            yield from _line(ends, begins, ending, "||" if double else "|")
        else:
            yield from _line(0, begins, ending, "")
        ends = begins = ending = 0
        double, started = False, True
        yield from _bar(sounds, spell, following)
    if tune.bars:
        ends = max(ends, tune.bars[-1].close.ends)
    yield from _line(ends, 0, 0, "|")


def _line(ends: int, begins: int, ending: int, plain: str) -> Iterator[str]:
    """A bar line's tokens; `plain` where nothing is repeated and no ending begins."""
    if max(ends, begins) > 1:
        raise Unencodable("repeat", "a part is played more than twice")
    if ends:
        yield ":|"
    if begins:
        yield "|:"
    if ending:
        yield f"|{ending}"
    if plain and not (ends or begins or ending):
        yield plain


def _followers(bars: list[list[_Sound]]) -> dict[int, frozenset[int]]:
    """The place of each note or chord with a tie -> the MIDI pitches of what sounds next, over bar lines."""
    flat = [sound.event for bar in bars for sound in bar]
    return {event.at: _pitches(after) for event, after in pairwise(flat) if _wants_tie(event)}


def _pitches(event: Note | Chord | Rest) -> frozenset[int]:
    if isinstance(event, Rest):
        return frozenset()
    return frozenset([event.midi] if isinstance(event, Note) else [note.midi for note in event.notes])


def _bar(sounds: list[_Sound], spell: _Speller, following: dict[int, frozenset[int]]) -> Iterator[str]:
    memory: dict[int, int] = {}
    skip = False
    for number, sound in enumerate(sounds):
        after = sounds[number + 1] if number + 1 < len(sounds) else None
        # a tie to another pitch is a slur that someone wrote so
        tied = _wants_tie(sound.event) and not _pitches(sound.event).isdisjoint(following.get(sound.event.at, ()))
        if sound.opens:
            yield sound.opens
        yield from _pitch(sound.event, spell, memory)
        arrow = "" if skip or tied or after is None else _arrow(sound, after)
        length = "" if arrow or skip else length_text(*sound.length)
        skip = bool(arrow)
        if length:
            yield length
        if tied:
            yield "-"
        if arrow:
            yield arrow


def _wants_tie(event: Note | Chord | Rest) -> bool:
    if isinstance(event, Note):
        return event.tie
    return isinstance(event, Chord) and (event.tie or any(note.tie for note in event.notes))


def _arrow(sound: _Sound, after: _Sound) -> str:
    """`>` where two notes share two eighths unequally, and neither a tuplet begins between them; else ""."""
    arrow = _ARROWS.get((sound.length, after.length), "")
    return "" if after.opens or sound.tuplet != after.tuplet else arrow


_ARROWS = {
    ((3, 2), (1, 2)): ">",
    ((1, 2), (3, 2)): "<",
    ((7, 4), (1, 4)): ">>",
    ((1, 4), (7, 4)): "<<",
}


def _pitch(event: Note | Chord | Rest, spell: _Speller, memory: dict[int, int]) -> Iterator[str]:
    if isinstance(event, Rest):
        yield "z"
    elif isinstance(event, Note):
        yield spell.pitch(event, memory)
    elif len(event.notes) == 1:
        yield spell.pitch(event.notes[0], memory)
    else:
        yield "["
        for note in sorted(event.notes, key=lambda note: (note.step, note.alter)):
            yield spell.pitch(note, memory)
        yield "]"
