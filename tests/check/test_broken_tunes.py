"""Thirty-odd tunes with one fault each: it is found, at its column, and nothing else is reported."""

from __future__ import annotations

import pytest

from folkbench.check import check
from folkbench.notation import read

TUNE = """\
X:1
T:The Whole One
M:6/8
L:1/8
K:D
|: A | dfe dBA | BAF FED | dfe dBA | Bee efg |
faf ede | dBA BAF | AFE DEF | ABd d2 :|
|: g | fdd gdd | fdd efg | fdd gfe |1 dBA A2 :|2 dBA d2 |]
"""
"""A tune in which nothing is wrong."""

FAULTS = {
    "a bar one eighth too long in the middle": ("BAF FED", "BAF FED2", "bar-too-long", "6:18"),
    "a bar one eighth too short in the middle": ("BAF FED", "BAF FE", "bar-too-short", "6:18"),
    "the first whole bar too long": ("A | dfe dBA | BAF FED", "A | dfe dB2A | BAF FED", "bar-too-long", "6:8"),
    "the first whole bar too short": ("A | dfe dBA | BAF FED", "A | dfe dB | BAF FED", "bar-too-short", "6:8"),
    "the last bar too long": ("dBA d2 |]", "dBA d2ef |]", "bar-too-long", "8:50"),
    "the last bar of a part too long": ("ABd d2 :|", "ABd d2ef :|", "bar-too-long", "7:31"),
    "the first bar too short, no pickup": ("|: A | dfe dBA", "|: dfe dB", "bar-too-short", "6:4"),
    "a pickup not made up": ("ABd d2 :|", "ABd d3 :|", "pickup-not-made-up", "6:4"),
    "a last bar that doesn't make up its pickup": ("ABd d2 :|", "ABd d :|", "pickup-not-made-up", "7:31"),
    "a missing bar line": ("dfe dBA | BAF FED", "dfe dBA BAF FED", "bar-too-long", "6:8"),
    "the wrong meter": ("M:6/8", "M:9/8", "meter-mismatch", "3:1"),
    "a missing :|": ("ABd d2 :|", "ABd d2 |", "repeat-opened-twice", "8:1"),
    "a last repeat that is never closed": ("|1 dBA A2 :|2 dBA d2 |]", "| dBA d2 |]", "repeat-never-closed", "8:1"),
    "|: twice": ("| fdd gfe |1", "|: fdd gfe |1", "repeat-opened-twice", "8:26"),
    "a second ending without a first": ("|1 dBA A2 :|2", "| dBA A2 :|2", "ending-without-first", "8:45"),
    "a first ending without a second": (":|2 dBA d2 |]", ":|", "ending-alone", "8:36"),
    "a first ending that isn't closed": ("A2 :|2 dBA", "A2 |2 dBA", "repeat-never-closed", "8:46"),
    "an unclosed chord": ("dfe dBA | Bee", "[dfe dBA | Bee", "unclosed-chord", "6:28"),
    "unclosed grace notes": ("| Bee efg", "| {cBee efg", "unclosed-grace", "6:38"),
    "an unclosed slur": ("| Bee efg", "| (Bee efg", "unclosed-slur", "6:38"),
    "a slur that nothing opened": ("| Bee efg", "| Bee) efg", "slur-not-opened", "6:41"),
    "a tuplet too short": ("| Bee efg", "| Bee ef(3g/f/ |", "tuplet-too-short", "6:44"),
    "a tuplet that can't be": ("| Bee efg", "| Bee (1efg", "bad-tuplet", "6:42"),
    "an unclosed inline field": ("| Bee efg", "| [K:G Bee efg", "unclosed-field", "6:38"),
    "an unclosed decoration": ("| Bee efg", "| !trill Bee efg", "unclosed-decoration", "6:38"),
    "an unclosed quotation": ("| Bee efg", '| "Em Bee efg', "unclosed-quote", "6:38"),
    "a decoration that nobody knows": ("| Bee efg", "| !wobble!Bee efg", "unknown-decoration", "6:38"),
    "a bad key": ("K:D\n", "K:Qmaj\n", "bad-key", "5:1"),
    "a bad mode": ("K:D\n", "K:Dfoo\n", "bad-key", "5:1"),
    "a bad inline key": ("| Bee efg", "| [K:H] Bee efg", "bad-key", "6:38"),
    "a missing K:": ("K:D\n", "", "missing-key", "5:1"),
    "a missing M:": ("M:6/8\n", "", "missing-meter", "4:1"),
    "a bad M:": ("M:6/8", "M:6/7", "bad-meter", "3:1"),
    "a missing L:": ("L:1/8\n", "", "missing-unit-length", "4:1"),
    "a bad L:": ("L:1/8", "L:eighth", "bad-unit-length", "4:1"),
    "a broken rhythm at a bar line": ("BAF FED", "BAF FED>", "broken-at-bar-line", "6:25"),
    "a broken rhythm without a note": ("| BAF FED", "| >BAF FED", "broken-without-note", "6:18"),
    "a tie to another pitch": ("BAF FED", "BAF F-ED", "tie-to-another-pitch", "6:23"),
    "a tie that belongs to no note": ("| BAF FED", "| -BAF FED", "stray-tie", "6:18"),
    "an unknown character": ("BAF FED", "BAF #FED", "unknown-character", "6:22"),
    "an absurd length": ("BAF FED", "BAF FED1000000000000", "absurd-length", "6:25"),
    "text in the header": ("T:The Whole One", "The Whole One by someone", "text-in-header", "2:1"),
    "a layer out of step": ("BAF FED", "BAF FED & D3 D2", "overlay-out-of-step", "6:28"),
    "no music": (TUNE[TUNE.index("|:") :], "", "no-music", "1:1"),
}
"""What is done to the tune, the problem it makes, and its line and column."""


def test_the_tune_itself_has_no_fault() -> None:
    assert check(read(TUNE), strict=True) == ()


@pytest.mark.parametrize("fault", FAULTS)
def test_one_fault_is_found_at_its_column_and_nothing_else(fault: str) -> None:
    old, new, code, place = FAULTS[fault]
    assert TUNE.count(old) == 1
    problems = check(read(TUNE.replace(old, new)))
    assert [(problem.code, f"{problem.line}:{problem.column}") for problem in problems] == [(code, place)]


def test_a_voice_out_of_step_is_found() -> None:
    text = "X:1\nM:3/4\nL:1/4\nK:C\nV:1\nCDE|FGA|GFE|C3|]\nV:2\nC3|C3|C3|]\n"
    assert check(read(text.replace("C3|C3|C3|]", "C3|C3|C3|C3|]"))) == ()
    problems = check(read(text))
    assert [(problem.code, problem.line) for problem in problems] == [("voice-out-of-step", 8)]


def test_a_second_voice_is_judged_by_itself() -> None:
    text = "X:1\nM:3/4\nL:1/4\nK:C\nV:1\nCDE|FGA|GFE|C3|]\nV:2\nC3|C2|C3|C3|]\n"
    problems = check(read(text))
    assert [(problem.code, problem.line, problem.column) for problem in problems] == [("bar-too-short", 8, 4)]
