"""Lessons out of what a network writes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from folkbench.compose import Composer
from folkbench.corpus import load
from folkbench.corpus.material import material
from folkbench.encoding import encoding_of
from folkbench.model.checkpoint import find
from folkbench.practice import Practice
from folkbench.practice.hearing import faults, outline


def _nothing(heard: int) -> None:
    pass


def test_the_whole_ones_are_learnt_and_of_the_others_the_faults_unlearnt(session_corpus: Path) -> None:
    tunes = material(load(), 1)
    lessons = Practice(tunes, 120, 3.0, jobs=1)(find(), 5, 2, _nothing)
    whole = [lesson for lesson in lessons if lesson.worth is None]
    faulty = [lesson for lesson in lessons if lesson.worth is not None]
    assert whole
    assert faulty
    for lesson in lessons:
        texts = [tunes.vocabulary[number] for number in lesson.tokens]
        assert texts[0] == "<s>"
        seen = outline(texts, encoding_of("v2"))
        assert seen is not None
        found = faults(seen)
        if lesson.worth is None:
            assert seen.whole
            assert not found
            continue
        worth = np.zeros(len(texts))
        for fault in found:
            worth[fault] = -3.0
        assert found
        assert lesson.worth.tolist() == worth.tolist()


def test_any_number_of_processes_hear_the_same_and_the_next_epoch_hears_other_tunes(session_corpus: Path) -> None:
    tunes = material(load(), 1)
    one, two = (Practice(tunes, 12, 3.0, jobs=jobs)(find(), 5, 1, _nothing) for jobs in (1, 2))
    assert [lesson.tokens.tolist() for lesson in one] == [lesson.tokens.tolist() for lesson in two]
    later = Practice(tunes, 12, 3.0, jobs=1)(find(), 5, 2, _nothing)
    assert not {tuple(lesson.tokens) for lesson in one} & {tuple(lesson.tokens) for lesson in later}


def test_it_can_be_broken_off(session_corpus: Path) -> None:
    def stop(heard: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Practice(material(load(), 1), 4, 3.0, jobs=1)(find(), 5, 1, stop)


def test_what_it_hears_is_what_the_network_writes_by_itself() -> None:
    first, again = (list(Composer(grammar=False, threads=1).left_alone(3, 1, count)) for count in (3, 5))
    known = {drawn.request.k: drawn.tokens for drawn in again}
    assert [known[drawn.request.k] for drawn in first] == [drawn.tokens for drawn in first]
