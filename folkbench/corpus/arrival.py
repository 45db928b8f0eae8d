"""A tune as it arrives, and how it is made like the others before it is kept.

Books write one dance in several ways. A reel in 2/4 with sixteenths is the same reel as in 4/4 with eighths, and
cut time is common time; titles are in capitals or carry the type of the tune. What was changed is said.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from folkbench.notation import Tune, read
from folkbench.notation.dances import dance
from folkbench.notation.titles import clean
from folkbench.notation.tune import Change, Chord, Note, Rest

DOUBLED = frozenset({"reel", "hornpipe", "clog", "fling", "strathspey", "schottische", "barndance"})
"""Dances that count two beats in 4/4 today and that older books write in 2/4."""

KEPT = frozenset({"polka", "march", "quickstep", "walkaround", "quadrille"})
"""Dances that stay in 2/4, however fast their notes."""

GUESSED = {"6/8": "jig", "9/8": "slip jig"}
"""The type of a tune of which nothing but its meter is known; the other meters say too little."""


class Arrival(NamedTuple):
    """A tune from somewhere: its place there, and what that place says of its type."""

    tune: Tune
    source: str
    number: int
    rhythm: str = ""
    family: str = ""  # what the source calls the tune of which this is a setting


class Settled(NamedTuple):
    """A tune made like the others."""

    tune: Tune
    titles: tuple[str, ...]
    rhythm: str
    changes: tuple[str, ...]


def settle(arrival: Arrival) -> Settled:
    """The tune in the meter, and with the titles and type, that the corpus keeps it with."""
    tune = arrival.tune
    changes: list[str] = []
    names = [clean(title) for title in tune.texts("T")]
    titles = tuple(dict.fromkeys(name.text for name in names if name.text))
    rhythm = _rhythm(arrival, [name.rhythm for name in names], titles, changes)
    meter = (tune.meter.beats, tune.meter.unit)
    head: dict[str, str] = {}
    if meter == (2, 4) and rhythm not in KEPT and (rhythm in DOUBLED or _fast(tune)) and not _new_unit(tune):
        unit = tune.unit * 2
        head = {"M": "4/4", "L": f"{unit.numerator}/{unit.denominator}"}
        changes.append("2/4 written as 4/4, all notes twice as long")
    elif tune.meter.text in ("C", "C|") or meter == (2, 2):
        head = {"M": "4/4", "L": f"{tune.unit.numerator}/{tune.unit.denominator}"}
        changes.append(f"M:{tune.meter.text} written as 4/4")
    return Settled(_with_head(tune, head) if head else tune, titles, rhythm, tuple(changes))


def like_the_others(tune: Tune) -> Tune:
    """A tune in the meter that a corpus would keep it in: whoever looks for it there must ask so."""
    return settle(Arrival(tune, "", 0)).tune


def _rhythm(arrival: Arrival, named: list[str], titles: tuple[str, ...], changes: list[str]) -> str:
    """The type: as R: says, else the title, else the book's section, else the meter where that is enough."""
    stated = dance(arrival.tune.rhythm) if arrival.tune.rhythm else None
    if stated:
        return stated.name
    for name in named:
        if name:
            return name
    for title in titles:
        words = re.findall(r"\w+", title)
        last = dance(words[-1]) if words else None
        if last:
            changes.append("type from the title")
            return last.name
    if arrival.rhythm:
        changes.append("type from the book's section")
        return arrival.rhythm
    meter = arrival.tune.meter
    guess = GUESSED.get(f"{meter.beats}/{meter.unit}", "")
    if guess:
        changes.append("type guessed from the meter")
    return guess


def _fast(tune: Tune) -> bool:
    """Whether most of its notes are sixteenths or shorter."""
    lengths = [event.ticks for bar in tune.bars for event in bar.events if isinstance(event, Note | Chord | Rest)]
    return 2 * sum(ticks * 16 <= tune.whole for ticks in lengths) > len(lengths)


def _new_unit(tune: Tune) -> bool:
    """Whether the unit note length changes inside the music, so that the header's doesn't hold for all of it."""
    return any(isinstance(event, Change) and event.name == "L" for bar in tune.bars for event in bar.events)


def _with_head(tune: Tune, head: dict[str, str]) -> Tune:
    """The tune read again with other header fields; the music's text stays as it was, its unit does the rest."""
    lines = tune.source.split("\n")
    key = next((number for number, line in enumerate(lines) if line.startswith("K:")), None)
    if key is None:
        return tune
    kept = [line for line in lines[:key] if line[:2] not in ("M:", "L:")]
    fields = [f"{name}:{value}" for name, value in head.items()]
    return read("\n".join([*kept, *fields, *lines[key:]]), line=tune.line, index=tune.index, defaults=tune.defaults)
