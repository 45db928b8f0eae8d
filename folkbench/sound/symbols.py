"""Chord symbols for a tune that has none: the chords that an accompanist would play, written over its bars."""

from __future__ import annotations

from dataclasses import replace

from folkbench.notation.keys import STEPS
from folkbench.notation.tune import SEMITONES, Bar, Chord, Event, Key, Mark, Note, Rest, Tune
from folkbench.sound.backing import beats, harmonies
from folkbench.sound.harmony import Harmony
from folkbench.sound.line import lay_out
from folkbench.sound.performer import dance_of

_SIGNS = {-2: "bb", -1: "b", 0: "", 1: "#", 2: "##"}


def with_chords(tune: Tune) -> Tune:
    """The tune with a chord symbol wherever its chord changes, and in every bar; as it is if it has symbols already.

    A bar that is played several times shows the chords of the first.
    """
    line = lay_out(tune, 1, None)
    if line.symbols or not tune.bars:
        return tune
    found: dict[int, dict[int, str]] = {}  # bar -> ticks in it -> symbol
    before = ""
    turns: dict[int, int] = {}
    all_beats = list(beats(tune, line, dance_of(tune)))
    for beat, chord in zip(all_beats, harmonies(tune, line, all_beats), strict=True):
        first = turns.setdefault(beat.spot.bar, beat.spot.start) == beat.spot.start
        name = _name(chord, tune.key) if chord else ""
        if first and name and (name != before or beat.start == beat.spot.start):
            found.setdefault(beat.spot.bar, {})[beat.start - beat.spot.start] = name
        before = name
    bars = tuple([_with(bar, found.get(index, {})) for index, bar in enumerate(tune.bars)])
    return replace(tune, voices=(tune.voices[0]._replace(bars=bars), *tune.voices[1:]))


def _name(chord: Harmony, key: Key) -> str:
    """`G`, `Am`, `Bb`, spelled as the key spells it; a chord without a third is `G5`."""
    root = chord.notes[0]
    steps = [step for step in range(7) if (SEMITONES[step] + key.signature[step]) % 12 == root]
    if not steps:
        return ""
    above = {(note - root) % 12 for note in chord.notes}
    quality = "" if 4 in above else "m" if 3 in above else "5"
    return STEPS[steps[0]] + _SIGNS[key.signature[steps[0]]] + quality


def _with(bar: Bar, symbols: dict[int, str]) -> Bar:
    """The bar with symbols before the notes that begin at their places; one amid a note is left out."""
    events: list[Event] = []
    at = 0
    for event in bar.events:
        if isinstance(event, Note | Chord | Rest):
            if at in symbols:
                events.append(Mark(event.at, event.at, "chord", symbols[at]))
            at += event.ticks
        events.append(event)
    return bar._replace(events=tuple(events))
