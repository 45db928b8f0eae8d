"""Like another tune: its dance, meter and key, and how its melody moves."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise

from folkbench.compose.priming import Wish
from folkbench.encoding.v2 import MODES
from folkbench.errors import FolkbenchError
from folkbench.notation.dances import dance
from folkbench.notation.tune import Chord, Note, Tune

_FARTHEST = 8
"""Steps; leaps beyond an octave are counted as one."""


def like_it(wish: Wish, tune: Tune) -> Wish:
    """The wish with the tune's dance, meter and key where it asks for none.

    Raises FolkbenchError for a tune without notes to be like, or without a key that the network can write in.
    """
    if not moves(tune):
        raise FolkbenchError("there is no melody to be like in that tune", "name one with notes in it")
    kind = dance(tune.rhythm) if tune.rhythm else None
    key = tune.key.tonic + MODES.get(tune.key.mode, "")
    if not wish.key and (not tune.key.tonic or tune.key.mode not in MODES):
        raise FolkbenchError(f"no tune can be made in K:{tune.key.text}", "say --key as well")
    meter = f"{tune.meter.beats}/{tune.meter.unit}" if tune.meter.beats else ""
    return replace(
        wish,
        rhythm=wish.rhythm or (kind.name if kind else ""),
        meter=wish.meter or ("" if wish.rhythm else meter),
        key=wish.key or key,
    )


def moves(tune: Tune) -> Counter[int]:
    """How often its melody moves by so many steps (chords by their lowest note), up to an octave."""
    events = [event for bar in tune.bars for event in bar.events if isinstance(event, Note | Chord)]
    steps = [event.step if isinstance(event, Note) else event.notes[0].step for event in events]
    found = (two - one for one, two in pairwise(steps))
    return Counter(max(-_FARTHEST, min(_FARTHEST, move)) for move in found)


def likeness(tune: Tune, other: Tune) -> float:
    """What two melodies have in common in how they move, 0..1: the overlap of their intervals' shares."""
    one, two = moves(tune), moves(other)
    return sum(min(one[move] / (one.total() or 1), two[move] / (two.total() or 1)) for move in one)
