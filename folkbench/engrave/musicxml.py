"""A Tune as a music21 score, and as MusicXML that MuseScore and other programs read right.

music21's own ABC reader loses repeats and accidentals (so the score is built from the Tune, bar by bar, with
pickups, repeats, endings, tuplets, grace notes, beams and chord symbols where they stand). Lengths are in quarter
notes, as music21 counts.
"""

# mypy: allow-untyped-calls
# (half of music21's functions have types)

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from music21 import articulations as arts
from music21 import bar as bars21
from music21 import beam as beams21
from music21 import chord as chord21
from music21 import clef as clefs
from music21 import duration as durations21
from music21 import expressions, harmony, key, metadata, meter, note, pitch, spanner, stream, tempo, tie
from music21.exceptions21 import Music21Exception
from music21.musicxml.m21ToXml import GeneralObjectExporter

from folkbench.engrave.groups import beams, notes, slurs, ties
from folkbench.engrave.signs import MODES, metronome, voice_clef
from folkbench.engrave.text import AT_BAR_LINE
from folkbench.engrave.values import durations, written
from folkbench.notation import Tune, form
from folkbench.notation.keys import signature
from folkbench.notation.titles import clean
from folkbench.notation.tune import Bar, BarLine, Chord, Event, Grace, Key, Mark, Meter, Note, Rest, Tuplet

_ARTICULATIONS: dict[str, type[Any]] = {
    "staccato": arts.Staccato,
    "tenuto": arts.Tenuto,
    "accent": arts.Accent,
    "emphasis": arts.Accent,
    ">": arts.Accent,
    "marcato": arts.StrongAccent,
    "wedge": arts.Staccatissimo,
    "upbow": arts.UpBow,
    "downbow": arts.DownBow,
    "breath": arts.BreathMark,
    "open": arts.OpenString,
    "snap": arts.SnapPizzicato,
    "slide": arts.Scoop,
}
_ORNAMENTS: dict[str, type[Any]] = {
    "roll": expressions.Turn,  # MusicXML has no roll; programs draw and play its turn
    "trill": expressions.Trill,
    "turn": expressions.Turn,
    "invertedturn": expressions.InvertedTurn,
    "mordent": expressions.Mordent,
    "lowermordent": expressions.Mordent,
    "uppermordent": expressions.InvertedMordent,
    "pralltriller": expressions.InvertedMordent,
    "fermata": expressions.Fermata,
}
_STYLES = {"double": "double", "final": "final", "heavy": "heavy", "dotted": "dotted", "hidden": "none", "": "none"}


def musicxml(tune: Tune) -> bytes:
    """The tune as a MusicXML 4 document."""
    data: bytes = GeneralObjectExporter(score(tune)).parse()
    return data


def score(tune: Tune) -> stream.Score:
    """The tune as a music21 score: a part for every voice, a measure for every bar."""
    whole = stream.Score()
    about = metadata.Metadata()
    about.title = clean(tune.title).text
    composers = [text for text in tune.texts("C") if text.strip()]
    if composers:
        about.composer = ", ".join(composers)
    whole.insert(0, about)
    for number, voice in enumerate(tune.voices):
        if voice.bars:
            whole.insert(0, _part(tune, number))
    return whole


def _part(tune: Tune, number: int) -> stream.Part:
    bars = tune.voices[number].bars
    part = stream.Part()
    part.partName = tune.voices[number].name or None
    writer = _Writer(tune, bars, voice_clef(tune, number))
    shape = form(tune, number)
    repeated = {piece.places[0].nth for piece in shape if piece.repeated}
    pickup = bool(shape) and shape[0].pickup
    at = Fraction(0)
    measures = []
    for index, bar in enumerate(bars):
        measure = writer.measure(bar)
        measure.number = index + (not pickup)
        full = bar.meter.ticks(tune.whole)
        if 0 < bar.ticks < full and (index == 0 or bars[index - 1].close.ends):
            measure.showNumber = stream.enums.ShowNumber.NEVER
            measure.paddingLeft = Fraction(4 * (full - bar.ticks), tune.whole)
        if bar.open.begins or (index and index in repeated):
            measure.leftBarline = bars21.Repeat(direction="start")
        elif bar.open.style in ("heavy", "final", "double") and not index:
            measure.leftBarline = bars21.Barline(_STYLES[bar.open.style])
        measure.rightBarline = _right(bar.close, last=index + 1 == len(bars))
        part.insert(at, measure)
        at += Fraction(4 * bar.ticks, tune.whole)
        measures.append(measure)
    for bracket in _brackets(bars, measures, [piece.places[-1].nth + 1 for piece in shape]):
        part.insert(0, bracket)
    for slur in writer.slurs():
        part.insert(0, slur)
    if number == 0 and (mark := metronome(tune.text("Q"), tune.unit)) and measures:
        words, beat, rate = mark
        measures[0].insert(0, tempo.MetronomeMark(words or None, rate, note.Note(quarterLength=beat * 4)))
    part.streamStatus.beams = True
    return part


def _right(line: BarLine, last: bool) -> bars21.Barline | None:
    if line.ends:
        return bars21.Repeat(direction="end", times=line.ends + 1 if line.ends > 1 else None)
    if last:
        return bars21.Barline("final")
    return bars21.Barline(_STYLES[line.style]) if line.style in _STYLES and not line.begins else None


def _brackets(bars: Sequence[Bar], measures: Sequence[stream.Measure], ends: Sequence[int]) -> list[Any]:
    """A bracket over every ending: to the next one, to its repeat sign, or to the end of the part."""
    brackets = []
    for index, bar in enumerate(bars):
        if bar.ending:
            end = index + 1
            while end not in ends and not bars[end].ending and not bars[end - 1].close.ends:
                end += 1
            bracket = spanner.RepeatBracket(number=",".join(map(str, bar.ending)))
            bracket.addSpannedElements(list(measures[index:end]))
            brackets.append(bracket)
    return brackets


class _Writer:
    """A voice while it becomes measures."""

    def __init__(self, tune: Tune, bars: Sequence[Bar], clef: str) -> None:
        self.clef = clef
        self.whole = tune.whole
        self.ties = ties(bars)
        self.pairs = slurs(bars)
        self.key: Key | None = None
        self.meter: Meter | None = None
        self.stretched = False  # the bar before was longer than its meter
        self.made: dict[int, Any] = {}  # place in the source -> the music21 note that slurs hold on to
        self.tied: set[tuple[int, int]] = set()  # step and alter of notes that are being held

    def measure(self, bar: Bar) -> stream.Measure:
        """One bar."""
        measure = stream.Measure()
        if bar.key != self.key:
            if self.key is None or bar.key.clef or bar.key.ottava != self.key.ottava:
                measure.clef = _clef(bar.key.clef or self.clef, bar.key.ottava)
            measure.keySignature = _key(bar.key)
            self.key = bar.key
        self._set_meter(measure, bar)
        if bar.overlays:
            for events in (bar.events, *bar.overlays):
                voice = stream.Voice()
                self._fill(voice, events)
                measure.insert(0, voice)
        else:
            self._fill(measure, bar.events)
        return measure

    def _set_meter(self, measure: stream.Measure, bar: Bar) -> None:
        """The meter where it changes; a bar that is too long gets one that isn't printed, or music21 would tie what
        is over into the next bar.
        """
        known = bar.meter == self.meter
        longer = known and 0 < bar.meter.ticks(self.whole) < bar.ticks
        if bar.meter.beats and (longer or self.stretched or not known):
            signature = _stretched(bar, self.whole) if longer else _meter(bar.meter)
            signature.style.hideObjectOnPrint = known
            measure.timeSignature = signature
        self.meter, self.stretched = bar.meter, longer

    def _fill(self, into: Any, events: Sequence[Event]) -> None:
        values = written(events, self.whole)
        groups = beams(events, values)
        at = Fraction(0)
        tuplet: tuple[Tuplet, int] | None = None
        waiting: list[Mark] = []
        made: dict[int, Any] = {}
        for index, event in enumerate(events):
            if isinstance(event, Tuplet):
                tuplet = (event, event.r)
            elif isinstance(event, Mark):
                self._mark(into, event, at, waiting)
            elif isinstance(event, Grace):
                self._grace(into, event, at)
            elif isinstance(event, Note | Chord | Rest):
                item = self._sounding(event)
                left = tuplet[1] if tuplet else 0
                item.duration = _duration(event.ticks, self.whole, values[index], tuplet)
                tuplet = (tuplet[0], left - 1) if tuplet and left > 1 else None
                if not isinstance(event, Rest):
                    _decorate(item, waiting)
                    self.made[event.at] = made[index] = item
                waiting = []
                into.insert(at, item)
                at += Fraction(4 * event.ticks, self.whole)
        for group in groups:
            _beam([made[index] for index in group], [values[index] for index in group])

    def _sounding(self, event: Note | Chord | Rest) -> Any:
        if isinstance(event, Rest):
            rest = note.Rest()
            rest.style.hideObjectOnPrint = event.symbol in "xX"
            return rest
        heads = [note.Note(self._pitch(n)) for n in notes(event)]
        held, self.tied = self.tied, set()
        for head, n in zip(heads, notes(event), strict=True):
            pitched = (n.step, n.alter)
            begins = event.at in self.ties or n.at in self.ties
            if begins:
                self.tied.add(pitched)
            if begins or pitched in held:
                head.tie = tie.Tie("continue" if begins and pitched in held else "start" if begins else "stop")
        return heads[0] if isinstance(event, Note) else chord21.Chord(heads)

    def _pitch(self, event: Note) -> pitch.Pitch:
        """The pitch that sounds, as MusicXML wants it; the clef says where it stands."""
        octave, degree = divmod(event.step, 7)
        made = pitch.Pitch("CDEFGAB"[degree], octave=octave + 4 + (self.key.ottava if self.key else 0))
        if event.alter:
            made.accidental = pitch.Accidental(event.alter)
        return made

    def _grace(self, into: Any, event: Grace, at: Fraction) -> None:
        base = Fraction(1, 8 if len(event.notes) == 1 else 16)
        made = []
        for n in event.notes:
            name = durations(base * n.num / n.den)[0]
            head = note.Note(self._pitch(n), type=_type(name))
            made.append(head.getGrace())
            made[-1].duration.slash = event.slashed
        if made:
            self.made.setdefault(event.at, made[0])
        if len(made) > 1:
            _beam(made, [base] * len(made))
        for head in made:
            into.insert(at, head)

    def _mark(self, into: Any, mark: Mark, at: Fraction, waiting: list[Mark]) -> None:
        if mark.kind == "chord":
            into.insert(at, _chord_symbol(mark.text))
        elif mark.kind == "annotation":
            words = expressions.TextExpression(mark.text.lstrip("^_<>@"))
            words.placement = "below" if mark.text.startswith("_") else "above"
            into.insert(at, words)
        elif mark.kind == "decoration":
            if mark.text in AT_BAR_LINE:
                into.insert(at, expressions.TextExpression(AT_BAR_LINE[mark.text]))
            else:
                waiting.append(mark)

    def slurs(self) -> list[Any]:
        """The slurs of the voice, between the notes that were made."""
        made = self.made
        return [spanner.Slur(made[s.start], made[s.end]) for s in self.pairs if s.start in made and s.end in made]


def _type(name: str) -> str:
    kind: str = durations21.typeFromNumDict[int(name.rstrip(".").partition("*")[0])]
    return kind


def _duration(ticks: int, whole: int, value: Fraction, tuplet: tuple[Tuplet, int] | None) -> durations21.Duration:
    """A length, with the tuplet that it is written in; `tuplet` says how many of its notes are left."""
    if tuplet is None or Fraction(ticks, whole) == value:
        return durations21.Duration(quarterLength=Fraction(4 * ticks, whole))
    event, left = tuplet
    made = durations21.Duration(quarterLength=value * 4)
    ratio = durations21.Tuplet(event.p, event.q, "eighth")
    ratio.type = "start" if left == event.r else "stop" if left == 1 else None
    made.appendTuplet(ratio)
    return made


def _beam(made: Sequence[Any], values: Sequence[Fraction]) -> None:
    """Beams as the ABC groups them: every note has as many as its length wants."""
    wanted = [_beams_of(value) for value in values]
    for index, item in enumerate(made):
        item.beams = beams21.Beams()
        for level in range(1, wanted[index] + 1):
            before = index > 0 and wanted[index - 1] >= level
            after = index + 1 < len(made) and wanted[index + 1] >= level
            kind, direction = ("continue" if after else "stop", None) if before else ("start", None)
            if not before and not after:
                kind, direction = "partial", "right" if index == 0 else "left"
            item.beams.append(kind, direction)


def _beams_of(value: Fraction) -> int:
    """1 for an eighth, 2 for a sixteenth ..., dotted or not."""
    count, edge = 1, Fraction(1, 8)
    while value < edge:
        count, edge = count + 1, edge / 2
    return count


def _decorate(item: Any, marks: Sequence[Mark]) -> None:
    for mark in marks:
        if mark.text in _ARTICULATIONS:
            item.articulations.append(_ARTICULATIONS[mark.text]())
        elif mark.text in _ORNAMENTS:
            item.expressions.append(_ORNAMENTS[mark.text]())


def _chord_symbol(text: str) -> Any:
    """A chord symbol, or what it says as words where music21 knows no such chord."""
    figure = text.strip()
    for place in (1, figure.find("/") + 2):
        if figure[place : place + 1] == "b":
            figure = f"{figure[:place]}-{figure[place + 1 :]}"  # as music21 writes a flat
    try:
        return harmony.ChordSymbol(figure)
    except (Music21Exception, ValueError, TypeError, KeyError, IndexError, AttributeError):
        return expressions.TextExpression(text)


def _key(wanted: Key) -> key.KeySignature:
    if wanted.mode in MODES and wanted.signature == signature(wanted.tonic, wanted.mode):
        return key.Key(wanted.tonic.replace("b", "-"), MODES[wanted.mode])
    made = key.KeySignature(None)
    made.alteredPitches = [f"{'CDEFGAB'[n]}{'#' * a}{'-' * -a}" for n, a in enumerate(wanted.signature) if a]
    return made


def _stretched(bar: Bar, whole: int) -> meter.TimeSignature:
    """A meter that holds all that is in a bar, in 64ths."""
    return meter.TimeSignature(f"{-(-bar.ticks * 64 // whole)}/64")


def _meter(wanted: Meter) -> meter.TimeSignature:
    if wanted.text in ("C", "C|"):
        return meter.TimeSignature("common" if wanted.text == "C" else "cut")
    return meter.TimeSignature(f"{wanted.beats}/{wanted.unit}")


def _clef(name: str, ottava: int) -> clefs.Clef:
    made = {"bass": clefs.BassClef, "alto": clefs.AltoClef, "tenor": clefs.TenorClef, "perc": clefs.PercussionClef}
    drawn = made.get(name, clefs.TrebleClef)()
    drawn.octaveChange = ottava
    return drawn
