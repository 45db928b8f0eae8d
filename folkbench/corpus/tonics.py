"""Which keys a corpus's tunes stand in, by mode and dance: what a new tune's tonic is drawn from.

Training stores the table with the network, so that a tune is made without reading the corpus.
"""

from __future__ import annotations

from collections import Counter, defaultdict

from folkbench.corpus.entry import Corpus
from folkbench.encoding import meaning


def tonics(corpus: Corpus) -> dict[str, dict[str, int]]:
    """How many tunes stand on each tonic: by mode ("dor") and by mode and dance ("dor reel"), commonest first."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for entry in corpus.entries:
        mode = meaning(entry.mode).value
        counts[mode][entry.tonic] += 1
        if entry.rhythm:
            counts[f"{mode} {entry.rhythm}"][entry.tonic] += 1
    return {
        where: dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))
        for where, found in sorted(counts.items())
    }
