"""How a tune is performed: a pure function from a Tune and a style to notes in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from folkbench.errors import FolkbenchError
from folkbench.notation import dances
from folkbench.notation.dances import Dance
from folkbench.notation.tune import Tune
from folkbench.sound import backing
from folkbench.sound import feel as feels
from folkbench.sound.feel import Feel, Warp, feel_of
from folkbench.sound.instruments import INSTRUMENTS
from folkbench.sound.line import Line, Written, lay_out
from folkbench.sound.ornaments import Piece, ornament
from folkbench.sound.performance import Passage, Performance, Sound, in_turn
from folkbench.sound.tempo import beats_a_minute, marked

_SLOWEST, _FASTEST = 5.0, 1500.0  # quarter notes a minute
_LOUD = 84  # velocity of an ordinary note
_FERMATA = 1.6  # how much longer a held note is
_STRESS = 17  # velocity that the heaviest beat has more
_BREATH = 0.11  # seconds taken from the last note of a part


@dataclass(frozen=True)
class Style:
    """What a player is told. The defaults play a tune once as its dance goes, alone."""

    instrument: str = "fiddle"
    tempo: str = ""  # "112": beats a minute; "1/4=180"; "" as the tune or its dance says
    speed: float = 1.0  # of that tempo
    faster: float = 0.0  # share by which each time round is faster than the one before
    times: int = 1
    bars: tuple[int, ...] | None = None  # these bars alone
    transpose: int = 0  # semitones
    straight: bool = False  # exactly as written: no swing, stress, ornaments or breath
    chords: str = ""  # "guitar" or "piano"
    drone: bool = False
    click: bool = False
    drum: str = ""  # "bodhran" or "bones"
    count_in: int = 0  # bars


def perform(tune: Tune, style: Style | None = None) -> Performance:
    """The tune as it is played. Raises FolkbenchError for a tempo that nobody could play."""
    style = style or Style()
    dance = dance_of(tune)
    feel = feels.STRAIGHT if style.straight else feel_of(dance)
    line = lay_out(tune, max(1, style.times), style.bars)
    quarter = tune.whole / 4
    tempos = _tempos(tune, dance, style, line)
    empty = Performance((), (), tempos, line.ticks / quarter, style.instrument, style.chords)
    playing = _Playing(tune, style, dance, feel, line, empty)
    sounds = playing.sounds()
    if style.chords:
        sounds += backing.chords(tune, line, dance, feel_of(dance), style.chords, style.transpose)
    if style.drone:
        sounds += backing.drone(tune, line, style.transpose)
    if style.drum:
        sounds += backing.drum(tune, line, dance, style.drum)
    if style.click:
        sounds += backing.clicks(tune, line, dance)
    passages = tuple(
        Passage(spot.start / quarter, (spot.start + spot.ticks) / quarter, 0, spot.bar, spot.time)
        for spot in line.spots
    )
    played = replace(empty, sounds=tuple(sorted(sounds)), passages=passages)
    if style.count_in:
        clicks, length = backing.count_in(tune, line, dance, style.count_in)
        played = in_turn(replace(empty, sounds=clicks, tempos=tempos[:1], length=length), played)
    return played


def dance_of(tune: Tune) -> Dance:
    """The dance that a tune is: by its R: field, else by its titles, else by its meter."""
    for text in (tune.rhythm, *tune.texts("T")):
        if text and (found := dances.dance(text)):
            return found
    return dances.guess(tune.meter)


def _tempos(tune: Tune, dance: Dance, style: Style, line: Line) -> tuple[tuple[float, float], ...]:
    """The tempos of the whole performance, each from its quarter note on, in quarter notes a minute."""
    quarter = tune.whole / 4
    beat = dance.beat_in(tune.meter)
    asked = beats_a_minute(style.tempo, beat) if style.tempo else None
    if style.tempo and asked is None:
        raise FolkbenchError(f"{style.tempo} is no tempo", "give beats a minute, 112, or 1/4=180")
    written = marked(tune.text("Q"), tune.unit)
    base = asked if asked is not None else written or Fraction(dance.tempo) * beat * 4
    changes: list[tuple[float, float]] = [(0.0, float(base))]
    if asked is None:
        for tick, text in line.tempos:
            if found := marked(text, tune.unit):
                changes = [change for change in changes if change[0] != tick / quarter]
                changes.append((tick / quarter, float(found)))
    rounds = {spot.time: spot.start / quarter for spot in reversed(line.spots)}
    out: list[tuple[float, float]] = []
    for start in sorted({place for place, _ in changes} | set(rounds.values() if style.faster else ())):
        tempo = [value for place, value in changes if place <= start][-1]
        time = max([number for number, place in rounds.items() if place <= start], default=0)
        out.append((start, tempo * style.speed * (1 + style.faster) ** time))
    if not style.straight:
        out = _held(line, out, quarter, feel_of(dance).backing == "held")
    for _, tempo in out:
        if not _SLOWEST <= tempo <= _FASTEST:
            raise FolkbenchError(
                f"{tempo:.3g} quarter notes a minute can't be played", f"stay between {_SLOWEST:g} and {_FASTEST:g}"
            )
    return tuple(out)


def _held(line: Line, tempos: list[tuple[float, float]], quarter: float, airs: bool) -> list[tuple[float, float]]:
    """The tempos with time standing still at fermatas: all of an air's, but in a dance only on the very last note."""
    out = list(tempos)
    for note in line.notes:
        end = note.start + note.ticks
        if "fermata" in note.marks and (airs or end == line.ticks):
            start, end_quarter = note.start / quarter, end / quarter
            before = [tempo for place, tempo in out if place <= start][-1]
            after_it = [tempo for place, tempo in out if place <= end_quarter][-1]
            out = [change for change in out if not start <= change[0] <= end_quarter]
            out += [(start, before / _FERMATA), (end_quarter, after_it)]
            out.sort()
    return out


class _Playing:
    """One run through a line of notes: what every note needs to know of its bar and its dance."""

    def __init__(self, tune: Tune, style: Style, dance: Dance, feel: Feel, line: Line, clock: Performance) -> None:
        self.tune, self.style, self.dance, self.feel, self.line, self.clock = tune, style, dance, feel, line, clock
        self.quarter = tune.whole / 4
        self.player = INSTRUMENTS[style.instrument]
        self.spans: list[int] = []  # of each spot: the ticks that swing moves notes within
        self.beats: list[int] = []  # and those of its beat
        for spot in line.spots:
            self.spans.append(max(1, int(feels.span(feel, dance, spot.meter) * tune.whole)))
            self.beats.append(max(1, int(dance.beat_in(spot.meter) * tune.whole)))
        self.onsets: dict[tuple[int, int], set[int]] = {}
        for note in line.notes:
            number, place = self._span(note.start, note.spot)
            self.onsets.setdefault((note.spot, number), set()).add(place)
        self.warps: dict[tuple[int, int], Warp] = {}

    def sounds(self) -> list[Sound]:
        """All notes of the tune."""
        out: list[Sound] = []
        for note in self.line.notes:
            pitch = note.pitch + self.style.transpose + self.player.sounds
            start, end = self._when(note.start, note.spot), self._when(note.start + note.ticks, note.spot)
            if self.style.straight:
                out += self._sound(start, end, pitch, 0.0)
                continue
            begins, ends = self.clock.seconds(start), self.clock.seconds(end)
            stress = self._stress(note)
            pieces = ornament(note, ends - begins, self._eighth(note))
            for piece in self._joined(pieces, note):
                out += self._sound(
                    self.clock.quarters(begins + piece.start),
                    self.clock.quarters(begins + piece.end),
                    pitch + piece.pitch - note.pitch,
                    stress + piece.weight,
                )
        return out

    def _sound(self, start: float, end: float, pitch: int, stress: float) -> list[Sound]:
        if not 0 <= pitch <= 127:
            return []  # beyond what MIDI can say
        velocity = _LOUD + round(_STRESS * self.player.accent * stress) if not self.style.straight else _LOUD
        return [Sound(start, max(end, start + 0.001), pitch, max(20, min(127, velocity)), "tune")]

    def _joined(self, pieces: Sequence[Piece], note: Written) -> list[Piece]:
        """The last piece cut as short as the instrument, a dot or a breath has it."""
        last = pieces[-1]
        long = last.end - last.start
        less = 0.0 if note.into or self.player.rings else self.player.gap
        if note.ends_part and not self.player.rings:
            less = max(less, _BREATH)
        if "staccato" in note.marks:
            less = max(less, 0.5 * long)
        return [*pieces[:-1], last._replace(end=last.end - min(less, 0.5 * long))]

    def _stress(self, note: Written) -> float:
        spot = self.line.spots[note.spot]
        stress = feels.weight(self.feel, note.start - spot.start + spot.offset, self.beats[note.spot])
        stress += 0.012 * (note.pitch - 71)  # a line that rises is played out
        if note.marks & {"accent", ">", "emphasis"}:
            stress += 0.6
        return stress

    def _eighth(self, note: Written) -> float:
        """Seconds of the dance's quick note, where this one stands."""
        beat = self.dance.beat_in(self.line.spots[note.spot].meter)
        parts = 3 if beat.numerator == 3 else 2 * max(self.feel.pairs, 2 if beat >= Fraction(1, 2) else 1)
        return float(beat * 4 / parts) * 60 / self.clock.tempo(note.start / self.quarter)

    def _span(self, tick: int, number: int) -> tuple[int, int]:
        """Which span of its bar a tick is in, and how far into it."""
        spot = self.line.spots[number]
        return divmod(tick - spot.start + spot.offset, self.spans[number])

    def _when(self, tick: int, number: int) -> float:
        """When a written tick is played, in quarter notes."""
        if self.style.straight:
            return tick / self.quarter
        number = self._spot(tick, number)
        which, place = self._span(tick, number)
        if not place:
            return tick / self.quarter
        size = self.spans[number]
        warp = self.warps.get((number, which))
        if warp is None:
            threes = self.dance.beat_in(self.line.spots[number].meter).numerator == 3
            onsets = frozenset(self.onsets.get((number, which), ()))
            warp = self.warps[number, which] = feels.warp(self.feel, size, threes, onsets)
        moved = tick + (warp(place / size) - place / size) * size
        return max(0.0, moved) / self.quarter  # a pickup can't begin before the tune

    def _spot(self, tick: int, number: int) -> int:
        """The bar that a tick falls in, from a bar at or before it: a tied note may end bars later."""
        spots = self.line.spots
        while number + 1 < len(spots) and tick >= spots[number + 1].start:
            number += 1
        return number
