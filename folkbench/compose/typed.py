"""What was typed in plain ABC, put back as it was typed: its beams, grace notes and chord symbols, bar by bar."""

from __future__ import annotations

from collections.abc import Sequence

from folkbench.compose.given import Stretch
from folkbench.encoding import meaning
from folkbench.notation import read
from folkbench.notation.tune import Chord, Note, Rest, Tune


def sounding(tokens: Sequence[str], own: Sequence[bool]) -> list[bool]:
    """For every note, chord and rest of `tokens` whether it is the user's own."""
    found: list[bool] = []
    in_chord = False
    for token, mine in zip(tokens, own, strict=True):
        kind = meaning(token).kind
        if kind in ("rest", "open") or (kind == "pitch" and not in_chord):
            found.append(mine)
        in_chord = kind == "open" or (in_chord and kind != "close")
    return found


def as_typed(abc: str, own: Sequence[bool], stretches: Sequence[Stretch]) -> str:
    """The tune's text with each stretch in its place; `own` tells by note which those are.

    The text as it is, where it wouldn't be the same music.
    """
    tune = read(abc)
    events = [(n, e) for n, bar in enumerate(tune.bars) for e in bar.events if isinstance(e, Note | Chord | Rest)]
    places = [place for place, mine in enumerate(own) if mine]
    if len(own) != len(events) or sum(stretch.events for stretch in stretches) != len(places):
        return abc
    text, done = abc, len(places)
    for stretch in reversed(stretches):
        first, last = places[done - stretch.events], places[done - 1]
        done -= stretch.events
        bar = tune.bars[events[first][0]]
        behind = events[first - 1][1].end if first and events[first - 1][0] == events[first][0] else -1
        at = min(event.at for event in bar.events if event.at >= behind and event.at <= events[first][1].at)
        text = text[:at] + stretch.text.strip() + text[events[last][1].end :]
    return text if _music(read(text)) == _music(tune) else abc


def _music(tune: Tune) -> list[list[tuple[int, ...]]]:
    """What sounds in every bar."""
    bars: list[list[tuple[int, ...]]] = []
    for bar in tune.bars:
        sounds = [event for event in bar.events if isinstance(event, Note | Chord | Rest)]
        bars.append(
            [
                (
                    event.ticks * 5040 // tune.whole,
                    *([event.midi] if isinstance(event, Note) else []),
                    *([note.midi for note in event.notes] if isinstance(event, Chord) else []),
                )
                for event in sounds
            ]
        )
    return bars
