"""When each note of a tune in tokens sounds: bars, onsets and durations, read from the tokens alone.

Grouping, search and the tests' second count need the music of tokens without going through ABC text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from folkbench.encoding.tokens import Token, default_time, meaning
from folkbench.encoding.v2 import signature
from folkbench.notation.tune import SEMITONES, WHOLE

EIGHTH = WHOLE // 8
"""Ticks in an eighth."""


class Sounding(NamedTuple):
    """A note, chord or rest. `at` and `ticks` in ticks from the bar's start; MIDI pitches, none for a rest."""

    token: int  # the number of the token it begins with
    at: int
    ticks: int
    pitches: tuple[int, ...]
    tie: bool


def bars(music: Sequence[str], meter: str = "M:4/4", mode: str = "K:Cmaj") -> list[list[Sounding]]:
    """What sounds in each bar that has anything in it. `meter` says only what (5, (7 and (9 mean."""
    return _Count(meaning(meter), signature("C", meaning(mode).value or "maj")).bars([meaning(text) for text in music])


class Count(NamedTuple):
    """What somebody who counts along knows at one place of a tune. Lengths are in ticks."""

    at: int  # since the bar line
    bar: int  # bars since the part began; a pickup is 0, and so is the bar behind it
    opened: bool  # `|:` waits for its `:|`
    pickup: int  # how long that of this part was


def clock(music: Sequence[str], meter: str = "M:4/4", mode: str = "K:Cmaj") -> list[Count]:
    """The count behind each token. Behind a pitch, rest or chord it is where that begins, as nothing has said yet how
    long it lasts. A part ends with a repeat sign or a double bar.
    """
    tokens = [meaning(text) for text in music]
    time = meaning(meter)
    counted = _Count(time, signature("C", meaning(mode).value or "maj"))
    found: list[Count] = []
    count = Count(0, 0, False, 0)
    place = 0
    while place < len(tokens):
        token = tokens[place]
        after = place + 1
        if token.kind in ("pitch", "rest", "open"):
            after = min(counted.sound(tokens, place), len(tokens))  # a chord may never be closed
            lasting = next((n for n in range(place + 1, after) if tokens[n].kind in _LASTING), after)
            found += [count] * (lasting - place)
            count = count._replace(at=counted.bar[-1].at + counted.bar[-1].ticks)
            found += [count] * (after - lasting)
        else:
            if token.kind in ("bar", "ending"):
                count = _behind_line(count, token, WHOLE * time.num // time.den)
                counted.start_bar()
            else:
                counted.modify(token)
            found.append(count)
        place = after
    return found


def _behind_line(count: Count, line: Token, whole: int) -> Count:
    """The count behind a bar line; `whole` is the length of a bar."""
    if line.ends or line.begins or line.value:
        return Count(0, 0, line.begins or (count.opened and not line.ends), 0)
    if count.bar == 0 and count.at < whole:
        return count._replace(at=0, pickup=count.at or count.pickup)
    return count._replace(at=0, bar=count.bar + (count.at > 0))


_LASTING = ("length", "tie", "broken")
"""Kinds of token that stand behind a note and say how long it lasts."""


class _Count:
    """One count through a tune."""

    def __init__(self, meter: Token, scale: tuple[int, ...]) -> None:
        self.compound = meter.num > 3 and meter.num % 3 == 0 and meter.den >= 8
        self.scale = scale
        self.start_bar()

    def start_bar(self) -> None:
        self.bar: list[Sounding] = []
        self.altered: dict[int, int] = {}
        self.left, self.num, self.den = 0, 1, 1  # of a tuplet
        self.waiting = (1, 1)  # what a broken rhythm gives to the next note

    def bars(self, tokens: Sequence[Token]) -> list[list[Sounding]]:
        """The bars of `tokens`."""
        found = []
        place = 0
        while place < len(tokens):
            token = tokens[place]
            if token.kind in ("bar", "ending"):
                if self.bar:
                    found.append(self.bar)
                self.start_bar()
            elif token.kind in ("pitch", "rest", "open"):
                place = self.sound(tokens, place)
                continue
            else:
                self.modify(token)
            place += 1
        if self.bar:
            found.append(self.bar)
        return found

    def modify(self, token: Token) -> None:
        """What a token says of the notes behind it: a tuplet begins."""
        if token.kind == "tuplet":
            self.left, self.num = token.span, token.num
            self.den = token.den or default_time(token.num, self.compound)

    def sound(self, tokens: Sequence[Token], place: int) -> int:
        """Count one note, chord or rest, and all that says how long it lasts; the place of what follows."""
        first = place
        pitches: list[int] = []
        if tokens[place].kind == "open":
            while place < len(tokens) and tokens[place].kind != "close":
                if tokens[place].kind == "pitch":
                    pitches.append(self.pitch(tokens[place]))
                place += 1
        elif tokens[place].kind == "pitch":
            pitches.append(self.pitch(tokens[place]))
        place += 1
        num, den = self.waiting
        self.waiting = (1, 1)
        tie = False
        while place < len(tokens) and tokens[place].kind in _LASTING:
            token = tokens[place]
            if token.kind == "tie":
                tie = True
            else:
                num, den = num * token.num, den * token.den
            if token.kind == "broken":
                part = 1 << abs(token.dots)
                mine, other = (2 * part - 1, 1) if token.dots > 0 else (1, 2 * part - 1)
                num, den = num * mine, den * part
                self.waiting = (other, part)
            place += 1
        if self.left:
            num, den = num * self.den, den * self.num
            self.left -= 1
        ticks = EIGHTH * num // den
        at = self.bar[-1].at + self.bar[-1].ticks if self.bar else 0
        self.bar.append(Sounding(first, at, ticks, tuple(pitches), tie))
        return place

    def pitch(self, token: Token) -> int:
        octave, degree = divmod(token.step, 7)
        if token.alter is not None:
            self.altered[degree] = token.alter
        return 60 + 12 * octave + SEMITONES[degree] + self.altered.get(degree, self.scale[degree])
