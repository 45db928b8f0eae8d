"""Making a corpus of tunes that arrive: each made like the others, encoded or left out, kept once, grouped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from folkbench.corpus.arrival import Arrival, settle
from folkbench.corpus.entry import Corpus, Entry, LeftOut, assemble
from folkbench.corpus.groups import Setting, groups
from folkbench.encoding import Unencodable, encode

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
}
"""Why a tune is left out, in words."""


def gather(name: str, stamp: str, arrivals: Iterable[Arrival]) -> Corpus:
    """The corpus of all tunes that arrive, in their order. Identical music (the same tokens in root C, whatever
    the key it came in) is kept where it stood first, and takes the other titles on.
    """
    kept: list[Entry] = []
    places: dict[tuple[str, ...], int] = {}
    left_out: list[LeftOut] = []
    for arrival in arrivals:
        settled = settle(arrival)
        tune = settled.tune
        title = settled.titles[0] if settled.titles else ""
        try:
            encoded = encode(tune)
        except Unencodable as error:
            left_out.append(LeftOut(error.reason, arrival.source, arrival.number, title))
            continue
        place = places.setdefault((encoded.meter, encoded.mode, *encoded.music), len(kept))
        if place < len(kept):
            titles = tuple(dict.fromkeys((*kept[place].titles, *settled.titles)))
            kept[place] = replace(kept[place], title=kept[place].title or title, titles=titles)
            left_out.append(LeftOut("identical", arrival.source, arrival.number, title))
            continue
        kept.append(
            Entry(
                number=place,
                title=title,
                titles=settled.titles,
                source=arrival.source,
                index=arrival.number,
                rhythm=settled.rhythm,
                group=place,
                tonic=encoded.tonic,
                semitones=encoded.semitones,
                meter=encoded.meter,
                mode=encoded.mode,
                changes=settled.changes,
                abc=tune.source,
                music=encoded.music,
            )
        )
    numbers = groups([Setting(entry.meter, entry.mode, entry.music, entry.titles) for entry in kept])
    return assemble(
        name, stamp, [replace(entry, group=group) for entry, group in zip(kept, numbers, strict=True)], left_out
    )
