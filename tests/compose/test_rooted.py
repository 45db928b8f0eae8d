"""The guard for a network of absolute pitches: it keeps off what the guard over words does, whichever root it hears."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from folkbench.compose import Composer, Wish
from folkbench.compose.rooted import Rooted
from folkbench.corpus import Corpus
from folkbench.corpus.arrival import Arrival
from folkbench.corpus.gather import gather
from folkbench.encoding import ENCODINGS
from folkbench.errors import FolkbenchError
from folkbench.notation import read
from folkbench.whence import Index, open_guard

V3 = ENCODINGS["v3"]


@pytest.fixture(scope="module")
def corpus(sample: tuple[str, ...]) -> Corpus:
    return gather("small", "tests", [Arrival(read(text), "a book", n) for n, text in enumerate(sample[::6], 1)])


@pytest.fixture(scope="module")
def index(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Index:
    return Index(tmp_path_factory.mktemp("index"), corpus.name, corpus.fingerprint, lambda: corpus)


def test_a_human_tune_is_forbidden_from_the_same_token_on_with_either_root(corpus: Corpus, index: Index) -> None:
    plain = open_guard(("M:4/4", *corpus.words), bars=2, index=index)
    caught = 0
    for entry in corpus.entries[::9]:
        words = (entry.meter, entry.mode, *entry.music)
        for root in V3.roots:
            tokens = V3.tokens(words, root)
            vocabulary = tuple(dict.fromkeys(tokens))
            rooted = Rooted(vocabulary, 2, index).watch(2)
            watch = plain.watch(1)
            for word, token in zip(words, tokens, strict=True):
                wanted = watch.forbidden()[0][("M:4/4", *corpus.words).index(word)]
                heard = rooted.forbidden()[:, vocabulary.index(token)]
                assert heard[1] >= wanted
                caught += bool(wanted)
                watch.take([("M:4/4", *corpus.words).index(word)])
                rooted.take([vocabulary.index(token)], streams=[1])
            rooted.rewind(1, 3)
            again = rooted.forbidden()
            assert not again[1].any()
            assert not again[0].any()
    assert caught


def test_a_network_of_absolute_pitches_can_be_kept_from_copying(
    absolute: Path, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    composer = Composer(str(absolute), threads=1)
    monkeypatch.setattr(composer, "index", lambda: index)
    free = [made.abc for made in composer.make(Wish(), 1, count=3)]
    kept = list(composer.make(Wish(), 1, count=3, original=2))
    assert len(free) == len(kept) == 3
    assert all(np.isfinite(made.logprob) for made in kept)


def test_a_network_of_characters_says_that_it_cannot(spelling: Path) -> None:
    composer = Composer(str(spelling), threads=1)
    said: list[str] = []
    assert list(composer.make(Wish(), 1, say=said.append, original=None))
    assert len([line for line in said if "copying" in line]) == 1
    with pytest.raises(FolkbenchError, match="characters"):
        composer.make(Wish(), 1, original=4)
