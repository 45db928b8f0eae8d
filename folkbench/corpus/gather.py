"""Making a corpus of tunes that arrive: each made like the others, encoded or left out, kept once, grouped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from folkbench.corpus.arrival import Arrival, Settled, settle
from folkbench.corpus.entry import Corpus, Entry, LeftOut, assemble
from folkbench.corpus.groups import Setting, groups
from folkbench.encoding import Encoded, Unencodable, encode

REASONS = {
    "identical": "the same music as a tune that stands before it",
    "voices": "it has several voices",
    "key": "its key has no tonic, or a mode that can't be brought to C",
    "key-change": "its key changes on the way",
    "meter": "it is in free meter",
    "meter-change": "its meter changes on the way",
    "overlay": "a bar has two layers",
    "chord": "the notes of a chord have different lengths",
    "tuplet": "a tuplet stands in another, or isn't full",
    "long-rest": "it rests for several bars",
    "length": "a note lasts no time",
    "accidental": "a note is altered by more than two semitones",
    "ending": "an ending is for several times",
    "repeat": "a part is played more than twice",
    "no-music": "there are no notes in it",
    "damaged": "it can't be read: half of it is missing, or it is no text",
    "twin": "a tune that stands there a second time, a semitone higher",
}
"""Why a tune is left out, in words."""


def gather(name: str, stamp: str, arrivals: Iterable[Arrival | LeftOut], known: Corpus | None = None) -> Corpus:
    """The corpus of all tunes that arrive, behind those of the corpus that is `known` already.

    Identical music (the same tokens in root C, whatever the key it came in) is kept where it stood first, and takes
    the other titles on. What comes a second time from the same place of the same source changes nothing.
    """
    kept = list(known.entries) if known else []
    old = len(kept)
    before = known.left_out if known else ()
    said = frozenset(before)
    away: list[LeftOut] = []
    places = {hash((entry.meter, entry.mode, entry.music)): entry.number for entry in kept}
    for arrival in arrivals:
        if isinstance(arrival, LeftOut):
            away.append(arrival)
            continue
        settled = settle(arrival)
        title = settled.titles[0] if settled.titles else ""
        try:
            encoded = encode(settled.tune)
        except Unencodable as error:
            away.append(LeftOut(error.reason, arrival.source, arrival.number, title))
            continue
        place = places.setdefault(hash((encoded.meter, encoded.mode, encoded.music)), len(kept))
        if place == len(kept):
            kept.append(_entry(place, arrival, settled, encoded))
        elif place >= old or (kept[place].source, kept[place].index) != (arrival.source, arrival.number):
            titles = tuple(dict.fromkeys((*kept[place].titles, *settled.titles)))
            kept[place] = replace(kept[place], title=kept[place].title or title, titles=titles)
            away.append(LeftOut("identical", arrival.source, arrival.number, title))
    numbers = groups(Setting(entry.meter, entry.mode, entry.music, entry.titles, entry.family) for entry in kept)
    grouped = [replace(entry, group=group) for entry, group in zip(kept, numbers, strict=True)]
    return assemble(name, stamp, grouped, [*before, *[tune for tune in away if tune not in said]])


def _entry(number: int, arrival: Arrival, settled: Settled, encoded: Encoded) -> Entry:
    return Entry(
        number=number,
        title=settled.titles[0] if settled.titles else "",
        titles=settled.titles,
        source=arrival.source,
        index=arrival.number,
        rhythm=settled.rhythm,
        group=number,
        tonic=encoded.tonic,
        semitones=encoded.semitones,
        meter=encoded.meter,
        mode=encoded.mode,
        changes=settled.changes,
        abc=settled.tune.source,
        music=encoded.music,
        family=arrival.family,
    )
