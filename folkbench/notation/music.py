"""Lines of music: the inner loop of the reader.

A `Stave` is one voice while it is being read: what is open (a tuplet, a broken rhythm, a tie over the bar
line), which accidentals last, and the bars so far. `read_line` moves it along one line of text.
"""

from __future__ import annotations

import re
from fractions import Fraction
from math import gcd

from folkbench.notation.keys import ACCIDENTALS, parse_key, parse_meter
from folkbench.notation.lexer import GROUP, INNER, LEXER, SIGNS, STEPS, TUPLET_TIME, length, unit_length
from folkbench.notation.tune import (
    Bar,
    BarLine,
    Broken,
    Change,
    Chord,
    Event,
    Grace,
    Key,
    Mark,
    Meter,
    Note,
    Remark,
    Rest,
    Tuplet,
    Unknown,
)

EDGE = BarLine(0, 0, "", "", 0, 0)
_STYLES = {"|": "single", "||": "double", "|]": "final", "[|": "heavy", "[|]": "hidden"}
_RANK = ("", "hidden", "dotted", "single", "double", "heavy", "final", "repeat")
_MOST_REST = 999  # bars of one Z


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


class Lengths(dict[str, tuple[int, int, int]]):
    """Written length -> (num, den, ticks) for one unit note length; what is beyond measure counts as 1."""

    def __init__(self, unit: Fraction, margin: Margin) -> None:
        super().__init__()
        self.unit = unit
        self.margin = margin

    def __missing__(self, text: str) -> tuple[int, int, int]:
        try:
            num, den = length(text)
        except ValueError:
            num, den = 1, 1
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
        self.lengths = Lengths(unit, margin)
        self.bars: list[Bar] = []
        self.start_bar(EDGE, ())
        self.memory = list(key.signature)
        self.tuplet: tuple[int, int, Tuplet] | None = None  # q, notes left, the event
        self.tuplet_left = 0
        self.broken = 0  # dots of a broken rhythm that waits for its second note
        self.broken_at = 0
        self.carry: tuple[int, int] | None = None  # step and alter of a note tied over the bar line

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

    def finish(self) -> tuple[Bar, ...]:
        """The voice's bars. What stands behind the last bar line without sounding joins the last bar."""
        while self.events and isinstance(self.events[-1], Mark) and self.events[-1].kind == "break":
            self.events.pop()
        if self.last >= 0 or self.layers:
            self.close(EDGE)
        elif self.events and self.bars:
            self.bars[-1] = self.bars[-1]._replace(events=(*self.bars[-1].events, *self.events))
        return tuple(self.bars)

    def change(self, change: Change) -> None:
        """A key, meter, unit length ... that begins here."""
        name, value, margin = change.name, change.value, self.margin
        self.events.append(change)
        if name == "K":
            key = parse_key(value)
            if key is None:
                margin.remark("bad-key", change.at, change.end, value)
            else:
                self.key = key
                self.memory = list(key.signature)
        elif name == "M":
            meter = parse_meter(value)
            if meter is None:
                margin.remark("bad-meter", change.at, change.end, value)
            else:
                self.meter = meter
        elif name == "L":
            unit = margin.unit(value, change.at, change.end)
            if unit is not None:
                self.lengths = Lengths(unit, margin)
        elif name == "U":
            margin.define(value)
        if self.last < 0:
            self.bar_key, self.bar_meter = self.key, self.meter

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

    def gap_last(self) -> None:
        """White space behind a slur's end or a tie ends the beam of the note before it."""
        if self.last >= 0 and all(isinstance(event, Mark) for event in self.events[self.last + 1 :]):
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


_G = GROUP
_NOTE, _BAR, _SPACE, _BROKEN, _INLINE, _ENDING, _CHORD, _REST = (
    _G[name] for name in ("note", "bar", "space", "broken", "inline", "ending", "chord", "rest")
)
_TUPLET, _SLUR, _GRACE, _QUOTED, _NAMED, _SIGN = (
    _G[name] for name in ("tuplet", "slur", "grace", "quoted", "named", "sign")
)
_OVERLAY, _TIE, _SPACER, _LINEBREAK, _NOTHING, _OPEN, _LABELLED = (
    _G[name] for name in ("overlay", "tie", "spacer", "linebreak", "nothing", "open", "labelled")
)
_UNCLOSED = {"[": "unclosed-chord", "{": "unclosed-grace", '"': "unclosed-quote"}


def read_line(stave: Stave, text: str, base: int) -> None:
    """Read one line of music into `stave`; `base` is the offset of the line in the tune's source."""
    margin = stave.margin
    n = _NOTE
    for match in LEXER.finditer(text):
        kind = match.lastindex
        if kind == n:
            sign, name, long, tie, gap = match.group(n + 1, n + 2, n + 3, n + 4, n + 5)
            step = STEPS[name]
            if sign:
                accidental: int | None = ACCIDENTALS[sign]
                alter = stave.memory[step % 7] = ACCIDENTALS[sign]
            else:
                accidental = None
                alter = stave.memory[step % 7]
            num, den, ticks = stave.lengths[long]
            if long and len(long) > 3:
                _absurd(margin, long, match.start(n + 3), base)
            if stave.carry is not None:
                if accidental is None and stave.carry[0] == step:
                    alter = stave.carry[1]
                stave.carry = None
            if stave.tuplet_left or stave.broken:
                ticks = stave.scaled(ticks)
            stave.last = len(stave.events)
            stave.ticks += ticks
            start = base + match.start()
            stave.events.append(
                Note(start, base + match.end(n + 4), ticks, step, alter, accidental, num, den, tie != "", gap != "")
            )
        elif kind == _BAR:
            line_text, endings = match.group(_BAR + 1, _BAR + 2)
            start = base + match.start()
            bar_line = _bar_line(start, start + len(line_text), line_text)
            stave.bar_line(bar_line, _endings(endings) if endings else ())
        elif kind != _SPACE:
            _read_other(stave, match, kind or 0, base)


def _read_other(stave: Stave, match: re.Match[str], kind: int, base: int) -> None:
    margin = stave.margin
    at, end = base + match.start(), base + match.end()
    group = match.group
    if kind == _BROKEN:
        stave.break_rhythm(at, at + len(group(_BROKEN + 1)), group(_BROKEN + 1))
    elif kind == _SLUR:
        sign = group(kind + 1)
        stave.events.append(Mark(at, at + len(sign), "slur", sign[-1]))
        if sign == ")" and end > at + 1:
            stave.gap_last()
    elif kind == _SIGN:
        sign = group(kind + 1)
        meaning = margin.signs.get(sign)
        if meaning is None:
            _unknown(stave, at, at + 1, sign)
        else:
            stave.events.append(Mark(at, at + 1, "decoration", meaning))
    elif kind == _TUPLET:
        _open_tuplet(stave, at, base + _last_end(match, kind), group(kind + 1), group(kind + 2), group(kind + 3))
    elif kind == _REST:
        _rest(stave, match, base)
    elif kind == _CHORD:
        _chord(stave, match, base)
    elif kind == _GRACE:
        notes = _inner_notes(stave, group(kind + 2), base + match.start(kind + 2), "grace")
        stave.events.append(Grace(at, base + match.end(kind + 2) + 1, notes, bool(group(kind + 1))))
    elif kind == _QUOTED:
        text = group(kind + 1)
        written = text[:1] in ("^", "_", "<", ">", "@")
        stave.events.append(Mark(at, at + len(text) + 2, "annotation" if written else "chord", text))
    elif kind == _NAMED:
        stave.events.append(Mark(at, end, "decoration", group(kind + 1) or group(kind + 2)))
    elif kind == _INLINE:
        stave.change(Change(at, base + match.end(kind + 2) + 1, group(kind + 1), group(kind + 2).strip(), True))
    elif kind == _ENDING:
        opened = BarLine(at, at, "", "", 0, 0)
        stave.bar_line(opened, _endings(group(kind + 1)))
    elif kind == _LABELLED:
        stave.bar_line(BarLine(at, at, "", "", 0, 0), ())
        stave.events.append(Mark(at + 1, at + 3 + len(group(kind + 1)), "annotation", "^" + group(kind + 1)))
    elif kind == _SPACER:
        stave.events.append(Mark(at, at + 1 + len(group(kind + 1)), "spacer", group(kind + 1)))
    elif kind == _TIE:
        stave.tie_last(at, at + 1)
        if end > at + 1:
            stave.gap_last()
    elif kind == _LINEBREAK:
        stave.events.append(Mark(at, end, "break", group()))
    elif kind == _OVERLAY:
        stave.overlay()
    elif kind == _OPEN:
        margin.remark(_UNCLOSED[group()], at, end, group())
        stave.events.append(Unknown(at, end, group()))
    elif kind != _NOTHING:
        _unknown(stave, at, end, group())


def _unknown(stave: Stave, at: int, end: int, text: str) -> None:
    """Keep a character that is no ABC; neighbours become one remark."""
    remarks, events = stave.margin.remarks, stave.events
    if remarks and remarks[-1].end == at and remarks[-1].code == "unknown-character" and events:
        last = events[-1]
        if isinstance(last, Unknown) and last.end == at:
            events[-1] = last._replace(end=end, text=last.text + text)
            remarks[-1] = remarks[-1]._replace(end=end, text=remarks[-1].text + text)
            return
    stave.margin.remark("unknown-character", at, end, text)
    events.append(Unknown(at, end, text))


def _absurd(margin: Margin, long: str, start: int, base: int) -> None:
    try:
        length(long)
    except ValueError:
        margin.remark("absurd-length", base + start, base + start + len(long), long[:20])


def _last_end(match: re.Match[str], kind: int) -> int:
    return max(match.end(kind + 1), match.end(kind + 2), match.end(kind + 3))


def _open_tuplet(stave: Stave, at: int, end: int, p_text: str, q_text: str | None, r_text: str | None) -> None:
    margin = stave.margin
    if len(p_text + (q_text or "") + (r_text or "")) > 9:
        _unknown(stave, at, end, p_text)
        return
    p = int(p_text)
    compound = stave.meter.compound
    q = int(q_text) if q_text else TUPLET_TIME.get(p, 3 if compound else 2)
    r = int(r_text) if r_text else p
    if not (1 < p <= 99 and 0 < q <= 99 and 0 < r <= 99):
        margin.remark("bad-tuplet", at, end, p_text)
        stave.events.append(Unknown(at, end, f"({p_text}"))
        return
    if stave.tuplet_left and stave.tuplet is not None:
        before = stave.tuplet[2]
        margin.remark("tuplet-too-short", before.at, before.end, str(stave.tuplet_left))
    event = Tuplet(at, end, p, q, r)
    stave.events.append(event)
    stave.tuplet = (q, p, event)
    stave.tuplet_left = r


def _rest(stave: Stave, match: re.Match[str], base: int) -> None:
    symbol, long, gap = match.group(_REST + 1, _REST + 2, _REST + 3)
    at, end = base + match.start(), base + match.end(_REST + 2)
    num, den, ticks = stave.lengths[long]
    bars = 0
    if symbol in "ZX":
        bars = min(num, _MOST_REST) if den == 1 else 1
        ticks = stave.meter.ticks(stave.margin.whole) * bars
    elif stave.tuplet_left or stave.broken:
        ticks = stave.scaled(ticks)
    if long:
        _absurd(stave.margin, long, match.start(_REST + 2), base)
    stave.last = len(stave.events)
    stave.ticks += ticks
    stave.carry = None
    stave.events.append(Rest(at, end, ticks, symbol, bars, num, den, gap != ""))


def _chord(stave: Stave, match: re.Match[str], base: int) -> None:
    inside, long, tie, gap = match.group(_CHORD + 1, _CHORD + 2, _CHORD + 3, _CHORD + 4)
    at, end = base + match.start(), base + match.end(_CHORD + 3)
    notes = _inner_notes(stave, inside, base + match.start(_CHORD + 1), "chord")
    if not notes:
        _unknown(stave, at, end, match.group().rstrip())
        return
    num, den, _ = stave.lengths[long]
    ticks = stave.margin.ticks(notes[0].ticks * num, den)
    if stave.tuplet_left or stave.broken:
        ticks = stave.scaled(ticks)
    stave.last = len(stave.events)
    stave.ticks += ticks
    stave.carry = None
    stave.events.append(Chord(at, end, ticks, notes, num, den, tie != "", gap != ""))


def _inner_notes(stave: Stave, text: str, base: int, where: str) -> tuple[Note, ...]:
    """The notes between [ ] or { }. Decorations in a chord stand before it as marks; the rest is unknown."""
    notes: list[Note] = []
    at = 0
    while at < len(text):
        match = INNER.match(text, at)
        if match is None:
            at = _inner_other(stave, text, at, base, where)
            continue
        sign, name, long, tie = match.groups()
        step = STEPS[name]
        accidental = ACCIDENTALS[sign] if sign else None
        if accidental is not None and where == "chord":
            stave.memory[step % 7] = accidental
        alter = stave.memory[step % 7] if accidental is None else accidental
        num, den, ticks = stave.lengths[long]
        end = base + match.end(4)
        notes.append(Note(base + at, end, ticks, step, alter, accidental, num, den, tie != "", False))
        at = match.end()
    return tuple(notes)


def _inner_other(stave: Stave, text: str, at: int, base: int, where: str) -> int:
    match = LEXER.match(text, at)
    assert match is not None
    kind = match.lastindex or 0
    place = base + at
    if kind == _SIGN and match.group(kind + 1) in stave.margin.signs:
        stave.events.append(Mark(place, place + 1, "decoration", stave.margin.signs[match.group(kind + 1)]))
    elif kind == _NAMED:
        stave.events.append(
            Mark(place, base + match.end(), "decoration", match.group(kind + 1) or match.group(kind + 2))
        )
    elif kind in (_SLUR, _QUOTED, _SPACE, _NOTHING, _BROKEN):
        pass  # slurs and fingerings inside a chord or between grace notes say nothing about its music
    else:
        stave.margin.remark("unknown-character", place, place + 1, text[at])
        return at + 1
    return match.end()


def _bar_line(at: int, end: int, text: str) -> BarLine:
    found = _BAR_LINES.get(text)
    if found is None:
        bare = text.strip(":.")
        if not bare:  # ::
            ends, begins = len(text) // 2, len(text) - len(text) // 2
            style = "repeat"
        else:
            ends = len(text) - len(text.lstrip(".").lstrip(":")) - text.startswith(".")
            begins = len(text) - len(text.rstrip(":"))
            style = "dotted" if text.startswith(".") else _STYLES.get(bare, "final" if "]" in bare else "double")
            if ":" in text.strip(":"):  # :|:|: and the like
                ends, begins = max(ends, 1), max(begins, 1)
            if ends or begins:
                style = "repeat"
        found = (style, ends, begins)
        if len(_BAR_LINES) < 500:
            _BAR_LINES[text] = found
    return BarLine(at, end, text, *found)


_BAR_LINES: dict[str, tuple[str, int, int]] = {}


def _joined(first: BarLine, second: BarLine) -> BarLine:
    """Two bar lines with nothing between them, as at the end of one line and the beginning of the next."""
    style = max(first.style, second.style, key=_RANK.index)
    text = f"{first.text} {second.text}".strip()
    return BarLine(first.at, second.end, text, style, max(first.ends, second.ends), max(first.begins, second.begins))


def _endings(text: str) -> tuple[int, ...]:
    """`1`, `1,3`, `1-3` as numbers."""
    numbers: list[int] = []
    for part in text.split(","):
        low, dash, high = part.partition("-")
        if not low or len(low) > 2 or len(high) > 2:
            continue
        last = int(high) if dash and high else int(low)
        numbers.extend(range(int(low), min(last, 99) + 1) if last >= int(low) else [int(low)])
    return tuple(numbers)
