"""One function for each question that can be put to a network: it runs the analyses and says what they found.

Each gives Parts: a name (under which `folkbench.dissect.figures` has its pictures), the result, and a short reading.
The commands print them, the report gathers them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from folkbench.dissect import ablation as ablations
from folkbench.dissect import beam as beams
from folkbench.dissect import gates as gating
from folkbench.dissect import gramian as gramians
from folkbench.dissect import lobotomy as operations
from folkbench.dissect import posterior as posteriors
from folkbench.dissect import probe as probes
from folkbench.dissect import softmax as softmaxes
from folkbench.dissect import spectrum as spectra
from folkbench.dissect import svd as svds
from folkbench.dissect import units as unit_values
from folkbench.dissect.altered import Altered, Change, Memory
from folkbench.dissect.human import counts, unseen
from folkbench.dissect.measures import Tokens, make
from folkbench.dissect.record import PARTS, Record, record
from folkbench.dissect.units import Unit
from folkbench.dissect.walk import HEAD, Walk, stand, walk
from folkbench.encoding import END, START, encoding_of, meaning
from folkbench.errors import FolkbenchError
from folkbench.model.checkpoint import Checkpoint
from folkbench.notation import Tune


class Part(NamedTuple):
    """A result, the name of its pictures, and what is to be read in it."""

    name: str
    found: Any
    lines: list[str]


class Taken(NamedTuple):
    """A tune as a network took it."""

    network: Checkpoint
    walk: Walk
    record: Record


def take(checkpoint: Checkpoint, tune: Tune) -> Taken:
    """Run a tune through the network and write everything down. Raises FolkbenchError if it can't be said to it."""
    along = walk(tune, checkpoint.vocabulary, checkpoint.encoding)
    return Taken(checkpoint, along, record(checkpoint, along.tokens))


def softmax(checkpoint: Checkpoint, unit: int | None = None, probability: float = 0.05) -> list[Part]:
    """The softmax layer, and one unit of the last layer if it is asked for."""
    if unit is not None:
        voice = softmaxes.voice(checkpoint, unit, probability)
        return [Part("voice", voice, softmaxes.reading_voice(voice))]
    found = softmaxes.softmax_layer(checkpoint, counts(checkpoint))
    return [Part("softmax", found, softmaxes.reading(found))]


def svd(checkpoint: Checkpoint, directions: int = 6, seed: int = 1) -> list[Part]:
    """Singular values and vectors."""
    found = svds.singular_values(checkpoint, directions, seed)
    return [Part("svd", found, svds.reading(found))]


def gates(checkpoint: Checkpoint) -> list[Part]:
    """The gates' weights."""
    found = gating.gate_weights(checkpoint)
    return [Part("gates", found, gating.reading(found))]


def posterior(taken: Taken, follow: Sequence[str] = ()) -> list[Part]:
    """What was expected along a tune."""
    found = posteriors.expectations(taken.record, taken.walk, taken.network.vocabulary, follow)
    return [Part("posterior", found, posteriors.reading(found))]


def units(taken: Taken, part: str = "h", chosen: Sequence[Unit] = ()) -> list[Part]:
    """What the units did along a tune."""
    found = unit_values.activity(taken.record, taken.walk, part, chosen)
    return [Part("units", found, unit_values.reading(found))]


def spectrum(taken: Taken, period: float = 0.0, tunes: int = 0, seed: int = 1) -> list[Part]:
    """Which units beat with the bar in a tune; and over `tunes` tunes of its meter that the network makes."""
    h = taken.record.activations[:, :, PARTS.index("h")]
    found = spectra.periods(h, taken.walk, period)
    parts = [Part("spectrum", found, spectra.reading(found))]
    if tunes:
        _by_note(taken.network)
        head = tuple(text for text in taken.walk.texts[: taken.walk.head] if meaning(text).kind in ("meter", "mode"))
        over = operations.beating(taken.network, tunes, seed, head, period)
        parts.append(Part("many", over, spectra.reading_many(over)))
    return parts


def gramian(taken: Taken, parts: str = "hifo") -> list[Part]:
    """Which steps of a tune are alike."""
    found = gramians.gramians(taken.record, taken.walk, parts)
    return [Part("gramian", found, gramians.reading(found))]


def lobotomy(
    checkpoint: Checkpoint,
    change: Change,
    *,
    count: int = 64,
    seed: int = 1,
    prime: Tokens = (),
    judged: int = 24,
) -> list[Part]:
    """Tunes with and without a change; the held-out loss over `judged` human tunes."""
    _by_note(checkpoint)
    human = [(one.tokens, one.head) for one in unseen(checkpoint, judged).tunes] if judged else []
    found = operations.operate(checkpoint, change, count=count, seed=seed, prime=prime, judged=human)
    return [Part("lobotomy", found, operations.reading(found))]


def swap(
    checkpoint: Checkpoint, source: Tune, into: Tune, bars: int = 4, *, count: int = 64, seed: int = 1
) -> list[Part]:
    """Go on with `into` after its first bars, with the memory that `source` leaves after as many."""
    _by_note(checkpoint)
    given, own = _remember(checkpoint, into, bars)
    _, other = _remember(checkpoint, source, bars)
    change = Change(memory=Memory(other.h, other.c, own.token))
    found = operations.operate(checkpoint, change, count=count, seed=seed, behind=given, before=Change(memory=own))
    return [Part("lobotomy", found, operations.reading(found))]


def ablation(
    checkpoint: Checkpoint, rounds: int, *, seed: int = 1, prime: Tokens = (), sampled: int = 32
) -> list[Part]:
    """A small set of units without which the network can't count, found greedily."""
    _by_note(checkpoint)
    found = ablations.ablate(checkpoint, rounds, seed=seed, prime=prime, sampled=sampled)
    return [Part("ablation", found, ablations.reading(found))]


def beating_units(
    checkpoint: Checkpoint, most: int = 0, *, period: float = 0.0, seed: int = 1, prime: Tokens = ()
) -> tuple[Unit, ...]:
    """The units that beat with the bar over tunes that the network makes, the clearest first.

    `most`: so many of those above the floor of shuffled steps, however weakly they beat; 0: those that beat clearly.
    Raises FolkbenchError if there are none.
    """
    over = operations.beating(checkpoint, seed=seed, prime=prime, period=period)
    found = over.ranked[:most] if most else over.at_period
    if not found:
        raise FolkbenchError("no unit beats with the bar", "name the units: --cut 3:12,3:45")
    return found


def beam(taken: Taken, depth: int = 4, together: int = 3, temperature: float = 1.0, seed: int = 1) -> list[Part]:
    """What a beam misses behind some steps of a tune."""
    found = beams.branches(
        taken.network, taken.record, depth=depth, together=together, temperature=temperature, seed=seed
    )
    return [Part("beam", found, beams.reading(found))]


def probe(checkpoint: Checkpoint, tunes: int = 100, seed: int = 1) -> list[Part]:
    """What can be read off each layer: over human tunes it hasn't seen, or over its own where there are none."""
    walks = list(unseen(checkpoint, tunes).tunes)
    if len(walks) < 3:
        _by_note(checkpoint)
        index = {text: number for number, text in enumerate(checkpoint.vocabulary)}
        made = make(Altered(checkpoint), checkpoint.vocabulary, max(tunes // 3, 6), seed, _any_head(checkpoint))
        sequences = [[index[START], *(index[text] for text in tokens)] for tokens in made]
        walks = [stand(tokens, checkpoint.vocabulary, checkpoint.encoding) for tokens in sequences]
    found = probes.probes(checkpoint, walks, seed)
    return [Part("probe", found, probes.reading(found))]


def prime(checkpoint: Checkpoint, meter: str = "4/4", mode: str = "maj") -> Tokens:
    """The head that a tune of this meter and mode begins with. Raises FolkbenchError if there is no such token."""
    _by_note(checkpoint)
    head = []
    for kind, wanted in (("meter", meter), ("mode", mode)):
        if not wanted:
            continue
        having = {_value(text): text for text in checkpoint.vocabulary if meaning(text).kind == kind}
        if wanted not in having:
            raise FolkbenchError(f"the network has no {kind} {wanted!r}", f"it has: {', '.join(having) or 'none'}")
        head.append(having[wanted])
    return tuple(head)


def _by_note(checkpoint: Checkpoint) -> None:
    """Refuse what is counted in notes and bar lines as tokens of their own."""
    if encoding_of(checkpoint.encoding).spells:
        raise FolkbenchError(
            "this study needs a network whose tokens are notes; this one's are characters", "give another --model"
        )


def _value(text: str) -> str:
    token = meaning(text)
    return token.value if token.kind == "mode" else f"{token.num}/{token.den}"


def _any_head(checkpoint: Checkpoint) -> Tokens:
    found: dict[str, str] = {}
    for text in checkpoint.vocabulary:
        found.setdefault(meaning(text).kind, text)
    return tuple(found[kind] for kind in ("meter", "mode") if kind in found)


def _remember(checkpoint: Checkpoint, tune: Tune, bars: int) -> tuple[Tokens, Memory]:
    """The tokens of a tune's first bars, behind `<s>`, and the state before the last of them is taken."""
    along = walk(tune, checkpoint.vocabulary, checkpoint.encoding)
    inside = np.flatnonzero(
        (along.bar != HEAD) & (along.bar < bars) & (along.tokens != checkpoint.vocabulary.index(END))
    )
    if len(inside) < 2:
        raise FolkbenchError("there is too little music in this tune", "take a longer one")
    last = int(inside[-1])
    found = record(checkpoint, along.tokens[:last])
    h, c = (found.activations[-1, :, PARTS.index(part)] for part in "hc")
    return along.texts[1 : last + 1], Memory(h, c, int(along.tokens[last]))
