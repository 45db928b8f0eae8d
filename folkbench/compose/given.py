"""Music that is given: a prefix, with holes or without, and an ending; from what was typed to words in root C.

Spaced tokens (`G, C C 2`) are in root C; plain ABC (`GABc d2`) is in the key of the tune. `...` is a hole: the
network fills the bar, or what is left of it, so that everything given stands where it was put.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from folkbench.encoding import Unencodable, encode, meaning
from folkbench.errors import FolkbenchError
from folkbench.notation import read
from folkbench.notation.tune import Chord, Note, Rest, Tune, Unknown

HOLE = "..."

Numbers = tuple[int, ...]
Words = tuple[str, ...]
Knows = Callable[[Sequence[str]], bool]

MUSIC = frozenset(("pitch", "rest", "length", "broken", "tie", "tuplet", "open", "close", "bar", "ending"))
LINES = frozenset(("bar", "ending"))
CHANGES_A_NOTE = frozenset(("length", "broken", "tie"))
"""Kinds of token that would change the note before them."""

_UNFINISHED = frozenset(("tuplet-too-short", "broken-at-bar-line"))
_STAND_IN = "97/64"  # the length of a rest that nobody writes


class Stretch(NamedTuple):
    """Given music within one bar, as it was typed, and how many notes, chords and rests it has."""

    text: str
    events: int


class Given(NamedTuple):
    """Music as words, in pieces with a hole between each and the next.

    semitones: from root C to the key that it was written in; None where it was written in root C. typed: the bars of
    plain ABC.
    """

    pieces: tuple[Words, ...] = ()
    semitones: int | None = None
    typed: tuple[Stretch, ...] = ()

    def __bool__(self) -> bool:
        return any(self.pieces) or len(self.pieces) > 1


def read_given(text: str, what: str, meter: str, key: str, knows: Knows) -> Given:
    """What was typed as the tune's prefix or ending (`what`), for a network that knows some words.

    Raises FolkbenchError if it is no such music.
    """
    words = text.replace("…", HOLE).replace(HOLE, f" {HOLE} ").split()
    if not words:
        if text:
            raise FolkbenchError(f"the {what} is empty", "give some notes, as in 'G, C C 2'")
        return Given()
    given = [word for word in words if word != HOLE]
    if all(meaning(word).kind in MUSIC for word in given) and knows(given):
        if all(meaning(word).kind in LINES for word in given):
            raise FolkbenchError(f"there are no notes in the {what}", "give some, as in 'G, C C 2 ... |'")
        return Given(_in_pieces(words, what))
    return _abc(text.replace("…", HOLE), what, meter, key, knows)


def _abc(text: str, what: str, meter: str, key: str, knows: Knows) -> Given:
    music = text.replace(HOLE, f" z{_STAND_IN} ")
    tune = read(f"X:1\nM:{meter or '4/4'}\nL:1/8\nK:{key or 'C'}\n{music}\n")
    strange = [remark.text for remark in tune.remarks if remark.code not in _UNFINISHED]
    strange += [event.text for bar in tune.bars for event in bar.events if isinstance(event, Unknown)]
    if strange or not any(isinstance(event, Note | Chord) for bar in tune.bars for event in bar.events):
        why = f": {strange[0].strip()!r} isn't" if strange and strange[0].strip() else ""
        raise FolkbenchError(f"the {what} is no ABC{why}", "write it as in 'GABc d2' or 'G, C C 2'")
    if not key:
        raise FolkbenchError(f"a {what} in plain ABC needs a key to stand in", "say --key, as in --key G")
    try:
        encoded = encode(tune, octave=0)
    except Unencodable as error:
        raise FolkbenchError(f"the {what} can't be used: {error.message}", "give simpler music") from error
    found = list(encoded.music)
    if tune.bars and not tune.bars[-1].close.text:
        found.pop()  # encode closes the last bar
    words: list[str] = []
    for word in found:
        if word == _STAND_IN and words[-1:] == ["z"]:
            words[-1] = HOLE
        else:
            words.append("|" if word == "||" and not knows((word,)) else word)
    return Given(_in_pieces(words, what), -encoded.semitones, _stretches(tune))


def _in_pieces(words: Sequence[str], what: str) -> tuple[Words, ...]:
    pieces: list[list[str]] = [[]]
    in_bar = False  # whether this bar has a hole
    for word in words:
        kind = "" if word == HOLE else meaning(word).kind
        if word == HOLE and in_bar:
            raise FolkbenchError(f"a bar of the {what} has two holes", "one ... a bar can be filled")
        if kind in CHANGES_A_NOTE and in_bar and not pieces[-1]:
            raise FolkbenchError(f"in the {what} {word!r} stands behind ..., and belongs to no note", "give the note")
        if word == HOLE:
            pieces.append([])
        else:
            pieces[-1].append(word)
        in_bar = word == HOLE or (in_bar and kind not in LINES)
    if len(pieces) > 1 and not pieces[-1]:
        pieces[-1].append("|")  # a hole ends where its bar does
    return tuple(tuple(piece) for piece in pieces)


def _stretches(tune: Tune) -> tuple[Stretch, ...]:
    """The bars as they were typed, each cut at its hole."""
    found: list[Stretch] = []
    for bar in tune.bars:
        first, last, count = -1, -1, 0
        for event in bar.events:
            if isinstance(event, Rest) and f"{event.num}/{event.den}" == _STAND_IN:
                found += [Stretch(tune.source[first:last], count)] if count else []
                first, last, count = -1, -1, 0
                continue
            first = event.at if first < 0 else first
            last = max(last, event.end)
            count += isinstance(event, Note | Chord | Rest)
        found += [Stretch(tune.source[first:last], count)] if count else []
    return tuple(found)
