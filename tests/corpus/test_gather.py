"""Tunes made like the others, kept once, grouped."""

from __future__ import annotations

from folkbench.corpus.arrival import Arrival, settle
from folkbench.corpus.export import abc, tokens
from folkbench.corpus.gather import gather
from folkbench.corpus.groups import Setting, groups
from folkbench.corpus.tonics import tonics
from folkbench.encoding import encode
from folkbench.notation import read, read_tunes

REEL = "D2FA d2fd|e2ce a2ec|d2fd c2ec|d2AF E2GE|D2FA d2fd|e2ce a2ec|dfed cedc|d2d2 d4|"
OTHER = "|:GABc dBGB|cBAG FGAF|GABc dBGB|AGFA G4:|"


def arrival(body: str, title: str = "A Tune", number: int = 1, **head: str) -> Arrival:
    fields = {"R": "", "M": "4/4", "L": "1/8", "K": "D", **head}
    lines = [f"{name}:{value}" for name, value in fields.items() if value]
    return Arrival(read("\n".join([f"X:{number}", f"T:{title}", *lines, body, ""])), "a book", number)


def test_a_reel_in_two_four_with_sixteenths_is_the_reel_in_four_four() -> None:
    old = settle(arrival(OTHER, R="reel", M="2/4", L="1/16"))
    new = settle(arrival(OTHER, R="reel", M="C|"))
    assert encode(old.tune) == encode(new.tune)
    assert old.changes == ("2/4 written as 4/4, all notes twice as long",)
    assert new.changes == ("M:C| written as 4/4",)


def test_a_polka_and_a_march_stay_in_two_four() -> None:
    for rhythm in ("polka", "march"):
        settled = settle(arrival(OTHER, R=rhythm, M="2/4", L="1/16"))
        assert encode(settled.tune).meter == "M:2/4"
        assert settled.changes == ()


def test_a_tune_of_unknown_type_goes_by_its_notes() -> None:
    assert encode(settle(arrival(OTHER, M="2/4", L="1/16")).tune).meter == "M:4/4"
    assert encode(settle(arrival(OTHER, M="2/4", L="1/8")).tune).meter == "M:2/4"


def test_the_type_comes_from_the_field_the_title_or_the_meter() -> None:
    assert settle(arrival(OTHER, R="Irish Reel")).rhythm == "reel"
    assert settle(arrival(OTHER, title="ACACIA -- REEL")).rhythm == "reel"
    assert settle(arrival(OTHER, title="ACACIA -- REEL")).titles == ("Acacia",)
    assert settle(arrival("GAB cde|", M="9/8")).rhythm == "slip jig"
    assert settle(arrival(OTHER)).rhythm == ""


def test_identical_music_is_kept_once_with_all_its_titles() -> None:
    made = gather("some", "", [arrival(REEL, "One"), arrival(OTHER, "Two"), arrival(REEL, "Three", K="D")])
    assert [entry.titles for entry in made.entries] == [("One", "Three"), ("Two",)]
    assert made.reasons == {"identical": 1}


def test_what_tokens_cannot_say_is_left_out_with_the_reason() -> None:
    made = gather(
        "some", "", [arrival(REEL), arrival("D4|[K:G]G4|", "Changing", 7), arrival("D8|", "None", 8, K="none")]
    )
    assert [(tune.reason, tune.index, tune.title) for tune in made.left_out] == [
        ("key-change", 7, "Changing"),
        ("key", 8, "None"),
    ]


def setting(body: str, key: str, *titles: str) -> Setting:
    encoded = encode(arrival(body, K=key).tune)
    return Setting(encoded.meter, encoded.mode, encoded.music, titles)


def test_settings_of_one_tune_are_one_group_whatever_their_key_ornaments_and_octave() -> None:
    ornamented = REEL.replace("d2fd", "d>dfd").replace("e2ce", "(3efece")
    in_g = "G2Bd g2bg|a2fa d'2af|g2bg f2af|g2dB A2cA|G2Bd g2bg|a2fa d'2af|gbag fagf|g2g2 g4|"
    found = groups(
        [setting(REEL, "D", "One"), setting(OTHER, "G", "Two"), setting(ornamented, "D"), setting(in_g, "G", "Four")]
    )
    assert found == [0, 1, 0, 0]


def test_a_name_in_common_is_one_tune_and_a_description_is_not() -> None:
    plain = "DDDD EEEE|FFFF GGGG|DDDD EEEE|"
    assert groups([setting(REEL, "D", "The Cuckoo's Nest"), setting(OTHER, "G", "Cuckoo's Nest")]) == [0, 0]
    assert groups([setting(plain, "D", "Irish Air"), setting(OTHER, "G", "Irish Air")]) == [0, 1]


def test_tonics_are_counted_by_mode_and_dance() -> None:
    made = gather("some", "", [arrival(REEL, R="reel"), arrival(OTHER, K="G", R="reel"), arrival("EFGA|", K="Edor")])
    assert tonics(made) == {"dor": {"E": 1}, "maj": {"D": 1, "G": 1}, "maj reel": {"D": 1, "G": 1}}


def test_an_exported_corpus_comes_in_again_as_it_was() -> None:
    made = gather("some", "", [arrival(REEL, "One", R="reel", M="C|"), arrival(OTHER, "Two", M="2/4", L="1/16")])
    text = "".join(abc(made))
    again = gather("some", "", [Arrival(tune, "a book", tune.index) for tune in read_tunes(text.splitlines())])
    assert [entry.music for entry in again.entries] == [entry.music for entry in made.entries]
    assert [entry.titles for entry in again.entries] == [entry.titles for entry in made.entries]


def test_tokens_are_exported_in_the_form_of_folk_rnn() -> None:
    made = gather("some", "", [arrival("DEFG||A2A2:|", "One")])
    assert "".join(tokens(made)) == "M:4/4\nK:Cmaj\nC D E F | G 2 G 2 :|\n\n"
