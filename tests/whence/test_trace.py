"""Tracing whole tunes: made of known bars, settings, and such as stand nowhere."""

from __future__ import annotations

import random

import pytest

from folkbench.corpus import Corpus
from folkbench.encoding import encode, text
from folkbench.notation import read, write
from folkbench.notation.transpose import transpose
from folkbench.whence import Index, originality, trace
from tests.whence import brute


def _bars(music: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The music between bar lines."""
    found: list[list[str]] = [[]]
    for word in music:
        if brute.is_line(word):
            found.append([])
        else:
            found[-1].append(word)
    return [tuple(bar) for bar in found if bar]


def test_a_tune_made_of_known_bars_is_traced_to_them(index: Index, small: Corpus) -> None:
    draw = random.Random(7)
    reels = [entry for entry in small.entries if entry.meter == "M:4/4" and entry.mode == "K:Cmaj"]
    chosen = [(entry, draw.choice(_bars(entry.music)[1:-1])) for entry in draw.sample(reels, 8)]
    music = [word for _, bar in chosen for word in (*bar, "|")]
    traced = trace(index, "M:4/4", "K:Cmaj", music)
    assert len(traced.bars) == 8
    for (_, bar), found in zip(chosen, traced.bars, strict=True):
        assert found.tokens == bar
        holders = [other.number for other in small.entries if bar in _bars(other.music)]
        assert found.tunes == len(holders)
        assert [example.source.number for example in found.examples] == holders[:3]
    assert traced.covered == 1


def test_bars_count_the_tunes_that_have_them_as_that_very_bar(index: Index, small: Corpus) -> None:
    entry = small.entries[11]
    traced = trace(index, entry.meter, entry.mode, entry.music)
    own = [example for bar in traced.bars for example in bar.examples if example.source.number == entry.number]
    assert all(bar.same_bar >= 1 for bar in traced.bars)
    assert own


def test_a_tune_of_the_corpus_transposed_and_with_three_notes_changed_is_a_setting(index: Index, small: Corpus) -> None:
    draw = random.Random(3)
    entries = [entry for entry in small.entries if len(_bars(entry.music)) >= 16]
    for entry in draw.sample(entries, 10):
        music = list(entry.music)
        for place in draw.sample([at for at, word in enumerate(music) if brute.is_pitch(word)], 3):
            music[place] = "B" if music[place] != "B" else "c"
        tune = transpose(read(text(music, meter=entry.meter, mode=entry.mode)), semitones=-3)
        again = encode(read(write(tune)))
        traced = trace(index, again.meter, again.mode, again.music)
        assert traced.verdict == "setting", entry.title
        assert traced.of is not None
        assert traced.of.group == entry.group


def test_noise_is_original(index: Index, small: Corpus) -> None:
    draw = random.Random(5)
    music = [word for _ in range(16) for word in (*draw.choices(["^C", "_g", "F,", "^d", "_A"], k=8), "|")]
    traced = trace(index, "M:4/4", "K:Cmaj", music)
    assert traced.verdict == "original"
    assert traced.of is None
    assert all(bar.tunes == 0 for bar in traced.bars)


@pytest.mark.parametrize("music", [("C", "332", "|"), (), ("|",), ("z", "8"), ("__A", "__b"), ("3", ">")])
def test_hardly_a_tune_has_an_answer_too(music: tuple[str, ...], index: Index) -> None:
    traced = trace(index, "M:4/4", "K:Cmaj", music)
    assert traced.verdict == "original"
    assert originality(music, index).longest_bars == 0


def test_eight_bars_from_one_tune_make_a_setting_and_four_are_borrowed(index: Index, small: Corpus) -> None:
    entry = next(entry for entry in small.entries if len(_bars(entry.music)) == 18 and entry.meter == "M:4/4")
    theirs = _bars(entry.music)
    draw = random.Random(2)
    for count, verdict in ((8, "setting"), (4, "borrows")):
        own = [tuple(draw.choices(["^C", "_g", "F,", "^d", "_A"], k=8)) for _ in range(24)]
        music = [word for bar in (*own[:12], *theirs[1 : 1 + count], *own[12:]) for word in (*bar, "|")]
        traced = trace(index, "M:4/4", "K:Cmaj", music)
        assert traced.verdict == verdict
        assert traced.of is not None
        assert traced.of.number == entry.number
        assert traced.most_bars is not None
        assert traced.most_bars.bars == count


def test_the_longest_run_says_from_where_to_where(index: Index, small: Corpus) -> None:
    entry = small.entries[30]
    traced = trace(index, entry.meter, entry.mode, entry.music)
    assert traced.longest is not None
    assert traced.longest.source.number == entry.number
    assert traced.longest.tokens == len(brute.collapse(entry.music))
    assert traced.longest.from_bar == traced.bars[0].label
    assert traced.longest.to_bar == traced.bars[-1].label
    line = originality(("<s>", entry.meter, entry.mode, *entry.music, "</s>"), index)
    assert line == (traced.most_bars and traced.most_bars.bars, traced.longest.tokens, entry.title)
