"""The dances that tunes are for: what they are called, how they are barred, how fast they go.

One table, a row each, that titles, headers, sampling, sound and books read alike. Tempos are for dancing or a
session, in beats a minute; a row whose tempo no source gives says that the number is ours.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple

from folkbench.notation.tune import Meter


class Dance(NamedTuple):
    """One type of tune. `name` is what R: says: lower case, singular."""

    name: str
    aliases: tuple[str, ...]
    meters: tuple[tuple[str, Fraction], ...]
    """Its usual meters, commonest first, each with the length of its beat in whole notes."""
    tempo: int
    """Beats a minute."""
    source: str

    @property
    def meter(self) -> str:
        """The commonest meter: "4/4"."""
        return self.meters[0][0]

    @property
    def beat(self) -> Fraction:
        """The beat in that meter, in whole notes: 1/2 for a reel, 3/8 for a jig."""
        return self.meters[0][1]

    def beat_in(self, meter: Meter) -> Fraction:
        """The beat in any meter, in whole notes: the table's, else a dotted quarter or the meter's own unit."""
        for text, beat in self.meters:
            if text == f"{meter.beats}/{meter.unit}":
                return beat
        return Fraction(3, meter.unit) if meter.compound else Fraction(1, meter.unit)


_Q, _D, _H = Fraction(1, 4), Fraction(3, 8), Fraction(1, 2)  # a quarter, a dotted quarter, a half note
_CUT = (("4/4", _H), ("2/2", _H), ("2/4", _Q))  # two beats a bar; 2/4 is the older books' way, in sixteenths
_FOUR = (("4/4", _Q), ("2/4", _Q), ("2/2", _H))
_SIX = (("6/8", _D),)
_THREE = (("3/4", _Q),)

_BREATHNACH = "B. Breathnach, Ceol Rince na hÉireann 1 (1963), p. ix"
_SYDNEY = "Sydney Irish Céilí Dancers, Dance Music (bars a minute for set dancing)"
_RYAN = "Ryan's Mammoth Collection (1883)"
_AIRD = "J. Aird, A Selection of Scotch, English, Irish and Foreign Airs (1782-1801)"
_ONEILL = "F. O'Neill, Music of Ireland (1903)"
_AUSTRALIAN = "australianfolkmusic.com.au, Tempos, Dance Time and Set Dance Arrangements (bars a minute)"
_MUDCAT = "Mudcat Café, message 2438330 (tempos for ceilidhs)"
_TYPES = "type as in irishtune.info/rhythm"
_OURS = "the tempo is ours"

DANCES: tuple[Dance, ...] = (
    Dance("reel", ("single reel", "double reel"), _CUT, 112, f"{_BREATHNACH}: quarter notes at 224"),
    Dance("jig", ("double jig", "light jig", "treble jig", "jigg"), _SIX, 127, f"{_BREATHNACH}: double jigs"),
    Dance("single jig", (), (*_SIX, ("12/8", _D)), 137, _BREATHNACH),
    Dance("slip jig", ("slipjig", "hop jig", "hopjig"), (("9/8", _D),), 144, f"{_BREATHNACH}; hop jig: {_ONEILL}"),
    Dance("slide", (), (("12/8", _D), ("6/8", _D)), 136, f"{_SYDNEY}: 132-140"),
    Dance("hornpipe", ("horn pipe", "hornpipie"), _CUT, 90, f"{_BREATHNACH}: quarter notes at 180"),
    Dance(
        "three-two",
        ("three-two hornpipe", "triple hornpipe", "3/2 hornpipe", "old hornpipe"),
        (("3/2", _H),),
        112,
        f"type as on thesession.org; {_OURS}",
    ),
    Dance("clog", ("lancashire clog", "clog dance"), _CUT, 73, f"{_RYAN}; {_MUDCAT}: quarter notes at 143-150"),
    Dance("polka", (), (("2/4", _Q), ("4/4", _H)), 136, f"{_SYDNEY}: 132-140"),
    Dance("barndance", ("barn dance",), _FOUR, 120, f"{_AUSTRALIAN}: 28-32"),
    Dance("schottische", ("schottisch", "schottis"), _FOUR, 120, f"{_AUSTRALIAN}: 28-32"),
    Dance(
        "fling",
        ("highland fling", "highland schottische"),
        _FOUR,
        180,
        "histclo.com, Irish Set Dancing: Music: quarter notes at 180-200",
    ),
    Dance(
        "strathspey",
        ("strathsy", "strathspe"),
        (("4/4", _Q), ("2/2", _H)),
        116,
        "M. Johnstone, Any Good Tune, as quoted on the list scots-l",
    ),
    Dance("waltz", ("valse", "vals"), _THREE, 156, f"{_AUSTRALIAN}: 52"),
    Dance("mazurka", ("polka mazurka",), _THREE, 156, f"{_AUSTRALIAN}: 52"),
    Dance("varsovienne", ("varsoviana", "varsouvienne"), _THREE, 150, f"{_AUSTRALIAN}: 48-52"),
    Dance("march", ("marche", "quick march", "slow march"), (*_FOUR, *_SIX), 120, f"{_MUDCAT}: 117-123"),
    Dance(
        "quickstep", ("quick step", "two step"), (("2/4", _Q), ("6/8", _D), ("4/4", _H)), 120, f"{_AIRD}; as a march"
    ),
    Dance("set dance", ("long dance",), (*_FOUR, *_SIX), 140, f"{_TYPES}; {_MUDCAT}: Blackbird 140"),
    Dance("walkaround", ("walk around",), (("2/4", _Q), ("4/4", _H)), 112, f"{_RYAN}; {_OURS}"),
    Dance("essence", (), (("4/4", _Q), ("2/4", _Q)), 120, f"{_RYAN}; {_OURS}"),
    Dance(
        "air",
        ("song", "song air", "slow air", "lament", "lamentation", "ballad", "song tune"),
        (("4/4", _Q), ("3/4", _Q), ("6/8", _D), ("2/4", _Q)),
        66,
        f'{_ONEILL}, marked "Slow" to "Moderate"; {_OURS}',
    ),
    Dance("planxty", (), (("6/8", _D), ("4/4", _Q), ("3/4", _Q)), 90, f"{_ONEILL}, Carolan's tunes; {_OURS}"),
    Dance("minuet", ("menuet", "minuetto"), _THREE, 116, f"{_AIRD}; {_OURS}"),
    Dance("gavotte", ("gavot",), _FOUR, 120, f"{_AIRD}; {_OURS}"),
    Dance("cotillion", ("cotillon", "cottillon"), (*_SIX, ("2/4", _Q)), 116, f"{_AIRD}; {_OURS}"),
    Dance("allemande", ("allemanda",), (("2/4", _Q), ("6/8", _D)), 104, f"{_AIRD}; {_OURS}"),
)

_NAMES = {alias.replace("-", " "): d for d in DANCES for alias in (d.name, *d.aliases)}
_BY_METER = {
    "2/4": "polka",
    "4/4": "reel",
    "2/2": "reel",
    "3/4": "waltz",
    "6/8": "jig",
    "9/8": "slip jig",
    "12/8": "slide",
    "3/2": "three-two",
}
_ENDINGS = {"s", "es"}


def dance(text: str) -> Dance | None:
    """The dance that an R: field or a word in a title means: "Slip Jig", "Irish reels", "jig (double)"; else None."""
    for part in re.split(r"[,;:()\[\]]| or | and ", text):
        words = re.sub(r"[^\w/]+", " ", part.lower()).split()
        for size in range(len(words), 0, -1):
            for run in (words[-size:], words[:size]):  # what it is stands last ("Irish reel"), or first ("reel, slow")
                if found := _named(" ".join(run)):
                    return found
    return None


def guess(meter: Meter) -> Dance:
    """What a tune in this meter most often is, when R: is missing: 6/8 a jig, 4/4 a reel, free meter an air."""
    return _NAMES[_BY_METER.get(f"{meter.beats}/{meter.unit}", "air").replace("-", " ")]


def _named(words: str) -> Dance | None:
    if found := _NAMES.get(words):
        return found
    return next((_NAMES[words[: -len(e)]] for e in _ENDINGS if words.endswith(e) and words[: -len(e)] in _NAMES), None)
