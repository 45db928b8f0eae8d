"""Where a form is asked for, its parts end where the network ends a part: they come home."""

from __future__ import annotations

import numpy as np
import pytest

from folkbench.check import check, failed
from folkbench.compose import Composer, Wish, fence, parse_form, sampling
from folkbench.compose.drawing import welcome
from folkbench.compose.masks import BAR
from folkbench.evaluate.made import well_made

WISH = Wish(form=parse_form("AABB", 8, None, None))


@pytest.fixture(scope="module")
def composer() -> Composer:
    return Composer(threads=1)


def test_a_part_comes_home_more_often_than_one_whose_last_bar_is_taken_as_it_comes(
    composer: Composer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at_home() -> float:
        return well_made(made.tune for made in composer.make(WISH, 7, count=150)).on_tonic.value

    tried = at_home()
    monkeypatch.setattr(sampling, "WELCOME", fence.WELCOME[:0])
    assert tried > at_home()


@pytest.mark.parametrize("original", [0, 4])
def test_a_tune_that_went_back_is_the_same_alone_and_among_others(composer: Composer, original: int) -> None:
    many = list(composer.make(WISH, 6, count=8, original=original))
    for made in many[:4]:
        assert next(composer.make(WISH, 6, first=made.k, original=original)).tokens == made.tokens
    assert not any(failed(check(made.tune, strict=True)) for made in many)


def test_welcome_is_the_share_of_the_lines_among_them_and_what_is_barred() -> None:
    logits = np.log(np.array([[0.5, 0.3, 0.1, 0.1], [0.1, 0.2, 0.3, 0.4]], np.float32))
    barred = np.array([[0, BAR, 0, 0], [BAR, BAR, BAR, 0]], np.float32)
    assert welcome(logits, barred, np.array([1, 2])).tolist() == pytest.approx([0.25, 0.0])
