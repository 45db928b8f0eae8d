"""What plays beside the tune: guitar or piano, drones, a drum, a click, and the bars counted in."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from folkbench.notation.dances import Dance
from folkbench.notation.tune import Tune
from folkbench.sound.feel import Feel
from folkbench.sound.harmony import Harmony, found, harmony, tonic
from folkbench.sound.instruments import KIT
from folkbench.sound.line import Line, Spot
from folkbench.sound.performance import Sound

_STROKES = {
    # a drum's strokes through one beat: (place in the beat, stroke, velocity)
    ("bodhran", 3): ((0, "bodhran low", 88), (1, "bodhran high", 52), (2, "bodhran", 66)),
    ("bodhran", 2): ((0, "bodhran low", 84), (1, "bodhran", 64)),
    ("bodhran", 4): ((0, "bodhran low", 88), (1, "bodhran high", 48), (2, "bodhran", 70), (3, "bodhran high", 54)),
    ("bones", 3): ((0, "bones", 76), (1, "bones", 46), (2, "bones", 62)),
    ("bones", 2): ((0, "bones", 74), (1, "bones", 56)),
    ("bones", 4): ((0, "bones", 76), (1, "bones", 42), (2, "bones", 64), (3, "bones", 50)),
}
_STRUM = 0.014  # quarter notes between the strings of a strummed chord
_BASS, _CHUCK = 74, 58  # velocities


class Beat(NamedTuple):
    """One beat of a bar as it is played. Times in ticks; the first may be cut by a pickup."""

    start: int
    ticks: int
    number: int  # in its bar
    spot: Spot


def beats(tune: Tune, line: Line, dance: Dance) -> Iterator[Beat]:
    """The beats of a line, in order: only those that begin within their bar."""
    for spot in line.spots:
        size = int(dance.beat_in(spot.meter) * tune.whole)
        first = -(-spot.offset // size)
        for number in range(first, -(-(spot.offset + spot.ticks) // size)):
            start = spot.start + number * size - spot.offset
            yield Beat(start, min(size, spot.start + spot.ticks - start), number, spot)


def chords(tune: Tune, line: Line, dance: Dance, feel: Feel, by: str, transpose: int) -> list[Sound]:
    """The tune's chords as guitar or piano: bass and chord in turns, as the dance has it."""
    all_beats = list(beats(tune, line, dance))
    quarter = tune.whole / 4
    out: list[Sound] = []
    before: Harmony | None = None
    for beat, chord in zip(all_beats, harmonies(tune, line, all_beats), strict=True):
        if chord is None:
            before = None
            continue
        start, long = beat.start / quarter, beat.ticks / quarter
        moved = Harmony((chord.bass + transpose) % 12, tuple([(n + transpose) % 12 for n in chord.notes]))
        if feel.backing == "held":
            if chord != before or beat.number == 0:
                out += _struck(moved, by, start, _rest_of_bar(all_beats, beat) / quarter, _CHUCK, bass=True)
        elif feel.backing == "within":
            second = Fraction(2, 3) if dance.beat_in(beat.spot.meter).numerator == 3 else Fraction(1, 2)
            fifth = beat.number % 2 == 1 and chord == before
            out += _bass(moved, by, start, 0.5 * long, fifth)
            if long > float(second) * 1.01 * long and beat.ticks == dance.beat_in(beat.spot.meter) * tune.whole:
                out += _struck(moved, by, start + float(second) * long, 0.28 * long, _CHUCK)
        elif beat.number % (beat.spot.meter.beats if beat.spot.meter.beats == 3 else 2) == 0:
            out += _bass(moved, by, start, 0.9 * long, beat.number == 2 and chord == before)
        else:
            out += _struck(moved, by, start, 0.6 * long, _CHUCK)
        before = chord
    return out


def _rest_of_bar(all_beats: list[Beat], beat: Beat) -> int:
    """Ticks from a beat to the end of its bar."""
    return beat.spot.start + beat.spot.ticks - beat.start


def _bass(chord: Harmony, by: str, start: float, long: float, fifth: bool) -> list[Sound]:
    note = chord.notes[2] if fifth and len(chord.notes) > 2 else chord.bass
    low = 40 if by == "guitar" else 34
    return [Sound(start, start + long, low + (note - low) % 12, _BASS, "chords")]


def _struck(chord: Harmony, by: str, start: float, long: float, velocity: int, bass: bool = False) -> list[Sound]:
    low = 52 if by == "guitar" else 55
    pitches = sorted({low + (note - low) % 12 for note in chord.notes[:4]})
    if by == "guitar":
        pitches.append(pitches[0] + 12)
    if bass:
        pitches.insert(0, low - 12 + (chord.bass - low) % 12)
    apart = _STRUM if by == "guitar" else 0.0
    return [
        Sound(start + apart * place, start + long, pitch, velocity - 2 * place, "chords")
        for place, pitch in enumerate(pitches)
    ]


def harmonies(tune: Tune, line: Line, all_beats: list[Beat]) -> list[Harmony | None]:
    """The chord of every beat: from the tune's chord symbols, or found."""
    symbols = [(tick, chord) for tick, text in line.symbols if (chord := harmony(text))]
    if symbols:
        ticks = [tick for tick, _ in symbols]
        return [symbols[place - 1][1] if (place := bisect_right(ticks, beat.start)) else None for beat in all_beats]
    if not all_beats:
        return []
    stretches: list[dict[int, float]] = [{} for _ in all_beats]
    starts = [beat.start for beat in all_beats]
    for note in line.notes:
        place = max(0, bisect_right(starts, note.start) - 1)
        heavy = 1.5 if note.start == starts[place] else 1.0
        until = note.start + note.ticks
        while place < len(all_beats) and all_beats[place].start < until:
            beat = all_beats[place]
            shared = min(until, beat.start + beat.ticks) - max(note.start, beat.start)
            if shared > 0:
                weights = stretches[place]
                weights[note.pitch % 12] = weights.get(note.pitch % 12, 0.0) + heavy * shared / tune.whole
            place += 1
    ends = frozenset(
        [
            place
            for place, beat in enumerate(all_beats)
            if beat.spot.ends_part and (place + 1 == len(all_beats) or all_beats[place + 1].spot is not beat.spot)
        ]
    )
    return list(found(tune.key, stretches, ends))


def drone(tune: Tune, line: Line, transpose: int) -> list[Sound]:
    """The tonic held below the tune, taken up anew with each part."""
    note = 50 + (tonic(tune.key) + transpose - 2 + 5) % 12 - 5
    quarter = tune.whole / 4
    out = []
    start = 0
    for spot in line.spots:
        if spot.ends_part or spot is line.spots[-1]:
            end = spot.start + spot.ticks
            if end > start:
                out.append(Sound(start / quarter, end / quarter, note, 78, "drone"))
            start = end
    return out


def drum(tune: Tune, line: Line, dance: Dance, by: str) -> list[Sound]:
    """Bodhran or bones through the whole tune."""
    quarter = tune.whole / 4
    out = []
    for beat in beats(tune, line, dance):
        whole = dance.beat_in(beat.spot.meter)
        parts = 3 if whole.numerator == 3 else 4 if whole >= Fraction(1, 2) else 2
        size = float(whole * 4) / parts
        for place, stroke, velocity in _STROKES[by, parts]:
            if place * size < beat.ticks / quarter:
                at = beat.start / quarter + place * size
                louder = 10 if not place and not beat.number else 0
                out.append(Sound(at, at + 0.5 * size, KIT[stroke], velocity + louder, "kit"))
    return out


def clicks(tune: Tune, line: Line, dance: Dance) -> list[Sound]:
    """A click on every beat, higher on the first of the bar."""
    return [_click(beat.start / (tune.whole / 4), beat.number == 0) for beat in beats(tune, line, dance)]


def count_in(tune: Tune, line: Line, dance: Dance, bars: int) -> tuple[tuple[Sound, ...], float]:
    """So many bars of clicks, and how long they last: a pickup falls into the last of them."""
    meter = line.spots[0].meter if line.spots else tune.meter
    beat = float(dance.beat_in(meter) * 4)
    bar = meter.beats * 4 / meter.unit if meter.beats else 4 * beat
    offset = line.spots[0].offset / (tune.whole / 4) if line.spots else 0.0
    length = bar * bars - (bar - offset if offset else 0.0)
    each = max(1, round(bar / beat))
    count = int(length / beat - 1e-9) + 1
    return tuple([_click(place * beat, place % each == 0) for place in range(count)]), length


def _click(at: float, first: bool) -> Sound:
    return Sound(at, at + 0.1, KIT["click high" if first else "click low"], 100 if first else 80, "kit")
