"""Kinds of likeness: each is a view of the one text, in which what doesn't count is made alike or left out.

A view gives every token a *name*; tokens with one name are alike in it, a token without a name isn't there. The same
names are given to the text and to a figure, so that every kind of likeness is an exact search in its view.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from folkbench.encoding.tokens import Token, meaning, pitch_text
from folkbench.encoding.v2 import signature
from folkbench.notation.tune import SEMITONES
from folkbench.whence.text import END, LINE, MODES, Text

KINDS = {
    "exact": "the same tokens",
    "octave": "the same notes in any octave, each by itself",
    "degree": "the same degrees of the scale whatever the mode: accidentals don't count",
    "interval": "the same intervals in semitones from note to note, whatever the key",
    "contour": "the same ups, downs and repeated notes",
    "rhythm": "the same rhythm whatever the notes; a chord is one note",
}
"""Kind of likeness -> what counts as alike. Rhythm and bar lines count as well, unless they are left out."""

RELATIVE = ("interval", "contour")
"""Kinds in which a note is compared with the note before it, so that a figure's first note may be any."""

ANY = -1
"""In a figure: any note."""

UNKNOWN = -2
"""In a figure: a name that the text doesn't have."""


class View(NamedTuple):
    """A kind of likeness, and what is left out on both sides."""

    kind: str = "exact"
    pitch_only: bool = False  # without lengths, broken rhythm, ties and tuplets
    across: bool = False  # without bar lines

    @property
    def label(self) -> str:
        """Its name in JSON and as a file: "interval", "exact-pitch-across"."""
        return self.kind + "-pitch" * self.pitch_only + "-across" * self.across


class Seen(NamedTuple):
    """A text as a view shows it. Symbols are ordinals in `names`."""

    symbols: npt.NDArray[np.uint16]
    at: npt.NDArray[np.uint32] | None  # where in the text each symbol stands; None: nothing is left out
    names: tuple[str, ...]

    def places(self, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Places in the view as places in the text."""
        return places if self.at is None else self.at[places].astype(np.int64)


def see(text: Text, view: View) -> Seen:
    """The whole text in a view."""
    tokens = [Token("", "end"), Token("|", "bar"), *[meaning(word) for word in text.words[2:]]]
    names = ["$" if symbol == END else _name(token, view) for symbol, token in enumerate(tokens)]
    listed = tuple(dict.fromkeys(["$", "|", *[name for name in names if name is not None]]))
    number = {name: place for place, name in enumerate(listed)}
    table = np.array([0 if name is None else number[name] for name in names], np.uint16)
    there = np.array([name is not None for name in names])[text.symbols]
    kinds = np.array([token.kind for token in tokens])
    if view.kind == "rhythm":
        there &= ~_inner(kinds[text.symbols])
    symbols = table[text.symbols]
    if view.kind in RELATIVE:
        symbols, listed = _relative(text, tokens, symbols, listed, view.kind)
    if there.all():
        return Seen(symbols, None, listed)
    at = np.flatnonzero(there)
    return Seen(symbols[at], at.astype(np.uint32), listed)


def figure_in(view: View, figure: Sequence[str], mode: str, index: dict[str, int]) -> tuple[int, ...]:
    """A figure's symbols in a view whose names have the numbers `index`; ANY and UNKNOWN among them.

    Bar lines on end are one. `mode` ("maj", "min", "dor", "mix") says what intervals the notes make.
    """
    found: list[int] = []
    before: int | None = None
    scale = signature("C", mode)
    inside = 0
    for word in figure:
        token = meaning(word)
        inside = 1 if token.kind == "open" else 0 if token.kind == "close" else inside + (inside > 0)
        name = _name(token, view)
        if name is None or (view.kind == "rhythm" and token.kind == "pitch" and inside > 2):
            continue
        if token.kind == "pitch" and view.kind in RELATIVE:
            pitch = _midi(token, scale)
            found.append(ANY if before is None else index.get(_step(pitch - before, view.kind), UNKNOWN))
            before = pitch
        elif not (name == "|" and found and found[-1] == LINE):
            found.append(index.get(name, UNKNOWN))
    return tuple(found)


def is_note(name: str) -> bool:
    """Whether a name in some view is that of a note."""
    return name in ("note", "first") or (name[0] in "+-=" and name[1:2].isdigit()) or meaning(name).kind == "pitch"


def _name(token: Token, view: View) -> str | None:
    """What a token is called in a view; None if it isn't there. In RELATIVE views notes get their names later."""
    if token.kind in ("bar", "ending"):
        return None if view.across else "|"
    if token.kind == "pitch":
        return _pitch_name(token, view.kind)
    if token.kind in ("length", "broken", "tie", "tuplet"):
        return None if view.pitch_only else token.text
    if token.kind in ("open", "close") and view.kind == "rhythm":
        return None
    return token.text


def _pitch_name(token: Token, kind: str) -> str:
    if kind == "exact":
        return token.text
    if kind == "octave":
        return pitch_text(token.step % 7, token.alter)
    if kind == "degree":
        return pitch_text(token.step, None)
    return "note"


def _step(semitones: int, kind: str) -> str:
    """The name of an interval, "+2"; of a step in a contour, "+1", "=0" or "-1"."""
    if kind == "contour":
        semitones = (semitones > 0) - (semitones < 0)
    return f"{semitones:+d}" if semitones else "=0"


def _midi(token: Token, scale: tuple[int, ...]) -> int:
    octave, degree = divmod(token.step, 7)
    return 60 + 12 * octave + SEMITONES[degree] + (scale[degree] if token.alter is None else token.alter)


def _inner(kinds: npt.NDArray[np.str_]) -> npt.NDArray[np.bool_]:
    """Which symbols are notes of a chord, but for its first."""
    inside = np.cumsum((kinds == "open").astype(np.int32) - (kinds == "close")) > 0
    second: npt.NDArray[np.bool_] = inside & (kinds == "pitch") & ~np.concatenate([[False], kinds[:-1] == "open"])
    return second


def _relative(
    text: Text, tokens: list[Token], symbols: npt.NDArray[np.uint16], listed: tuple[str, ...], kind: str
) -> tuple[npt.NDArray[np.uint16], tuple[str, ...]]:
    """The symbols with every note named by its interval from the note before it in its tune."""
    pitches = np.array([[_midi(token, signature("C", mode)) for token in tokens] for mode in MODES], np.int16)
    places = np.flatnonzero(np.array([token.kind == "pitch" for token in tokens])[text.symbols])
    tunes = text.tunes_of(places)
    midi = pitches[text.mode[tunes], text.symbols[places]]
    steps = np.diff(midi, prepend=midi[:1])
    first = np.diff(tunes, prepend=-1) != 0
    names = [_step(step, kind) for step in range(int(steps.min(initial=0)), int(steps.max(initial=0)) + 1)]
    listed = tuple(dict.fromkeys([*listed, "first", *names]))
    number = {name: place for place, name in enumerate(listed)}
    table = np.array([number[name] for name in names] or [0], np.uint16)
    symbols = symbols.copy()
    symbols[places] = np.where(first, number["first"], table[steps - int(steps.min(initial=0))] if len(steps) else 0)
    return symbols, listed
