"""One voice as LilyPond music, bar by bar; `parts` puts the bars together.

The ABC is followed to the letter in what a player reads by: its beams, its line breaks, its accidentals.
LilyPond is told the length of every bar that isn't as long as its meter says, so that it never counts wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from folkbench.engrave.groups import beams, notes, slurs, ties
from folkbench.engrave.signs import clef, key_signature, tempo, time_signature, voice_clef
from folkbench.engrave.text import (
    AT_BAR_LINE,
    FINGERS,
    ON_BAR_LINE,
    annotation,
    block,
    chord_symbol,
    decoration,
    quoted,
)
from folkbench.engrave.values import QUARTER, durations, skip, written
from folkbench.notation.keys import NO_KEY, key_behind
from folkbench.notation.tune import Bar, Change, Chord, Event, Grace, Key, Mark, Meter, Note, Rest, Tune, Tuplet

_LETTERS = "cdefgab"
_ALTER = {-2: "eses", -1: "es", 0: "", 1: "is", 2: "isis"}


class Tint(NamedTuple):
    """How an event is marked: its notes in `colour` ("#c00000"), a line under them, and `label` below the first."""

    colour: str
    label: str = ""


class Measure(NamedTuple):
    """One bar. `setup` stands before its music: key, meter and length; `chords` are the symbols over it."""

    setup: str
    music: str
    ticks: int
    chords: tuple[tuple[int, str], ...]  # ticks from the beginning of the bar, markup


class Plan(NamedTuple):
    """What is the same for all voices. The leading voice, the one with most bars, tells LilyPond of bars and lines."""

    leader: int
    ticks: tuple[int, ...]  # of every bar, in the voice that fills it most
    breaks: Mapping[int, tuple[int, ...]]  # bar -> events before which a new line begins
    tints: Mapping[Event, Tint]
    labels: tuple[str, ...]  # a number for every bar; empty: none are printed


def measures(tune: Tune, number: int, plan: Plan) -> list[Measure]:
    """The bars of voice `number`, as many as `plan` has."""
    bars = tune.voices[number].bars
    pen = _Pen(tune, number, plan)
    rows = [pen.bar(index, bar) for index, bar in enumerate(bars)]
    short = range(len(bars), len(plan.ticks))
    return rows + [Measure("", f"s{skip(plan.ticks[index], tune.whole)}", 0, ()) for index in short]


def pitch(note: Note, ottava: int = 0) -> str:
    """A note's pitch in LilyPond's words, `fis'`: where it sounds, under a clef that has an 8 there."""
    high, degree = divmod(note.step, 7)
    high += 1 + ottava
    return _LETTERS[degree] + _ALTER[max(-2, min(2, note.alter))] + ("'" * high if high > 0 else "," * -high)


class _Pen:
    """A voice while it is being written: the key and meter in force, and what waits for the next note."""

    def __init__(self, tune: Tune, number: int, plan: Plan) -> None:
        bars = tune.voices[number].bars
        self.tune = tune
        self.voice_clef = voice_clef(tune, number)
        self.clef = ""
        self.whole = tune.whole
        self.plan = plan
        self.leads = number == plan.leader
        self.key: Key | None = None
        self.meter: Meter | None = None
        self.length = 0  # ticks of a measure, as LilyPond counts just now
        self.uneven = any(ticks > bar.meter.ticks(self.whole) for bar, ticks in zip(bars, plan.ticks, strict=False))
        self.pending: list[str] = []  # scripts for the next note
        self.slurs = _slurs(bars)
        self.ties = ties(bars)
        self.spelled = _spelled_out(bars)
        self.runs = _runs(bars, plan.tints)

    def bar(self, index: int, bar: Bar) -> Measure:
        """One bar as LilyPond text."""
        setup = self._setup(index, bar) + self._changes(index, bar)
        layers = [self._layer(index, bar, layer) for layer in (bar.events, *bar.overlays)]
        music = layers[0] if len(layers) == 1 else "<< " + " \\\\ ".join(f"{{ {layer} }}" for layer in layers) + " >>"
        if bar.ticks < self.plan.ticks[index] and len(layers) == 1:
            music += f" s{skip(self.plan.ticks[index] - bar.ticks, self.whole)}"
        return Measure(" ".join(setup), music, bar.ticks, _chords(bar))

    def _setup(self, index: int, bar: Bar) -> list[str]:
        words: list[str] = []
        if self.leads and 0 in self.plan.breaks.get(index, ()):
            words.append("\\break")
        if self.leads and self.plan.labels:
            words.append(f"\\numbered {quoted(self.plan.labels[index])}")
        if self.key is None or bar.key != self.key:
            before, self.key = self.key, bar.key
            words += self._key(before, bar.key)
        return words

    def _key(self, before: Key | None, key: Key) -> list[str]:
        """Clef and signature, as far as they change; a K: that names no clef keeps the one in force."""
        words = []
        drawn = clef(key, self.voice_clef)
        if before is None or (drawn != self.clef and (key.clef or key.ottava != before.ottava)):
            self.clef = drawn
            words.append(self.clef)
        if before is None or (before.signature, before.mode == "HP") != (key.signature, key.mode == "HP"):
            words.append(key_signature(key))
        return words

    def _changes(self, index: int, bar: Bar) -> list[str]:
        """Meter and length of the bar, as LilyPond's clock must know them."""
        words: list[str] = []
        full = bar.meter.ticks(self.whole)
        if bar.meter != self.meter:
            free_before = self.meter is not None and not self.meter.beats
            words.append(("\\undo \\omit Staff.TimeSignature " if free_before else "") + time_signature(bar.meter))
            self.meter, self.length = bar.meter, full
        ticks = self.plan.ticks[index]
        if not self.leads or not ticks:
            return words
        rests = [event for event in bar.events if isinstance(event, Rest) and event.bars > 1]
        wanted = full if ticks <= full or (rests and ticks % full == 0) else ticks
        # where the music may jump to, LilyPond has the length that held where it comes from
        landing = bar.ending or bar.open.begins or bar.open.ends or not index
        if wanted != self.length or (landing and self.uneven):
            length = Fraction(wanted, self.whole)
            words.append(f"\\set Timing.measureLength = #(ly:make-moment {length.numerator} {length.denominator})")
            self.length = wanted
        if ticks < wanted:
            words.append(f"\\partial {skip(ticks, self.whole)}")
        return words

    def _layer(self, index: int, bar: Bar, events: tuple[Event, ...]) -> str:
        values = written(events, self.whole)
        beamed = {at: sign for group in beams(events, values) for at, sign in ((group[0], "["), (group[-1], "]"))}
        breaks = self.plan.breaks.get(index, ()) if events is bar.events else ()
        self.said: set[tuple[int, int]] = set()
        words: list[str] = []
        ends: list[str] = []
        left = 0  # notes left in a tuplet
        last = -1  # where the last note or chord stands in `words`
        for at, event in enumerate(events):
            if at and at in breaks and not left and self.leads:
                words.append('\\bar "" \\break')
            if isinstance(event, Note | Chord | Rest):
                if tint := self.plan.tints.get(event):
                    words.append(f"\\tinted {quoted(tint.colour)}")
                words.append(self._sounding(bar, event, values[at], beamed.get(at, "")))
                last = len(words) - 1
                if left:
                    left -= 1
                    if not left:
                        words.append("}")
            elif isinstance(event, Tuplet):
                if left:
                    words.append("}")
                left = event.r
                words.append(f"\\tuplet {event.p}/{event.q} {{")
            elif isinstance(event, Grace):
                grace = self._grace(event, bar)
                if last >= 0 and not any(isinstance(e, Note | Chord | Rest) for e in events[at:]):
                    words[last] = f"\\afterGrace {words[last]} {grace.partition(' ')[2]}"
                elif grace:
                    words.append(grace)
            elif isinstance(event, Mark):
                self._mark(event, ends)
            elif isinstance(event, Change):
                words.extend(self._change(event, first=last < 0))
        if left:
            words.append("}")
        ends += [ON_BAR_LINE[script] for script in self.pending if script in ON_BAR_LINE]
        self.pending = [script for script in self.pending if script not in ON_BAR_LINE]
        return " ".join([*words, *ends])

    def _sounding(self, bar: Bar, event: Note | Chord | Rest, value: Fraction, beam: str) -> str:
        scripts, self.pending = self.pending, []
        if not isinstance(event, Rest):
            pieces = durations(value, bar.meter.compound)
            heads = self._heads(event)
            tie = "~" if event.at in self.ties else ""
            slurs = self.slurs.get(event.at, "")
            opening, ending = (slurs, "") if "(" in slurs else ("", slurs)
            first = heads + pieces[0] + beam + "".join(scripts) + opening + self.runs.get(event.at, "")
            return "~ ".join([first, *[heads + piece for piece in pieces[1:]]]) + ending + tie
        return self._rest(bar, event, value, bool(scripts)) + "".join(scripts) + self.runs.get(event.at, "")

    def _rest(self, bar: Bar, event: Rest, value: Fraction, marked: bool) -> str:
        full = bar.meter.ticks(self.whole)
        alone = event.ticks == bar.ticks and not bar.overlays and not marked
        if event.symbol in "xX":
            return f"s{skip(event.ticks, self.whole)}"
        if alone and full and event.ticks % full == 0 and bar.ticks in (full, full * event.bars):
            return f"R1*{Fraction(full, self.whole)}*{event.ticks // full}"
        return " ".join(f"r{piece}" for piece in durations(value, bar.meter.compound))

    def _heads(self, event: Note | Chord) -> str:
        if isinstance(event, Note):
            return self._head(event)
        inside = [self._head(note) + ("~" if note.at in self.ties else "") for note in event.notes]
        return f"<{' '.join(dict.fromkeys(inside))}>"

    def _head(self, note: Note) -> str:
        """The pitch; `!` prints an accidental that the ABC writes, unless the bar has it already."""
        name = pitch(note, self.key.ottava if self.key else 0)
        if note.accidental is None or self.spelled or (note.step, note.alter) in self.said:
            return name
        self.said.add((note.step, note.alter))
        return name + "!"

    def _grace(self, event: Grace, bar: Bar) -> str:
        if not event.notes:
            return ""
        base = Fraction(1, 32 if bar.key.mode.lower() == "hp" else 8 if len(event.notes) == 1 else 16)
        words = [
            pitch(note, bar.key.ottava)
            + ("" if note.accidental is None else "!")
            + durations(base * note.num / note.den)[0]
            for note in event.notes
        ]
        if len(words) > 1 and all(base * note.num / note.den < QUARTER for note in event.notes):
            words[0] += "["
            words[-1] += "]"
        words[0] += self.slurs.get(event.at, "")
        command = "\\slashedGrace" if event.slashed else "\\grace"
        return f"{command} {{ {' '.join(words)} }}"

    def _mark(self, mark: Mark, ends: list[str]) -> None:
        if mark.kind == "decoration":
            words = AT_BAR_LINE.get(mark.text)
            if words:
                ends.append(f"\\tweak direction #DOWN \\textEndMark \\markup \\italic {quoted(words)}")
            else:
                self.pending.append(decoration(mark.text))
        elif mark.kind == "chord" and mark.text in FINGERS:
            self.pending.append(decoration(mark.text))
        elif mark.kind == "annotation":
            self.pending.append(annotation(mark.text))

    def _change(self, change: Change, first: bool) -> list[str]:
        """What a change in the music prints; at the beginning of a bar `_setup` has printed key and meter."""
        if change.name == "K" and not first:
            before, self.key = self.key, key_behind(self.key or NO_KEY, "K", change.value)
            if before != self.key:
                return self._key(before, self.key)
        if self.leads and change.name == "P":
            return [f"\\mark \\markup \\box {block(change.value)}"]
        if self.leads and change.name == "Q":
            return [tempo(change.value, self.tune.unit)]
        return []


def _chords(bar: Bar) -> tuple[tuple[int, str], ...]:
    at = 0
    found: dict[int, str] = {}
    for event in bar.events:
        if isinstance(event, Mark) and event.kind == "chord" and event.text not in FINGERS:
            found[at] = f"{found[at]} {event.text}" if at in found else event.text
        elif isinstance(event, Note | Chord | Rest):
            at += event.ticks
    return tuple([(ticks, chord_symbol(text)) for ticks, text in found.items()])


def _slurs(bars: Sequence[Bar]) -> dict[int, str]:
    """Place of a note, or of a grace if one begins there -> the slurs that end and begin."""
    found: dict[int, str] = {}
    for slur in slurs(bars):
        found[slur.start] = f"{found.get(slur.start, '')}\\={slur.depth}("
        found[slur.end] = f"\\={slur.depth}){found.get(slur.end, '')}"
    return found


def _spelled_out(bars: Sequence[Bar]) -> bool:
    """Whether the ABC writes an accidental at nearly every note, as machine tunes of the third encoding do."""
    found = [note for bar in bars for event in bar.events if isinstance(event, Note | Chord) for note in notes(event)]
    return sum(note.accidental is not None for note in found) * 3 > len(found) * 2


def _runs(bars: Sequence[Bar], tints: Mapping[Event, Tint]) -> dict[int, str]:
    """Place of a note -> the line under a run of marked notes that begins or ends there, and its label."""
    found: dict[int, str] = {}
    if not tints:
        return found
    sounding = [event for bar in bars for event in bar.events if isinstance(event, Note | Chord | Rest)]
    run: list[Event] = []
    for event, follows in pairwise([*sounding, None]):
        tint = tints.get(event) if event else None
        if event is None or tint is None:
            continue
        run.append(event)
        if follows is None or tints.get(follows) != tint:
            colour = quoted(tint.colour)
            label = f"_\\markup \\with-color {colour} \\teeny \\sans {block(tint.label, 90)}" if tint.label else ""
            if len(run) > 1:
                found[run[0].at] = f"-\\tweak color {colour} \\startTextSpan{label}"
                found[run[-1].at] = "\\stopTextSpan"
            else:
                found[run[0].at] = label
            run = []
    return found
