"""Lines of music: the inner loop of the reader. `read_line` moves a `Stave` along one line of text."""

from __future__ import annotations

import re

from folkbench.notation.keys import ACCIDENTALS
from folkbench.notation.lexer import GROUP, INNER, LEXER, STEPS, TEXTS, TUPLET_TIME, unescaped
from folkbench.notation.stave import Margin, NoteWord, Stave
from folkbench.notation.tune import BarLine, Change, Chord, Grace, Mark, Note, Rest, Tuplet, Unknown

_STYLES = {"|": "single", "||": "double", "|]": "final", "[|": "heavy", "[|]": "hidden"}
_MOST_REST = 999  # bars of one Z
_MOST_WORDS = 5000  # remembered a unit length; a hostile file must not fill the memory

_MOST_JOINED = 200  # characters that become one remark; a line of a million must not be copied a million times

_G = GROUP
_NOTE, _BAR, _SPACE, _BROKEN, _INLINE, _ENDING, _CHORD, _REST = (
    _G[name] for name in ("note", "bar", "space", "broken", "inline", "ending", "chord", "rest")
)
_TUPLET, _SLUR, _GRACE, _QUOTED, _NAMED, _SIGN = (
    _G[name] for name in ("tuplet", "slur", "grace", "quoted", "named", "sign")
)
_OVERLAY, _TIE, _SPACER, _LINEBREAK, _NOTHING, _OPEN, _LABELLED, _PLUS = (
    _G[name] for name in ("overlay", "tie", "spacer", "linebreak", "nothing", "open", "labelled", "plus")
)
_UNCLOSED = {"[": "unclosed-chord", "{": "unclosed-grace", '"': "unclosed-quote", "!": "unclosed-decoration"}


def read_line(stave: Stave, text: str, base: int) -> None:
    """Read one line of music into `stave`; `base` is the offset of the line in the tune's source.

    Most words of a tune are notes that were seen before, so what a note's text means is remembered with the
    unit length (`Lengths.notes`), and the rest is looked at more closely.
    """
    at = base
    known = stave.lengths.notes
    new, note = tuple.__new__, Note
    for match in LEXER.finditer(text):
        word = match.group()
        found = known.get(word)
        if found is None:
            if match.lastindex != _NOTE:
                _read_other(stave, match, match.lastindex or 0, base)
                known = stave.lengths.notes
                at += len(word)
                continue
            found = _learn(stave, match, at)
        size, ticks, step, degree, accidental, num, den, tie, gap = found
        if accidental is None:
            alter = stave.memory[degree]
        else:
            alter = stave.memory[degree] = accidental
        if stave.unusual:
            alter, ticks = stave.usual(alter, ticks, step, accidental)
        events = stave.events
        stave.last = len(events)
        stave.ticks += ticks
        # tuple.__new__ is what Note(...) does, without the call between
        events.append(new(note, (at, at + size, ticks, step, alter, accidental, num, den, tie, gap)))
        at += len(word)


def _learn(stave: Stave, match: re.Match[str], at: int) -> NoteWord:
    """What a note's text means, remembered unless it is beyond measure."""
    sign, name, long, tie, gap = match.group(_NOTE + 1, _NOTE + 2, _NOTE + 3, _NOTE + 4, _NOTE + 5)
    step = STEPS[name] + 7 * stave.lengths.octave
    num, den, ticks = stave.lengths[long]
    size = len(match.group()) - len(gap)
    accidental = ACCIDENTALS[sign] if sign else None
    found = (size, ticks, step, step % 7, accidental, num, den, tie != "", gap != "")
    if long in stave.lengths.absurd:
        _absurd(stave.margin, long, at + match.start(_NOTE + 3) - match.start())
    elif len(stave.lengths.notes) < _MOST_WORDS:
        stave.lengths.notes[match.group()] = found
    return found


def _read_other(stave: Stave, match: re.Match[str], kind: int, base: int) -> None:
    margin = stave.margin
    at, end = base + match.start(), base + match.end()
    group = match.group
    if kind == _BAR:
        text, endings = group(_BAR + 1), group(_BAR + 2)
        stave.bar_line(_bar_line(at, at + len(text), text), _endings(endings) if endings else ())
    elif kind == _BROKEN:
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
    elif kind in (_CHORD, _PLUS):
        _chord(stave, match, kind, base)
    elif kind == _GRACE:
        notes = _inner_notes(stave, group(kind + 2), base + match.start(kind + 2), "grace")
        stave.events.append(Grace(at, base + match.end(kind + 2) + 1, notes, bool(group(kind + 1))))
    elif kind == _QUOTED:
        text = group(kind + 1)
        written = text[:1] in ("^", "_", "<", ">", "@")
        stave.events.append(Mark(at, at + len(text) + 2, "annotation" if written else "chord", unescaped(text)))
    elif kind == _NAMED:
        stave.events.append(Mark(at, end, "decoration", group(kind + 1) or group(kind + 2)))
    elif kind == _INLINE:
        name, value = group(kind + 1), group(kind + 2).strip()
        end = base + match.end(kind + 2) + 1
        stave.change(Change(at, end, name, unescaped(value) if name in TEXTS else value, True))
    elif kind == _ENDING:
        opened = BarLine(at, at, "", "", 0, 0)
        stave.bar_line(opened, _endings(group(kind + 1)))
    elif kind == _LABELLED:
        stave.bar_line(BarLine(at, at, "", "", 0, 0), ())
        stave.events.append(Mark(at + 1, at + 3 + len(group(kind + 1)), "annotation", "^" + unescaped(group(kind + 1))))
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
        text = group()
        margin.remark("unclosed-field" if text[1:] and text[0] == "[" else _UNCLOSED[text[0]], at, end, text)
        stave.events.append(Unknown(at, end, group()))
    elif kind not in (_NOTHING, _SPACE) and not _late_ending(stave, match):
        _unknown(stave, at, end, group())


def _late_ending(stave: Stave, match: re.Match[str]) -> bool:
    """The number of an ending that stands apart from its bar line, at the beginning of the next line."""
    text = match.group()
    if match.string[: match.start()].strip() or match.string[match.end() : match.end() + 1] in tuple("0123456789/|:"):
        return False
    fresh = stave.last < 0 and not stave.ending and stave.open.text and not stave.layers
    if not fresh or text not in "123456789" or any(not isinstance(event, Mark) for event in stave.events):
        return False
    stave.ending = (int(text),)
    return True


def _unknown(stave: Stave, at: int, end: int, text: str) -> None:
    """Keep a character that is no ABC; neighbours become one remark."""
    remarks, events = stave.margin.remarks, stave.events
    if text == "\\":  # kept, it would be a continuation when it is written at a line's end
        stave.margin.remark("unknown-character", at, end, text)
        return
    if remarks and remarks[-1].end == at and remarks[-1].code == "unknown-character" and events:
        last = events[-1]
        if isinstance(last, Unknown) and last.end == at and len(last.text) < _MOST_JOINED:
            events[-1] = last._replace(end=end, text=last.text + text)
            remarks[-1] = remarks[-1]._replace(end=end, text=remarks[-1].text + text)
            return
    stave.margin.remark("unknown-character", at, end, text)
    events.append(Unknown(at, end, text))


def _absurd(margin: Margin, long: str, at: int) -> None:
    margin.remark("absurd-length", at, at + len(long), long[:20])


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
    stave.unusual = True


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
    if long in stave.lengths.absurd:
        _absurd(stave.margin, long, base + match.start(_REST + 2))
    stave.last = len(stave.events)
    stave.ticks += ticks
    stave.carry = None
    stave.events.append(Rest(at, end, ticks, symbol, bars, num, den, gap != ""))


def _chord(stave: Stave, match: re.Match[str], kind: int, base: int) -> None:
    inside, long, tie, gap = match.group(kind + 1, kind + 2, kind + 3, kind + 4)
    at, end = base + match.start(), base + match.end(kind + 3)
    before = len(stave.events)
    notes = _inner_notes(stave, inside, base + match.start(kind + 1), "chord")
    if not notes:
        del stave.events[before:]
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
        step = STEPS[name] + 7 * stave.lengths.octave
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
