"""What the text says of bars and beats is what reading the ABC anew says."""

from __future__ import annotations

from array import array

import numpy as np

from folkbench.corpus import Corpus
from folkbench.encoding import text as abc_of
from folkbench.encoding.timing import bars
from folkbench.notation import form, read
from folkbench.notation.tune import Chord, Note, Rest, Tune
from folkbench.whence import Index
from folkbench.whence.text import letter, line_text, part_number, text_of, text_of_tune


def _labels(tune: Tune) -> list[str]:
    sounding = [any(isinstance(event, Note | Chord | Rest) for event in bar.events) for bar in tune.bars]
    return [place.label for part in form(tune) for place in part.places if sounding[place.nth]]


def test_bars_are_called_as_the_tune_read_anew_calls_them(index: Index, small: Corpus) -> None:
    text = index.text
    for entry in small.entries:
        tune = read(abc_of(entry.music, meter=entry.meter, mode=entry.mode))
        first, last = np.searchsorted(text.line_at, text.tune_at[entry.number : entry.number + 2]).tolist()
        assert [text.label(line) for line in range(first, last - 1)] == _labels(tune), entry.title


def test_notes_begin_where_counting_them_one_by_one_says(small: Corpus) -> None:
    for entry in small.entries:
        text = text_of_tune(entry.meter, entry.mode, entry.music)
        num, den = text.meter[0].tolist()
        expected = []
        for line, bar in enumerate(bars(entry.music, entry.meter, entry.mode)):
            missing = 8 * 5040 * num // den - bar[-1].at - bar[-1].ticks
            late = max(missing, 0) if text.bar_number[line] == 0 else 0
            expected += [sound.at + late for sound in bar]
        kinds = [text.words[symbol] for symbol in text.symbols]
        inside = np.cumsum([(word == "[") - (word == "]") for word in kinds])
        heads = [
            at
            for at, word in enumerate(kinds)
            if word in ("z", "[") or (word and word[-1] in "ABCDEFGabcdefg,'" and not inside[at])
        ]
        assert text.onset[heads].tolist() == expected, entry.title


def test_a_tune_is_spelled_as_it_was(small: Corpus, index: Index) -> None:
    for entry in small.entries[::7]:
        first, last = index.text.tune_at[entry.number : entry.number + 2].tolist()
        words = " ".join(index.text.spell(first, last)).split()
        music = list(entry.music)
        assert words in (music, ["|", *music])


def test_bar_line_signs_have_an_order() -> None:
    assert line_text(0) == "|"
    assert line_text(1 | 2) == ":| |:"
    assert line_text(1 | 16) == ":| |2"


def test_parts_are_lettered_past_z() -> None:
    assert [letter(number) for number in (0, 25, 26, 51, 52)] == ["A", "Z", "AA", "AZ", "BA"]
    assert all(part_number(letter(number)) == number for number in range(800))


def test_a_corpus_without_tunes_has_a_text() -> None:
    empty = Corpus("empty", "", (), (), array("H"), (0,), ())
    assert len(text_of(empty).symbols) == 0
