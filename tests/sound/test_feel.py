from __future__ import annotations

from fractions import Fraction

import pytest

from folkbench.notation import parse_meter
from folkbench.notation.dances import DANCES, dance
from folkbench.sound.feel import FEELS, NO_WARP, STRAIGHT, feel_of, span, warp, weight


def test_every_dance_has_a_way_to_be_played() -> None:
    assert {row.name for row in DANCES} == set(FEELS)


@pytest.mark.parametrize("name", FEELS)
def test_every_way_keeps_the_order_of_notes(name: str) -> None:
    feel = FEELS[name]
    assert 0.5 <= feel.swing < 0.7
    assert feel.swing < feel.broken < 0.9
    assert 1 / 3 <= feel.lilt[0] < feel.lilt[1] < 1
    assert all(-1 <= stress <= 1 for stress in (*feel.beats, *feel.within))
    assert feel.backing in ("within", "beats", "held")


@pytest.mark.parametrize(
    ("name", "meter", "meant"),
    [
        ("reel", "4/4", "1/4"),
        ("reel", "2/4", "1/8"),
        ("hornpipe", "2/2", "1/4"),
        ("polka", "2/4", "1/4"),
        ("jig", "6/8", "3/8"),
        ("slip jig", "9/8", "3/8"),
        ("waltz", "3/4", "1/4"),
        ("strathspey", "4/4", "1/4"),
        ("march", "6/8", "3/8"),
    ],
)
def test_swing_moves_notes_within_a_pair_or_a_jig_s_three(name: str, meter: str, meant: str) -> None:
    row, parsed = dance(name), parse_meter(meter)
    assert row is not None
    assert parsed is not None
    assert span(feel_of(row), row, parsed) == Fraction(meant)


def test_straight_moves_nothing() -> None:
    for onsets in ({0, 6}, {0, 9}, {0, 3}, {0, 4, 8}):
        moved = warp(STRAIGHT, 12, False, frozenset(onsets))
        assert [round(moved(place / 12) * 12, 6) for place in range(13)] == list(range(13))


def test_a_warp_begins_and_ends_where_the_beat_does() -> None:
    for feel in FEELS.values():
        for threes in (False, True):
            for onsets in ({0, 6}, {0, 9}, {0, 3}, {0, 4, 8}):
                moved = warp(feel, 12, threes, frozenset(onsets))
                assert (moved(0.0), moved(1.0)) == pytest.approx((0.0, 1.0))


def test_runs_of_four_and_triplets_are_left_alone() -> None:
    assert warp(FEELS["hornpipe"], 12, False, frozenset({0, 3, 6, 9})) is NO_WARP
    assert warp(FEELS["hornpipe"], 12, False, frozenset({0, 4, 8})) is NO_WARP


def test_weight_falls_from_bar_to_beat_to_what_is_between() -> None:
    reel = FEELS["reel"]
    bar, beat, eighth, sixteenth = (weight(reel, ticks, 8) for ticks in (0, 8, 2, 1))
    assert bar > beat > eighth > sixteenth
