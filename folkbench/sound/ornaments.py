"""Ornaments as they are played: a note becomes several, the short ones stolen from it.

Rolls, cuts, taps and crans as G. Larsen describes them (The Essential Guide to Irish Flute and Tin Whistle,
2003): a long roll is three eighths on one pitch, the second begun by a cut, the third by a tap; a short roll
leaves the first away; cuts and taps have hardly a pitch of their own. Trills, mordents and turns as in any
printed music.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from folkbench.sound.line import Written

_BLIP = 0.034  # seconds of a cut or tap
_GRACE = 0.052  # of a grace note
_SHAKE = 0.066  # of each note of a trill
_MOST = 0.36  # of a note's time that what is stolen from it may take


class Piece(NamedTuple):
    """One of the notes that an ornamented note is played as; times in seconds from where it begins."""

    start: float
    end: float
    pitch: int
    weight: float  # added to the note's stress


def ornament(note: Written, seconds: float, eighth: float) -> Sequence[Piece]:
    """How a note of `seconds` is played, where an eighth (the dance's quick note) lasts `eighth` seconds."""
    pieces: Sequence[Piece] = (Piece(0.0, seconds, note.pitch, 0.0),)
    if not note.top:
        return pieces
    for name in _PLAYED:
        if name in note.marks:
            pieces = _PLAYED[name](note, seconds, eighth)
            break
    if note.graces:
        pieces = _graced(pieces, note.graces, seconds)
    return pieces


def _graced(pieces: Sequence[Piece], graces: Sequence[int], seconds: float) -> Sequence[Piece]:
    each = min(_GRACE, _MOST * seconds / len(graces))
    taken = each * len(graces)
    ahead = [Piece(number * each, (number + 1) * each, pitch, -0.5) for number, pitch in enumerate(graces)]
    first, *others = [piece for piece in pieces if piece.end > taken + min(0.01, 0.2 * seconds)]
    return [*ahead, first._replace(start=taken), *others]


def _struck(seconds: float, starts: Sequence[tuple[float, int | None]], pitch: int) -> Sequence[Piece]:
    """The note begun anew at each of `starts`, by a blip of the pitch beside it (None: without)."""
    pieces = []
    ends = [start for start, _ in starts[1:]] + [seconds]
    for (start, blip), end in zip(starts, ends, strict=True):
        short = min(_BLIP, _MOST * (end - start)) if blip is not None else 0.0
        if blip is not None:
            pieces.append(Piece(start, start + short, blip, -0.6))
        pieces.append(Piece(start + short, end, pitch, -0.1 if start else 0.0))
    return pieces


def _roll(note: Written, seconds: float, eighth: float) -> Sequence[Piece]:
    count = round(seconds / eighth)
    if count >= 3:
        return _struck(seconds, ((0.0, None), (eighth * 1.05, note.above), (eighth * 2.02, note.below)), note.pitch)
    if count == 2:
        return _struck(seconds, ((0.0, note.above), (seconds / 2, note.below)), note.pitch)
    return _cut(note, seconds, eighth)


def _cran(note: Written, seconds: float, eighth: float) -> Sequence[Piece]:
    count = max(2, min(4, round(seconds / eighth)))
    cuts = (None, note.pitch + 7, note.pitch + 5, note.pitch + 7)[-count:]
    return _struck(seconds, [(seconds * number / count, cut) for number, cut in enumerate(cuts)], note.pitch)


def _cut(note: Written, seconds: float, eighth: float) -> Sequence[Piece]:
    return _struck(seconds, ((0.0, note.above),), note.pitch)


def _trill(note: Written, seconds: float, eighth: float) -> Sequence[Piece]:
    count = max(1, int(0.8 * seconds / (2 * _SHAKE)))
    each = min(_SHAKE, seconds / (2 * count + 1))
    pieces = []
    for number in range(2 * count):
        pitch = note.above if number % 2 else note.pitch
        pieces.append(Piece(number * each, (number + 1) * each, pitch, -0.25 if number else 0.0))
    return [*pieces, Piece(2 * count * each, seconds, note.pitch, -0.1)]


def _mordent(note: Written, seconds: float, beside: int) -> Sequence[Piece]:
    each = min(_GRACE, _MOST * seconds / 2)
    return (
        Piece(0.0, each, note.pitch, 0.0),
        Piece(each, 2 * each, beside, -0.3),
        Piece(2 * each, seconds, note.pitch, 0.0),
    )


def _turn(note: Written, seconds: float, eighth: float) -> Sequence[Piece]:
    each = min(0.08, seconds / 5)
    pitches = (note.above, note.pitch, note.below)
    ahead = [Piece(number * each, (number + 1) * each, pitch, -0.2) for number, pitch in enumerate(pitches)]
    return [*ahead, Piece(3 * each, seconds, note.pitch, 0.0)]


def _slide(note: Written, seconds: float, eighth: float) -> Sequence[Piece]:
    each = min(0.045, _MOST * seconds)
    return (Piece(0.0, each, note.pitch - 1, -0.3), Piece(each, seconds, note.pitch, 0.0))


_PLAYED: dict[str, Callable[[Written, float, float], Sequence[Piece]]] = {
    "roll": _roll,
    "cran": _cran,
    "cut": _cut,
    "trill": _trill,
    "trill(": _trill,
    "uppermordent": lambda note, seconds, eighth: _mordent(note, seconds, note.above),
    "pralltriller": lambda note, seconds, eighth: _mordent(note, seconds, note.above),
    "lowermordent": lambda note, seconds, eighth: _mordent(note, seconds, note.below),
    "mordent": lambda note, seconds, eighth: _mordent(note, seconds, note.below),
    "turn": _turn,
    "slide": _slide,
}
"""Decoration -> how it is played. The first of these that a note has counts."""
