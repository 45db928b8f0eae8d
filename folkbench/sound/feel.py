"""How each dance is played: swing, lilt, broken rhythm and stress. One table, a row a dance.

What is written even is not played even. The directions (which note is longer, which heavier) follow
A. Ng, Rhythm (Tune Type) Definitions, irishtune.info/rhythm: "heavy-light pairs" in reels and, less even,
in hornpipes; in the jig pattern the first note longer and stronger than the others, the second the
shortest. K. Glen, Expressive Microtimings and Groove in Scottish Gaelic Fiddle Music (University of
British Columbia, 2015), measures such pairs in played reels. How much of it is ours, set by ear of the
numbers: no source gives a ratio for every dance.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from folkbench.notation.dances import Dance
from folkbench.notation.tune import Meter


class Feel(NamedTuple):
    """One way to play. Shares are of the time that two or three notes have together."""

    swing: float  # what the first of two even notes gets: 0.5 is even
    broken: float  # what the long one of a broken pair (A>B) gets: 0.75 is as written
    lilt: tuple[float, float]  # where the second and third note of a jig's three begin: 1/3, 2/3 is even
    beats: tuple[float, ...]  # weight of each beat of the bar, -1 to 1, over again if there are more
    within: tuple[float, ...]  # weight of each equal part of the beat; the first is the beat's own
    pairs: int = 1  # pairs in a beat: two in a reel, whose beat is a half note
    backing: str = "beats"  # how it is accompanied: "within" boom and chuck in a beat, "beats" in turns, "held"


_EVEN = (1 / 3, 2 / 3)
_REEL = Feel(0.54, 0.66, _EVEN, (1.0, 0.7), (0.0, -0.45, 0.35, -0.25), 2, "within")
_HORNPIPE = Feel(0.60, 0.68, _EVEN, (1.0, 0.75), (0.0, -0.5, 0.45, -0.4), 2, "within")
_JIG = Feel(0.5, 0.72, (0.385, 0.655), (1.0, 0.65), (0.0, -0.6, -0.05), 1, "within")
_SLIDE = Feel(0.5, 0.72, (0.37, 0.66), (1.0, 0.5, 0.8, 0.5), (0.0, -0.6, 0.1), 1, "within")
_POLKA = Feel(0.52, 0.72, _EVEN, (0.9, 0.8), (0.0, 0.15), 1, "within")
_MARCH = Feel(0.5, 0.74, _EVEN, (1.0, 0.3, 0.7, 0.3), (0.0, -0.35))
_WALTZ = Feel(0.53, 0.72, _EVEN, (1.0, 0.1, 0.25), (0.0, -0.35))
_SLOW = Feel(0.5, 0.75, _EVEN, (0.6, 0.1, 0.4, 0.1), (0.0, -0.25), 1, "held")

FEELS: dict[str, Feel] = {
    "reel": _REEL,
    "jig": _JIG,
    "single jig": _SLIDE._replace(beats=(1.0, 0.65)),
    "slip jig": _JIG._replace(beats=(1.0, 0.45, 0.6)),
    "slide": _SLIDE,
    "hornpipe": _HORNPIPE,
    "three-two": _REEL._replace(beats=(1.0, 0.5, 0.7)),
    "clog": _HORNPIPE._replace(swing=0.62, broken=0.70),
    "polka": _POLKA,
    "barndance": _HORNPIPE._replace(swing=0.58, pairs=1, backing="beats", within=(0.0, -0.45)),
    "schottische": _HORNPIPE._replace(swing=0.60, pairs=1, backing="beats", within=(0.0, -0.45)),
    "fling": _HORNPIPE._replace(swing=0.58, pairs=1, backing="beats", within=(0.0, -0.45)),
    "strathspey": Feel(0.56, 0.80, _EVEN, (1.0, 0.6, 0.85, 0.6), (0.0, -0.4)),
    "waltz": _WALTZ,
    "mazurka": _WALTZ._replace(beats=(0.7, 1.0, 0.3), broken=0.74),
    "varsovienne": _WALTZ,
    "march": _MARCH,
    "quickstep": _MARCH._replace(backing="within"),
    "set dance": _HORNPIPE._replace(swing=0.56, pairs=1, backing="beats", within=(0.0, -0.4)),
    "walkaround": _POLKA,
    "essence": _MARCH,
    "air": _SLOW,
    "planxty": _SLOW._replace(beats=(0.9, 0.4, 0.6, 0.4)),
    "minuet": _WALTZ._replace(swing=0.5),
    "gavotte": _MARCH,
    "cotillion": _JIG._replace(lilt=(0.36, 0.665)),
    "allemande": _POLKA,
}
"""Dance -> how it is played. A dance that isn't here is played as a march."""

STRAIGHT = Feel(0.5, 0.75, _EVEN, (0.0,), (0.0,))
"""As written, every note alike."""


def feel_of(dance: Dance) -> Feel:
    """How a dance is played."""
    return FEELS.get(dance.name, _MARCH)


class Warp(NamedTuple):
    """Where written time goes within one span of a bar: lines between `written` and `played`, both 0..1."""

    written: tuple[float, ...]
    played: tuple[float, ...]

    def __call__(self, at: float) -> float:
        """The played place of a written one."""
        for left, right, low, high in zip(self.written, self.written[1:], self.played, self.played[1:], strict=False):
            if at <= right:
                return low + (at - left) * (high - low) / (right - left)
        return at


NO_WARP = Warp((0.0, 1.0), (0.0, 1.0))


def span(feel: Feel, dance: Dance, meter: Meter) -> Fraction:
    """The time, in whole notes, that swing or lilt moves notes within: a pair, or a jig's three."""
    beat = dance.beat_in(meter)
    if beat.numerator == 3:
        return beat
    return beat / (feel.pairs if feel.pairs > 1 else 2 if beat >= Fraction(1, 2) else 1)


def warp(feel: Feel, size: int, threes: bool, onsets: frozenset[int]) -> Warp:
    """How one span of `size` ticks goes, from the ticks in it at which notes begin.

    Only what players swing is moved: two even notes, a broken pair, a jig's three. Runs of four and triplets stay even.
    """
    inner = [4 * onset for onset in onsets if onset]
    if threes:
        first, second = feel.lilt
        return Warp((0.0, 1 / 3, 2 / 3, 1.0), (0.0, first, second, 1.0)) if inner else NO_WARP
    if inner == [2 * size]:
        return Warp((0.0, 0.5, 1.0), (0.0, feel.swing, 1.0))
    if inner == [3 * size]:
        return Warp((0.0, 0.75, 1.0), (0.0, feel.broken, 1.0))
    if inner == [size]:
        return Warp((0.0, 0.25, 1.0), (0.0, 1 - feel.broken, 1.0))
    return NO_WARP


def weight(feel: Feel, ticks: int, size: int) -> float:
    """Stress, -1 to 1, of a note that begins `ticks` into its bar, where a beat lasts `size` ticks."""
    beat, place = divmod(ticks, size)
    if not place:
        return feel.beats[beat % len(feel.beats)]
    part, beside = divmod(place * len(feel.within), size)
    return min(feel.within) - 0.1 if beside else feel.within[part]
