"""A tune as networks of the three encodings take it: another number of steps, the same places in the tune."""

from __future__ import annotations

from pathlib import Path

import pytest

from folkbench.dissect import studies
from folkbench.dissect.measures import bars_right
from folkbench.dissect.walk import place, stand, walk
from folkbench.encoding import ENCODINGS, encode
from folkbench.errors import FolkbenchError
from folkbench.notation import read
from tests.model.networks import small

SEED = read((Path(__file__).parents[2] / "tunes" / "seed-transcription.abc").read_text())
SAID = encode(SEED)
WORDS = ("<s>", SAID.meter, SAID.mode, *SAID.music, "</s>")


def vocabulary(encoding: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ENCODINGS[encoding].tokens(WORDS)))


@pytest.mark.parametrize("encoding", sorted(ENCODINGS))
def test_a_walk_stands_at_the_same_places_in_every_encoding(encoding: str) -> None:
    plain, other = walk(SEED, vocabulary("v2")), walk(SEED, vocabulary(encoding), encoding)
    assert other.texts == ENCODINGS[encoding].tokens(WORDS)
    last = other.ends
    assert tuple(word for word, ends in zip(other.words, last.tolist(), strict=True) if ends) == plain.texts
    for name in ("bar", "eighths", "part", "bar_in_part"):
        assert (getattr(other, name)[last] == getattr(plain, name)).all()
    assert len(other.lines) == len(plain.lines)


def test_a_machine_tune_with_signs_behind_its_last_note_can_be_stood() -> None:
    words = ("M:4/4", "K:Cmaj", "C", ":|", "|:", ":|", "||")
    known = ("<s>", *words, "</s>")
    found = stand([0, 1, 2, 3, 4, 5, 6, 7, 8], ("<s>", *words, "</s>"))
    assert found.texts == known
    assert place(words, known).texts == known


def test_tunes_of_either_root_are_measured_in_root_c() -> None:
    music = ("M:4/4", "K:Cdor", "C", "4", "E", "4", "|", "C", "8", "|")
    for root in ENCODINGS["v3"].roots:
        assert bars_right(ENCODINGS["v3"].tokens(music, root)) == (2, 2)


def test_what_counts_notes_as_tokens_refuses_a_network_of_characters_in_one_line() -> None:
    network = small(vocabulary=vocabulary("v1"))
    spelling = type(network)(network.weights, network.vocabulary, "v1", network.history)
    taken = studies.take(spelling, SEED)
    for ask in (
        lambda: studies.prime(spelling),
        lambda: studies.spectrum(taken, tunes=3),
        lambda: studies.swap(spelling, SEED, SEED),
        lambda: studies.ablation(spelling, 1),
    ):
        with pytest.raises(FolkbenchError, match="characters"):
            ask()
    assert studies.posterior(taken)
    assert studies.units(taken)
    assert studies.spectrum(taken)
