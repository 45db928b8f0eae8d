"""One voice while it is being read: what is open, which accidentals last, and the bars so far."""

from __future__ import annotations

from fractions import Fraction
from math import gcd

from folkbench.notation.keys import at_octave, parse_key, parse_meter
from folkbench.notation.lexer import SIGNS, length, unit_length
from folkbench.notation.tune import (
    Bar,
    BarLine,
    Broken,
    Change,
    Chord,
    Event,
    Key,
    Mark,
    Meter,
    Note,
    Remark,
    Rest,
    Tuplet,
    Unknown,
    Voice,
)

EDGE = BarLine(0, 0, "", "", 0, 0)
_MOST_JOINED = 200  # characters of bar lines that are joined to one
_RANK = ("", "hidden", "dotted", "single", "double", "heavy", "final", "repeat")


class Finer(Exception):
    """A duration that the tune's ticks can't express: read it again with `factor` times as many."""

    def __init__(self, factor: int) -> None:
        self.factor = factor


class Margin:
    """What is noted beside one reading of a tune: remarks, U: definitions, and how fine the ticks are."""

    def __init__(self, whole: int, exact: bool) -> None:
        self.whole = whole
        self.exact = exact  # False: durations beyond all measure are rounded, so that reading always ends
        self.remarks: list[Remark] = []
        self.signs = SIGNS

    def remark(self, code: str, at: int, end: int, text: str) -> None:
        """Note something that wasn't understood."""
        self.remarks.append(Remark(code, at, end, text))

    def ticks(self, num: int, den: int) -> int:
        """num/den ticks as a whole number. Raises Finer if they aren't one."""
        ticks, rest = divmod(num, den)
        if rest and self.exact:
            raise Finer(den // gcd(num, den))
        return ticks

    def unit(self, value: str, at: int, end: int) -> Fraction | None:
        """The unit note length that L: names; a remark and None if it can't be read."""
        unit = unit_length(value)
        if unit is None:
            self.remark("bad-unit-length", at, end, value)
        return unit

    def define(self, value: str) -> None:
        """U: gives a letter a meaning (section 4.16): `U: W = !trill!`."""
        sign, equals, meaning = value.partition("=")
        sign, meaning = sign.strip(), meaning.strip().strip("!+")
        if equals and len(sign) == 1 and meaning:
            self.signs = {**self.signs, sign: meaning}


NoteWord = tuple[int, int, int, int, int | None, int, int, bool, bool]
"""A note's text without its place: size, ticks, step, degree 0..6, accidental, num, den, tie, gap."""


_NOTES: dict[tuple[Fraction, int, int], dict[str, NoteWord]] = {}
_MOST_UNITS = 50
"""What note texts mean, remembered from tune to tune by unit length, ticks and octave=; bounded against hostile files.
"""


class Lengths(dict[str, tuple[int, int, int]]):
    """Written length -> (num, den, ticks) for one unit note length; what is beyond measure counts as 1.

    `notes` has whole notes, their `step` moved by `octave` octaves.
    """

    def __init__(self, unit: Fraction, margin: Margin, octave: int) -> None:
        super().__init__()
        self.unit = unit
        self.octave = octave
        self.margin = margin
        self.absurd: set[str] = set()
        self.notes = _NOTES.setdefault((unit, margin.whole, octave), {}) if len(_NOTES) < _MOST_UNITS else {}

    def __missing__(self, text: str) -> tuple[int, int, int]:
        try:
            num, den = length(text)
        except ValueError:
            num, den = 1, 1
            self.absurd.add(text)
        unit, margin = self.unit, self.margin
        found = (num, den, margin.ticks(margin.whole * unit.numerator * num, unit.denominator * den))
        self[text] = found
        return found


class Stave:
    """One voice while it is being read."""

    def __init__(self, name: str, key: Key, meter: Meter, unit: Fraction, margin: Margin) -> None:
        self.name = name
        self.margin = margin
        self.key = key
        self.meter = meter
        self.lengths = Lengths(unit, margin, key.octave)
        self.bars: list[Bar] = []
        self.start_bar(EDGE, ())
        self.memory = list(key.signature)
        self.tuplet: tuple[int, int, Tuplet] | None = None  # q, notes left, the event
        self.tuplet_left = 0
        self.broken = 0  # dots of a broken rhythm that waits for its second note
        self.broken_at = 0
        self.carry: tuple[int, int] | None = None  # step and alter of a note tied over the bar line
        self.unusual = False  # the next note stands under a tuplet, a broken rhythm or a tie over the bar line

    def start_bar(self, line: BarLine, ending: tuple[int, ...]) -> None:
        """Begin a bar after `line`."""
        self.events: list[Event] = []
        self.layers: list[tuple[list[Event], int]] = []
        self.open = line
        self.ending = ending
        self.last = -1  # where the last note, chord or rest stands in `events`
        self.ticks = 0
        self.bar_key = self.key
        self.bar_meter = self.meter

    def bar_line(self, line: BarLine, ending: tuple[int, ...]) -> None:
        """Close the bar, or, where nothing has sounded since the last bar line, join the two lines."""
        if self.last < 0 and not self.layers:
            events = self.events
            opening = self.open
            self.open = _joined(opening, line) if opening.text else line
            self.ending = ending or self.ending
            if self.bars:
                self.bars[-1] = self.bars[-1]._replace(close=self.open)
            self.events = events
            return
        self.close(line)
        self.start_bar(line, ending)

    def close(self, line: BarLine) -> None:
        """Put the bar with the others."""
        margin = self.margin
        if self.tuplet_left and self.tuplet is not None:
            event = self.tuplet[2]
            margin.remark("tuplet-too-short", event.at, event.end, str(self.tuplet_left))
            self.tuplet_left = 0
        if self.broken:
            margin.remark("broken-at-bar-line", self.broken_at, self.broken_at + abs(self.broken), "")
            self.broken = 0
        self.carry = None
        if self.last >= 0:
            event2 = self.events[self.last]
            if isinstance(event2, Note) and event2.tie:
                self.carry = (event2.step, event2.alter)
        self.unusual = self.carry is not None
        events, ticks = self.events, self.ticks
        overlays: tuple[tuple[Event, ...], ...] = ()
        if self.layers:
            first, ticks = self.layers[0]
            overlays = (*[tuple(layer) for layer, _ in self.layers[1:]], tuple(events))
            events = first
        self.bars.append(
            Bar(tuple(events), ticks, self.open, line, self.ending, self.bar_meter, self.bar_key, overlays)
        )
        self.memory = list(self.key.signature)

    def overlay(self) -> None:
        """`&`: the bar begins again in another layer."""
        self.layers.append((self.events, self.ticks))
        self.events, self.ticks, self.last = [], 0, -1
        self.memory = list(self.key.signature)

    def finish(self) -> Voice:
        """The voice, with the last bar closed."""
        tail: tuple[Event, ...] = ()
        while self.events and isinstance(self.events[-1], Mark) and self.events[-1].kind == "break":
            self.events.pop()
        if self.last >= 0 or self.layers:
            self.close(EDGE)
        else:
            tail = tuple(self.events)
        return Voice(self.name, tuple(self.bars), tail)

    def change(self, change: Change) -> None:
        """A key, meter, unit length ... that begins here."""
        name, value, margin = change.name, change.value, self.margin
        self.events.append(change)
        if name == "K":
            key = parse_key(value, self.key)
            if key is None:
                margin.remark("bad-key", change.at, change.end, value)
            else:
                self._enter(key)
                self.memory = list(key.signature)
        elif name == "V":
            self._enter(at_octave(self.key, value))
        elif name == "M":
            meter = parse_meter(value)
            if meter is None:
                margin.remark("bad-meter", change.at, change.end, value)
            else:
                self.meter = meter
        elif name == "L":
            unit = margin.unit(value, change.at, change.end)
            if unit is not None:
                self.lengths = Lengths(unit, margin, self.key.octave)
        elif name == "U":
            margin.define(value)
        if self.last < 0:
            self.bar_key, self.bar_meter = self.key, self.meter

    def _enter(self, key: Key) -> None:
        if key.octave != self.key.octave:
            self.lengths = Lengths(self.lengths.unit, self.margin, key.octave)
        self.key = key

    def usual(self, alter: int, ticks: int, step: int, accidental: int | None) -> tuple[int, int]:
        """What the unusual makes of a note: its alter after a tie over the bar line, its ticks in a tuplet."""
        if self.carry is not None:
            if accidental is None and self.carry[0] == step:
                alter = self.carry[1]
            self.carry = None
        if self.tuplet_left or self.broken:
            ticks = self.scaled(ticks)
        self.unusual = self.tuplet_left > 0
        return alter, ticks

    def scaled(self, ticks: int) -> int:
        """A duration under the tuplet and the broken rhythm that are open; both are moved along."""
        if self.tuplet_left and self.tuplet is not None:
            q, p, _ = self.tuplet
            ticks = self.margin.ticks(ticks * q, p)
            self.tuplet_left -= 1
        dots = self.broken
        if dots:
            part = 1 << abs(dots)
            ticks = self.margin.ticks(ticks if dots > 0 else ticks * (2 * part - 1), part)
            self.broken = 0
        return ticks

    def break_rhythm(self, at: int, end: int, text: str) -> None:
        """`>` and `<`: the note before gives what the note behind takes, or the other way round."""
        dots = len(text) if text[0] == ">" else -len(text)
        if self.last < 0 or abs(dots) > 3 or self.broken:
            self.margin.remark("broken-without-note", at, end, text)
            self.events.append(Unknown(at, end, text))
            return
        event = self.events[self.last]
        assert isinstance(event, Note | Chord | Rest)
        part = 1 << abs(dots)
        longer = self.margin.ticks(event.ticks * (2 * part - 1 if dots > 0 else 1), part)
        self.ticks += longer - event.ticks
        self.events[self.last] = event._replace(ticks=longer)
        self.events.append(Broken(at, end, dots))
        self.broken, self.broken_at = dots, at
        self.unusual = True

    def gap_last(self) -> None:
        """White space behind a slur's end or a tie ends the beam of the note before it."""
        if self.last >= 0 and all(_is_slur(event) for event in self.events[self.last + 1 :]):
            event = self.events[self.last]
            assert isinstance(event, Note | Chord | Rest)
            self.events[self.last] = event._replace(gap=True)

    def tie_last(self, at: int, end: int) -> None:
        """A tie that stands apart from its note, as in `(AB)-`."""
        event = self.events[self.last] if self.last >= 0 else None
        if isinstance(event, Note | Chord) and not event.tie:
            self.events[self.last] = event._replace(tie=True)
        else:
            self.margin.remark("stray-tie", at, end, "-")
            self.events.append(Unknown(at, end, "-"))


def _joined(first: BarLine, second: BarLine) -> BarLine:
    """Two bar lines with nothing between them, as at the end of one line and the beginning of the next."""
    style = max(first.style, second.style, key=_RANK.index)
    text = f"{first.text} {second.text}".strip() if len(first.text) < _MOST_JOINED else first.text
    return BarLine(first.at, second.end, text, style, max(first.ends, second.ends), max(first.begins, second.begins))


def _is_slur(event: Event) -> bool:
    return isinstance(event, Mark) and event.kind == "slur"
