"""The three encodings: what is written in each reads the same again."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from folkbench.encoding import ENCODINGS, Unencodable, encode, encoding_of, meaning, sequence
from folkbench.encoding.v3 import root_of
from folkbench.errors import FolkbenchError
from folkbench.notation import read
from tests.conftest import printed_tunes

SEED = "M:4/4 K:Cmaj B, | G, C C 2 G, C E C |1 G, ^F 2 =F > D :| |2 [ C E ] 2 - C (3 B, C D :| |: E /2 |"


def sequences(texts: list[str]) -> list[tuple[str, ...]]:
    found = []
    for text in texts:
        tune = read(text)
        try:
            said = encode(tune)
        except Unencodable:
            continue
        named = {"title": tune.title.replace("\n", " "), "rhythm": "slip jig"}
        found.append(sequence(said.meter, said.mode, said.music, **named))
        found.append(sequence(said.meter, said.mode, said.music, **named, behind=True))
    return found


def read_again(texts: list[str]) -> None:
    for words in sequences(texts):
        for encoding in ENCODINGS.values():
            for root in encoding.roots:
                tokens = encoding.tokens(words, root)
                assert encoding.read(tokens, root) == words
                assert encoding.read(tokens, None) == words
                assert encoding.tokens(encoding.read(tokens, root), root) == tokens


def test_what_is_written_in_any_encoding_reads_as_the_same_words(sample: tuple[str, ...]) -> None:
    read_again(list(sample))


@pytest.mark.long
def test_every_printed_tune_reads_the_same_again() -> None:
    read_again(list(printed_tunes()))


def test_the_first_encoding_is_the_abc_of_a_player() -> None:
    words = ("<s>", "T:", "t:a", "t:_", "t:b", "R:slip_jig", *SEED.split(), "</s>")
    tokens = ENCODINGS["v1"].tokens(words)
    assert all(len(token) == 1 for token in tokens[1:-1])
    assert "".join(tokens[1:-1]) == (
        "\nT:a b\nR:slip jig\nM:4/4\nK:Cmaj\nB,|G,CC2G,CEC|1G,^F2=F>D:|2[CE]2-C(3B,CD::E/2|"
    )
    tune = read("X:1" + "".join(tokens[1:-1]))
    assert (tune.title, tune.rhythm, tune.meter.text) == ("a b", "slip jig", "4/4")
    assert not tune.remarks


def test_the_third_encoding_spells_every_pitch_at_two_roots() -> None:
    words = ["M:4/4", "K:Cdor", "C", "E", "^F", "F", "|", "=E", "E", "_B"]
    write = ENCODINGS["v3"].tokens
    assert " ".join(write(words)) == "M:4/4 K:dor =C _E ^F ^F | =E =E _B"
    assert " ".join(write(words, 1)) == "M:4/4 K:dor ^C =E ^^F ^^F | ^E ^E =B"
    assert " ".join(ENCODINGS["v3"].read(write(words, 1), None)) == "M:4/4 K:Cdor C E ^F ^F | =E =E B"


def test_a_note_that_has_no_spelling_with_the_root_c_sharp_is_refused_there_only() -> None:
    words = ("M:4/4", "K:Cmaj", "^^F")
    assert ENCODINGS["v3"].tokens(words)[-1] == "^^F"
    with pytest.raises(Unencodable):
        ENCODINGS["v3"].tokens(words, 1)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["^C", "=C", "_E", "=E", "^F", "_B", "__B", "^^G", "|", "2", "K:min"]), max_size=12))
def test_any_pitches_have_a_root_with_which_they_can_be_read(tokens: list[str]) -> None:
    words = ENCODINGS["v3"].read(tokens, None)
    assert [meaning(word).kind for word in words] == [meaning(token).kind for token in tokens]
    assert root_of(tokens) in (0, 1)


@settings(max_examples=200, deadline=None)
@given(st.text("\nTKM:ab|]12<>(^_',/ -zC\x00é", max_size=40))
def test_any_characters_can_be_read(text: str) -> None:
    words = ENCODINGS["v1"].read(("<s>", *text, "</s>"), None)
    assert (words[0], words[-1]) == ("<s>", "</s>")
    assert all(words)


def test_an_encoding_that_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(FolkbenchError, match="v4") as refusal:
        encoding_of("v4")
    assert "v1, v2, v3" in (refusal.value.hint or "")
