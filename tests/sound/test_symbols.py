"""Chord symbols that are found for a tune."""

from __future__ import annotations

from folkbench.notation import read, write
from folkbench.sound.symbols import with_chords


def test_a_tune_without_symbols_gets_some_spelled_in_its_key() -> None:
    tune = with_chords(read("X:1\nR:reel\nM:4/4\nL:1/8\nK:Bb\nB2dB f2dB|e2ge c2ec|F2AF c2AF|B8|]"))
    text = write(tune)
    assert '"Bb"B2' in text
    assert '"F"F2' in text
    assert text.count('"Bb"') == 2


def test_a_tune_with_symbols_keeps_them() -> None:
    tune = read('X:1\nM:4/4\nL:1/8\nK:G\n"C"G8|G8|]')
    assert with_chords(tune) == tune


def test_a_tune_without_music_has_no_chords() -> None:
    tune = read("X:1\nK:G\n")
    assert with_chords(tune) == tune
