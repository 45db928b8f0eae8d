"""Bars that don't count, in words: what a player would say of them, and what would mend them."""

from __future__ import annotations

from fractions import Fraction

from folkbench.check.bars import Fault, Mismatch, judge, usual_length
from folkbench.check.problem import Findings, Places, Where
from folkbench.notation.tune import Bar, Chord, Note, Rest, Tune, Voice


def tell(voice: Voice, findings: Findings, nth: int) -> None:
    """Judge the bars of voice number `nth` and note what doesn't count."""
    tune = findings.tune
    bars = voice.bars
    if not bars:
        return
    usual = 0 if _meter_said(tune) else usual_length(bars)
    repeats_hold = not any(problem.code.startswith(("repeat-", "ending-")) for problem in findings.problems)
    faults, mismatches = judge(voice, tune.whole, _unread(tune, bars), repeats_hold, usual)
    for mismatch in mismatches:
        _tell_mismatch(mismatch, findings, bars)
    if faults:
        places = findings.places[nth]
        said: set[tuple[str, int]] = set()
        for fault in faults:
            where = fault.bars[-1]
            if (fault.kind, where) not in said:
                said.add((fault.kind, where))
                _tell_fault(fault, bars, places, findings)
    if "&" in tune.source:
        _tell_overlays(bars, nth, findings)


def tell_voices(tune: Tune, findings: Findings) -> None:
    """Note voices that last longer or shorter than the first, where their bars count."""
    if any(problem.code in ("bar-too-long", "bar-too-short") for problem in findings.problems):
        return
    first = sum(bar.ticks for bar in tune.bars)
    for nth, voice in enumerate(tune.voices[1:], 1):
        lasts = sum(bar.ticks for bar in voice.bars)
        if lasts != first and voice.bars:
            bar = voice.bars[-1]
            at, end = _span(bar)
            has, other = amounts(lasts, first, tune.whole)
            message = f"voice {voice.name} lasts {has} in all, voice {tune.voices[0].name} {other}"
            findings.add("voice-out-of-step", at, end, message, "", findings.where(nth, len(voice.bars) - 1))


def _tell_overlays(bars: tuple[Bar, ...], nth: int, findings: Findings) -> None:
    whole = findings.tune.whole
    for k, bar in enumerate(bars):
        for layer in bar.overlays:
            ticks = sum(event.ticks for event in layer if isinstance(event, Note | Chord | Rest))
            if ticks != bar.ticks:
                findings.add(
                    "overlay-out-of-step",
                    layer[0].at if layer else bar.close.at,
                    layer[-1].end if layer else bar.close.at + 1,
                    f"a layer behind & has {amount(ticks, whole)}, the bar's first {amount(bar.ticks, whole)}",
                    "",
                    findings.places[nth][k],
                )


def _meter_said(tune: Tune) -> bool:
    """Whether there is an M:, even if it says that the meter is free."""
    return bool(tune.meter.beats) or any(field.name == "M" for field in (*tune.fields, *tune.defaults))


def _unread(tune: Tune, bars: tuple[Bar, ...]) -> frozenset[int]:
    """Bars in which something couldn't be read, so that what they last says nothing."""
    spots = [remark.at for remark in tune.remarks if remark.code not in _HARMLESS]
    unread = set()
    for k, bar in enumerate(bars if spots else ()):
        start = bar.events[0].at if bar.events else bar.open.end
        end = bar.close.at if bar.close.text else len(tune.source)
        if any(start <= at < end for at in spots):
            unread.add(k)
    return frozenset(unread)


_HARMLESS = frozenset(("unknown-character", "text-in-header", "stray-tie", "unclosed-decoration"))


def _tell_mismatch(mismatch: Mismatch, findings: Findings, bars: tuple[Bar, ...]) -> None:
    tune = findings.tune
    bar = next(bar for bar in bars if bar.meter == mismatch.meter)
    looks = meter_name(mismatch.ticks, tune, bars)
    field = next((f for f in tune.fields if f.name == "M" and f.value == mismatch.meter.text), None)
    at, end = (field.at, field.end) if field else _span(bar)
    findings.add(
        "meter-mismatch",
        at,
        end,
        f"this looks like {looks}, M: says {mismatch.meter.text}: {mismatch.agree} of {mismatch.of} bars have "
        f"{amount(mismatch.ticks, tune.whole)}, not {amount(mismatch.meter.ticks(tune.whole), tune.whole)}",
        _other_meter(looks, mismatch, tune),
        None if field else findings.place(at),
    )


def _other_meter(looks: str, mismatch: Mismatch, tune: Tune) -> str:
    """What would mend it: another meter, or, where the bars are half or twice as long, another unit."""
    asked = mismatch.meter.ticks(tune.whole)
    unit = tune.unit * asked / mismatch.ticks
    if unit in (tune.unit / 2, tune.unit * 2):
        return f"write L:{unit.numerator}/{unit.denominator}, or M:{looks}"
    return f"write M:{looks}"


def _tell_fault(fault: Fault, bars: tuple[Bar, ...], places: Places, findings: Findings) -> None:
    tune = findings.tune
    where = fault.bars[-1]
    bar = bars[where]
    place = places[where]
    meter = bar.meter.text
    at, end = _span(bar)
    has, full = amounts(fault.ticks, fault.full, tune.whole)
    asks = f"the meter {meter} has {full}"
    if fault.full != bar.meter.ticks(tune.whole):
        asks = f"most bars have {full}"
    if fault.kind == "long":
        findings.add("bar-too-long", at, end, f"{name(place)} has {has}, {asks}", _shorten(bar, fault, tune), place)
    elif fault.kind == "short":
        if len(fault.bars) > 1:
            at = _span(bars[fault.bars[0]])[0]
        findings.add("bar-too-short", at, end, f"{name(place)} has {has}, {asks}", _lengthen(bar, fault, tune), place)
    elif fault.kind == "pickup":
        findings.add(
            "pickup-not-made-up",
            at,
            end,
            f"the pickup of part {place[0]} ({has}) is not made up: the bar before it, as the tune is played, is whole",
            f"let the part's last bar have {amount(fault.full - fault.ticks, tune.whole)}",
            place,
        )
    elif fault.kind == "close":
        findings.add(
            "pickup-not-made-up",
            at,
            end,
            f"{name(place)}, the last one, has {has} and doesn't make one bar with the pickup it leads to",
            "",
            place,
        )
    else:
        first = places[fault.bars[0]]
        at, end = _span(bars[fault.bars[0]])
        findings.add(
            "pickup-not-made-up",
            at,
            end,
            f"{name(first)} and {name(place)} make {has} together, {asks}",
            "",
            first,
        )


def name(place: Where) -> str:
    """A bar in words: `bar 5 of part B`, `bar 8 of part A, ending 2`, `the pickup of part A`."""
    part, number, ending = place
    if number == 0:
        return f"the pickup of part {part}"
    return f"bar {number} of part {part}" + (f", ending {ending}" if ending else "")


def _span(bar: Bar) -> tuple[int, int]:
    """From the bar's first note to the end of its last."""
    timed = [event for event in bar.events if isinstance(event, Note | Chord | Rest)]
    return (timed[0].at, timed[-1].end) if timed else (bar.open.end, bar.close.at)


def _shorten(bar: Bar, fault: Fault, tune: Tune) -> str:
    """How to mend a bar that is too long, where there is a likely way."""
    over = fault.ticks - fault.full
    heard = 0
    if fault.ticks == 2 * fault.full:
        for event in bar.events:
            if isinstance(event, Note | Chord | Rest):
                if heard == fault.full:
                    return f"a bar line is missing before {_written(event, tune)}"
                heard += event.ticks
    return _changed(bar, -over, tune, "shorten")


def _lengthen(bar: Bar, fault: Fault, tune: Tune) -> str:
    return _changed(bar, fault.full - fault.ticks, tune, "lengthen")


def _changed(bar: Bar, by: int, tune: Tune, verb: str) -> str:
    """Shorten or lengthen the bar's last note, if that gives a length that is written simply."""
    timed = [event for event in bar.events if isinstance(event, Note | Chord | Rest)]
    if not timed:
        return ""
    last = timed[-1]
    if len(timed) > 1 and by < 0 and last.ticks + by <= 0:
        longest = max(timed, key=lambda event: event.ticks)
        last = longest if longest.ticks + by > 0 else last
    ticks = last.ticks + by
    plain = Fraction(last.num, last.den) * tune.unit * tune.whole == last.ticks
    if ticks <= 0:
        return f"take out {_written(last, tune)}" if ticks == 0 else ""
    unit = tune.unit * tune.whole
    length = Fraction(ticks) / unit
    if not plain or length.denominator > 4 or length.numerator not in (1, 2, 3, 4, 6, 7, 8, 12, 16):
        return ""
    which = "the last note" if last is timed[-1] else _written(last, tune)
    return f"{verb} {which} to {_bare(last, tune)}{_length(length)}"


def _written(event: Note | Chord | Rest, tune: Tune) -> str:
    return tune.source[event.at : event.end].rstrip("- ")


def _bare(event: Note | Chord | Rest, tune: Tune) -> str:
    """An event without its length."""
    return _written(event, tune).rstrip("0123456789/ -")


def _length(length: Fraction) -> str:
    if length.denominator == 1:
        return "" if length == 1 else str(length.numerator)
    top = "" if length.numerator == 1 else str(length.numerator)
    return f"{top}/" if length.denominator == 2 else f"{top}/{length.denominator}"


_VALUES = ((8, "eighth"), (16, "sixteenth"), (32, "32nd"), (64, "64th"))


def amount(ticks: int, whole: int) -> str:
    """A duration as a player counts it: "9 eighths", "3 sixteenths", "8 2/3 eighths"."""
    return amounts(ticks, ticks, whole)[0]


def amounts(ticks: int, other: int, whole: int) -> tuple[str, str]:
    """Two durations counted in the same value; the second without its name: "9 eighths", "8"."""
    for part, word in _VALUES:
        if ticks * part % whole == 0 and other * part % whole == 0:
            count = ticks * part // whole
            return f"{count} {word}" if count == 1 else f"{count} {word}s", str(other * part // whole)
    return f"{_mixed(Fraction(ticks * 8, whole))} eighths", _mixed(Fraction(other * 8, whole))


def _mixed(value: Fraction) -> str:
    """8 2/3 rather than 26/3."""
    if value.denominator > 1000:
        return f"about {float(value):.2f}"
    units, rest = divmod(value, 1)
    return f"{units} {rest}" if units and rest else str(value)


_METERS = {2: "1/4", 4: "2/4", 6: "6/8", 8: "4/4", 9: "9/8", 10: "5/4", 12: "12/8", 14: "7/4", 16: "4/2"}


def meter_name(ticks: int, tune: Tune, bars: tuple[Bar, ...]) -> str:
    """The meter in which a bar lasts `ticks`, named as a musician would: 6/8 or 3/4, 4/4, 9/8 ..."""
    eighths, rest = divmod(ticks * 8, tune.whole)
    if rest:
        return str(Fraction(ticks, tune.whole))
    if eighths == 6 and not _in_threes(bars, ticks, tune.whole):
        return "3/4"
    if eighths == 12 and not _in_threes(bars, ticks, tune.whole):
        return "3/2"
    return _METERS.get(eighths, f"{eighths}/8")


def _in_threes(bars: tuple[Bar, ...], ticks: int, whole: int) -> bool:
    """Whether more bars have a note on the second dotted beat than on the second plain one."""
    threes = twos = 0
    for bar in bars:
        if bar.ticks != ticks:
            continue
        heard = 0
        starts = set()
        for event in bar.events:
            if isinstance(event, Note | Chord | Rest):
                starts.add(heard)
                heard += event.ticks
        threes += 3 * whole // 8 in starts
        twos += whole // 4 in starts
    return threes >= twos
