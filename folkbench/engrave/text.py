"""Words and signs on the page, as LilyPond takes them.

Whatever stands in a tune (a title, a chord symbol, an annotation, a decoration's name) goes through `quoted`
and reaches LilyPond as a string in a markup: never as code, and never as a word that LilyPond would look up.
"""

from __future__ import annotations

import re
import unicodedata

DYNAMICS = ("pppp", "ppp", "pp", "p", "mp", "mf", "f", "ff", "fff", "ffff", "sfz", "fp", "sf")

FINGERS = frozenset("012345")
"""A finger's number, as a decoration or, in older books' ABC, between quotes."""

DECORATIONS = {
    "roll": "\\roll",
    "trill": "\\trill",
    "turn": "\\turn",
    "gturn": "\\turn",
    "turnx": "\\haydnturn",
    "invertedturn": "\\reverseturn",
    "invertedturnx": "\\reverseturn",
    "mordent": "\\mordent",
    "lowermordent": "\\mordent",
    "uppermordent": "\\prall",
    "pralltriller": "\\prall",
    "staccato": "-.",
    "tenuto": "--",
    "wedge": "-!",
    "accent": "->",
    ">": "->",
    "emphasis": "->",
    "marcato": "-^",
    "^": "-^",
    "fermata": "\\fermata",
    "invertedfermata": "_\\fermata",
    "upbow": "\\upbow",
    "downbow": "\\downbow",
    "open": "\\open",
    "thumb": "\\thumb",
    "snap": "\\snappizzicato",
    "plus": "-+",
    "+": "-+",
    "breath": "\\breathSign",
    "slide": "\\slideSign",
    "segno": "\\segno",
    "Segno": "\\segno",
    "coda": "\\coda",
    "Coda": "\\coda",
    **{finger: f"^{finger}" for finger in FINGERS},
    **{level: f"\\{level}" for level in DYNAMICS},
}
"""A decoration's name (ABC standard 2.1, section 4.14) -> what follows its note in LilyPond."""

AT_BAR_LINE = {
    "D.C.": "D.C.",
    "D.S.": "D.S.",
    "dacapo": "D.C.",
    "dacoda": "To Coda",
    "D.C.alcoda": "D.C. al Coda",
    "D.C.alfine": "D.C. al Fine",
    "D.S.alcoda": "D.S. al Coda",
    "D.S.alfine": "D.S. al Fine",
    "fine": "Fine",
    "Fine": "Fine",
}
"""Decorations that belong to the end of the bar they stand in, with the words that are printed."""

ON_BAR_LINE = {
    f"\\{name}": f'\\textEndMark \\markup \\musicglyph "scripts.{glyph}"'
    for name, glyph in (("fermata", "ufermata"), ("segno", "segno"), ("coda", "coda"))
}
"""What stands over the bar line where no note of its bar follows: a decoration in LilyPond -> the mark there."""

_SPANS = ("crescendo", "diminuendo", "<", ">", "trill", "8va", "8vb", "15ma", "15mb")
SILENT = frozenset(
    [span + edge for span in _SPANS for edge in "()"]
    + ["arpeggio", "beambr1", "beambr2", "xstem", "ghost", "shortphrase", "mediumphrase", "longphrase"]
)
"""Decorations that span notes or speak to other programs: nothing is printed for them."""

DEFINITIONS = r"""
roll = \tweak self-alignment-X #CENTER \tweak parent-alignment-X #CENTER ^\markup \path #0.22
  #'((moveto 0 0) (curveto 0.3 0.75 0.75 0.75 1.1 0.3) (curveto 1.45 -0.15 1.9 -0.15 2.2 0.6))
slideSign = \tweak self-alignment-X #RIGHT \tweak padding #0.4 _\markup \path #0.18
  #'((moveto 0 0) (curveto 0.7 0.1 1.1 0.5 1.4 1.1))
breathSign = \tweak X-offset #1.8 ^\markup \musicglyph "scripts.rcomma"
numbered = #(define-music-function (label) (string?)
  #{ \set Score.barNumberFormatter = #(lambda args label) #})
tinted = #(define-music-function (colour) (color?) #{
  \once \override NoteHead.color = #colour
  \once \override Accidental.color = #colour
  \once \override Stem.color = #colour
  \once \override Flag.color = #colour
  \once \override Rest.color = #colour
  \once \override Dots.color = #colour #})
"""
"""Our own signs and functions, at the head of every LilyPond text."""

_CHORD = re.compile(r"([A-Ga-g])([#b♯♭]?)([^/]*)(?:/([A-Ga-g])([#b♯♭]?)(.*))?$")
_LONGEST_CHORD = 24
_UNPRINTABLE = frozenset({"Cc", "Cs", "Cn", "Co", "Zl", "Zp"})


def clean(text: str) -> str:
    """Text without what can't be printed: tabs and line ends become spaces, other control characters go."""
    if text.isascii() and text.isprintable():
        return text
    spaced = text.translate({9: " ", 10: " ", 13: " ", 0x2028: " ", 0x2029: " "})
    return "".join([c for c in spaced if unicodedata.category(c) not in _UNPRINTABLE])


def quoted(text: str) -> str:
    r"""A LilyPond string that prints as `text`. Inside its quotes only `\` and `"` mean anything to LilyPond."""
    return '"' + clean(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def wrapped(text: str, columns: int) -> list[str]:
    """`text` in lines of at most `columns` columns, broken between words where that can be, else inside them.

    East Asian wide characters and emoji count two columns, combining marks none.
    """
    lines: list[str] = []
    line, used = "", 0
    for word in clean(text).split():
        width = _columns(word)
        if line and used + 1 + width > columns:
            lines.append(line)
            line, used = "", 0
        while width > columns:
            head = _prefix(word, columns)
            lines.append(head)
            word = word[len(head) :]
            width = _columns(word)
        line, used = (f"{line} {word}", used + 1 + width) if line else (word, width)
    return [*lines, line] if line else lines


def block(text: str, columns: int = 48) -> str:
    """`text` as a markup; in lines one below the other if it is long."""
    lines = wrapped(text, columns)
    if len(lines) < 2:
        return quoted(text)
    return f"\\column {{ {' '.join(map(quoted, lines))} }}"


def _columns(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _prefix(word: str, columns: int) -> str:
    used = 0
    for index, char in enumerate(word):
        used += _columns(char)
        if used > columns:
            return word[: max(index, 1)]
    return word


def chord_symbol(text: str) -> str:
    """A chord symbol as a markup, with real sharps and flats: `Bb7`, `F#m/C#`."""
    match = _CHORD.match(text.strip())
    if match is None or len(text) > _LONGEST_CHORD:
        return f"\\markup {block(text)}"
    root, sign, rest, bass, bass_sign, after = match.groups()
    pieces = [quoted(root.upper()), *_accidental(sign), *([quoted(rest)] if rest else [])]
    if bass:
        pieces += [quoted("/" + bass.upper()), *_accidental(bass_sign), *([quoted(after)] if after else [])]
    return f"\\markup \\concat {{ {' '.join(pieces)} }}"


def _accidental(sign: str) -> list[str]:
    name = {"#": "\\sharp", "♯": "\\sharp", "b": "\\flat", "♭": "\\flat"}.get(sign)
    return [f"\\hspace #0.15 \\fontsize #-3 \\raise #0.6 {name}"] if name else []


def annotation(text: str) -> str:
    """Text that the ABC places by hand: `^above`, `_below`, `<`, `>` and `@` above."""
    side = "_" if text.startswith("_") else "^"
    words = text[1:] if text[:1] in ("^", "_", "<", ">", "@") else text
    return f"{side}\\markup {block(words)}"


def decoration(name: str) -> str:
    """What a decoration adds behind its note; a name that no table knows is printed small, as a word."""
    if name in SILENT:
        return ""
    return DECORATIONS.get(name) or f"^\\markup \\italic \\small {block(name)}"
