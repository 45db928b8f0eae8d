"""The ear keeps what is like the corpus."""

import numpy as np

from folkbench.practice.ear import keepers


def _tunes(draw: np.random.Generator, count: int, odd: float, lengths: tuple[int, int] = (60, 100)) -> list[np.ndarray]:
    """Tunes of tokens 2 to 9 and, as often as `odd` says, 10."""
    chances = np.array([*[(1 - odd) / 8] * 8, odd])
    return [(2 + draw.choice(9, size=int(draw.integers(*lengths)), p=chances)).astype(np.uint16) for _ in range(count)]


def test_what_is_kept_lies_nearer_to_the_corpus_than_what_was_written() -> None:
    draw = np.random.default_rng(1)
    corpus, own = _tunes(draw, 400, 0.02), [*_tunes(draw, 400, 0.02), *_tunes(draw, 400, 0.2)]
    kept = keepers(corpus, own, 1)
    assert kept[:400].mean() > 3 * kept[400:].mean()
    heard = np.concatenate([tune for tune, keep in zip(own, kept, strict=True) if keep])
    assert abs(np.mean(heard == 10) - 0.02) < abs(np.mean(np.concatenate(own) == 10) - 0.02) / 2


def test_the_kept_are_as_long_as_those_of_the_corpus() -> None:
    draw = np.random.default_rng(2)
    corpus = [*_tunes(draw, 200, 0.1, (40, 50)), *_tunes(draw, 200, 0.1, (150, 180))]
    own = [*_tunes(draw, 500, 0.1, (40, 50)), *_tunes(draw, 300, 0.1, (150, 180))]
    kept = keepers(corpus, own, 1)
    assert 0.35 < kept[500:].sum() / kept.sum() < 0.65


def test_it_draws_the_same_from_the_same_seed_and_takes_everything_where_there_is_nothing_to_compare() -> None:
    draw = np.random.default_rng(3)
    corpus, own = _tunes(draw, 50, 0.1), _tunes(draw, 60, 0.1)
    first, again, other = (keepers(corpus, own, seed) for seed in (1, 1, 2))
    assert first.tolist() == again.tolist() != other.tolist()
    assert keepers([], own, 1).all()
    assert keepers(corpus, own[:1], 1).tolist() == [True]
    assert keepers(corpus, [], 1).tolist() == []
