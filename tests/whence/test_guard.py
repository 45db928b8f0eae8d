"""The guard forbids exactly what would complete a copied run."""

from __future__ import annotations

import random

import numpy as np
import pytest

from folkbench.corpus import Corpus
from folkbench.errors import FolkbenchError
from folkbench.whence import Index, open_guard, originality
from tests.whence import brute


def _copied(index: Index, small: Corpus, music: list[str], bars: int, tokens: int) -> bool:
    """Whether the run that the last token completes is one that must not be: looked for in every tune."""
    items = brute.plain(music)
    if not brute.is_line(music[-1]):
        items.pop()  # the edge, which isn't written yet
    ends = [items[-tokens - 1 :]] if len(items) > tokens else []
    lines = [at for at, word in enumerate(items) if word == "|"]
    if items[-1] == "|" and len(lines) > bars:
        ends.append(items[lines[-bars - 1] :])
    theirs = [brute.plain(entry.music) for entry in small.entries]
    return any(f" {' '.join(end)} " in f" {' '.join(other)} " for end in ends for other in theirs)


@pytest.mark.parametrize(("bars", "tokens"), [(2, 12), (3, 9), (2, 40)])
def test_forbidden_is_what_would_complete_a_run(bars: int, tokens: int, index: Index, small: Corpus) -> None:
    vocabulary = ("<s>", "</s>", "M:4/4", "T:", *small.words)
    number = {word: place for place, word in enumerate(vocabulary)}
    guard = open_guard(vocabulary, bars=bars, tokens=tokens, index=index)
    draw = random.Random(bars * tokens)
    watch = guard.watch(4)
    lookout = guard.look_out()  # for the first of the four, with the same answers
    starts = [small.entries[draw.randrange(len(small))].music for _ in range(4)]
    written: list[list[str]] = [[] for _ in starts]
    for step in range(60):
        mask = watch.forbidden()
        alone = lookout.forbidden()
        assert (mask[0] == (False if alone is None else alone)).all()
        words = []
        for stream, music in enumerate(starts):
            word = music[step % len(music)] if draw.random() < 0.97 else draw.choice(["C", "|", ":|", "2"])
            own = written[stream]
            fresh = not (brute.is_line(word) and (not own or brute.is_line(own[-1])))
            expected = fresh and _copied(index, small, [*own, word], bars, tokens)
            assert mask[stream, number[word]] == expected, (own, word)
            own.append(word)
            words.append(number[word])
        watch.take(words)
        lookout.take(words[0])


def test_no_tune_that_obeys_the_guard_copies(index: Index, small: Corpus) -> None:
    vocabulary = ("</s>", *(word for word in small.words if not word.startswith(("M:", "K:"))))
    guard = open_guard(vocabulary, bars=2, tokens=10, index=index)
    draw = random.Random(1)
    for entry in small.entries[::20]:
        watch = guard.watch(1)
        music: list[str] = []
        for word in entry.music:
            mask = watch.forbidden()[0]
            if mask[vocabulary.index(word)]:
                word = draw.choice([w for w, bad in zip(vocabulary, mask, strict=True) if not bad and w != "</s>"])
            watch.take([vocabulary.index(word)])
            music.append(word)
        if watch.forbidden()[0, 0]:  # it mustn't end here
            continue
        found = originality(music, index)
        assert found.longest_bars < 2
        assert found.longest_tokens <= 10


def test_a_tune_can_go_back(index: Index, small: Corpus) -> None:
    vocabulary = small.words
    guard = open_guard(vocabulary, bars=2, tokens=8, index=index)
    music = [vocabulary.index(word) for word in small.entries[5].music]
    watch = guard.watch(2)
    masks = []
    for token in music:
        masks.append(watch.forbidden()[1].copy())
        watch.take([token], streams=[1])
    for taken in (40, 7, 0):
        watch.rewind(1, taken)
        assert (watch.forbidden()[1] == masks[taken]).all()
        for token in music[taken:50]:
            watch.take([token], streams=[1])
        assert (watch.forbidden()[1] == masks[50]).all()
    with pytest.raises(ValueError, match="tokens"):
        watch.rewind(0, 1)


def test_runs_wholly_in_the_users_own_music_dont_count(index: Index, small: Corpus) -> None:
    vocabulary = small.words
    guard = open_guard(vocabulary, bars=2, tokens=8, index=index)
    music = [vocabulary.index(word) for word in small.entries[8].music]
    watch = guard.watch(1)
    for token in music[:30]:
        assert not watch.forbidden(own=True)[0, token]
        watch.take([token], own=True)
    assert watch.forbidden()[0, music[30]]  # drawn, it would complete a run with the user's music
    stranger = vocabulary.index("^C")
    watch.take([stranger])
    assert not watch.forbidden(own=True).all()


def test_a_tune_may_be_very_long(index: Index, small: Corpus) -> None:
    guard = open_guard(small.words, bars=3, tokens=5, index=index)
    watch = guard.watch(3)
    for _ in range(700):
        watch.forbidden()
        watch.take(np.array([small.words.index("C"), small.words.index("|"), small.words.index("2")]))
    assert watch.taken.tolist() == [700, 700, 700]


def test_fewer_than_two_bars_cant_be_kept_off(index: Index, small: Corpus) -> None:
    with pytest.raises(FolkbenchError, match="shares no 1 bar"):
        open_guard(small.words, bars=1, index=index)
