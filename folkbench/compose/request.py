"""What sampling is asked and what it answers: a request, the tune that was drawn, and the network that draws it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from folkbench.compose.form import FREE, Form
from folkbench.compose.masks import NOT_GIVEN, Floats, Numbers
from folkbench.compose.spelled import Opening
from folkbench.model.recall import Recall

STREAMS = 256
"""Tunes made at once; more gain nothing on two cores."""

LONGEST = 800
"""Tokens behind which a tune is brought to its end. The longest human tunes have about as many."""

PATIENCE = 64
"""Tokens between two looks at a tune that is to come to its end."""


class Network(Protocol):
    """One step of a trained network for many streams."""

    @property
    def recall(self) -> Recall | None:
        """What it does with the tune so far, if anything."""

    def rest(self, batch: int) -> tuple[Floats, Floats]:
        """h and c before the first token, each float32 `(layers, batch, hidden)`, to be written to."""

    def step(self, tokens: Numbers, h: Floats, c: Floats) -> tuple[Floats, Floats, Floats]:
        """Logits `(streams, vocabulary)` behind `tokens`, and the next h and c; arrays that may be written to."""


DRAWN = NOT_GIVEN
"""Stands in a request's prime where the network chooses a token."""


NEVER = 1 << 40
"""No tune has so many tokens."""


class Gap(NamedTuple):
    """A hole in what is given, and what is given behind it.

    ticks: from the bar line to the hole's end. plain: it may have no accidentals, which would change what stands
    behind it in the bar.
    """

    ticks: int
    plain: bool
    tokens: tuple[int, ...]


class Request(NamedTuple):
    """One tune to be made.

    seed, k: its random stream (S, k). prime: the tokens it begins with behind `<s>`, DRAWN where the network chooses.
    choices: (place, tokens): at that place behind `<s>` only these may be drawn; in order of place. gaps: holes behind
    the prime, and what is given behind each. ending: the music it ends with, its last line included; `form.coda` are
    its bars. away: pitches that it must not have. opening: instead of all these, of a network that spells: what each of
    the first words may be. dance_at: the place of the dance, where the network may draw the meter at once and so name
    no dance.
    """

    seed: int
    k: int
    prime: tuple[int, ...] = ()
    form: Form = FREE
    choices: tuple[tuple[int, tuple[int, ...]], ...] = ()
    gaps: tuple[Gap, ...] = ()
    ending: tuple[int, ...] = ()
    away: tuple[int, ...] = ()
    opening: Opening = ()
    dance_at: int = NEVER

    def spelled(self, texts: Sequence[str]) -> Request:
        """The same request, whose tokens are `texts` by number, of a network that spells them."""
        choices = dict(self.choices)
        numbers = [choices[place] if one == DRAWN else (one,) for place, one in enumerate(self.prime)]
        numbers += [choices[len(numbers)]] if len(numbers) in choices else []
        opening = tuple(tuple(texts[number] for number in some) for some in numbers)
        return self._replace(prime=(), choices=(), opening=opening)

    def undanced(self) -> Request:
        """The same request of a tune that names no dance: its meter stands where the dance would."""
        place = self.dance_at
        prime = (*self.prime[:place], DRAWN, *self.prime[place + 2 :])
        choices = tuple((at - (at > place), some) for at, some in self.choices if at not in (place, place + 1))
        return self._replace(prime=prime, choices=choices, dance_at=NEVER)

    def owns(self, count: int) -> tuple[bool, ...]:
        """Of so many words of a network that spells, which the user gave."""
        return tuple(n < len(self.opening) and len(self.opening[n]) == 1 for n in range(count))

    @property
    def given(self) -> int:
        """How many tokens are given before the network is left alone, those in holes not counted."""
        return len(self.prime) + sum(len(gap.tokens) for gap in self.gaps)


class Drawn(NamedTuple):
    """A tune as it was drawn.

    tokens: behind `<s>`, `</s>` included unless the tune was cut (which happens only without the grammar).
    logprob: nats, the network's own, of the tokens that were drawn, at the temperature asked for.
    masked: how much probability the grammar and the guard took away, a mean over those tokens, 0..1.
    backs: how often the guard left no way on, and the tune went back to the beginning of its bar.
    own: for every token whether the user gave it; () where that isn't asked.
    """

    request: Request
    tokens: tuple[int, ...]
    logprob: float
    masked: float
    backs: int = 0
    own: tuple[bool, ...] = ()


class Taste(NamedTuple):
    """How tokens are drawn: temperature above 0; top_p in 0..1, where 1 leaves no token out."""

    temperature: float = 1.0
    top_p: float = 1.0
