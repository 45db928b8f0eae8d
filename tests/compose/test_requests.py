"""Drawn requests, thousands of them: what is made passes `check --strict` and has what was asked for, or it is refused
before a note is made."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from folkbench.check import check, failed
from folkbench.compose import Composer, Form, Made, Wish, parse_form
from folkbench.encoding import meaning
from folkbench.errors import FolkbenchError
from folkbench.notation import form, read, structure
from folkbench.notation.instruments import instrument
from folkbench.notation.tune import Chord, Note

FORMS = [
    Form(endings=False),
    Form(pickup=True, endings=False),
    parse_form("AABB", 4),
    parse_form("AABB", 4, pickup=True),
    parse_form("AB", 4, pickup=False),
    parse_form("ABAC", 2),
    parse_form("AABA", 4, pickup=True),
    parse_form("ABCB", 3, pickup=False),
    parse_form("AABBAA", 3, endings=True),
    parse_form("AABB", 4, pickup=False, endings=True),
]
METERS = {"4/4": 8, "6/8": 6, "9/8": 9, "2/4": 4, "3/4": 6}
PITCHES = ["G,", "A,", "C", "D", "E", "F", "G", "A", "B", "c", "d", "e", "^F", "_B"]
AVOIDED: list[tuple[str, ...]] = [(), ("c'-",), ("-D", "b'-"), ("_b-b",), ("-B", "d-")]


class Asked(NamedTuple):
    """A request, and its music in words."""

    wish: Wish
    prefix: tuple[str, ...]
    ending: tuple[str, ...]
    seed: int


@st.composite
def bar(draw: st.DrawFn, eighths: int) -> list[str]:
    """Notes that last so long."""
    words: list[str] = []
    while eighths:
        length = draw(st.integers(1, min(eighths, 4)))
        words += [draw(st.sampled_from(PITCHES)), *([str(length)] if length > 1 else [])]
        eighths -= length
    return words


@st.composite
def music(draw: st.DrawFn, eighths: int, holes: bool) -> list[str]:
    """A bar or two: from within a bar, to within a bar, and with holes where they may be."""
    words: list[str] = []
    for number in range(draw(st.integers(1, 3))):
        words += ["|"] if number else []
        part = draw(st.sampled_from(["whole", "whole", "short", *(["hole", "head", "tail"] if holes else [])]))
        length = eighths if part == "whole" else draw(st.integers(1, eighths - 1))
        notes = [] if part == "hole" else draw(bar(length))
        words += {"hole": ["..."], "head": [*notes, "..."], "tail": ["...", *notes]}.get(part, notes)
    return words + (["|"] if draw(st.booleans()) else [])


@st.composite
def requests(draw: st.DrawFn) -> Asked:
    meter = draw(st.sampled_from(sorted(METERS)))
    prefix = draw(st.one_of(st.just([]), music(METERS[meter], holes=True)))
    ending = draw(st.one_of(st.just([]), music(METERS[meter], holes=False)))
    if all(word in ("...", "|") for word in prefix):
        prefix = []
    wish = Wish(
        meter=meter,
        key=draw(st.sampled_from(["", "D", "Em", "Ador", "Gmix"])),
        form=draw(st.sampled_from(FORMS)),
        prefix=" ".join(prefix),
        ending=" ".join(ending),
        player=draw(st.sampled_from(["", "", "fiddle", "whistle"])),
        avoid=draw(st.sampled_from(AVOIDED)),
    )
    return Asked(wish, tuple(prefix), tuple(ending), draw(st.integers(0, 10**6)))


@pytest.fixture(scope="module")
def composer(untrained: Path) -> Composer:
    return Composer(str(untrained), threads=1)


def music_of(made: Made) -> list[str]:
    """The tune's music tokens, `||` as the plain line that was asked for."""
    kinds = [meaning(text).kind for text in made.tokens]
    first = kinds.index("mode") + 1
    last = next(at for at in range(first, len(kinds)) if kinds[at] in ("marker", "end"))
    return ["|" if text == "||" else text for text in made.tokens[first:last]]


def holds(music: list[str], prefix: tuple[str, ...]) -> bool:
    """Whether the music begins with the prefix, whose holes are each filled within a bar."""
    if not prefix:
        return True
    if prefix[0] != "...":
        return bool(music) and music[0] == prefix[0] and holds(music[1:], prefix[1:])
    lines = (at for at, word in enumerate(music) if word in ("|", "|:", ":|", "|1", "|2"))
    return any(holds(music[at:], prefix[1:]) for at in range(1, next(lines, len(music)) + 1))


def hold_to(asked: Asked, composer: Composer) -> None:
    """Make it, and look at what comes."""
    try:
        tunes = composer.make(asked.wish, asked.seed)
    except FolkbenchError as refusal:
        said = refusal.message
    else:
        said = ""
    if said:
        assert "\n" not in said
        event("refused")
        return
    event("made")
    made = next(tunes)
    tune = read(made.abc)
    problems = check(tune, strict=True)
    assert not failed(problems), (problems, made.abc)
    assert next(composer.make(asked.wish, asked.seed)).abc == made.abc
    parts, wanted = form(tune), asked.wish.form
    if wanted.parts:
        assert [part.bars for part in parts] == [part.bars for part in wanted.parts]
        if asked.prefix != asked.ending:  # else parts may be alike that needn't be
            assert structure(parts) == "".join(part.letter * (1 + part.repeated) for part in wanted.parts)
    words = music_of(made)
    assert holds(words, asked.prefix), made.abc
    ending = list(asked.ending[:-1] if asked.ending[-1:] == ("|",) else asked.ending)
    assert words[-1] in ("|", ":|")
    assert words[-1 - len(ending) : -1] == ending, made.abc
    sounding = [
        note.midi
        for bar in tune.bars
        for one in bar.events
        if isinstance(one, Note | Chord)
        for note in (one.notes if isinstance(one, Chord) else (one,))
    ]
    if asked.wish.player:
        assert set(sounding) <= instrument(asked.wish.player).notes


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=requests())
def test_a_drawn_request_is_met_or_refused(asked: Asked, composer: Composer) -> None:
    hold_to(asked, composer)


def test_no_tune_ends_where_a_hole_begins_though_it_could_end_there(composer: Composer) -> None:
    prefix = "... G, | G, G, G, 2 G, 2 | ... G,"
    for made in composer.make(Wish(meter="3/4", prefix=prefix, form=Form(endings=False)), 1, count=100):
        assert holds(music_of(made), tuple(prefix.split())), made.abc


@pytest.mark.long
@settings(max_examples=4000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=requests())
def test_thousands_of_drawn_requests_are_met_or_refused(asked: Asked, composer: Composer) -> None:
    hold_to(asked, composer)
