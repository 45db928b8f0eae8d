"""A tune at a glance, for the terminal: what it is, the shape of each part, and its ABC bar by bar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from folkbench.engrave.lines import BARS
from folkbench.engrave.signs import MODES
from folkbench.notation import Part, Tune, form, structure, write_bar
from folkbench.notation.titles import clean
from folkbench.notation.tune import Bar, Chord, Note, Rest
from folkbench.notation.writer import bar_line

_BLOCKS = "▁▂▃▄▅▆▇█"


class Words(NamedTuple):
    """A piece of a line. `role`: "title", "about", "part", "contour", "even" and "odd" bars, "marked", "line"."""

    text: str
    role: str


Row = tuple[Words, ...]


def glance(tune: Tune, marked: frozenset[int] = frozenset()) -> Iterator[Row]:
    """The rows of the view. `marked`: indices of bars that are set off from the others."""
    yield (Words(clean(tune.title).text or "(no title)", "title"),)
    parts = form(tune)
    yield (Words(", ".join(filter(None, _about(tune, parts))), "about"),)
    low, high = _range(tune.bars)
    for part in parts:
        yield ()
        shape = "│".join("".join(_contour(tune.bars[place.nth], tune, low, high)) for place in part.places)
        yield Words(f"{part.name:<3}", "part"), Words(shape, "contour")
        yield from _music(tune, part, marked)


def _about(tune: Tune, parts: Sequence[Part]) -> list[str]:
    key = tune.key
    mode = MODES.get(key.mode, "")
    bars = " + ".join(str(part.bars) for part in parts)
    return [
        tune.rhythm.strip() or clean(tune.title).rhythm,
        f"{key.tonic} {mode}" if key.tonic and mode else "pipes" if key.mode.lower() == "hp" else "no key",
        tune.meter.text if tune.meter.beats else "free meter",
        f"{structure(tuple(parts))} ({bars} bars)" if parts else "no music",
    ]


def _music(tune: Tune, part: Part, marked: frozenset[int]) -> Iterator[Row]:
    """The part's bars, four on a line; a pickup stands with the first bar."""
    row: list[Words] = []
    for number, place in enumerate(part.places):
        bar = tune.bars[place.nth]
        if not number and bar_line(bar.open).endswith(":"):
            row.append(Words("|: ", "line"))
        if bar.ending:
            row.append(Words(f"[{','.join(map(str, bar.ending))} ", "line"))
        role = "marked" if place.nth in marked else "odd" if place.bar % 2 else "even"
        row.append(Words(" ".join(write_bar(bar).split("\n")).strip(), role))
        # the sign that opens the next part is written there
        closing = bar_line(bar.close._replace(begins=0)) if bar.close.ends else bar_line(bar.close).rstrip(":")
        row.append(Words(f" {closing} ", "line"))
        last = number + 1 == len(part.places)
        if last or (place.bar and place.bar % BARS == 0 and part.places[number + 1].bar != place.bar):
            yield (Words("   ", "line"), *row)
            row = []


def _range(bars: Sequence[Bar]) -> tuple[int, int]:
    pitches = [pitch for bar in bars for event in bar.events for pitch in _pitches(event)]
    return (min(pitches), max(pitches)) if pitches else (0, 0)


def _pitches(event: object) -> list[int]:
    if isinstance(event, Note):
        return [event.midi]
    return [note.midi for note in event.notes] if isinstance(event, Chord) else []


def _contour(bar: Bar, tune: Tune, low: int, high: int) -> Iterator[str]:
    """One block for every eighth note of the bar, as high as the note that sounds there; a rest is a space."""
    eighth = tune.whole // 8
    at, wanted = 0, 0
    for event in bar.events:
        if not isinstance(event, Note | Chord | Rest):
            continue
        pitches = _pitches(event)
        block = _BLOCKS[(max(pitches) - low) * 7 // max(high - low, 1)] if pitches else " "
        at += event.ticks
        while wanted < at:
            yield block
            wanted += eighth
