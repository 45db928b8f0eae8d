"""A small corpus of printed tunes, its index made once, and figures drawn from it and from noise."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from folkbench.corpus import Corpus
from folkbench.corpus.arrival import Arrival
from folkbench.corpus.gather import gather
from folkbench.notation import read
from folkbench.whence import Index

Figure = tuple[str, ...]


@pytest.fixture(scope="session")
def small(sample: tuple[str, ...]) -> Corpus:
    """Some hundred tunes, a few of them twice with another title and another note, as settings are."""
    texts = list(sample[::3])
    texts += [text.replace("A", "B", 1).replace("T:", "T:New ", 1) for text in texts[::10]]
    return gather("small", "tests", [Arrival(read(text), "a book", number) for number, text in enumerate(texts, 1)])


@pytest.fixture(scope="session")
def index(small: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Index:
    """The small corpus's index."""
    return Index(tmp_path_factory.mktemp("index"), small.name, small.fingerprint, lambda: small)


@pytest.fixture(scope="session")
def session_index(session_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Index:
    """The index of the whole session corpus."""
    from folkbench.corpus.entry import unpack

    corpus = unpack(session_file.read_bytes(), "session")
    return Index(tmp_path_factory.mktemp("session-index"), corpus.name, corpus.fingerprint, lambda: corpus)


@pytest.fixture(scope="session")
def figures(small: Corpus) -> list[Figure]:
    """Figures of one to twelve tokens: most stand in the corpus, some with a token changed, some are noise."""
    draw = random.Random(4)
    found: list[Figure] = []
    for number in range(240):
        music = small.entries[draw.randrange(len(small))].music
        begin = draw.randrange(len(music))
        figure = list(music[begin : begin + draw.randint(1, 12)])
        if number % 3 == 0:
            figure[draw.randrange(len(figure))] = draw.choice(small.words)
        if number % 4 == 0:
            figure.insert(0, "|")
        if number % 5 == 0:
            figure.append("|")
        if number % 24 == 0:
            figure = [draw.choice(small.words) for _ in range(draw.randint(1, 4))]
        music_only = tuple(word for word in figure if not word.startswith(("M:", "K:")))
        if music_only:
            found.append(music_only)
    return found
