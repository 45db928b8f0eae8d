"""A Tune as clean ABC. What was read and written is the same music when it is read again.

Beams, line breaks and everything unknown stay as they were; bar lines, lengths, decorations and the order of the
headers are made regular. `layout` gives a tune the beams and lines that players write.
"""

from __future__ import annotations

from collections.abc import Callable

from folkbench.notation.keys import key_behind
from folkbench.notation.lexer import FIELD, SIGNS, TEXTS, TUPLET_TIME, escaped
from folkbench.notation.tune import (
    Bar,
    BarLine,
    Broken,
    Change,
    Chord,
    Event,
    Grace,
    Mark,
    Note,
    Rest,
    Tune,
    Tuplet,
    Unknown,
)

_SIGN_OF = {name: sign for sign, name in reversed(SIGNS.items()) if sign not in "JR"}
_ACCIDENTAL = {None: "", 0: "=", 1: "^", 2: "^^", -1: "_", -2: "__"}
_CORES = {"": "", "single": "|", "double": "||", "final": "|]", "heavy": "[|", "dotted": ".|", "hidden": "[|]"}


def write(tune: Tune) -> str:
    """The tune as ABC text, with a newline at its end."""
    lines = _header(tune)
    signs = {} if any(f.name == "U" for f in (*tune.fields, *tune.defaults)) else _SIGN_OF
    named = len(tune.voices) > 1 or (tune.voices and tune.voices[0].name)
    names = {voice.name for voice in tune.voices}
    unnamed = next(str(number) for number in range(1, len(names) + 2) if str(number) not in names)
    for voice in tune.voices:
        if named and (voice.name or len(tune.voices) > 1):
            lines.append(f"V:{voice.name or unnamed}")
        lines.extend(_music(voice.bars, signs))
        if voice.tail:
            lines.extend(_music((Bar(voice.tail, 0, _NO_LINE, _NO_LINE, (), tune.meter, tune.key, ()),), signs))
    return "\n".join(lines) + "\n"


def write_bar(bar: Bar) -> str:
    """The music of one bar, without its bar lines."""
    return " ".join(_music((bar._replace(open=_NO_LINE, close=_NO_LINE, ending=()),), _SIGN_OF)).strip()


_NO_LINE = BarLine(0, 0, "", "", 0, 0)


def bar_line(line: BarLine) -> str:
    """A bar line in its regular form: `|`, `||`, `|]`, `|:`, `:|`, `::` ..."""
    if line.ends and line.begins:
        return ":" * line.ends + ":" * line.begins
    if line.ends or line.begins:
        return ":" * line.ends + "|" + ":" * line.begins
    return _CORES[line.style]


def _header(tune: Tune) -> list[str]:
    first = [f"X:{tune.text('X', '1')}"]
    titles, rest = [], []
    for field in tune.fields:
        if field.name == "T":
            titles.append(_field("T", field.value))
        elif field.name == "":
            rest.append(field.value)
        elif field.name not in ("X", "K", "M", "L"):
            rest.append(_field(field.name, field.value))
    if tune.meter.beats or any(f.name == "M" for f in tune.fields):
        rest.append(f"M:{tune.meter.text}")
    rest.append(f"L:{tune.unit.numerator}/{tune.unit.denominator}")
    return [*first, *titles, *rest, f"K:{tune.key.text}"]


def _field(name: str, value: str) -> str:
    """A field's line, or a comment's or directive's."""
    if name.startswith("%"):
        return name + value
    return f"{name}:{escaped(value) if name in TEXTS else value}"


def _music(bars: tuple[Bar, ...], signs: dict[str, str]) -> list[str]:
    """The lines of one voice."""
    lines: list[str] = []
    line = ""

    def new_line() -> None:
        nonlocal line
        if line.strip():
            # what is no ABC may look like a field where it begins a line; ` means nothing and keeps it apart
            apart = "`" if FIELD.match(line.strip()) else ""
            lines.append(apart + line.strip())
        line = ""

    def outside(event: Event) -> bool:
        """A line break, or a line of its own: written at once. False for what stands in a line of music."""
        if isinstance(event, Mark) and event.kind == "break" and event.text != "$":
            new_line()
        elif isinstance(event, Change) and not event.inline:
            new_line()
            lines.append(_field(event.name, event.value))
        else:
            return False
        return True

    for index, bar in enumerate(bars):
        ahead = _ahead(bar)
        for event in bar.events[:ahead]:
            outside(event)
        if index == 0 and (opening := bar_line(bar.open)):
            line += opening + ("" if bar.ending else " ")
        elif ahead and bar.open.begins:
            line = "|" + ":" * bar.open.begins + " "
        if bar.ending:
            line = _with_ending(line, bar.ending)
        sounding = bar
        for number, layer in enumerate((bar.events[ahead:], *bar.overlays)):
            if number:
                line = line.rstrip() + " & "
            for event in layer:
                if isinstance(event, Change):
                    sounding = sounding._replace(key=key_behind(sounding.key, event.name, event.value))
                if not outside(event):
                    line = _joined(line, event, _WORDS[type(event)](event, sounding, signs))
        splits = bar.close.begins and index + 1 < len(bars) and _ahead(bars[index + 1])
        closing = bar_line(bar.close._replace(begins=0, style="double") if splits else bar.close)
        if closing:
            line = f"{line.rstrip()} {closing} " if line.strip() else f"{closing} "
    new_line()
    return lines


def _ahead(bar: Bar) -> int:
    """How many events at the bar's beginning (line breaks, lines of their own) part it from the line before.

    The `|:` or the ending that it begins with belongs to the new line.
    """
    for number, event in enumerate(bar.events):
        if not (isinstance(event, Mark) and event.kind == "break" and event.text != "$") and not (
            isinstance(event, Change) and not event.inline
        ):
            return number
    return 0


def _with_ending(line: str, ending: tuple[int, ...]) -> str:
    numbers = ",".join(map(str, ending))
    bare = line.rstrip()
    return f"{bare}{numbers} " if bare.endswith("|") else f"{bare} [{numbers} "


def _joined(line: str, event: Event, word: str) -> str:
    """`word` behind `line`; a broken rhythm and the end of a slur stand close to their note.

    What is unknown stands two spaces apart, so that it doesn't become a length or an ending.
    """
    if isinstance(event, Unknown):
        return f"{line.rstrip()}  {word} "
    if isinstance(event, Broken):
        return line.rstrip() + word
    if isinstance(event, Mark) and event.kind == "slur" and event.text == ")":
        bare = line.rstrip()
        return bare + word + line[len(bare) :]
    return line + word


def _length(num: int, den: int) -> str:
    if den == 1:
        return "" if num == 1 else str(num)
    return f"{'' if num == 1 else num}/{'' if den == 2 else den}"


def _note(event: Note, raised: int) -> str:
    """A note where octave= puts all `raised` octaves above their letters."""
    octave, degree = divmod(event.step - 7 * raised, 7)
    letter = "CDEFGAB"[degree]
    name = letter.lower() + "'" * (octave - 1) if octave > 0 else letter + "," * -octave
    return _ACCIDENTAL[event.accidental] + name + _length(event.num, event.den) + ("-" if event.tie else "")


def _write_note(event: Note, bar: Bar, signs: dict[str, str]) -> str:
    return _note(event, bar.key.octave) + (" " if event.gap else "")


def _write_chord(event: Chord, bar: Bar, signs: dict[str, str]) -> str:
    tail = _length(event.num, event.den) + ("-" if event.tie else "") + (" " if event.gap else "")
    return "[" + "".join(_note(note, bar.key.octave) for note in event.notes) + "]" + tail


def _write_rest(event: Rest, bar: Bar, signs: dict[str, str]) -> str:
    return event.symbol + _length(event.num, event.den) + (" " if event.gap else "")


def _write_grace(event: Grace, bar: Bar, signs: dict[str, str]) -> str:
    return "{" + ("/" if event.slashed else "") + "".join(_note(note, bar.key.octave) for note in event.notes) + "}"


def _write_tuplet(event: Tuplet, bar: Bar, signs: dict[str, str]) -> str:
    usual = TUPLET_TIME.get(event.p, 3 if bar.meter.compound else 2)
    return f"({event.p}" if event.q == usual and event.r == event.p else f"({event.p}:{event.q}:{event.r}"


def _write_broken(event: Broken, bar: Bar, signs: dict[str, str]) -> str:
    return (">" if event.dots > 0 else "<") * abs(event.dots)


def _write_mark(event: Mark, bar: Bar, signs: dict[str, str]) -> str:
    if event.kind == "decoration":
        return signs.get(event.text) or f"!{event.text}!"
    if event.kind in ("chord", "annotation"):
        return f'"{escaped(event.text)}"'
    return "y" + event.text if event.kind == "spacer" else event.text


def _write_change(event: Change, bar: Bar, signs: dict[str, str]) -> str:
    return f"[{_field(event.name, event.value)}]"


def _write_unknown(event: Unknown, bar: Bar, signs: dict[str, str]) -> str:
    return event.text


_WORDS: dict[type, Callable[..., str]] = {
    Note: _write_note,
    Chord: _write_chord,
    Rest: _write_rest,
    Grace: _write_grace,
    Tuplet: _write_tuplet,
    Broken: _write_broken,
    Mark: _write_mark,
    Change: _write_change,
    Unknown: _write_unknown,
}
