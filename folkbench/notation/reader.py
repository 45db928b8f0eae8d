"""ABC text to `Tune` (ABC standard 2.1, and what is really out there).

`read` takes one tune's text, with or without headers; it never raises for any text. What it doesn't
understand is kept in the tune as `Unknown` and named in `Tune.remarks`, with its place; `check` says how bad
each is. Splitting a tunebook into tunes is `tunebook`'s work; lines of music are read in `music`.

Durations are integer ticks. If a tune has tuplets or lengths that `WHOLE` ticks can't express, it is read
again with as many more as it needs.
"""

from __future__ import annotations

import re
from fractions import Fraction

from folkbench.notation.keys import FREE, NO_KEY, at_octave, parse_key, parse_meter
from folkbench.notation.lexer import FIELD, LEXER, TEXTS, unescaped
from folkbench.notation.music import read_line
from folkbench.notation.stave import Finer, Margin, Stave
from folkbench.notation.tune import WHOLE, Change, Field, Key, Mark, Meter, Tune, Voice

_MOST_TICKS = 10**15
_DEFAULTS = frozenset("MLKRUI")


def read(text: str, *, line: int = 1, index: int = 1, defaults: tuple[Field, ...] = ()) -> Tune:
    """One tune. `line` and `index` say where it stands in its file, `defaults` are the file's own header fields.

    A text without headers (a thesession body, a figure) is read as music in L:1/8 without key or meter.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    whole = WHOLE
    while True:
        try:
            return _Reader(text, line, index, defaults, whole).tune()
        except Finer as finer:
            whole *= finer.factor
            if whole > _MOST_TICKS:
                return _Reader(text, line, index, defaults, whole, exact=False).tune()


class _Reader:
    """One reading of one tune, line by line."""

    def __init__(
        self, text: str, line: int, index: int, defaults: tuple[Field, ...], whole: int, exact: bool = True
    ) -> None:
        self.text = text
        self.line = line
        self.index = index
        self.defaults = defaults
        self.margin = Margin(whole, exact)
        self.fields: list[Field] = []
        self.key: Key = NO_KEY
        self.meter: Meter = FREE
        self.unit: Fraction | None = None
        self.staves: dict[str, Stave] = {}
        self.stave: Stave | None = None

    def tune(self) -> Tune:
        for field in self.defaults:
            if field.name in _DEFAULTS:
                self._header(field)
        in_header = True
        at = 0
        for line in self.text.split("\n"):
            end = at + len(line)
            if not line or line.isspace():
                pass
            elif line[0] == "%":
                self._aside(line, at, end, in_header)
            elif line[0] == "\\" and not line.strip("\\ \t"):
                pass
            else:
                match = FIELD.match(line) if line[1:2] == ":" else None
                if match is not None:
                    name, value = match.groups()
                    if "%" in value:
                        value = self._without_comment(name, value, in_header)
                    field = Field(at, end, name, value.rstrip())
                    if name == "V":
                        self._voice_field(field, in_header)
                    elif in_header:
                        self._continue_or_add(field)
                        in_header = name != "K"
                    else:
                        self._music().change(Change(at, end, name, field.value, False))
                elif in_header and self._is_prose(line):
                    self.fields.append(Field(at, end, "", line))
                    self.margin.remark("text-in-header", at, end, line)
                else:
                    in_header = False
                    self._line_of_music(line, at)
            at = end + 1
        return self._finished()

    def _without_comment(self, name: str, value: str, in_header: bool) -> str:
        """A field's value up to its comment; in a text `\\%` is a %."""
        if name == "+" and in_header and self.fields:
            name = self.fields[-1].name
        bare = _uncommented(value)
        return unescaped(bare) if name in TEXTS else bare

    def _is_prose(self, line: str) -> bool:
        """A line in the header that is neither a field nor music: music lexes nearly clean, more so without bars."""
        if len(line) > 2000:
            return "|" not in line
        unknown = sum(m.end() - m.start() for m in LEXER.finditer(line) if m.lastgroup in ("unknown", "sign", "open"))
        return unknown * (5 if "|" in line else 8) > len(line)

    def _aside(self, line: str, at: int, end: int, in_header: bool) -> None:
        """A comment or a %%directive; both are kept where they stand."""
        directive = line.startswith("%%")
        name, value = ("%%", line[2:]) if directive else ("%", line[1:])
        if in_header:
            self.fields.append(Field(at, end, name, value))
        else:
            self._music().change(Change(at, end, name, value, False))

    def _line_of_music(self, line: str, at: int) -> None:
        if "%" in line:
            line = _uncommented(line)
        body = line.rstrip()
        continued = body.endswith("\\")
        if continued:
            body = body[:-1]
        start = 0
        # [V:2] in the middle of a line hands over to another voice
        for match in re.finditer(r"\[V:\s*([^\]\s]+)[^\]]*\]", body) if "[V:" in body else ():
            if body[start : match.start()].strip():
                read_line(self._music(), body[start : match.start()], at + start)
            self.stave = self._stave(match.group(1))
            start = match.end()
        stave = self._music()
        read_line(stave, body[start:] if start else body, at + start)
        if not continued:
            end = at + len(body)
            stave.events.append(Mark(end, end, "break", "\n"))

    def _music(self) -> Stave:
        """The voice that is being read; the first one comes to life here."""
        if self.stave is None:
            self.stave = self._stave("")
        return self.stave

    def _stave(self, name: str) -> Stave:
        stave = self.staves.get(name)
        if stave is None:
            first = self.staves.get("")
            if first is not None and not first.bars and first.last < 0:
                # what stood before the first V: in the body belongs to that voice
                stave = self.staves.pop("")
                stave.name = name
            else:
                words = [f.value for f in self.fields if f.name == "V" and f.value.split(None, 1)[:1] == [name]]
                key = at_octave(self.key, " ".join(words))
                stave = Stave(name, key, self.meter, self._unit(), self.margin)
            self.staves[name] = stave
        return stave

    def _voice_field(self, field: Field, in_header: bool) -> None:
        name = field.value.split(None, 1)[0] if field.value.strip() else ""
        if in_header:
            self.fields.append(field)
        else:
            self.stave = self._stave(name)
            if field.value.strip() != name:
                self.stave.change(Change(field.at, field.end, "V", field.value, False))

    def _continue_or_add(self, field: Field) -> None:
        if field.name == "+" and self.fields:
            last = self.fields[-1]
            self.fields[-1] = last._replace(end=field.end, value=f"{last.value} {field.value}".rstrip())
            return
        self.fields.append(field)
        self._header(field)

    def _header(self, field: Field) -> None:
        if field.name == "K":
            key = parse_key(field.value)
            if key is None:
                self.margin.remark("bad-key", field.at, field.end, field.value)
            else:
                self.key = key
        elif field.name == "M":
            meter = parse_meter(field.value)
            if meter is None:
                self.margin.remark("bad-meter", field.at, field.end, field.value)
            else:
                self.meter = meter
        elif field.name == "L":
            self.unit = self.margin.unit(field.value, field.at, field.end) or self.unit
        elif field.name == "U":
            self.margin.define(field.value)

    def _unit(self) -> Fraction:
        """L:, or what the meter says without it (section 3.1.7): a sixteenth below 3/4, else an eighth."""
        if self.unit is not None:
            return self.unit
        if self.meter.beats and self.meter.beats * 4 < self.meter.unit * 3:
            return Fraction(1, 16)
        return Fraction(1, 8)

    def _finished(self) -> Tune:
        voices = tuple([stave.finish() for stave in self.staves.values()])
        remarks = sorted(self.margin.remarks, key=lambda remark: remark.at)
        return Tune(
            fields=tuple(self.fields),
            voices=voices or (Voice("", ()),),
            key=self.key,
            meter=self.meter,
            unit=self._unit(),
            whole=self.margin.whole,
            source=self.text,
            line=self.line,
            index=self.index,
            remarks=tuple(remarks),
            defaults=self.defaults,
        )


def _uncommented(text: str) -> str:
    """The text before an unescaped %."""
    match = re.search(r"(?<!\\)%", text)
    return text[: match.start()] if match else text
