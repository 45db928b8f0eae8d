from __future__ import annotations

import pytest

from folkbench.notation import parse_key, read
from folkbench.sound.harmony import Harmony, found, harmony, tonic
from folkbench.sound.performer import Style, perform

C, D, E, F, G, A, B = 0, 2, 4, 5, 7, 9, 11


@pytest.mark.parametrize(
    ("symbol", "meant"),
    [
        ("G", Harmony(G, (G, B, D))),
        ("Em", Harmony(E, (E, G, B))),
        ("D7", Harmony(D, (D, 6, A, C))),
        ("Bb", Harmony(10, (10, D, F))),
        ("F#m7", Harmony(6, (6, A, 1, E))),
        ("D/F#", Harmony(6, (D, 6, A))),
        ("Asus4", Harmony(A, (A, D, E))),
        ("Gmaj7", Harmony(G, (G, B, D, 6))),
        ("A5", Harmony(A, (A, E))),
        ("N.C.", None),
        ("", None),
        ("fine", None),
    ],
)
def test_chord_symbols_mean_what_a_guitarist_plays(symbol: str, meant: Harmony | None) -> None:
    assert harmony(symbol) == meant


@pytest.mark.parametrize(("key", "home"), [("D", D), ("Ador", A), ("Bb", 10), ("F#m", 6), ("none", C), ("HP", A)])
def test_the_tonic_is_the_key_s(key: str, home: int) -> None:
    parsed = parse_key(key)
    assert parsed is not None
    assert tonic(parsed) == home


def test_a_scale_of_triads_is_harmonised_by_them_and_ends_at_home() -> None:
    key = parse_key("G")
    assert key is not None
    stretches = [{G: 2.0, B: 1.0, D: 1.0}, {C: 2.0, E: 1.0, G: 1.0}, {D: 2.0, 6: 1.0, A: 1.0}, {G: 2.0}]
    assert [chord.notes[0] for chord in found(key, stretches, frozenset({3}))] == [G, C, D, G]


def bass(body: str, key: str, rhythm: str = "reel", **style) -> list[tuple[float, int]]:
    """The lowest note of the backing on every beat: (quarter note, pitch class)."""
    performance = perform(read(f"X:1\nR:{rhythm}\nM:4/4\nL:1/8\nK:{key}\n{body}\n"), Style(chords="guitar", **style))
    chords = [sound for sound in performance.sounds if sound.part == "chords" and sound.pitch < 52]
    return [(sound.start, sound.pitch % 12) for sound in chords]


def test_the_tune_s_own_chord_symbols_are_played() -> None:
    assert bass('"G"g8|"C"e8|"D7"f8|"G"g8|]', "G")[::2] == [(0, G), (4, C), (8, D), (12, G)]


def test_chords_are_found_where_there_are_none() -> None:
    assert bass("GBdB GBdB|cege cege|dfaf dfaf|g8|]", "G")[::2] == [(0, G), (4, C), (8, D), (12, G)]


def test_chords_transpose_with_the_tune() -> None:
    assert bass('"G"g8|]', "G", transpose=2)[0] == (0, A)


@pytest.mark.parametrize(
    ("body", "key", "meter", "rhythm", "chords"),
    [
        ("DAFA DAFA|defe dcBA|eA(3AAA fA(3AAA|edcd efge|", "D", "4/4", "hornpipe", [D, D, A, A]),
        ("a3 bag|ege dBG|A3 AGA|BGE GBd|a3 bag|ege dBG|A3 AGA|BGG G3|", "Amix", "6/8", "jig", [A, E, A, G]),
        ("G3 GAB|A3 ABd|edd gdd|edB dBA|", "G", "6/8", "jig", [G, D, D, G]),
    ],
)
def test_known_tunes_get_chords_that_players_use(
    body: str, key: str, meter: str, rhythm: str, chords: list[int]
) -> None:
    """Harvest Home, The Cliffs of Moher and The Kesh: the chord at the beginning of each of the first four bars."""
    tune = read(f"X:1\nR:{rhythm}\nM:{meter}\nL:1/8\nK:{key}\n{body}\n")
    performance = perform(tune, Style(chords="guitar"))
    low = {sound.start: sound.pitch % 12 for sound in performance.sounds if sound.part == "chords" and sound.pitch < 52}
    assert [low[passage.start] for passage in performance.passages[:4]] == chords
