"""A performance as a Standard MIDI File of type 1: tempos, then a track for each who plays."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from folkbench.notation.tune import Tune
from folkbench.sound.events import Event, Player, events, players
from folkbench.sound.performance import Performance

TICKS = 960
"""Ticks in a quarter note."""

_LONGEST = 0x0FFFFFFF  # the largest number that a MIDI file can hold between two events


def midi(performance: Performance, tune: Tune | None = None) -> bytes:
    """The file's bytes. `tune` gives it a title, a meter and a key signature."""
    import mido

    file = mido.MidiFile(type=1, ticks_per_beat=TICKS)
    head = [(0, message) for message in _about(tune)] if tune else []
    for start, tempo in performance.tempos:
        head.append((round(start * TICKS), mido.MetaMessage("set_tempo", tempo=min(0xFFFFFF, round(60e6 / tempo)))))
    end = round(performance.length * TICKS)
    file.tracks.append(_track("", head, end))
    all_events = events(performance)
    for player in players(performance):
        mine = [event for event in all_events if event.channel == player.channel]
        file.tracks.append(_track(player.part, [*_set_up(player), *_notes(mine)], end))
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


def _about(tune: Tune) -> Iterable[Any]:
    import mido

    if tune.title:
        yield mido.MetaMessage("track_name", name=tune.title.encode("latin-1", "replace").decode("latin-1"))
    meter = tune.meter
    if 0 < meter.beats < 256 and meter.unit in (1, 2, 4, 8, 16, 32, 64):
        yield mido.MetaMessage("time_signature", numerator=meter.beats, denominator=meter.unit)
    fifths = sum(tune.key.signature)
    if all(abs(alter) <= 1 for alter in tune.key.signature) and -7 <= fifths <= 7:
        major = ("Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#")[fifths + 7]
        yield mido.MetaMessage("key_signature", key=major)


def _set_up(player: Player) -> list[tuple[int, Any]]:
    import mido

    bank = [] if player.part == "kit" else [_control(player, 0, player.bank), _control(player, 32, 0)]
    program = mido.Message("program_change", channel=player.channel, program=player.program)
    return [*bank, (0, program), _control(player, 7, player.volume), _control(player, 10, player.place)]


def _control(player: Player, number: int, value: int) -> tuple[int, Any]:
    import mido

    return 0, mido.Message("control_change", channel=player.channel, control=number, value=value)


def _notes(mine: Iterable[Event]) -> Iterable[tuple[int, Any]]:
    import mido

    for at, velocity, channel, pitch in mine:
        name = "note_on" if velocity else "note_off"
        message = mido.Message(name, channel=channel, note=pitch, velocity=velocity)
        yield round(at * TICKS), message


def _track(name: str, timed: Iterable[tuple[int, Any]], end: int) -> Any:
    """Messages at ticks as a track, whose messages count from the one before."""
    import mido

    track = mido.MidiTrack()
    if name:
        track.append(mido.MetaMessage("track_name", name=name))
    reached = 0
    for tick, message in timed:
        message.time = min(_LONGEST, max(0, tick - reached))
        reached = max(reached, tick)
        track.append(message)
    track.append(mido.MetaMessage("end_of_track", time=max(0, end - reached)))
    return track
