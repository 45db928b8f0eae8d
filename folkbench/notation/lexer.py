"""The words of an ABC music line: one compiled pattern, and the tables that say what its pieces mean.

ABC standard 2.1, section 4. `LEXER` splits a line; the index of the outer group that matched
(`match.lastindex`) is one of the constants below.
"""

from __future__ import annotations

import re
from fractions import Fraction

# A length may stand apart from its note (`C 2`), as folk-rnn prints its tokens; so may a tie.
_LENGTH = r"(\d+/*\d*|/+\d*|[ ][1-9]\d*/*\d*(?![\d:])|[ ]/+\d*|)"
_TIE = r"([ ]?-|)"
_GAP = r"([ \t]*)"
_NOTE = r"(\^{1,2}|_{1,2}|=|)([A-Ga-g][,']*)" + _LENGTH + _TIE + _GAP

# decorations whose closing ! is missed; a name that might be notes (!ff) isn't among them
_KNOWN = (
    "trill|roll|fermata|turn|mordent|uppermordent|lowermordent|pralltriller|accent|tenuto|staccato|wedge|slide|upbow|"
    "downbow|open|thumb|snap|breath|arpeggio|segno|coda|fine|crescendo|diminuendo|shortphrase|longphrase|emphasis"
)

_PIECES = (
    ("note", _NOTE),
    ("bar", r"(\.?(?::*(?:\[\||\|)[|\]]*+(?::++(?!\|))?|::+))(?:[ \t]*\[(?=\d)|(?=\d))?(\d+(?:[,-]\d+)*)?\.?[ \t]*"),
    ("space", r"[ \t]+"),
    ("broken", r"(<+|>+)[ \t]*"),
    ("inline", r"\[([A-Za-z]):([^\]\[\n]*)\]" + _GAP),
    ("ending", r"\[(\d+(?:[,-]\d+)*)\.?[ \t]*"),
    ("chord", r"\[((?:[^\]\[|\"]|\"[^\"]*\")*)\]" + _LENGTH + _TIE + _GAP),
    ("labelled", r"\[\"([^\"]*)\"[ \t]*"),  # an ending with words: |["Coda"
    ("rest", r"([zxZX])" + _LENGTH + _GAP),
    ("tuplet", r"\((\d+)(?::(\d*))?(?::(\d*))?[ \t]*"),
    ("slur", r"(\.?\(|\))[ \t]*"),
    ("grace", r"\{(/?)([^}{]*)\}[ \t]*"),
    # a chord symbol has no bar line in it: with one, its quote was never closed
    ("quoted", r"\"([\^_<>@][^\"]*|[^\"|]*)\"[ \t]*"),
    ("plus", r"\+((?:[_^=]*[A-Ga-g][,']*\d*/*\d*)+)\+" + _LENGTH + _TIE + _GAP),  # a chord of ABC 1.6: +CEG+
    ("named", r"!([^!|\s\[\]]+)!|\+([a-z0-9.]{2,16})\+"),
    ("sign", r"([.~H-Wh-w])[ \t]*"),
    ("overlay", r"&+"),
    ("tie", r"-[ \t]*"),
    ("spacer", r"y(\d*)[ \t]*"),
    ("nothing", r"`+"),
    ("open", r"\[[A-Za-z]:\S*|\"[^\"\s|]*|!(?:" + _KNOWN + r")\b|[\[{]"),
    ("linebreak", r"[$!]"),
    ("unknown", r"."),
)

LEXER = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _PIECES), re.S)
GROUP = LEXER.groupindex
"""Piece name -> index of its outer group, which is also what `match.lastindex` says."""

# `A:|` and `z::` are music; no field begins with a note or a rest and a repeat sign
FIELD = re.compile(r"((?![A-Ga-gxzZ]:[|:])[A-Za-z+]):[ \t]*(.*)")
"""A field line: its letter and its value."""

TEXTS = frozenset("ABCDFGHNORSTWZw")
"""Fields whose value is text (ABC standard 2.1, section 3): in them, and in annotations, a % is typed `\\%` (8.2)."""


def unescaped(text: str) -> str:
    """Text as it was typed -> as it is meant."""
    return text.replace("\\%", "%")


def escaped(text: str) -> str:
    """Text -> as it is typed, so that no % in it begins a comment."""
    return text.replace("%", "\\%")


INNER = re.compile(r"(\^{1,2}|_{1,2}|=|)([A-Ga-g][,']*)" + _LENGTH + _TIE + r"\s*")
"""A note inside a chord or between grace braces."""

SIGNS = {
    ".": "staccato",
    "~": "roll",
    "H": "fermata",
    "L": "accent",
    "M": "lowermordent",
    "O": "coda",
    "P": "uppermordent",
    "S": "segno",
    "T": "trill",
    "u": "upbow",
    "v": "downbow",
    "J": "slide",
    "R": "roll",
}
"""Decorations of one character (section 4.14), R and J as session players use them. U: adds to them in a tune."""

TUPLET_TIME = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}
"""p notes in the time of q (section 4.13); 5, 7 and 9 take 3 in compound meters and 2 otherwise."""


class Steps(dict[str, int]):
    """Letter and octave marks -> diatonic steps from middle C: `C` 0, `c` 7, `C,` -7, `c'` 14."""

    def __missing__(self, name: str) -> int:
        letter = name[0]
        step = "CDEFGAB".index(letter.upper()) + (7 if letter.islower() else 0)
        step += 7 * (name.count("'") - name.count(","))
        if len(self) < 500:  # a hostile file must not fill the memory
            self[name] = step
        return step


STEPS = Steps()


def length(text: str) -> tuple[int, int]:
    """A written length as a fraction of the unit: "" is 1/1, "3/" 3/2, "//" 1/4, "/3" 1/3 (section 4.3).

    Raises ValueError for a length of nothing or beyond all measure.
    """
    text = text.strip()
    if not text:
        return 1, 1
    if len(text) > 8:
        raise ValueError(text)
    head, slash, tail = text.partition("/")
    num = int(head) if head else 1
    if not slash:
        den = 1
    elif tail.strip("/"):
        den = int(tail.strip("/"))
    else:
        den = 2 ** (1 + tail.count("/"))
    if not num or not den or num > 9999 or den > 1024:
        raise ValueError(text)
    return num, den


_UNIT = re.compile(r"\s*(\d{1,3})\s*/\s*(\d{1,3})\s*$")


def unit_length(text: str) -> Fraction | None:
    """The unit note length that L: names, in whole notes; None if it can't be read."""
    match = _UNIT.match("1/1" if text.strip() == "1" else text)
    if match is None or not int(match.group(2)):
        return None
    unit = Fraction(int(match.group(1)), int(match.group(2)))
    return unit if 0 < unit <= 4 and unit.denominator <= 512 else None
