"""Parts and bars as players count them, and the order in which they are played.

A part ends at a repeat sign, at a double bar or at the tune's end; parts are lettered as they fall. A pickup is
bar 0. Endings share numbers: `A8.1` and `A8.2`. A bar that an ending or a double bar cuts in two keeps one
number. Inside `|: ... :|` a double bar is only a mark for the eye. A part that is another one again, note for note,
has a letter of its own, by which its bars are called; `structure` gives it the other's.
"""

from __future__ import annotations

from typing import NamedTuple

from folkbench.notation.tune import Bar, BarLine, Change, Chord, Meter, Note, Rest, Tune, Voice

_SECTION = ("double", "final", "heavy")


class Place(NamedTuple):
    """Where a bar stands: `nth` among the voice's bars (from 0), its part, its number there, its ending (0: none)."""

    nth: int
    part: str
    bar: int
    ending: int

    @property
    def label(self) -> str:
        """`A5`, `B0` for a pickup, `A8.2` for bar 8 in the second ending."""
        return f"{self.part}{self.bar}.{self.ending}" if self.ending else f"{self.part}{self.bar}"


class Part(NamedTuple):
    """One part: its letter, whether it is played again, whether it has a pickup, and its bars.

    again: the earlier part that it is note for note; "" for none.
    """

    name: str
    repeated: bool
    pickup: bool
    places: tuple[Place, ...]
    again: str = ""

    @property
    def bars(self) -> int:
        """How many bars it has as players count: without the pickup, endings counted once."""
        return max([place.bar for place in self.places], default=0)


def form(tune: Tune, voice: int = 0) -> tuple[Part, ...]:
    """The parts of one voice, in order."""
    bars = tune.voices[voice].bars if voice < len(tune.voices) else ()
    parts: list[Part] = []
    sections = _sections(bars)
    for number, (first, last) in enumerate(sections):
        name = _letter(number)
        places = _places(bars, first, last, name, tune.whole)
        repeated = any(bar.close.ends for bar in bars[first:last])
        like = next((k for k in range(number) if _same(bars, sections[k], (first, last))), -1)
        again = "" if like < 0 else parts[like].again or parts[like].name
        parts.append(Part(name, repeated, bool(places) and places[0].bar == 0, places, again))
    return tuple(parts)


def structure(parts: tuple[Part, ...]) -> str:
    """`AABB`, `ABAC`: a letter for every part by its music, twice where it is repeated."""
    letters: dict[str, str] = {}
    for part in parts:
        letters[part.name] = letters[part.again] if part.again else _letter(len(set(letters.values())))
    return "".join([letters[part.name] * (2 if part.repeated else 1) for part in parts])


def play_order(voice: Voice) -> tuple[int, ...]:
    """Indices of the bars in the order in which they are played, repeats and endings unrolled."""
    bars = voice.bars
    order: list[int] = []
    for first, last in _sections(bars):
        times = 1 + max([bar.close.ends for bar in bars[first:last]], default=0)
        times = max([times, *[number for bar in bars[first:last] for number in bar.ending if times > 1]])
        for time in range(1, times + 1):
            ending: tuple[int, ...] = ()
            for index in range(first, last):
                ending = bars[index].ending or ending
                if not ending or time in ending:
                    order.append(index)
    return tuple(order)


def _same(bars: tuple[Bar, ...], one: tuple[int, int], two: tuple[int, int]) -> bool:
    """Whether two sections have the same notes in the same bars and endings."""
    if one[1] - one[0] != two[1] - two[0]:
        return False
    return all(
        bars[k].ticks == bars[n].ticks and bars[k].ending == bars[n].ending and _notes(bars[k]) == _notes(bars[n])
        for k, n in zip(range(*one), range(*two), strict=True)
    )


def _notes(bar: Bar) -> list[tuple[int, ...]]:
    """What sounds in a bar: how long, and which pitches; none for a rest."""
    found: list[tuple[int, ...]] = []
    for event in bar.events:
        if isinstance(event, Note):
            found.append((event.ticks, event.step, event.alter))
        elif isinstance(event, Chord):
            found.append((event.ticks, *[value for note in event.notes for value in (note.step, note.alter)]))
        elif isinstance(event, Rest):
            found.append((event.ticks,))
    return found


def _sections(bars: tuple[Bar, ...]) -> list[tuple[int, int]]:
    """First and one-past-last bar index of every part."""
    sections = []
    first = 0
    inside = bool(bars) and _closes(bars, 0)
    for index, bar in enumerate(bars):
        after = bars[index + 1] if index + 1 < len(bars) else None
        if bar.close.ends:
            inside = False
        if after is None or _ends_part(bar.close, after, inside):
            sections.append((first, index + 1))
            first = index + 1
            inside = after is not None and _closes(bars, first)
    return sections


def _ends_part(line: BarLine, after: Bar, inside: bool) -> bool:
    if after.ending and not line.begins:
        return False  # the next ending of the same part
    if line.begins or line.ends:
        return True
    if inside:
        return False
    if line.style in _SECTION:
        return True
    for event in after.events:
        kind = type(event)
        if kind is Note or kind is Chord or kind is Rest:
            return False
        if isinstance(event, Change) and event.name == "P" and not event.inline:
            return True
    return False


def _closes(bars: tuple[Bar, ...], first: int) -> bool:
    """Whether the bars from `first` stand in an explicit `|: ... :|`."""
    if not bars[first].open.begins:
        return False
    for bar in bars[first:]:
        if bar.close.ends:
            return True
        if bar.close.begins:
            return False
    return False


def _places(bars: tuple[Bar, ...], first: int, last: int, name: str, whole: int) -> tuple[Place, ...]:
    places = []
    number = 1
    start_of_endings = 0
    ending = 0
    meter: Meter | None = None
    full = 0
    for index in range(first, last):
        bar = bars[index]
        if bar.meter is not meter:
            meter = bar.meter
            full = meter.ticks(whole)
        if bar.ending:
            if ending:
                number = start_of_endings
            else:
                start_of_endings = number
            ending = bar.ending[0]
        if index == first and last - first > 1 and 0 < bar.ticks < full and not bar.ending:
            joined = bars[index + 1].ticks
            if not (bar.ticks + joined == full and joined < bar.ticks):
                number = 0
        places.append(Place(index, name, number, ending))
        cut = (
            bar.ticks < full
            and index + 1 < last
            and number > 0
            and bar.ticks + bars[index + 1].ticks == full
            and (bool(bars[index + 1].ending) or bar.close.style in ("", "dotted", "hidden", "double"))
        )
        number += not cut
    return tuple(places)


def _letter(number: int) -> str:
    """A, B, ... Z, AA, AB ..."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
