"""How tunes are performed: exactly as written when told so, and as their dances go when not."""

from __future__ import annotations

from itertools import pairwise

import pytest

from folkbench.errors import FolkbenchError
from folkbench.notation import read
from folkbench.sound.performance import Performance
from folkbench.sound.performer import Style, dance_of, perform
from tests.conftest import SEED, printed_tunes


def played(body: str, rhythm: str = "reel", meter: str = "4/4", **style) -> Performance:
    return perform(read(f"X:1\nR:{rhythm}\nM:{meter}\nL:1/8\nK:D\n{body}\n"), Style(**style))


def starts(performance: Performance) -> list[float]:
    return [round(sound.start, 3) for sound in performance.sounds]


def lengths(performance: Performance) -> list[float]:
    return [later - sooner for sooner, later in pairwise(starts(performance))]


STRAIGHT = {"straight": True}


def test_straight_is_exactly_what_is_written() -> None:
    performance = played("~d>e (3fga {b}Tb2 .a2|]", "hornpipe", **STRAIGHT)
    assert starts(performance) == [0, 0.75, 1, 1.333, 1.667, 2, 3]
    assert {round(sound.end - sound.start, 3) for sound in performance.sounds} == {0.75, 0.25, 0.333, 1}
    assert len({sound.velocity for sound in performance.sounds}) == 1
    assert [sound.pitch for sound in performance.sounds] == [74, 76, 78, 79, 81, 83, 81]


def test_hornpipes_swing_more_than_reels_and_marches_not_at_all() -> None:
    def first(rhythm: str) -> float:
        return starts(played("defg abag|]", rhythm))[1]

    assert first("hornpipe") > first("reel") > 0.5
    assert first("march") == 0.5


def test_what_falls_on_the_beat_stays_there() -> None:
    for rhythm in ("reel", "hornpipe", "barndance", "strathspey"):
        assert starts(played("defg abag|]", rhythm))[::2] == [0, 1, 2, 3]


def test_a_jig_has_a_long_note_then_a_short_one_then_one_between() -> None:
    first, second, third = lengths(played("def gab|]", "jig", "6/8"))[:3]
    assert first > third > second
    assert first + second + third == pytest.approx(1.5)


def test_broken_rhythm_goes_by_the_dance() -> None:
    def long(rhythm: str) -> float:
        return starts(played("d>e f2 g4|]", rhythm))[1]

    assert long("strathspey") > long("march") > long("hornpipe") > long("reel") > 0.5
    assert starts(played("d<e f2 g4|]", "strathspey"))[1] == pytest.approx(0.2)


def test_runs_and_triplets_stay_even_in_a_hornpipe() -> None:
    assert starts(played("d/e/f/g/ a2 (3bag f2|]", "hornpipe")) == [0, 0.25, 0.5, 0.75, 1, 2, 2.333, 2.667, 3]


def test_the_first_of_the_bar_is_the_heaviest() -> None:
    velocities = [sound.velocity for sound in played("dddddddd|]").sounds]
    assert max(velocities) == velocities[0]
    assert velocities[0] > velocities[4] > velocities[1]


def test_a_pickup_is_lighter_than_the_beat_it_leads_to() -> None:
    pickup, beat, *_ = played("d|d8|]").sounds
    assert pickup.velocity < beat.velocity


def test_notes_are_parted_but_under_a_slur() -> None:
    first, second, third, _ = played("(de)fg a4|]", "march").sounds[:4]
    assert first.end == pytest.approx(second.start)
    assert second.end < third.start


def test_a_part_ends_with_a_breath_unless_strings_ring() -> None:
    def ending(instrument: str) -> float:
        return played("d4e4:|f8|]", instrument=instrument).sounds[1].end

    assert ending("flute") < 3.9
    assert ending("harp") == pytest.approx(4)


def test_ornaments_take_their_time_from_the_note_they_stand_on() -> None:
    plain, rolled = played("f3g a4|]"), played("~f3g a4|]")
    assert len(rolled.sounds) == len(plain.sounds) + 4
    assert rolled.sounds[5].start == pytest.approx(plain.sounds[1].start)
    assert [sound.pitch for sound in rolled.sounds[:5]] == [78, 79, 78, 76, 78]


def test_grace_notes_are_short_and_come_first() -> None:
    grace, note, *_ = played("{g}f4 a4|]").sounds
    assert (grace.pitch, note.pitch) == (79, 78)
    assert grace.start == 0
    assert note.end - note.start > 5 * (grace.end - grace.start)


@pytest.mark.parametrize(
    ("rhythm", "meter", "quarters"),
    [
        ("reel", "4/4", 224),
        ("jig", "6/8", 190.5),
        ("hornpipe", "4/4", 180),
        ("polka", "2/4", 136),
        ("waltz", "3/4", 156),
    ],
)
def test_each_dance_has_its_tempo(rhythm: str, meter: str, quarters: float) -> None:
    assert played("d2|]", rhythm, meter).tempos == ((0.0, quarters),)


def test_the_tune_s_own_tempo_comes_before_the_dance_s_and_a_player_s_before_both() -> None:
    tune = read("X:1\nR:reel\nM:4/4\nL:1/8\nQ:1/4=100\nK:D\nd8|]\n")
    assert perform(tune).tempos == ((0.0, 100.0),)
    assert perform(tune, Style(tempo="60")).tempos == ((0.0, 120.0),)
    assert perform(tune, Style(tempo="3/8=60", speed=0.5)).tempos == ((0.0, 45.0),)


def test_a_tempo_that_changes_within_the_tune_changes() -> None:
    tune = read("X:1\nM:4/4\nL:1/4\nQ:1/4=120\nK:D\nd4|[Q:1/4=60]e4|]\n")
    performance = perform(tune, Style(straight=True))
    assert performance.tempos == ((0.0, 120.0), (4.0, 60.0))
    assert performance.duration == pytest.approx(6)
    assert performance.seconds(performance.quarters(4.5)) == pytest.approx(4.5)


def test_each_time_round_can_be_faster() -> None:
    performance = played("d8|]", tempo="1/4=100", times=3, faster=0.1)
    assert [round(tempo) for _, tempo in performance.tempos] == [100, 110, 121]


@pytest.mark.parametrize("style", [{"tempo": "0"}, {"tempo": "quick"}, {"speed": 0.0}, {"tempo": "9999"}])
def test_a_tempo_that_nobody_can_play_is_refused(style: dict[str, object]) -> None:
    with pytest.raises(FolkbenchError):
        played("d8|]", **style)


def test_time_stands_still_at_an_air_s_fermata() -> None:
    assert played("d4He4|]", "air").duration > played("d4e4|]", "air").duration
    assert played("He4d4|]", "reel").duration == played("e4d4|]", "reel").duration


def test_a_whistle_sounds_an_octave_higher_and_everything_transposes() -> None:
    assert played("d8|]", instrument="whistle").sounds[0].pitch == 86
    assert played("d8|]", transpose=-2).sounds[0].pitch == 72


def test_octave_and_an_8_at_the_clef_are_heard() -> None:
    def heard(key: str) -> list[int]:
        return [sound.pitch for sound in perform(read(f"X:1\nM:4/4\nL:1/4\nK:{key}\nG2A2|]\n")).sounds]

    assert heard("G") == [67, 69]
    assert heard("G octave=-1") == heard("G clef=treble-8") == [55, 57]
    assert heard("G clef=treble+8 octave=-1") == [67, 69]


def test_a_count_in_leaves_room_for_the_pickup() -> None:
    performance = played("A2|d8|]", count_in=1)
    tune = [sound for sound in performance.sounds if sound.part == "tune"]
    assert [sound.start for sound in performance.sounds if sound.part == "kit"] == [0, 2]
    assert tune[0].start == pytest.approx(3)
    assert performance.passages[1].start == pytest.approx(4)


def test_the_same_tune_is_performed_the_same_twice() -> None:
    tune = read(SEED.read_text())
    assert perform(tune) == perform(read(SEED.read_text()))


def test_the_dance_is_known_by_r_then_by_title_then_by_meter() -> None:
    assert dance_of(read("X:1\nT:Kesh\nR:slip jig\nM:9/8\nK:G\nd|]\n")).name == "slip jig"
    assert dance_of(read("X:1\nT:The Boys Hornpipe\nM:4/4\nK:G\nd|]\n")).name == "hornpipe"
    assert dance_of(read("X:1\nT:Nothing\nM:6/8\nK:G\nd|]\n")).name == "jig"


@pytest.mark.parametrize("body", ["z8|]", "d|]", "", "|1d8:|2", "|:d8|1e8", "[K:none]d8|]", "[M:none]d8|e2|]", "Z4|]"])
def test_odd_tunes_are_performed_all_the_same(body: str) -> None:
    style = {"chords": "guitar", "drone": True, "drum": "bodhran", "click": True, "count_in": 1}
    performance = played(body, **style)
    assert all(sound.end > sound.start >= 0 for sound in performance.sounds)


def sound_of(text: str, style: Style) -> None:
    performance = perform(read(text), style)
    for sound in performance.sounds:
        assert 0 <= sound.start < sound.end
        assert 0 <= sound.pitch < 128
        assert 0 < sound.velocity < 128


ALL = Style(chords="piano", drone=True, drum="bones", click=True, count_in=2, times=2, faster=0.02)


def test_printed_tunes_are_performed() -> None:
    for text in printed_tunes()[::60]:
        sound_of(text, ALL)


@pytest.mark.long
def test_every_printed_tune_is_performed() -> None:
    for text in printed_tunes():
        for style in (Style(), ALL, Style(straight=True)):
            sound_of(text, style)


def test_ten_thousand_bars_are_performed() -> None:
    performance = perform(read("X:1\nM:4/4\nL:1/8\nK:D\n" + "d8|" * 10_000 + "\n"))
    assert len(performance.sounds) == len(performance.passages) == 10_000
