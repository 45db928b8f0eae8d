"""The instruments that session tunes are played on, and the notes each of them has.

Notes are MIDI numbers **as written** (middle C is 60): a tin whistle sounds an octave higher, a tenor banjo an octave
lower, Highland pipes nearly a semitone sharp, and all of them read the same tune.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from folkbench.errors import NotFound


class Instrument(NamedTuple):
    """One instrument. A note that is in neither set can't be played on it."""

    name: str
    aliases: tuple[str, ...]
    notes: frozenset[int]
    """What lies under the fingers."""
    awkward: frozenset[int]
    """What can be had by half-holing, a key that many lack, or leaving first position."""
    source: str

    @property
    def lowest(self) -> int:
        """The lowest MIDI note, awkward ones included."""
        return min(self.notes | self.awkward)

    @property
    def highest(self) -> int:
        """The highest MIDI note, awkward ones included."""
        return max(self.notes | self.awkward)


def instrument(name: str) -> Instrument:
    """The instrument of that name or alias ("D/G melodeon", "whistle"); raises NotFound, which lists them all."""
    words = _words(name)
    if found := _NAMES.get(words):
        return found
    holding = {row.name: row for alias, row in _NAMES.items() if words and words in alias}
    if len(holding) == 1:
        return holding.popitem()[1]
    message = f'"{name}" may be any of several instruments' if holding else f'no instrument called "{name}"'
    raise NotFound(message, f"one of: {', '.join(holding or [row.name for row in INSTRUMENTS])}")


_SIX_HOLES = frozenset({62, 64, 66, 67, 69, 71, 72, 73, 74, 76, 78, 79, 81, 83, 84, 85, 86})
"""D to d' in D major with both Cs: C natural is a cross-fingering that every player uses."""
_FIRST_POSITION = frozenset(range(55, 84))
"""Open G to the fourth finger (seventh fret) on the E string."""

# One row of a melodeon: what each button sounds on the push and on the pull, in semitones above its tonic.
_BUTTONS = ((-5, -1), (0, 2), (4, 5), (7, 9), (12, 11), (16, 14), (19, 17), (24, 21), (28, 23), (31, 26))


def _chromatic(low: int, high: int, without: frozenset[int]) -> frozenset[int]:
    return frozenset(range(low, high + 1)) - without


def _two_rows(outer: int) -> frozenset[int]:
    """Both rows of a 21-button melodeon whose rows are a fourth apart, its two accidental buttons left out."""
    rows = ((outer, _BUTTONS), (outer + 5, _BUTTONS[:-1]))
    return frozenset(tonic + note for tonic, buttons in rows for button in buttons for note in button)


_MELODEON = (
    "Diatonic button accordion, distribution of notes (Wikipedia) and the 21-button charts on melodeon.net; "
    "the end buttons' accidentals differ from maker to maker and are left out"
)

INSTRUMENTS: tuple[Instrument, ...] = (
    Instrument(
        "tin whistle",
        ("tin whistle in D", "whistle", "D whistle", "penny whistle", "low whistle", "feadóg"),
        _SIX_HOLES,
        _chromatic(62, 86, _SIX_HOLES),
        "music.stackexchange.com, tag penny-whistle: about two octaves, C natural forked, the rest half-holed",
    ),
    Instrument(
        "flute",
        ("wooden flute", "Irish flute", "simple-system flute"),
        _SIX_HOLES,
        _chromatic(60, 88, _SIX_HOLES),
        "G. Larsen, The Essential Guide to Irish Flute and Tin Whistle (2003): fingered as the whistle, keys beyond",
    ),
    Instrument(
        "fiddle",
        ("violin",),
        _FIRST_POSITION,
        _chromatic(84, 88, frozenset()),
        "open strings G D A E; first position ends on b, an extension or third position reaches e'",
    ),
    Instrument(
        "uilleann pipes",
        ("uillean pipes", "Irish pipes", "union pipes", "pipes in D"),
        _SIX_HOLES,
        _chromatic(62, 88, _SIX_HOLES),
        "folkipedia, Uilleann Pipes: a chanter of two octaves in D, chromatic by its keys",
    ),
    Instrument(
        "Anglo concertina",
        ("Anglo concertina C/G", "C/G Anglo", "C/G concertina", "Anglo", "concertina"),
        frozenset({48, 52, 53, 55}) | frozenset(range(57, 92)) | {93, 95},
        frozenset(),
        "M. Stayton, Button Layouts for C/G 30-Button Anglo Concertinas (concertina.net): Wheatstone/Lachenal system",
    ),
    Instrument("G/C melodeon", ("G/C accordion", "G/C box"), _two_rows(55), frozenset(), _MELODEON),
    Instrument("D/G melodeon", ("D/G accordion", "D/G box", "melodeon"), _two_rows(62), frozenset(), _MELODEON),
    Instrument(
        "tenor banjo",
        ("banjo", "Irish tenor banjo", "GDAE banjo"),
        _FIRST_POSITION,
        _chromatic(84, 93, frozenset()),
        "tuned G D A E an octave below the fiddle and read like it; seventeen frets, the seventh is b",
    ),
    Instrument(
        "mandolin",
        (),
        _FIRST_POSITION,
        _chromatic(84, 96, frozenset()),
        "tuned as the fiddle; twenty frets, the seventh is b",
    ),
    Instrument(
        "Highland pipes",
        ("Great Highland bagpipe", "Highland bagpipes", "bagpipes", "GHB"),
        frozenset({67, 69, 71, 73, 74, 76, 78, 79, 81}),
        frozenset(),
        "ABC standard 2.1, section 3.1.14: K:Hp marks F sharp, C sharp and G natural; nine notes, low G to high A",
    ),
    Instrument(
        "Northumbrian smallpipes",
        ("smallpipes", "Northumbrian pipes", "NSP"),
        frozenset({62, 64, 66, 67, 69, 71, 72, 73, 74, 75, 76, 78, 79, 81, 83}),
        frozenset(),
        "Northumbrian smallpipes, chanter (Wikipedia): seven keys, D to b with c sharp and d sharp",
    ),
)


def _words(name: str) -> str:
    return " ".join(re.findall(r"\w+", name.lower()))


_NAMES = {_words(alias): row for row in INSTRUMENTS for alias in (row.name, *row.aliases)}
