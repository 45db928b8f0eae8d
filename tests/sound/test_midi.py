from __future__ import annotations

import io

import mido
import pytest

from folkbench.notation import read
from folkbench.sound.midi import TICKS, midi
from folkbench.sound.performer import Style, perform
from tests.conftest import SEED, printed_tunes
from tests.engrave.midi import bare, played, written

TUNE = "X:1\nT:The Humours of Ballyloughlin 羊\nR:jig\nM:6/8\nL:1/8\nK:Edor\n|:e2f gfe|d>ef A3:|\n"


def opened(text: str, style: Style) -> mido.MidiFile:
    tune = read(text)
    return mido.MidiFile(file=io.BytesIO(midi(perform(tune, style), tune)))


def notes(track: mido.MidiTrack) -> list[tuple[float, float, int]]:
    """Start and length in quarter notes, and pitch."""
    out, since, at = [], {}, 0
    for message in track:
        at += message.time
        if message.type == "note_on":
            since[message.note] = at
        elif message.type == "note_off":
            start = since.pop(message.note)
            out.append((start / TICKS, (at - start) / TICKS, message.note))
    assert not since
    return sorted(out)


def test_straight_is_what_the_tune_says() -> None:
    file = opened(TUNE, Style(straight=True))
    half = notes(file.tracks[1])[:6]
    assert half == [(0, 1, 76), (1, 0.5, 78), (1.5, 0.5, 79), (2, 0.5, 78), (2.5, 0.5, 76), (3, 0.75, 74)]
    assert len(notes(file.tracks[1])) == 18


def test_title_meter_key_and_tempo_stand_at_the_beginning() -> None:
    head = {message.type: message for message in opened(TUNE, Style()).tracks[0]}
    assert head["track_name"].name == "The Humours of Ballyloughlin ?"
    assert (head["time_signature"].numerator, head["time_signature"].denominator) == (6, 8)
    assert head["key_signature"].key == "D"
    assert mido.tempo2bpm(head["set_tempo"].tempo) == pytest.approx(190.5, abs=0.01)


def test_each_who_plays_has_a_track() -> None:
    file = opened(TUNE, Style(chords="guitar", drone=True, drum="bodhran"))
    assert [track.name for track in file.tracks[1:]] == ["tune", "chords", "drone", "kit"]


def test_a_file_lasts_as_long_as_its_performance() -> None:
    tune = read(SEED.read_text())
    performance = perform(tune, Style(times=2, faster=0.1))
    file = mido.MidiFile(file=io.BytesIO(midi(performance, tune)))
    assert file.length == pytest.approx(performance.duration, abs=0.01)


def test_the_same_tune_gives_the_same_bytes() -> None:
    tune = read(TUNE)
    assert midi(perform(tune), tune) == midi(perform(read(TUNE)), tune)


@pytest.mark.parametrize("body", ["z8|]", "", "d8|]"])
def test_silence_is_a_file_too(body: str) -> None:
    assert opened(f"X:1\nM:none\nL:1/8\nK:none\n{body}\n", Style()).tracks


def straight_is_written(text: str) -> None:
    """Pitch, onset and length are those that LilyPond's own MIDI is held to as well, but for a tick's rounding."""
    tune = bare(read(text))
    if len(tune.voices) != 1:
        return  # `written` reads one voice
    ours = played(midi(perform(tune, Style(straight=True))))
    theirs = sorted(set(written(tune)))  # two strings in unison are one note to a synth
    assert [pitch for _, pitch, _ in ours] == [pitch for _, pitch, _ in theirs]
    for (start, _, length), (meant, _, long) in zip(ours, theirs, strict=True):
        assert abs(start - meant) * 4 * TICKS <= 0.5
        assert abs(length - long) * 4 * TICKS <= 1


def test_straight_has_the_notes_of_printed_tunes_to_the_tick() -> None:
    for text in printed_tunes()[::50]:
        straight_is_written(text)


@pytest.mark.long
def test_straight_has_the_notes_of_every_printed_tune_to_the_tick() -> None:
    for text in printed_tunes():
        straight_is_written(text)
