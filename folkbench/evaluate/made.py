"""Are the tunes well made? Counted by `check`, so that every set is measured with the same stick."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from folkbench.check import BARS, REPEATS, check, failed, is_well_formed
from folkbench.check.portrait import portray
from folkbench.evaluate.share import Share, share
from folkbench.notation import Tune


class Made(NamedTuple):
    """How a set of tunes is made. Shares are of tunes, but for `bars`, which are of bars."""

    tunes: int
    bars: Share  # bars that count, with pickups and split bars allowed for
    repeats: Share  # tunes whose repeats and endings balance
    well_formed: Share  # tunes where all bars count and the repeats balance
    strict: Share  # tunes that pass check --strict: pickups are made up as well, and there is no other error
    on_tonic: Share  # of the tunes with a tonic, those that end on it
    eights: Share  # tunes of two repeated parts of eight bars


def well_made(tunes: Iterable[Tune]) -> Made:
    """Measure a set of tunes, which may come as a stream."""
    total = bars = good_bars = repeats = formed = strict = home = eights = with_tonic = 0
    for tune in tunes:
        problems = check(tune)
        wrong_bars = {(problem.part, problem.bar, problem.at) for problem in problems if problem.code in BARS}
        bad_repeat = any(problem.code in REPEATS for problem in problems)
        portrait = portray(tune)
        total += 1
        bars += len(tune.bars)
        good_bars += max(0, len(tune.bars) - len(wrong_bars))
        repeats += not bad_repeat
        formed += is_well_formed(problems)
        strict += not failed(check(tune, strict=True))
        if portrait.on_tonic and portrait.on_tonic[-1] is not None:
            with_tonic += 1
            home += portrait.on_tonic[-1]
        eights += [(part.bars, part.repeated) for part in portrait.parts] == [(8, True), (8, True)]
    return Made(
        tunes=total,
        bars=share(good_bars, bars),
        repeats=share(repeats, total),
        well_formed=share(formed, total),
        strict=share(strict, total),
        on_tonic=share(home, with_tonic),
        eights=share(eights, total),
    )
