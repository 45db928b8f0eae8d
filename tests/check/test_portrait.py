"""What is notable in a tune: on the seed transcription all that its author says of it, and nothing false."""

from __future__ import annotations

import pytest

from folkbench.check import check
from folkbench.check.fit import fit, fit_text
from folkbench.check.portrait import portray
from folkbench.check.telling import portrait_text
from folkbench.notation import Tune, read
from folkbench.notation.instruments import instrument
from tests.conftest import SEED

SEED_SAYS = """\
The seed transcription (X:1): AABB, 8 + 8 bars, M:4/4, C major
  Every bar counts; two pickups, one to each part.
  The opening |: is missing, as a human transcriber would leave it out.
  Both parts end on the tonic, C.
  From G, to e, an octave and a sixth; the highest note stands in B6, in the turn (B).
  ^F in B4, the raised fourth, leads to G, the dominant.
  A: a b a' c / a d e f
  B: g h g' i / j k l m
  Part B has no bar from part A."""


@pytest.fixture(scope="module")
def seed() -> Tune:
    return read(SEED.read_text())


def tune(music: str, key: str = "D", meter: str = "4/4") -> Tune:
    return read(f"X:1\nT:a tune\nM:{meter}\nL:1/8\nK:{key}\n{music}\n")


def test_the_seed_transcription_is_described_as_its_author_does(seed: Tune) -> None:
    assert portrait_text(portray(seed), seed, check(seed)) == SEED_SAYS


def test_the_only_thing_to_say_against_it_is_the_opening_repeat(seed: Tune) -> None:
    assert [(p.code, p.severity) for p in check(seed, strict=True)] == [("missing-opening-repeat", "note")]


def test_bars_that_come_back_have_one_letter_and_varied_ones_a_prime() -> None:
    music = "DEFG ABcd | dcBA GFED | DEFG ABce | A8 :|\n|: f8 | dcBA GFED | DEFG ABcd | D8 :|"
    first, second = portray(tune(music)).sketches
    assert first.text == "a b a' c"
    assert second.text == "d b a e"
    assert portray(tune(music)).shared == 2


def test_a_second_ending_stands_behind_the_first() -> None:
    (sketch,) = portray(tune("|: DEFG ABcd |1 d8 :|2 f4 D4 |]")).sketches
    assert sketch.text == "a b (2: c)"


def test_a_lowered_seventh_leads_down_and_a_raised_one_to_the_tonic() -> None:
    (lowered,) = portray(tune("DEFG AB=cB |]")).outside
    assert (lowered.note, lowered.degree, lowered.leads_to, lowered.as_degree) == (
        "=c",
        "lowered seventh",
        "B",
        "sixth",
    )
    (raised,) = portray(tune("EFGA B^de2 |]", key="Em")).outside
    assert (raised.note, raised.degree, raised.as_degree) == ("^d", "raised seventh", "tonic")


def test_parts_that_end_elsewhere_are_named() -> None:
    other = tune("|: DEFG ABcd | d8 :|: DEFG ABcd | A8 :|")
    assert portray(other).on_tonic == (True, False)
    assert "A ends on the tonic, D; B not." in portrait_text(portray(other), other, ())


def test_a_tune_without_music_is_said_to_have_none() -> None:
    empty = read("X:1\nT:nothing\nK:C\n")
    assert portrait_text(portray(empty), empty, ()) == "nothing (X:1): no music"


def test_the_seed_lies_on_the_whistle_a_fifth_higher(seed: Tune) -> None:
    lying = fit(seed, instrument("tin whistle"))
    assert not lying.playable
    assert {misfit.note: misfit.why for misfit in lying.misfits}["G,"] == "too low"
    assert (lying.semitones, lying.key, lying.left) == (7, "G", 0)
    assert "Best 7 semitones up, in G: every note lies under the fingers." in fit_text(lying)


def test_a_tune_that_fits_is_said_to_fit() -> None:
    lying = fit(tune("DEFG ABcd | e4 d4 |]"), instrument("fiddle"))
    assert lying.playable
    assert lying.semitones == 0
    assert fit_text(lying) == "On the fiddle: every note lies under the fingers."


def test_octave_is_in_what_is_said_of_the_range() -> None:
    lower = tune("DEFG ABcd |]", key="D octave=-1")
    assert (portray(lower).lowest, portray(lower).highest) == ("D,", "D")
    assert {misfit.why for misfit in fit(lower, instrument("fiddle")).misfits} == {"too low"}
    assert not fit(tune("DEFG ABcd |]", key="D clef=treble-8"), instrument("fiddle")).misfits


def test_highland_pipes_have_nine_notes() -> None:
    lying = fit(tune("DEFG ABcd |]"), instrument("Highland pipes"))
    assert {misfit.note for misfit in lying.misfits} == {"D", "E", "^F"}


def test_a_list_that_is_cut_short_ends_in_three_dots_not_four() -> None:
    whistle = instrument("tin whistle")
    assert "too low: ^C in A1, A2, A3 ...\n" in fit_text(fit(tune("C4 D4 |" * 4), whistle))
    assert "too low: ^C in A1, A2.\n" in fit_text(fit(tune("C4 D4 |" * 2), whistle))
