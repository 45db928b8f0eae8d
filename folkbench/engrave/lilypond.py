"""Tunes as a LilyPond text: the page, the headings, the staves.

The text is for LilyPond 2.24 and newer. One call takes any number of tunes: a hundred in one run take LilyPond
a tenth of a second each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from folkbench.engrave import parts
from folkbench.engrave.lines import line_breaks
from folkbench.engrave.music import Measure, Plan, Tint, measures
from folkbench.engrave.signs import tempo
from folkbench.engrave.text import DEFINITIONS, block, quoted, wrapped
from folkbench.notation import Tune, form
from folkbench.notation.titles import clean
from folkbench.notation.tune import Event

SIZE = 18.0
"""Height of a staff in points, unless asked for otherwise."""

_ROOM = 47 * SIZE  # notes on a line of A4, times the size of the staff
_TITLE_COLUMNS, _TEXT_COLUMNS = 52, 84  # characters that a line holds of the title, and of smaller text

_LINES_TOGETHER = 10  # a tune of fewer lines isn't divided between pages
_TITLE = "\\fontsize #3 \\bold "


@dataclass(frozen=True, slots=True)
class Look:
    """How a page is to look. `tints` marks events; `picture` makes one page of what it takes, for PNG and SVG."""

    size: float = SIZE
    numbers: bool = False
    chords: bool = True
    picture: bool = False
    tints: Mapping[Event, Tint] = field(default_factory=dict)


def lilypond(tunes: Sequence[Tune], look: Look | None = None) -> str:
    """The LilyPond text of a page, or of as many pages as `tunes` take. Never raises, whatever a tune holds."""
    look = look or Look()
    title = tunes[0].title if tunes else ""
    return "\n".join([preamble(look, title), *[score(tune, look) for tune in tunes]])


def preamble(look: Look, title: str) -> str:
    """What stands before the tunes: the paper, the layout, and the title that the PDF's reader shows."""
    return "\n".join(
        [
            '\\version "2.24.0"',
            f"\\header {{ pdftitle = {quoted(title)} tagline = ##f }}",
            f"#(set-global-staff-size {look.size:g})",
            _PAPER.replace("PICTURE", _PICTURE if look.picture else ""),
            _LAYOUT.replace("NUMBERS", _NUMBERS if look.numbers else "\\omit BarNumber"),
            DEFINITIONS,
        ]
    )


def score(tune: Tune, look: Look, number: str = "") -> str:
    """One tune with its heading; `number` stands at the left of the title, as in a tunebook."""
    written = _written(tune, look)
    several = len(written.staves) > 1
    lines = [f"{_CHORD_LINE} \\lyricmode {{\n{written.chords}\n}}"] if written.chords else []
    for name, music in written.staves:
        called = f" \\with {{ instrumentName = \\markup {block(name, 14)} }}" if several else ""
        lines.append(f"\\new Staff{called} {{\n{music}\n}}")
    ragged = "##t" if written.ragged else "##f"
    layout = f"\\layout {{ indent = {22 if several else 0}\\mm ragged-last = {ragged} }}"
    group = "\\new StaffGroup <<" if several else "<<"
    body = "\n".join([group, *lines, ">>"]) if lines else "{ s1 }"
    return f"\\score {{\n{body}\n\\header {{ heading = {_heading(tune, number)} }}\n{layout}\n}}\n{_footing(tune)}"


def midi(tunes: Sequence[Tune]) -> str:
    """A LilyPond text that makes no page but LilyPond's own MIDI of each tune, repeats and endings played out."""
    scores = []
    for tune in tunes:
        staves = [f"\\new Staff {{\n{music}\n}}" for _, music in _written(tune, Look(chords=False)).staves]
        scores.append(f"\\score {{ \\unfoldRepeats << {' '.join(staves)} >> \\midi {{ }} }}")
    return "\n".join(['\\version "2.24.0"', DEFINITIONS, *scores, ""])


_PAPER = r"""
\paper {
  #(set-paper-size "a4")
  indent = 0
  top-margin = 12\mm
  bottom-margin = 12\mm
  left-margin = 14\mm
  right-margin = 14\mm
  ragged-bottom = ##t
  ragged-last-bottom = ##t
  print-first-page-number = ##f
  system-system-spacing = #'((basic-distance . 10.5) (minimum-distance . 10) (padding . 1.6) (stretchability . 20))
  score-system-spacing = #'((basic-distance . 14) (minimum-distance . 13) (padding . 3) (stretchability . 60))
  markup-system-spacing = #'((basic-distance . 6) (minimum-distance . 6) (padding . 1) (stretchability . 0))
  bookTitleMarkup = ##f
  scoreTitleMarkup = \markup \fromproperty #'header:heading
  PICTURE
}"""

_PICTURE = "page-breaking = #ly:one-page-breaking"

_NUMBERS = r"""barNumberVisibility = #all-bar-numbers-visible
    \override BarNumber.break-visibility = ##(#f #t #t)
    \override BarNumber.font-size = #-3"""

_LAYOUT = r"""
\layout {
  \context { \Score
    NUMBERS
    printKeyCancellation = ##f
    \override SpacingSpanner.common-shortest-duration = #(ly:make-moment 1/8)
    \override VoltaBracket.font-size = #-3
    \override MetronomeMark.font-size = #-1
    \override MetronomeMark.padding = #1.6
    \override RehearsalMark.font-size = #0
    \override RehearsalMark.self-alignment-X = #LEFT
    \override TextMark.font-size = #-0.5
  }
  \context { \Staff
    \override TimeSignature.break-visibility = #end-of-line-invisible
  }
  \context { \Voice
    autoBeaming = ##f
    \override TextScript.font-size = #-1
    \override TextSpanner.style = #'line
    \override TextSpanner.thickness = #2
    \override TextSpanner.direction = #DOWN
    \override TextSpanner.bound-details.left.padding = #-0.6
    \override TextSpanner.bound-details.right.padding = #-1.2
  }
}"""

_CHORD_LINE = r"""\new Lyrics \with {
  \override LyricText.self-alignment-X = #LEFT
  \override LyricText.font-series = #'bold
  \override LyricText.font-size = #0
  \override LyricSpace.minimum-distance = #0.6
  \override VerticalAxisGroup.staff-affinity = #DOWN
  \override VerticalAxisGroup.nonstaff-relatedstaff-spacing.padding = #0.8
}"""


class _Written(NamedTuple):
    """The music of a tune: name and music of every voice that has bars, and the chord symbols over them, if any."""

    staves: tuple[tuple[str, str], ...]
    chords: str
    ragged: bool  # the last line is too short to be drawn out to the margin


def _written(tune: Tune, look: Look) -> _Written:
    counts = [len(voice.bars) for voice in tune.voices]
    if not any(counts):
        return _Written((), "", False)
    leader = counts.index(max(counts))
    bars = tune.voices[leader].bars
    ticks = tuple([max([v.bars[n].ticks for v in tune.voices if n < len(v.bars)]) for n in range(len(bars))])
    shape = form(tune, leader)
    labels = _labels(tune, leader) if look.numbers else ()
    lines = line_breaks(bars, _ROOM / look.size)
    plan = Plan(leader, ticks, lines.breaks, look.tints, labels)
    rows = {number: measures(tune, number, plan) for number, count in enumerate(counts) if count}
    opening = tempo(tune.text("Q"), tune.unit) if tune.text("Q") else ""
    staves = []
    for number, row in rows.items():
        start = f"{opening}\n" if number == leader and opening else ""
        if number == leader and len(lines.breaks) < _LINES_TOGETHER:
            start += "\\autoPageBreaksOff\n"
        staves.append((_voice_name(tune, number), start + parts.music(shape, bars, row)))
    has_chords = look.chords and any(row.chords for row in rows[leader])
    chords = _chord_line(rows[leader], ticks, tune.whole) if has_chords else ""
    return _Written(tuple(staves), chords, lines.last_is_short)


def _labels(tune: Tune, voice: int) -> tuple[str, ...]:
    """A number for every bar as players count; the first of a part has its letter, a pickup none."""
    found: list[str] = []
    for part in form(tune, voice):
        for place in part.places:
            number = f"{part.name}1" if place.bar == 1 and not place.ending else str(place.bar)
            found.append(number if place.bar else "")
    return tuple(found)


def _chord_line(rows: Sequence[Measure], ticks: Sequence[int], whole: int) -> str:
    """The chord symbols of every bar, each lasting to the next."""
    words: list[str] = []
    for row, length in zip(rows, ticks, strict=True):
        places = [0, *[at for at, _ in row.chords if at], length]
        symbols = dict(row.chords)
        for at, end in pairwise(places):
            if end > at:
                duration = f"1*{Fraction(end - at, whole)}"
                words.append(f"{symbols[at]}{duration}" if at in symbols else f"\\skip {duration}")
        words.append("\n")
    return " ".join(words)


def _voice_name(tune: Tune, number: int) -> str:
    """What V: calls the voice: its name= if it has one."""
    own = tune.voices[number].name
    for value in tune.texts("V"):
        if value.split(None, 1)[:1] == [own]:
            _, found, rest = value.partition('name="')
            if found:
                return rest.partition('"')[0]
    return own


def _heading(tune: Tune, number: str) -> str:
    """Number and title, other titles, and under them type at the left, composer and origin at the right."""
    titles = [clean(title).text for title in tune.texts("T") if title.strip()]
    rows = (
        [f"\\fill-line {{ {_TITLE}{quoted(line)} }}" for line in wrapped(titles[0], _TITLE_COLUMNS)] if titles else []
    )
    if number:
        middle = f"{_TITLE}{quoted(wrapped(titles[0], _TITLE_COLUMNS)[0])}" if rows else "\\null"
        rows[:1] = [f"\\fill-line {{ {quoted(number)} {middle} \\null }}"]
    for title in titles[1:]:
        rows += [f"\\fill-line {{ {quoted(line)} }}" for line in wrapped(title, _TEXT_COLUMNS)]
    left = wrapped(_type(tune), _TEXT_COLUMNS // 2)
    composers = ", ".join(filter(None, [text.strip() for text in tune.texts("C")]))
    origin = ", ".join(filter(None, [text.strip() for text in tune.texts("O")]))
    right = wrapped(f"{composers} ({origin})" if origin else composers, _TEXT_COLUMNS // 2)
    if left or right:
        sides = [
            f"\\{side}-column {{ {' '.join(f'{how} {quoted(line)}' for line in lines)} }}"
            for side, how, lines in (("left", "\\italic", left), ("right", "", right))
        ]
        rows.append(f"\\fill-line {{ {' '.join(sides)} }}")
    gap = "\\vspace #0.2" if rows else ""
    return f"\\markup \\override #'(baseline-skip . 2.6) \\column {{ {' '.join(rows)} {gap} }}"


def _type(tune: Tune) -> str:
    """The rhythm, and the order of the parts where P: in the header says it."""
    rhythm = tune.rhythm.strip() or clean(tune.title).rhythm
    order = tune.text("P").strip()
    return ", ".join(filter(None, [rhythm[:1].upper() + rhythm[1:], order]))


def _footing(tune: Tune) -> str:
    """Where the tune is from: S: and B:, small, under the music."""
    sources = [text.strip() for name in ("S", "B") for text in tune.texts(name) if text.strip()]
    lines = [line for text in sources for line in wrapped(text, 110)]
    if not lines:
        return ""
    column = " ".join(f"\\fill-line {{ \\null {quoted(line)} }}" for line in lines)
    return f"\\noPageBreak\n\\markup \\abs-fontsize #8 \\italic \\column {{ {column} }}"
