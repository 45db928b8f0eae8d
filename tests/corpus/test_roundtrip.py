"""Every tune that is taken in comes back from its tokens as the same music: a sample here, all in the long suite."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import pytest

from folkbench.corpus.arrival import Arrival, settle
from folkbench.corpus.session import BOOKS, arrivals
from folkbench.encoding import Unencodable, decode, encode
from folkbench.encoding.timing import bars
from tests.encoding.sounds import sounds


def count_that_come_back(found: Iterable[Arrival]) -> int:
    """How many tunes are taken, each asserted to be the same music again, and the same tokens, and the same notes
    when they are counted from the tokens alone.
    """
    taken = 0
    for arrival in found:
        tune = settle(arrival).tune
        try:
            encoded = encode(tune)
        except Unencodable:
            continue
        back = decode(encoded.music, meter=encoded.meter, mode=encoded.mode)
        assert sounds(back) == sounds(tune, encoded.semitones), tune.title
        again = encode(back)
        assert (again.music, again.meter, again.mode) == (encoded.music, encoded.meter, encoded.mode)
        assert (again.semitones, again.tonic) == (0, "C")
        counted = [
            [(sound.ticks, tuple(sorted(sound.pitches))) for sound in bar]
            for bar in bars(encoded.music, encoded.meter, encoded.mode)
        ]
        assert counted == [events for _, _, _, events in sounds(back)], tune.title
        taken += 1
    return taken


def test_a_sample_of_the_three_books_comes_back() -> None:
    some = [arrival for book in BOOKS for arrival in islice(arrivals((book,)), 0, 150, 3)]
    assert count_that_come_back(some) > 140


@pytest.mark.long
def test_all_tunes_of_the_three_books_come_back() -> None:
    assert count_that_come_back(arrivals()) > 4150
