"""Tunes to tokens in root C and back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from folkbench.encoding import Unencodable, decode, encode
from folkbench.notation import read
from folkbench.notation.tune import Tune
from tests.encoding.sounds import sounds


def tune(body: str, key: str = "C", meter: str = "4/4", unit: str = "1/8") -> Tune:
    return read(f"X:1\nT:A tune\nM:{meter}\nL:{unit}\nK:{key}\n{body}\n")


def music(body: str, key: str = "C", meter: str = "4/4", unit: str = "1/8") -> str:
    return " ".join(encode(tune(body, key, meter, unit)).music)


def test_the_seed_comes_back_token_for_token() -> None:
    seed = (
        "B, | G, C C 2 G, C E C | G, C E G F D B, D | G, C C 2 G, C E G | F E D E C E A, B, | G, C C 2 G, C E C |"
        " G, C E F G 3 A | B c d B c B G F | D E F D C 3 :|"
        " |: D | E C C 2 D B, G, A, | B, C D E F 2 D F | E C C 2 D E F D | G ^F G A B 2 A B | G c c B c 2 B c |"
        " d e d c B d c B | G E F D G F D F | E C B, D C 3 :|"
    )
    encoded = encode(decode(seed.split(), meter="M:4/4", mode="K:Cmaj"))
    assert " ".join(encoded.music) == seed
    assert (encoded.meter, encoded.mode, encoded.semitones, encoded.tonic) == ("M:4/4", "K:Cmaj", 0, "C")


def test_a_tune_an_octave_lower_has_the_same_tokens_whichever_way_it_is_written() -> None:
    written = encode(tune("D,|G,2B,G, DG,B,G,|", "G"))
    named = encode(tune("D|G2BG dGBG|", "G octave=-1"))
    assert named.music == written.music
    assert named.semitones == written.semitones


def test_a_tune_in_any_key_has_the_same_tokens() -> None:
    in_g = encode(tune("D|G2BG dGBG|^c2d^f g4|", "G"))
    in_d = encode(tune("A|d2fd adfd|^g2a^c' d'4|", "D"))
    in_b_flat = encode(tune("F|B2dB fBdB|=e2f=a b4|", "Bb"))
    assert in_g.music == in_d.music == in_b_flat.music
    assert (in_g.semitones, in_d.semitones, in_d.tonic) == (-7, -14, "D")


def test_an_accidental_stands_at_every_note_that_needs_it_and_a_natural_only_behind_it() -> None:
    assert music("^F F G F =F F | F4 |") == "^F ^F G ^F =F F | F 4 |"
    assert music("^F f =f F|", "C").split()[:4] == ["^F", "^f", "=f", "=F"]


@pytest.mark.parametrize(
    ("mode", "written", "tokens"),
    [
        ("Dlyd", "DEFG A4|", "C D E ^F G 4 |"),
        ("Ephr", "EFGA B4|", "C _D E F G 4 |"),
        ("Amix", "AGFE D4|", "c B A G F 4 |"),
    ],
)
def test_modes_that_v2_has_not_are_written_with_accidentals(mode: str, written: str, tokens: str) -> None:
    assert music(written, mode) == tokens


def test_a_dotted_pair_has_one_spelling() -> None:
    assert music("G3/2A/2 B/2G3/2 E>F C<G|") == "G > A B < G E > F C < G |"
    assert music("A>>B A7/4B/4 A3B|") == "A >> B A >> B A 3 B |"


def test_bar_lines_become_those_of_v2() -> None:
    assert music("|:CDEF GABc::c4 G4||C4 c4|1 C8:|2 c8|]") == (
        "|: C D E F G A B c :| |: c 4 G 4 || C 4 c 4 |1 C 8 :| |2 c 8 |"
    )
    assert music("C8\n| c8") == "C 8 | c 8 |"


def test_ties_stand_only_before_the_same_pitch() -> None:
    assert music("C4-D4-|D4 ^F2-F2-|F8|") == "C 4 D 4 - | D 4 ^F 2 - ^F 2 - | ^F 8 |"


def test_what_a_player_adds_is_dropped() -> None:
    assert music('{gf}~G2 "Am"(AB) !trill!c4|') == "G 2 A B c 4 |"


@pytest.mark.parametrize("body", ["(3A2BA/2 c4 z2|", "(3:2:2A2B c4|", "[CEG]2[c_e]>d z4|", "(5CDEFG A2 B2|"])
def test_tuplets_and_chords_come_back_as_they_were(body: str) -> None:
    first = tune(body, "Gdor", "6/8")
    encoded = encode(first)
    back = decode(encoded.music, meter=encoded.meter, mode=encoded.mode)
    assert sounds(back) == sounds(first, encoded.semitones)


@pytest.mark.parametrize(
    ("body", "key", "reason"),
    [
        ("C8|[M:3/4]C6|", "C", "meter-change"),
        ("C8|[K:D]d8|", "C", "key-change"),
        ("C8|", "none", "key"),
        ("C8 & c8|", "C", "overlay"),
        ("Z4|C8|", "C", "long-rest"),
        ("z8|", "C", "no-music"),
        ("[C2E4]C6|", "C", "chord"),
        ("[C/2E]C6|", "C", "chord"),
        ("|1,3 C8:|", "C", "ending"),
        ("|::C8::|", "C", "repeat"),
    ],
)
def test_a_tune_that_tokens_cannot_say_is_refused_with_the_reason(body: str, key: str, reason: str) -> None:
    with pytest.raises(Unencodable) as refused:
        encode(tune(body, key))
    assert refused.value.reason == reason


_LENGTHS = st.sampled_from(["", "2", "3", "/2", "3/2", "4", "/4", "7/4", "6"])
_PITCHES = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["", "^", "_", "=", ""]), st.sampled_from("CDEFGABcdefgab"), st.sampled_from(["", "", ","])
    ),
).map(lambda text: text if text[-1] != "," or text[-2].isupper() else text[:-1])
_NOTES = st.builds("".join, st.tuples(_PITCHES, _LENGTHS, st.sampled_from(["", "", "", "-"])))
_EVENTS = st.one_of(
    _NOTES,
    st.builds("z{}".format, _LENGTHS),
    st.builds("{}>{}".format, _PITCHES, _PITCHES),
    st.builds("{}<<{}".format, _PITCHES, _PITCHES),
    st.builds("(3{}{}{}".format, _PITCHES, _NOTES, _PITCHES),
    st.builds("(3:2:2{}{}".format, _NOTES, _PITCHES),
    st.builds("(5{0}{0}{1}>{0}{1}".format, _PITCHES, _PITCHES),
    st.builds("[{}{}]{}".format, _PITCHES, _PITCHES, _LENGTHS),
)
_BARS = st.lists(_EVENTS, min_size=1, max_size=6).map(" ".join)
_LINES = st.sampled_from([" | ", " || ", " |: ", " :| ", " :: ", " |1 ", " :|2 ", " |]\n", "|\n"])


@given(
    st.lists(st.tuples(_BARS, _LINES), min_size=1, max_size=8),
    st.sampled_from(["C", "G", "Bb", "F#", "Em", "Ddor", "Amix", "Elyd", "Cphr", "Bloc", "Abm"]),
    st.sampled_from(["4/4", "6/8", "3/4", "C|", "9/8"]),
)
@settings(max_examples=120, deadline=None)
def test_any_tune_that_is_taken_comes_back_as_the_same_music(
    written: list[tuple[str, str]], key: str, meter: str
) -> None:
    first = tune("".join(bar + line for bar, line in written), key, meter)
    try:
        encoded = encode(first)
    except Unencodable:
        return
    back = decode(encoded.music, meter=encoded.meter, mode=encoded.mode)
    assert sounds(back) == sounds(first, encoded.semitones)
    assert encode(back).music == encoded.music
