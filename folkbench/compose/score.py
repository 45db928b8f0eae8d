"""A score for choosing among many tunes. It is a score, not quality: seven things that can be counted, weighed.

Each part lies in 0..1; the weights stand in one table.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import exp
from typing import NamedTuple

from folkbench.check.portrait import portray
from folkbench.compose.composer import Made
from folkbench.compose.likeness import likeness
from folkbench.notation import read, write_bar
from folkbench.notation.tune import Chord, Note, Tune
from folkbench.whence import Index, originality

WEIGHTS = {
    "likelihood": 1.0,
    "form": 1.0,
    "tonic": 1.0,
    "range": 1.5,
    "originality": 1.0,
    "variety": 0.5,
    "likeness": 2.0,
}
"""What each part counts."""

USUAL_BARS = (8, 16)
"""How long a part nearly always is: of two human tunes in five both are repeated and have 8."""

LOWEST, HIGHEST = 55, 83
"""G, to b, where nothing is said of an instrument."""


class Score(NamedTuple):
    """The parts of a score.

    likelihood: the mean probability of a token (geometric). form: share of parts with a usual number of bars. tonic:
    share of parts that end on it. range: share of notes that can be played. originality: 1 where no whole bar is
    shared with a human tune, 0 where four on end are. variety: 1 where half of the bars or more differ from all others.
    likeness: how much its leaps and steps are those of another tune (1 where there is none to be like).
    """

    likelihood: float
    form: float
    tonic: float
    range: float
    originality: float
    variety: float
    likeness: float

    @property
    def total(self) -> float:
        """The weighted sum."""
        return sum(WEIGHTS[name] * float(value) for name, value in self._asdict().items())

    def __str__(self) -> str:
        parts = ", ".join(f"{name} {value:.2f}" for name, value in self._asdict().items())
        return f"score {self.total:.2f}: {parts}"


def best(
    made: Iterable[Made],
    count: int,
    index: Index | None = None,
    playable: frozenset[int] | None = None,
    like: Tune | None = None,
) -> list[tuple[Made, Score]]:
    """The `count` tunes with the highest scores, best first, numbered from 1; of equals the earlier."""
    scored = [(tune, score(tune, index, playable, like)) for tune in made]
    scored.sort(key=lambda pair: (-pair[1].total, pair[0].k))
    return [(numbered(tune, x), found) for x, (tune, found) in enumerate(scored[:count], 1)]


def numbered(made: Made, x: int) -> Made:
    """The same tune as X:x."""
    _, _, rest = made.abc.partition("\n")
    return made._replace(abc=f"X:{x}\n{rest}")


def score(
    made: Made, index: Index | None = None, playable: frozenset[int] | None = None, like: Tune | None = None
) -> Score:
    """The score of a tune. Without an index originality counts as 1; `playable` are an instrument's MIDI notes."""
    tune = read(made.abc)
    portrait = portray(tune)
    parts = max(len(portrait.parts), 1)
    events = [event for bar in tune.bars for event in bar.events if isinstance(event, Note | Chord)]
    notes = [note for event in events for note in (event.notes if isinstance(event, Chord) else (event,))]
    within = [note.midi in playable if playable else LOWEST <= note.midi <= HIGHEST for note in notes]
    bars = [write_bar(bar) for bar in tune.bars]
    shared = originality(made.tokens, index).longest_bars if index else 0
    return Score(
        likelihood=exp(made.logprob / max(len(made.tokens), 1)),
        form=sum(part.bars in USUAL_BARS for part in portrait.parts) / parts,
        tonic=sum(home is True for home in portrait.on_tonic) / parts,
        range=sum(within) / max(len(within), 1),
        originality=1 - min(shared, 4) / 4,
        variety=min(1.0, 2 * len(set(bars)) / max(len(bars), 1)),
        likeness=likeness(tune, like) if like else 1.0,
    )
