"""The bar judge: does every bar count?

A bar *counts* when its events last as long as its meter says. A plain bar line must have a whole bar on
either side. Any other line (a repeat sign, a double, heavy, final or dotted line, the beginning of an ending,
of a part marked P: or of another meter, the edges of the tune) may stand in the middle of a bar, and what lies
on its two sides is added up *as the tune is played*: through every repeat and every ending.

What **`check --strict`** asks for, and what the grammar of `compose` promises:

1. Every bar between two plain bar lines lasts exactly what its meter says, and no bar lasts longer.
2. Where a repeat jumps back, the last bar and the bar it jumps to are both whole, or make one whole bar
   together: *a part's last bar and its pickup make one bar*. With endings, so does each of them.
3. Where the music goes on into another part, the two bars at the seam are both whole, or make one whole bar
   together, or each part is whole by itself as in 2 (its own last bar makes up its own pickup). A part that
   is not repeated is whole by itself when its last bar makes up its own pickup, or the tune's.
4. Every repeat that is opened is closed, none is opened twice, no second ending stands without a first
   (`folkbench.check.repeats`).

Without --strict, a pickup (or lead-in) of at most two thirds of a bar that isn't made up, and a last bar that
doesn't make up its pickup, are notes. All else that doesn't count is an error.

In free meter no bar can be wrong; where there is no M: at all, bars are held against what most of them last. A bar
whose broken rhythm the standard leaves open (uneven notes, `A<B>c`) counts if it does when each takes what it gives.
A bar in which something couldn't be read isn't judged: the reader's remark has said what is wrong there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from operator import eq
from typing import NamedTuple

from folkbench.notation.form import play_order
from folkbench.notation.tune import Bar, BarLine, Broken, Change, Chord, Meter, Note, Rest, Voice

_PLAIN = frozenset(("single",))


class Fault(NamedTuple):
    """Bars that should make one whole bar and don't.

    `bars` are indices in playing order (nearly always one), `ticks` what they last together, `full` what the
    meter asks for. kind: "long", "short", or for what stands at a seam "pickup" (nothing before it lacks it),
    "close" (the last bar lacks more than its pickup gives) or "seam" (two parts of a bar that don't fit).
    """

    kind: str
    bars: tuple[int, ...]
    ticks: int
    full: int


class Mismatch(NamedTuple):
    """A meter with which most bars don't agree, though they agree with each other on `ticks`."""

    meter: Meter
    ticks: int
    agree: int
    of: int


def judge(
    voice: Voice, whole: int, unread: frozenset[int], repeats_hold: bool = True, usual: int = 0
) -> tuple[list[Fault], list[Mismatch]]:
    """The bars of a voice that don't count. Bars in `unread` aren't judged, nor, unless the repeats hold, what lies
    on the two sides of one. `usual` is what a bar should last where no meter was given, 0 for anything.
    """
    bars = voice.bars
    ticks = [bar.ticks for bar in bars]
    full = _asked(bars, whole, usual)
    if ticks == full:
        return [], []
    _even_out(bars, ticks, full)
    mismatches = _mismatches(bars, ticks, full)
    if mismatches and ticks == full:
        return [], mismatches
    seams = [_may_split(bars[k].close, bars[k + 1]) for k in range(len(bars) - 1)]
    seams.append(True)
    faults = [Fault("long", (k,), ticks[k], full[k]) for k in range(len(bars)) if full[k] and ticks[k] > full[k]]
    walk = _Walk()
    walk.play(ticks, full, seams, play_order(voice))
    sections = _sections(bars, seams)
    # what is said of one bar of a part's seam needn't be said again of the other
    named = {k for fault in faults for k in fault.bars} | unread
    for group in sorted(walk.wrong, key=len, reverse=True):
        fault = _weigh(group, walk, ticks, full, seams, sections)
        if fault is None or (walk.wrong[group] and not repeats_hold):
            continue
        if fault.kind != "short" and any(_seam_bars(k, sections) & named for k in group):
            continue
        if named.isdisjoint(group):
            named.update(group)
            faults.append(fault)
    return [fault for fault in faults if unread.isdisjoint(fault.bars)], mismatches


def usual_length(bars: Sequence[Bar]) -> int:
    """What more than half of the bars last, in ticks; 0 if they don't agree."""
    if len(bars) < 3:
        return 0
    length, agree = Counter(bar.ticks for bar in bars).most_common(1)[0]
    return length if 2 * agree > len(bars) else 0


def _asked(bars: Sequence[Bar], whole: int, usual: int) -> list[int]:
    """What the meter asks of every bar, in ticks. A bar of whole-bar rests is as long as it says it is; in
    free meter a bar is as long as it is.
    """
    asked = []
    meter: Meter | None = None
    length = 0
    for bar in bars:
        if bar.meter is not meter:
            meter = bar.meter
            length = meter.ticks(whole) or usual
        if not length or (bar.ticks != length and bar.ticks % length == 0 and _rests(bar)):
            asked.append(bar.ticks)
        else:
            asked.append(length)
    return asked


def _even_out(bars: Sequence[Bar], ticks: list[int], full: list[int]) -> None:
    """Count a bar as whole where it is so when each broken rhythm takes as much as it gives.

    The standard (section 4.4) leaves open what a broken rhythm between notes of unequal length means, or one that
    follows on another (`A<B>c`); programs differ, and the bar is as it was meant to be.
    """
    for k, bar in enumerate(bars):
        length = full[k]
        if bar.ticks == length or 2 * bar.ticks < length or all(type(event) is not Broken for event in bar.events):
            continue
        if sum(_plain(bar)) == length:
            ticks[k] = length


def _plain(bar: Bar) -> list[int]:
    """What each note of a bar would last without broken rhythm, in ticks."""
    lengths: list[int] = []
    waiting = (1, 1)
    for event in bar.events:
        if isinstance(event, Broken):
            part = 1 << abs(event.dots)
            longer, shorter = (2 * part - 1, part), (1, part)
            (num, den), waiting = (longer, shorter) if event.dots > 0 else (shorter, longer)
            lengths[-1] = lengths[-1] * den // num
        elif isinstance(event, Note | Chord | Rest):
            lengths.append(event.ticks * waiting[1] // waiting[0])
            waiting = (1, 1)
    return lengths


def _rests(bar: Bar) -> bool:
    return any(isinstance(event, Rest) and event.bars for event in bar.events)


def _mismatches(bars: Sequence[Bar], ticks: list[int], full: list[int]) -> list[Mismatch]:
    """Meters with which most bars disagree in the same way; `full` is changed to what those bars agree on."""
    if 2 * sum(map(eq, ticks, full)) >= len(bars):
        return []
    found = []
    for meter in dict.fromkeys(bar.meter for bar in bars):
        places = [k for k, bar in enumerate(bars) if bar.meter == meter]
        counted = Counter(ticks[k] for k in places)
        length, agree = counted.most_common(1)[0]
        asked = full[places[0]]
        many = agree >= 4 and agree * 2 > len(places) and agree > 3 * counted[asked]
        if meter.beats and length and length != asked and many:
            found.append(Mismatch(meter, length, agree, len(places)))
            for k in places:
                full[k] = length
    return found


def _may_split(line: BarLine, bar: Bar) -> bool:
    """Whether `line`, which opens `bar`, may stand in the middle of a bar."""
    if line.style not in _PLAIN or line.ends or line.begins or bar.ending:
        return True
    for event in bar.events:
        if isinstance(event, Note | Chord | Rest):
            return False
        if isinstance(event, Change) and event.name in "PM":
            return True
    return False


Group = tuple[int, ...]
"""Bars, one after the other as played, that should make one whole bar together."""


class _Walk:
    """The tune being played. `wrong` are the groups that don't make a whole bar, and whether the music jumps back
    into or out of one there; `right` are those of more than one bar that do."""

    def __init__(self) -> None:
        self.wrong: dict[Group, bool] = {}
        self.right: set[Group] = set()
        self.open: Group = ()
        self.carried = 0
        self.jumped = False

    def fail(self, group: Group, jump: bool) -> None:
        """Put `group` among the wrong ones and begin anew."""
        self.wrong[group] = self.wrong.get(group, False) or self.jumped or jump
        self.open, self.carried, self.jumped = (), 0, False

    def play(self, ticks: list[int], full: list[int], seams: list[bool], order: Sequence[int]) -> None:
        """Go through the bars in playing order and add up what seams split."""
        before = -1
        for k in order:
            last, length = ticks[k], full[k]
            jump = k <= before  # back to the part's beginning
            if self.open and k == before + 1 and not seams[before]:
                self.fail(self.open, False)
            if self.open and self.carried + last > length:
                # a short bar before a plain line is the head of a part: it can't wait for more
                head = last < length and (k + 1 == len(ticks) or not seams[k])
                self.fail((*self.open, k) if head else self.open, jump)
                before = k
                if head:
                    continue
            if last < length:
                self.jumped |= jump
                self.open, self.carried = (*self.open, k), self.carried + last
                if self.carried == length:
                    self.right.add(self.open)
                    self.open, self.carried, self.jumped = (), 0, False
            before = k
        if self.open:
            self.fail(self.open, False)


class Section(NamedTuple):
    """A stretch of bars between seams at which a part may begin: from `first` to `last`, indices."""

    first: int
    last: int


def _sections(bars: Sequence[Bar], seams: list[bool]) -> list[Section]:
    """The tune cut where a part may begin: at every seam that isn't the beginning of an ending or a dotted line."""
    sections = []
    first = 0
    for k, seam in enumerate(seams):
        if k + 1 == len(bars) or (seam and not bars[k + 1].ending and bars[k].close.style != "dotted"):
            sections.append(Section(first, k))
            first = k + 1
    return sections


def _seam_bars(k: int, sections: list[Section]) -> set[int]:
    """Bar `k`, and the first and last bar of its section."""
    for section in sections:
        if section.first <= k <= section.last:
            return {k, section.first, section.last}
    return {k}


def _weigh(
    group: Group, walk: _Walk, ticks: list[int], full: list[int], seams: list[bool], sections: list[Section]
) -> Fault | None:
    """What is wrong with a group that makes no whole bar; None if each of its bars is made up in its own part."""
    length = full[group[-1]]
    together = sum(ticks[k] for k in group)
    if not any(seams[k] or k == 0 or seams[k - 1] for k in group):
        return Fault("short", group, together, length)
    if not walk.wrong[group] and _excused(group, ticks, full, sections, walk.right):
        return None
    head = group[-1]
    at_head = head == 0 or seams[head - 1]
    if len(group) == 1:
        if at_head and 3 * ticks[head] <= 2 * length:
            return Fault("pickup", group, together, length)
        if not at_head and _has_pickup(head, ticks, full, sections):
            return Fault("close", group, together, length)
        return Fault("short", group, together, length)
    if 3 * ticks[head] > 2 * length:
        return Fault("short", (head,), ticks[head], length)
    return Fault("seam", group, together, length)


def _excused(group: Group, ticks: list[int], full: list[int], sections: list[Section], right: set[Group]) -> bool:
    """Whether the group falls into the end of one part and the beginning of the next, each whole by itself."""
    return any(
        (not cut or _made_up(group[:cut], ticks, full, sections, right))
        and all(_made_up((k,), ticks, full, sections, right) for k in group[cut:])
        for cut in range(len(group) + 1)
    )


def _made_up(pieces: Group, ticks: list[int], full: list[int], sections: list[Section], right: set[Group]) -> bool:
    """Whether pieces of a bar make it whole within their own part, or the tune's last bar with its first."""
    if any(set(pieces) <= set(group) for group in right):
        return True
    k = pieces[-1]
    section = next(section for section in sections if section.first <= k <= section.last)
    partners = [section.last] if k == section.first else [section.first]
    if k == 0:
        partners.append(sections[-1].last)
    elif k == sections[-1].last:
        partners.append(0)
    together = sum(ticks[piece] for piece in pieces)
    return any(together + ticks[partner] == full[k] for partner in partners)


def _has_pickup(k: int, ticks: list[int], full: list[int], sections: list[Section]) -> bool:
    """Whether there is a pickup that bar `k` should make up: its own part's, the next part's or the tune's."""
    for number, section in enumerate(sections):
        if section.first <= k <= section.last:
            near = [0, section.first] + [s.first for s in sections[number + 1 : number + 2]]
            return any(start != k and ticks[start] < full[start] for start in near)
    return False
