"""Notes as LilyPond plays them and as the Tune has them, for comparison."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from folkbench.notation import Tune, play_order
from folkbench.notation.tune import Bar, Chord, Event, Grace, Mark, Note, Rest, Voice

Heard = tuple[Fraction, int, Fraction]
"""Onset in whole notes, MIDI number, length in whole notes."""


def bare(tune: Tune) -> Tune:
    """The tune without grace notes and decorations, which LilyPond plays and a straight rendering doesn't."""

    def kept(events: tuple[Event, ...]) -> tuple[Event, ...]:
        return tuple(
            [e for e in events if not isinstance(e, Grace) and not (isinstance(e, Mark) and e.kind == "decoration")]
        )

    def cleared(bar: Bar) -> Bar:
        return bar._replace(events=kept(bar.events), overlays=tuple(map(kept, bar.overlays)))

    return replace(tune, voices=tuple([Voice(v.name, tuple(map(cleared, v.bars))) for v in tune.voices]))


def written(tune: Tune) -> list[Heard]:
    """The notes of a tune of one voice in the order of play, tied notes as one."""
    found: list[tuple[Fraction, int, Fraction]] = []
    held: dict[int, tuple[int, Fraction]] = {}  # MIDI number -> which note is being held, and until when
    at = Fraction(0)
    bars = tune.voices[0].bars
    for index in play_order(tune.voices[0]):
        now = at
        for event in bars[index].events:
            if not isinstance(event, Note | Chord | Rest):
                continue
            length = Fraction(event.ticks, tune.whole)
            for note in () if isinstance(event, Rest) else (event,) if isinstance(event, Note) else event.notes:
                assert not isinstance(event, Rest)
                place, until = held.pop(note.midi, (-1, Fraction(-1)))
                if until == now:
                    found[place] = (found[place][0], note.midi, found[place][2] + length)
                else:
                    place = len(found)
                    found.append((now, note.midi, length))
                if event.tie or note.tie:
                    held[note.midi] = (place, now + length)
            now += length
        at += Fraction(bars[index].ticks, tune.whole)
    return sorted(found)


def played(data: bytes) -> list[Heard]:
    """The notes of a standard MIDI file."""
    quarter = int.from_bytes(data[12:14], "big")
    found: list[Heard] = []
    at = 14
    while at < len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "big")
        if data[at : at + 4] == b"MTrk":
            found += _track(data[at + 8 : at + 8 + length], quarter * 4)
        at += 8 + length
    return sorted(found)


def _track(data: bytes, whole: int) -> list[Heard]:
    found: list[Heard] = []
    sounding: dict[int, list[int]] = {}
    at = now = status = 0
    while at < len(data):
        delta, at = _number(data, at)
        now += delta
        if data[at] & 0x80:
            status, at = data[at], at + 1
        if status in (0xFF, 0xF0, 0xF7):
            at += status == 0xFF
            length, at = _number(data, at)
            at += length
            continue
        kind, pitch, velocity = status >> 4, data[at], data[at + 1]
        at += 1 if kind in (0xC, 0xD) else 2
        if kind == 9 and velocity:
            sounding.setdefault(pitch, []).append(now)
        elif kind in (8, 9) and sounding.get(pitch):
            start = sounding[pitch].pop(0)
            found.append((Fraction(start, whole), pitch, Fraction(now - start, whole)))
    return found


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A variable-length number and where it ends."""
    value = 0
    while True:
        byte = data[at]
        value, at = value << 7 | byte & 0x7F, at + 1
        if not byte & 0x80:
            return value, at
