"""A tune before it is drawn: laid out, and cut to the bars that are wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from folkbench.notation import layout, read, write
from folkbench.notation.tune import Bar, Change, Chord, Mark, Note, Rest, Tune, Voice

_FEWEST = 8  # short notes that must stand apart before that can be no accident


def ready(tune: Tune) -> Tune:
    """The tune as it is drawn: read again if it was changed, and beamed by the beat if its ABC beams nothing at all.

    Spaced tokens (`G, C C 2`) are such ABC: their spaces say nothing about beams.
    """
    if _unbeamed(tune):
        tune = layout(tune)
    return tune if tune.source else read(write(tune), line=tune.line, index=tune.index, defaults=tune.defaults)


def excerpt(tune: Tune, bars: Sequence[int]) -> Tune:
    """Only these bars of the tune (indices, in order), under the key and meter in force there. Every voice is cut."""
    voices = tuple([Voice(voice.name, _only(voice.bars, bars)) for voice in tune.voices])
    lead = voices[0].bars if voices else ()
    fields = tuple([field for field in tune.fields if field.name != "P"])
    if not lead:
        return replace(tune, voices=voices, fields=fields)
    return replace(tune, voices=voices, fields=fields, key=lead[0].key, meter=lead[0].meter)


def _only(bars: Sequence[Bar], wanted: Sequence[int]) -> tuple[Bar, ...]:
    chosen = [index for index in wanted if index < len(bars)]
    kept = []
    for place, index in enumerate(chosen):
        bar = bars[index]
        if place and chosen[place - 1] != index - 1:
            bar = bar._replace(open=bars[chosen[place - 1]].close)
        kept.append(bar)
    return tuple(kept)


def _unbeamed(tune: Tune) -> bool:
    apart = 0
    for voice in tune.voices:
        for bar in voice.bars:
            if any(isinstance(event, Change) and event.name == "w" for event in bar.events):
                return False
            items = [e for e in bar.events if isinstance(e, Note | Chord | Rest | Mark) and not _is_sign(e)]
            for event, follows in pairwise(items):
                if _short(event, tune) and _short(follows, tune):
                    if isinstance(event, Note | Chord) and not event.gap:
                        return False
                    apart += 1
    return apart >= _FEWEST


def _is_sign(event: object) -> bool:
    return isinstance(event, Mark) and event.kind != "break"


def _short(event: object, tune: Tune) -> bool:
    return isinstance(event, Note | Chord) and event.ticks * 4 < tune.whole
