"""Reading ABC: what the standard says, and what is really out there."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from folkbench.notation import Tune, read, transpose, write
from folkbench.notation.tune import Change, Chord, Event, Field, Grace, Mark, Note, Rest
from tests.conftest import SEED, printed_tunes


def notes(tune: Tune) -> list[Note]:
    return [event for bar in tune.bars for event in bar.events if isinstance(event, Note)]


def durations(abc: str) -> list[Fraction]:
    tune = read(f"X:1\nM:4/4\nL:1/8\nK:C\n{abc}\n")
    timed = [e for bar in tune.bars for e in bar.events if isinstance(e, Note | Chord | Rest)]
    return [Fraction(event.ticks * 8, tune.whole) for event in timed]


def pitches(abc: str, key: str = "C") -> list[int]:
    return [note.midi for note in notes(read(f"X:1\nL:1/8\nK:{key}\n{abc}\n"))]


@pytest.mark.parametrize(
    ("abc", "eighths"),
    [
        ("C C2 C/ C// C3/2 C/4 C3/", [1, 2, "1/2", "1/4", "3/2", "1/4", "3/2"]),
        ("A>B c<d e>>f", ["3/2", "1/2", "1/2", "3/2", "7/4", "1/4"]),
        ("A2>B2", [3, 1]),
        ("(3ABc (2de (3:2:4fgab", ["2/3"] * 3 + ["3/2"] * 2 + ["2/3"] * 4),
        ("(5ABcde (7ABcdefg", ["2/5"] * 5 + ["2/7"] * 7),
        ("[CEG]2 [C2E2]2 z4 x/", [2, 4, 4, "1/2"]),
        ("(3A>Bc", ["1", "1/3", "2/3"]),
        ("G, C C 2 G, 3/2 z 2", [1, 1, 2, "3/2", 2]),
        ("(11ABcdefgabc'd'", ["2/11"] * 11),
        ("C/3 C/7 C/11", ["1/3", "1/7", "1/11"]),
    ],
)
def test_durations_are_exact(abc: str, eighths: list[int | str]) -> None:
    assert durations(abc) == [Fraction(e) for e in eighths]


def test_accidentals_last_to_the_end_of_the_bar_in_every_octave() -> None:
    assert pitches("F ^F F f | F") == [65, 66, 66, 78, 65]
    assert pitches("^F =F F", "G") == [66, 65, 65]


def test_an_accidental_lasts_over_a_tie_but_no_further() -> None:
    assert pitches("^F-|F F") == [66, 66, 65]


@pytest.mark.parametrize(
    ("key", "sounding"),
    [
        ("G", [66, 72]),
        ("Gmajor", [66, 72]),
        ("Ador", [66, 72]),
        ("Edorian", [66, 73]),
        ("A Mixolydian", [66, 73]),
        ("Dm", [65, 72]),
        ("F#m", [66, 73]),
        ("D =c", [66, 72]),
        ("HP", [66, 73]),
        ("none", [65, 72]),
        ("", [65, 72]),
    ],
)
def test_keys_and_modes_sound_as_they_should(key: str, sounding: list[int]) -> None:
    assert pitches("F c", key) == sounding


def test_the_unit_length_follows_from_the_meter_when_l_is_missing() -> None:
    assert read("X:1\nM:2/4\nK:C\nC|").unit == Fraction(1, 16)
    assert read("X:1\nM:6/8\nK:C\nC|").unit == Fraction(1, 8)
    assert read("X:1\nK:C\nC|").unit == Fraction(1, 8)


@pytest.mark.parametrize(
    ("abc", "lines"),
    [
        ("|: A :|", [(0, 1), (1, 0)]),
        ("A :: B :|", [(0, 0), (1, 1), (1, 0)]),
        ("A :||: B |]", [(0, 0), (1, 1), (0, 0)]),
        ("A :| |: B ||", [(0, 0), (1, 1), (0, 0)]),
        ("A :|\n|: B", [(0, 0), (1, 1), (0, 0)]),
        ("[| A |: B :|]", [(0, 0), (0, 1), (1, 0)]),
    ],
)
def test_bar_lines_and_repeats_in_all_their_spellings(abc: str, lines: list[tuple[int, int]]) -> None:
    bars = read(f"X:1\nK:C\n{abc}\n").bars
    assert [(bar.open.ends, bar.open.begins) for bar in bars] + [(bars[-1].close.ends, bars[-1].close.begins)] == lines


@pytest.mark.parametrize(
    ("abc", "endings"),
    [
        ("A |1 B :|2 c |]", [(), (1,), (2,)]),
        ("A |[1 B :|[2 c |]", [(), (1,), (2,)]),
        ("A | [1 B :| [2DE |]", [(), (1,), (2,)]),
        ("A [1,3 B :| [2 c :|", [(), (1, 3), (2,)]),
        ("A |1-3 B :|4 c |]", [(), (1, 2, 3), (4,)]),
    ],
)
def test_endings_in_all_their_spellings(abc: str, endings: list[tuple[int, ...]]) -> None:
    assert [bar.ending for bar in read(f"X:1\nK:C\n{abc}\n").bars] == endings


def test_every_event_knows_its_line_and_column() -> None:
    tune = read("X:1\nT:Places\nK:C\nAB (3cde|\n f2 g2|\n", line=11)
    places = [tune.locate(note.at) for note in notes(tune)]
    assert places == [(14, 1), (14, 2), (14, 6), (14, 7), (14, 8), (15, 2), (15, 5)]


def test_ornaments_grace_notes_and_chord_symbols_are_kept_beside_the_note() -> None:
    tune = read('X:1\nU:W=!wedge!\nK:C\n~A "Gm7"B !trill!c .d {cd}e {/c}f "^slowly"g WA\n')
    marks = [(e.kind, e.text) for e in tune.bars[0].events if isinstance(e, Mark) and e.kind != "break"]
    assert marks == [
        ("decoration", "roll"),
        ("chord", "Gm7"),
        ("decoration", "trill"),
        ("decoration", "staccato"),
        ("annotation", "^slowly"),
        ("decoration", "wedge"),
    ]
    graces = [e for e in tune.bars[0].events if isinstance(e, Grace)]
    assert [(len(g.notes), g.slashed) for g in graces] == [(2, False), (1, True)]
    assert tune.bars[0].ticks == 7 * tune.whole // 8 + tune.whole // 8


def test_voices_keep_their_bars_apart() -> None:
    tune = read("X:1\nM:4/4\nL:1/4\nK:C\nV:1\nABcd|efga|\nV:2\nC4|D4|\n[V:1]c4|[V:2]E4|\n")
    assert [(voice.name, len(voice.bars)) for voice in tune.voices] == [("1", 3), ("2", 3)]


def test_what_is_not_understood_is_kept_and_named_with_its_place() -> None:
    tune = read("X:1\nK:C\nAB # cd [EG\n")
    assert [(r.code, tune.locate(r.at)) for r in tune.remarks] == [
        ("unknown-character", (3, 4)),
        ("unclosed-chord", (3, 9)),
    ]
    assert "#" in write(tune)


def test_the_seed_transcription_is_read_as_its_author_wrote_it() -> None:
    tune = read(SEED.read_text())
    assert [bar.ticks * 8 // tune.whole for bar in tune.bars] == [1, 8, 8, 8, 8, 8, 8, 8, 7, 1, 8, 8, 8, 8, 8, 8, 8, 7]
    assert not tune.remarks


def music(tune: Tune) -> list[object]:
    """What must be the same after writing and reading: everything but places and white space."""

    def heard(event: Event) -> object:
        if isinstance(event, Note):
            return (event.ticks, event.step, event.alter, event.tie)
        if isinstance(event, Chord | Grace):
            return (getattr(event, "ticks", 0), [heard(note) for note in event.notes])
        return tuple(part for name, part in event._asdict().items() if name not in ("at", "end", "gap"))

    return [
        (
            [[heard(e) for e in layer if not (isinstance(e, Mark) and e.kind == "break")] for layer in layers],
            bar.ticks,
            bar.ending,
            (bar.close.style, bar.close.ends, bar.close.begins),
        )
        for voice in tune.voices
        for bar in voice.bars
        for layers in [(bar.events, *bar.overlays)]
    ]


def assert_written_and_read_again_is_the_same(text: str) -> None:
    tune = read(text)
    written = write(tune)
    again = read(written)
    assert music(again) == music(tune)
    assert write(again) == written


def test_written_and_read_again_a_printed_tune_is_the_same_music(sample: tuple[str, ...]) -> None:
    for text in sample:
        assert_written_and_read_again_is_the_same(text)


@pytest.mark.long
def test_written_and_read_again_all_printed_tunes_are_the_same_music() -> None:
    for text in printed_tunes():
        assert_written_and_read_again_is_the_same(text)


ABC_LIKE = st.text(alphabet="ABCdefgzZxX,'/0123456789|:[](){}<>-_^=~.!\"+&$`\\%yTuvMLKVUP \n#*é", max_size=200)


@settings(max_examples=400, deadline=None)
@given(ABC_LIKE)
def test_reading_never_raises_and_what_was_written_is_stable(text: str) -> None:
    for source in (text, "X:1\nM:6/8\nK:D\n" + text):
        written = write(read(source))
        again = write(read(written))
        assert write(read(again)) == again


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text_at_all_can_be_read(text: str) -> None:
    write(read(text))


PERCENT = r"""X:1
T:100\% Proof % the name that the fiddlers use
C:Half\% and half
+:\% more
N:beer 4\%, whiskey 40\%
L:1/8
K:G
"^50\% slower" G2 [N:here 50\%] A2 % as we played it
N:and so 100\%
B4 |]
"""


def test_a_percent_sign_is_typed_with_a_backslash_and_meant_without() -> None:
    tune = read(PERCENT)
    assert tune.title == "100% Proof"
    assert tune.text("C") == "Half% and half % more"
    assert tune.text("N") == "beer 4%, whiskey 40%"
    events = tune.bars[0].events
    assert [event.text for event in events if isinstance(event, Mark) and event.kind == "annotation"] == ["^50% slower"]
    assert [event.value for event in events if isinstance(event, Change) and event.name == "N"] == [
        "here 50%",
        "and so 100%",
    ]


@given(st.text("%\\ aT:&", max_size=12))
def test_whatever_a_text_says_it_says_when_it_is_written_and_read_again(words: str) -> None:
    tune = read("X:1\nK:G\nG8|]\n")
    text = f"a{words}b"
    named = replace(tune, fields=(Field(0, 0, "T", text), Field(0, 0, "N", text), *tune.fields))
    again = read(write(named))
    assert (again.title, again.text("N"), len(again.bars)) == (text, text, 1)


MOVED = {
    "K:G octave=-1": [55, 57],
    "K:G clef=bass octave=-2": [43, 45],
    "K:G\nV:1 octave=-1": [55, 57],
    "V:1 octave=1\nK:G\nV:1": [79, 81],
    "K:G clef=treble-8": [67, 69],  # it sounds an octave lower and stands where it did
}


@pytest.mark.parametrize("head", MOVED)
def test_octave_moves_the_notes_on_the_staff_and_an_8_at_the_clef_does_not(head: str) -> None:
    tune = read(f"X:1\nL:1/4\n{head}\nGA|]\n")
    assert [note.midi for note in notes(tune)] == MOVED[head]


def test_octaves_last_until_others_are_named_and_are_written_as_they_were_typed() -> None:
    music = "C[CE]{D}C [K:D octave=-1]C | [CE]{D}C [K:C]C | [K:C octave=0]C |]"
    tune = read(f"X:1\nL:1/4\nK:C clef=treble-8\n{music}\n")
    heard = [[n.midi - n.alter for n in (getattr(e, "notes", None) or [e])] for bar in tune.bars for e in bar.events
             if isinstance(e, Note | Chord | Grace)]  # fmt: skip
    up, down = [[60], [60, 64], [62], [60]], [[48], [48, 52], [50], [48], [48], [60]]
    assert heard == up + down
    assert {bar.key.ottava for bar in tune.bars} == {-1}
    assert write(tune).split("\n")[-2] == music


def test_a_tune_with_octaves_is_the_same_pitches_when_it_is_transposed_and_written() -> None:
    def heights(tune: Tune) -> list[list[int]]:
        return [[e.midi for e in voice.bars[0].events if isinstance(e, Note)] for voice in tune.voices]

    tune = read("X:1\nL:1/4\nV:1 octave=1\nV:2 clef=bass octave=-2\nK:G octave=-1\nV:1\nGABc|]\nV:2\nGA [K:D]Bc|]\n")
    assert heights(tune) == [[79, 81, 83, 84], [43, 45, 47, 49]]
    for moved in (tune, transpose(tune, 2)):
        assert heights(read(write(moved))) == heights(moved)
