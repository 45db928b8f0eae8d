"""The whole table: a set of tunes measured against a corpus."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from folkbench.corpus import Corpus
from folkbench.encoding import Unencodable, encode
from folkbench.evaluate import style
from folkbench.evaluate.apart import FEWEST, Apart, told_apart
from folkbench.evaluate.made import Made, well_made
from folkbench.evaluate.share import Figure, Share, middle, share
from folkbench.notation import Tune, read
from folkbench.whence import Index, originality

_HUMANS = 400
"""Human tunes beside which the fewest tunes are measured."""


class Copied(NamedTuple):
    """What a set of tunes shares with a corpus, in runs of whole bars from one human tune."""

    median_tokens: Figure  # of the longest shared run of each tune
    four_bars: Share
    eight_bars: Share


class Report(NamedTuple):
    """Everything that `evaluate` says of a set of tunes."""

    made: Made
    human: Made
    copied: Copied
    styles: dict[str, Figure]  # Jensen-Shannon divergence from the corpus, bits
    apart: Apart | None  # None for too few tunes
    refused: int  # tunes that the corpus's tokens can't say; left out of `copied` and `apart`


def report(tunes: Sequence[Tune], corpus: Corpus, index: Index) -> Report:
    """Measure `tunes` against a corpus. Raises Missing without scikit-learn."""
    said, refused = [], 0
    for tune in tunes:
        try:
            said.append(encode(tune))
        except Unencodable:
            refused += 1
    step = max(1, len(corpus) // max(_HUMANS, len(tunes)))
    humans = [corpus.entry(number) for number in range(0, len(corpus), step)]
    human_tunes = [read(entry.abc) for entry in humans]
    machine = [(one.meter, one.mode, *one.music) for one in said]
    human = [(entry.meter, entry.mode, *entry.music) for entry in humans]
    groups = [*range(-len(machine), 0), *[entry.group for entry in humans]]
    enough = min(len(machine), len(human)) >= FEWEST
    return Report(
        made=well_made(tunes),
        human=well_made(human_tunes),
        copied=_copied([one.music for one in said], index),
        styles=style.compare_sets(tunes, human_tunes),
        apart=told_apart(machine, human, groups) if enough else None,
        refused=refused,
    )


def _copied(tunes: Sequence[Sequence[str]], index: Index) -> Copied:
    found = [originality(tokens, index) for tokens in tunes]
    return Copied(
        median_tokens=middle([one.longest_tokens for one in found]),
        four_bars=share(sum(one.longest_bars >= 4 for one in found), len(found)),
        eight_bars=share(sum(one.longest_bars >= 8 for one in found), len(found)),
    )
