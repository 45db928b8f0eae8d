"""The Tune: one immutable value that walks through the whole house.

Text becomes a Tune once, in `notation.read`; every other room reads this record. A tune has voices (nearly
always one), a voice has bars, a bar has events in the order of the text. Durations are integer *ticks*;
`Tune.whole` is how many ticks a whole note has in this tune (chosen so that all its tuplets are exact).
Places are offsets into `Tune.source`, the tune's own text; `Tune.locate` turns one into line and column.

Events are named tuples: small, immutable, and quick to make.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

WHOLE = 40320
"""Ticks in a whole note unless a tune needs more: 8!, so 128ths in triplets, quintuplets, septuplets are exact."""

SEMITONES = (0, 2, 4, 5, 7, 9, 11)
"""Semitones above C of the seven steps C D E F G A B."""


class Note(NamedTuple):
    """One note. `step` counts diatonic steps from middle C (ABC `C` is 0, `c` 7, `B,` -1), as it stands on the staff:
    an octave= of K: or V: is in it, an 8 at the clef isn't.
    """

    at: int
    end: int
    ticks: int  # as it sounds: tuplets and broken rhythm included
    step: int
    alter: int  # semitones of the sounding note against the white key: key and bar included
    accidental: int | None  # as written: None, or -2..2 for __ _ = ^ ^^
    num: int  # written length in unit note lengths, num/den
    den: int
    tie: bool  # tied to the next note
    gap: bool  # white space follows, so the beam ends here

    @property
    def midi(self) -> int:
        """MIDI number as it stands on the staff; middle C is 60."""
        octave, degree = divmod(self.step, 7)
        return 60 + 12 * octave + SEMITONES[degree] + self.alter


class Chord(NamedTuple):
    """Notes that sound together, `[CEG]2`; it lasts as long as its first note says."""

    at: int
    end: int
    ticks: int
    notes: tuple[Note, ...]
    num: int
    den: int
    tie: bool
    gap: bool


class Rest(NamedTuple):
    """`z` (printed), `x` (invisible), `Z` and `X` (whole bars: `bars` of them, else 0)."""

    at: int
    end: int
    ticks: int
    symbol: str
    bars: int
    num: int
    den: int
    gap: bool


class Grace(NamedTuple):
    """Grace notes before the next note, `{cd}` or with a slash `{/c}`. They take no time: ticks are as written."""

    at: int
    end: int
    notes: tuple[Note, ...]
    slashed: bool


class Tuplet(NamedTuple):
    """`(p:q:r`: the next r notes, p in the time of q. Their `ticks` have it already."""

    at: int
    end: int
    p: int
    q: int
    r: int


class Broken(NamedTuple):
    """`>` (1), `>>` (2), `<` (-1) ... between two notes, whose `ticks` have it already."""

    at: int
    end: int
    dots: int


class Mark(NamedTuple):
    """Something that belongs to the next note, or stands between notes.

    kind is "decoration" (text is its name: "roll", "trill", "staccato", "fermata", "upbow" ...), "chord"
    (a chord symbol: "Gm7"), "annotation" (text placed by hand, its ^ _ < > @ kept), "slur" (text "(" or ")";
    ")" belongs to the note before), "spacer" (`y`) or "break" (a line break: text is how it was written).
    """

    at: int
    end: int
    kind: str
    text: str


class Change(NamedTuple):
    """An inline field `[K:D]` or a field line in the music: key, meter, unit length, part, tempo, words ..."""

    at: int
    end: int
    name: str  # "K", "M", "L", "P", "Q", "R", "V", "w", "N", "r" ...
    value: str
    inline: bool  # in brackets, not a line of its own


class Unknown(NamedTuple):
    """Text that is no ABC. It is kept as it was, and written again."""

    at: int
    end: int
    text: str


Event = Note | Chord | Rest | Grace | Tuplet | Broken | Mark | Change | Unknown


class BarLine(NamedTuple):
    """What stands between two bars; the edge of the tune where nothing does (`text` is then empty).

    `ends` and `begins` count the repeat's dots: `:|` ends 1, `|:` begins 1, `::` both.
    style: "" (nothing written), "single" |, "double" ||, "final" |], "heavy" [|, "dotted" .|, "hidden" [|],
    "repeat" for all that have dots.
    """

    at: int
    end: int
    text: str
    style: str
    ends: int
    begins: int


class Bar(NamedTuple):
    """The events between two bar lines. `open` of a bar is `close` of the one before it."""

    events: tuple[Event, ...]
    ticks: int  # how long the events last (the first layer, if there are overlays)
    open: BarLine
    close: BarLine
    ending: tuple[int, ...]  # the ending that begins here: (1,), (1, 3); () if none
    meter: Meter  # in force as the bar begins
    key: Key
    overlays: tuple[tuple[Event, ...], ...]  # further layers after `&`, usually none


class Voice(NamedTuple):
    """One voice. `name` is what V: calls it, "" when there is no V:."""

    name: str
    bars: tuple[Bar, ...]
    tail: tuple[Event, ...] = ()  # what stands behind the last bar line without sounding: words, marks


class Meter(NamedTuple):
    """`beats`/`unit`; `text` as written ("C|", "2+3/8"). Free meter (M:none) has beats 0."""

    beats: int
    unit: int
    text: str

    def ticks(self, whole: int) -> int:
        """Length of one bar in ticks; 0 in free meter."""
        return whole * self.beats // self.unit

    @property
    def compound(self) -> bool:
        """6/8, 9/8, 12/8 ...: the beat is a dotted note."""
        return self.unit >= 8 and self.beats > 3 and self.beats % 3 == 0


class Key(NamedTuple):
    """A key: its tonic, its mode, and what each of the seven steps C..B is altered by.

    mode is "maj", "min", "dor", "mix", "phr", "lyd" or "loc"; "none" for K:none and an empty K:;
    "HP" and "Hp" for Highland pipes.
    """

    tonic: str  # "C", "F#", "Bb"; "" for none
    mode: str
    signature: tuple[int, int, int, int, int, int, int]
    text: str  # as written, clef and all
    clef: str  # "" or what the text says: "treble", "bass", "alto" ...
    octave: int  # by octave=: the notes stand so many octaves above their letters; usually 0
    ottava: int = 0  # by the clef's +8 or -8: they sound so many octaves above where they stand


class Field(NamedTuple):
    """A header line: `name` "T", "R", "%%" (directive), "%" (comment), "" (text that is no field)."""

    at: int
    end: int
    name: str
    value: str


class Remark(NamedTuple):
    """Something the reader didn't understand and kept. `check` says how bad it is."""

    code: str  # a stable name: "unknown-character", "unclosed-chord" ...
    at: int
    end: int
    text: str


@dataclass(frozen=True, slots=False)
class Tune:
    """A tune: its headers, its voices, and the text it came from.

    `line` is the 1-based line in its file on which `source` begins; `index` its ordinal there, from 1.
    """

    fields: tuple[Field, ...]
    voices: tuple[Voice, ...]
    key: Key  # at the start
    meter: Meter  # at the start
    unit: Fraction  # L: at the start, in whole notes
    whole: int = WHOLE
    source: str = ""
    line: int = 1
    index: int = 1
    remarks: tuple[Remark, ...] = ()
    defaults: tuple[Field, ...] = field(default=())  # from the file's own header

    @property
    def bars(self) -> tuple[Bar, ...]:
        """The bars of the first voice."""
        return self.voices[0].bars if self.voices else ()

    def texts(self, name: str) -> tuple[str, ...]:
        """The values of all header lines `name`, in order: `texts("T")` are the titles."""
        return tuple([f.value for f in self.fields if f.name == name])

    def text(self, name: str, default: str = "") -> str:
        """The value of the first header line `name`."""
        for f in self.fields:
            if f.name == name:
                return f.value
        return default

    @property
    def title(self) -> str:
        return self.text("T")

    @property
    def rhythm(self) -> str:
        """The R: field: reel, jig, hornpipe ...; "" if none."""
        return self.text("R") or next((f.value for f in self.defaults if f.name == "R"), "")

    @cached_property
    def _lines(self) -> list[int]:
        starts = [0]
        find = self.source.find
        at = find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = find("\n", at + 1)
        return starts

    def locate(self, at: int) -> tuple[int, int]:
        """Line (in the file) and column of an offset into `source`; both count from 1."""
        row = bisect_right(self._lines, at) - 1
        return self.line + row, at - self._lines[row] + 1
