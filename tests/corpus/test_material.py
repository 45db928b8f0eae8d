"""What the network trains on."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import pytest

from folkbench.check import check, is_well_formed
from folkbench.corpus.arrival import Arrival
from folkbench.corpus.entry import Corpus
from folkbench.corpus.gather import gather
from folkbench.corpus.material import Material, material
from folkbench.corpus.session import BOOKS, arrivals
from folkbench.encoding import encoding_of, title_of
from folkbench.errors import FolkbenchError
from folkbench.notation import read


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return gather("some", "", islice(arrivals(BOOKS[1:2]), 300))


@pytest.fixture(scope="module")
def made(corpus: Corpus) -> Material:
    return material(corpus, seed=1, held_out=0.1)


def words(made: Material, numbers: object) -> list[str]:
    return [made.vocabulary[number] for number in numbers]  # type: ignore[attr-defined]


def test_whole_groups_are_held_out(corpus: Corpus, made: Material) -> None:
    assert not {entry.group for entry in made.train} & {entry.group for entry in made.validation}
    assert len(made.train) + len(made.validation) + len(made.left_out) == len(corpus)
    assert 0.05 < len(made.validation) / len(corpus) <= 0.1


def test_the_split_follows_from_the_seed(corpus: Corpus, made: Material) -> None:
    assert material(corpus, 1, 0.1).split == made.split
    assert material(corpus, 2, 0.1).split != made.split


def test_a_tune_more_leaves_the_split_of_the_others_as_it_was(made: Material) -> None:
    smaller = gather("some", "", islice(arrivals(BOOKS[1:2]), 290))
    held = {entry.music for entry in made.validation}
    others = {entry.music for entry in material(smaller, 1, 0.1).validation}
    assert len(held & others) > 0.7 * len(others)


def test_title_and_type_are_each_left_out_at_random(made: Material) -> None:
    epoch = [words(made, numbers) for numbers in made.epoch(1, 5)]
    front = sum(texts[1] == "T:" for texts in epoch)
    behind = sum("T:" in texts[2:] for texts in epoch)
    typed = sum(any(text.startswith("R:") for text in texts) for texts in epoch)
    assert 0.2 < front / len(epoch) < 0.46
    assert 0.2 < behind / len(epoch) < 0.46
    assert 0.35 < typed / len(epoch) < 0.65
    assert all(texts[0] == "<s>" and texts[-1] == "</s>" for texts in epoch)


def test_an_epoch_follows_from_its_seed_and_number(made: Material) -> None:
    first = [numbers.tolist() for numbers in made.epoch(1, 5)]
    assert [numbers.tolist() for numbers in made.epoch(1, 5)] == first
    assert [numbers.tolist() for numbers in made.epoch(1, 6)] != first


def test_a_choosy_epoch_has_the_well_formed_tunes_as_every_epoch_has_them(made: Material) -> None:
    formed = [is_well_formed(check(read(entry.abc))) for entry in made.train]
    assert 0 < sum(formed) < len(formed)
    every, chosen = made.epoch(1, 5), made.epoch(1, 5, choosy=True)
    wanted = [numbers.tolist() for numbers, good in zip(every, formed, strict=True) if good]
    assert [numbers.tolist() for numbers in chosen] == wanted


def test_a_corpus_that_is_mostly_malformed_is_learnt_whole(made: Material) -> None:
    bad = tuple(entry for entry in made.train if not is_well_formed(check(read(entry.abc))))
    assert len(replace(made, train=bad).epoch(1, 5, choosy=True)) == len(bad)


def test_predictions_count_from_the_first_music_token(made: Material) -> None:
    for (bare, first), (primed, second), entry in zip(made.held_out, made.primed, made.validation, strict=True):
        assert words(made, bare[first:]) == words(made, primed[second:]) == [*entry.music, "</s>"]
        assert words(made, bare[:first]) == ["<s>", entry.meter, entry.mode]
        assert title_of(words(made, primed)) == entry.title.lower()


def test_the_clock_says_where_in_the_bar_and_in_the_part_the_music_stands(made: Material) -> None:
    for numbers, first in made.held_out:
        counts = made.clock(numbers)
        assert (counts[:first] == -1).all()
        assert (counts[len(numbers) - 1] == -1).all()
        music = counts[first:-1]
        assert (music >= 0).all()
        assert (music.max(axis=0) < made.counters).all()
        for text, (sixteenths, *_) in zip(words(made, numbers[first:-1]), music.tolist(), strict=True):
            assert sixteenths == 0 or text not in ("|", ":|", "|:", "|1", "|2", "||")


def test_a_token_of_one_tune_only_is_not_learnt(corpus: Corpus, made: Material) -> None:
    known = set(made.vocabulary)
    for entry in made.left_out:
        assert not {entry.meter, *entry.music} <= known


def test_a_small_corpus_learns_every_token_and_holds_a_tune_out() -> None:
    tunes = [
        f"X:{n}\nT:Tune {n}\nM:4/4\nL:1/8\nK:D\n{body}\n" for n, body in enumerate(("D2FA d4|", "G2Bd ^g4|", "e8|"))
    ]
    small = gather("small", "", [Arrival(read(text), "a book", n) for n, text in enumerate(tunes)])
    made = material(small, 1)
    assert (len(made.train), len(made.validation), len(made.left_out)) == (2, 1, 0)


def test_one_tune_is_too_small_to_train_on() -> None:
    one = gather("one", "", [Arrival(read("X:1\nM:4/4\nK:D\nD2FA d4|\n"), "a book", 1)])
    with pytest.raises(FolkbenchError, match="too small"):
        material(one, 1)


@pytest.mark.parametrize("encoding", ["v1", "v3"])
def test_the_same_tunes_are_held_out_in_every_encoding(corpus: Corpus, made: Material, encoding: str) -> None:
    other = material(corpus, 1, 0.1, encoding)
    assert (other.train, other.validation, other.left_out) == (made.train, made.validation, made.left_out)
    known = encoding_of(encoding)
    for (numbers, first), entry in zip(other.held_out, other.validation, strict=True):
        assert known.read(words(other, numbers), 0) == ("<s>", entry.meter, entry.mode, *entry.music, "</s>")
        assert (
            "".join(words(other, numbers[first:]))
            == "".join(known.tokens((entry.mode, *entry.music, "</s>")))[len("".join(known.tokens((entry.mode,)))) :]
        )
    assert len(other.epoch(1, 1)) == len(known.roots) * len(other.train)


@pytest.mark.parametrize("encoding", ["v1", "v3"])
def test_who_counts_along_counts_the_same_in_every_encoding(corpus: Corpus, made: Material, encoding: str) -> None:
    other = material(corpus, 1, 0.1, encoding)
    for (plain, _), (numbers, _) in zip(made.held_out, other.held_out, strict=True):
        counts = [row for row in other.clock(numbers).tolist() if row[0] >= 0]
        joined = encoding == "v1" and any(text in (":|", "|:") for text in words(made, plain))
        if not joined:
            assert counts == [row for row in made.clock(plain).tolist() if row[0] >= 0]
        assert len(other.clock(numbers)) == len(numbers)
