from __future__ import annotations

from folkbench.notation import read
from folkbench.sound.events import events, players
from folkbench.sound.performer import Style, perform

HEAD = "X:1\nR:march\nM:4/4\nL:1/8\nK:D\n"


def test_every_note_that_begins_ends_and_nothing_hangs() -> None:
    performance = perform(read(HEAD + "~d3e [dfa]4|{g}f8|]\n"), Style(chords="guitar", drone=True, drum="bones"))
    sounding: dict[tuple[int, int], int] = {}
    for event in events(performance):
        key = (event.channel, event.pitch)
        sounding[key] = sounding.get(key, 0) + (1 if event.velocity else -1)
        assert 0 <= sounding[key] <= 1
    assert not any(sounding.values())


def test_a_note_that_is_struck_again_ends_first() -> None:
    tune = read(HEAD + "d8|]\n")
    twice = perform(tune)
    first = twice.sounds[0]
    from dataclasses import replace

    overlapping = replace(twice, sounds=(first, first._replace(start=1.0, end=3.0)))
    assert [(round(e.at, 2), e.velocity > 0) for e in events(overlapping)] == [
        (0, True),
        (1, False),
        (1, True),
        (3, False),
    ]


def test_two_strings_in_unison_are_one_note() -> None:
    assert [event.velocity > 0 for event in events(perform(read(HEAD + "[A2A2]|]\n")))] == [True, False]


def test_a_band_has_a_channel_each_and_drums_have_theirs() -> None:
    style = Style(instrument="whistle", chords="piano", drone=True, click=True)
    band = {player.part: player for player in players(perform(read(HEAD + "d8|]\n"), style))}
    assert {part: player.channel for part, player in band.items()} == {"tune": 0, "chords": 1, "drone": 2, "kit": 9}
    assert (band["tune"].program, band["chords"].program, band["kit"].bank) == (74, 0, 128)
