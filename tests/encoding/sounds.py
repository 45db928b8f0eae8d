"""What sounds in a tune, counted without the package's own encoding."""

from __future__ import annotations

from folkbench.notation.tune import WHOLE, Chord, Note, Rest, Tune

Bar = tuple[int, int, tuple[int, ...], list[tuple[int, tuple[int, ...]]]]


def sounds(tune: Tune, up: int = 0) -> list[Bar]:
    """Each bar: whether a repeat begins and ends there, its ending, and its notes as (ticks, MIDI pitches + `up`)."""
    found = []
    for bar in tune.bars:
        events = []
        for event in bar.events:
            if isinstance(event, Note | Chord | Rest):
                notes = (event,) if isinstance(event, Note) else getattr(event, "notes", ())
                pitches = tuple(sorted(note.midi + up for note in notes))
                events.append((event.ticks * WHOLE // tune.whole, pitches))
        found.append((bar.open.begins, bar.close.ends, bar.ending, events))
    return found
