"""What a token means: one table, read by the grammar, by training, by search and by dissection.

A token is a word of spaced ABC (`G, C C 2 | ^F > E`), and its meaning follows from its text alone, so that
any vocabulary, ours or the published one of 137 tokens, has its table: `meaning(text)`. Lengths are in eighth
notes (L:1/8), pitches count diatonic steps from middle C as ABC writes them.

    kind      text                    what it says
    start     <s>                     a sequence begins
    end       </s>                    it ends
    marker    T:                      a title begins: letters follow
    letter    t:a t:' t:_             one character of a title (`t:_` is the space); never a pitch
    rhythm    R:reel                  the type of the tune
    meter     M:6/8                   num/den
    mode      K:Cdor  K:dor           the mode, in root C (or absolute)
    pitch     G, ^F =B c'             step, and the accidental in `alter`, None where none is written
    rest      z
    length    2 /2 3/2 4/3            num/den eighths, of the note before
    broken    > >> < 2> /2<           the pair of notes around it; 2> is a length as well
    tie       -                       the note before is held on
    tuplet    (3  (3:2:2              the next `span` notes: `num` in the time of `den` (0: `default_time`)
    open      [                       a chord begins
    close     ]                       and ends
    bar       | |: :| :: || |]        `ends` and `begins` say which side repeats; `value` "double" where a part ends
    ending    |1 |2 [1 :|2            `number` is that of the ending
    other     anything else           means nothing here, and is never written
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

KINDS = (
    *("start", "end", "marker", "letter", "rhythm", "meter", "mode", "bar", "ending", "pitch", "rest"),
    *("length", "broken", "tie", "tuplet", "open", "close", "other"),
)
"""Every kind, in the order in which a vocabulary lists its tokens."""

START, END, TITLE = "<s>", "</s>", "T:"


class Token(NamedTuple):
    """A token and what it means; fields that its kind doesn't speak of keep their defaults."""

    text: str
    kind: str
    step: int = 0  # pitch: diatonic steps from middle C (C is 0, c 7, B, -1)
    alter: int | None = None  # pitch: the accidental written, -2..2, or None
    num: int = 1  # length in eighths num/den; meter; tuplet (num in the time of den)
    den: int = 1
    dots: int = 0  # broken: 1 for >, 2 for >>, -1 for < ...
    span: int = 0  # tuplet: how many notes it takes
    ends: bool = False  # bar and ending: a repeat ends here
    begins: bool = False  # bar: a repeat begins here
    number: int = 0  # ending: its number
    value: str = ""  # letter: the character; rhythm: its name; mode: "maj" ...; bar: "double"


@dataclass(frozen=True)
class Vocabulary:
    """The tokens that a network knows, by number. `texts[i]` is token i."""

    texts: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.texts)

    @cached_property
    def index(self) -> dict[str, int]:
        """Token text -> its number."""
        return {text: number for number, text in enumerate(self.texts)}

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """What each token means, by number."""
        return tuple(meaning(text) for text in self.texts)

    def of_kind(self, *kinds: str) -> tuple[int, ...]:
        """The numbers of all tokens of these kinds, in order."""
        return tuple(number for number, token in enumerate(self.tokens) if token.kind in kinds)

    def knows(self, texts: tuple[str, ...]) -> bool:
        """Whether every one of `texts` has a number."""
        return all(text in self.index for text in texts)

    def numbers(self, texts: tuple[str, ...]) -> list[int]:
        """The numbers of `texts`. Raises KeyError for a token that isn't in the vocabulary."""
        index = self.index
        return [index[text] for text in texts]


@lru_cache(maxsize=4096)
def meaning(text: str) -> Token:
    """What a token means, from its text alone. Never raises: what means nothing here is of kind "other"."""
    if text in _FIXED:
        return _FIXED[text]
    for pattern, make in _PATTERNS:
        match = pattern.fullmatch(text)
        if match:
            return make(text, match)
    return Token(text, "other")


def order(text: str) -> tuple[int, float, float, str]:
    """A sort key: by kind, then as a musician would list them: from low to high, from short to long."""
    token = meaning(text)
    first, second = float(token.number), 0.0
    if token.kind == "pitch":
        first, second = float(token.step), -9.0 if token.alter is None else float(token.alter)
    elif token.kind == "length":
        first = token.num / token.den
    elif token.kind == "meter":
        first, second = float(token.den), float(token.num)
    elif token.kind == "broken":
        first = float(-token.dots)
    elif token.kind == "tuplet":
        first, second = float(token.num), float(token.span)
    return KINDS.index(token.kind), first, second, text


@lru_cache(maxsize=1024)
def pitch_text(step: int, alter: int | None) -> str:
    """A pitch as ABC writes it: `pitch_text(-4, 1)` is "^F,". `alter` None writes no accidental."""
    octave, degree = divmod(step, 7)
    letter = "CDEFGAB"[degree]
    name = letter + "," * -octave if octave <= 0 else letter.lower() + "'" * (octave - 1)
    return ("" if alter is None else ACCIDENTALS[alter]) + name


@lru_cache(maxsize=1024)
def length_text(num: int, den: int) -> str:
    """A length of num/den eighths in lowest terms: "" for 1, "2", "/2", "3/2"."""
    if den == 1:
        return "" if num == 1 else str(num)
    return f"/{den}" if num == 1 else f"{num}/{den}"


def tuplet_text(p: int, q: int, r: int, compound: bool) -> str:
    """A tuplet's shortest spelling in this meter: "(3", or "(3:2:2" where ABC's defaults don't say it."""
    return f"({p}" if r == p and q == default_time(p, compound) else f"({p}:{q}:{r}"


def default_time(p: int, compound: bool) -> int:
    """In the time of how many notes a bare `(p` stands (ABC standard 2.1, 4.13)."""
    return {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}.get(p, 3 if compound else 2)


ACCIDENTALS = {-2: "__", -1: "_", 0: "=", 1: "^", 2: "^^"}
_ALTERS = {sign: alter for alter, sign in ACCIDENTALS.items()}


def _pitch(text: str, match: re.Match[str]) -> Token:
    sign, letter, marks = match.groups()
    step = "CDEFGAB".index(letter.upper()) + 7 * letter.islower() + 7 * (marks.count("'") - marks.count(","))
    return Token(text, "pitch", step=step, alter=_ALTERS[sign] if sign else None)


def _amount(text: str) -> tuple[int, int]:
    num, slash, den = text.partition("/")
    return int(num or 1), int(den or 2) if slash else 1


def _length(text: str, match: re.Match[str]) -> Token:
    num, den = _amount(text)
    return Token(text, "length", num=num, den=max(den, 1))


def _broken(text: str, match: re.Match[str]) -> Token:
    length, arrows = match.groups()
    num, den = _amount(length) if length else (1, 1)
    return Token(text, "broken", num=num, den=max(den, 1), dots=len(arrows) if arrows[0] == ">" else -len(arrows))


def _tuplet(text: str, match: re.Match[str]) -> Token:
    p, q, r = (int(group) if group else 0 for group in match.groups())
    by_meter = default_time(p, True) != default_time(p, False)
    return Token(text, "tuplet", num=p, den=q or (0 if by_meter else default_time(p, False)), span=r or p)


def _meter(text: str, match: re.Match[str]) -> Token:
    return Token(text, "meter", num=int(match[1]), den=int(match[2]))


def _ending(text: str, match: re.Match[str]) -> Token:
    return Token(text, "ending", ends=":" in text, number=int(match[1]))


def _bar(text: str, match: re.Match[str]) -> Token:
    ends, begins = text.startswith(":"), text.endswith(":")
    double = not (ends or begins) and text != "|"
    return Token(text, "bar", ends=ends, begins=begins, value="double" if double else "")


_FIXED = {
    START: Token(START, "start"),
    END: Token(END, "end"),
    TITLE: Token(TITLE, "marker"),
    "t:_": Token("t:_", "letter", value=" "),
    "z": Token("z", "rest"),
    "-": Token("-", "tie"),
    "[": Token("[", "open"),
    "]": Token("]", "close"),
}
_PATTERNS = (
    (re.compile(r"(\^\^|\^|__|_|=)?([A-Ga-g])(,*|'*)"), _pitch),
    (re.compile(r"[1-9]\d{0,2}(?:/[1-9]\d{0,2})?|/[1-9]\d{0,2}|/"), _length),
    (re.compile(r":?\|+:?|::|:\|+\]?|\[\||\|\]|:\|+\[?\|*:"), _bar),
    (re.compile(r"(?::?\||\[|:?\|\[)([1-9])"), _ending),
    (re.compile(r"([1-9]?\d?(?:/[1-9]?\d?)?)(>{1,3}|<{1,3})"), _broken),
    (re.compile(r"\(([2-9])(?::([1-9])?(?::([1-9]))?)?"), _tuplet),
    (re.compile(r"M:([1-9]\d?)/([1-9]\d?)"), _meter),
    (re.compile(r"K:(?:[A-G][b#]?)?(maj|min|dor|mix)"), lambda text, match: Token(text, "mode", value=match[1])),
    (re.compile(r"R:(\S+)"), lambda text, match: Token(text, "rhythm", value=match[1].replace("_", " "))),
    (re.compile(r"t:(\S)"), lambda text, match: Token(text, "letter", value=match[1])),
)
