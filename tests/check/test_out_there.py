"""What is really out there is read without complaint: deviations from the standard that players write every day."""

from __future__ import annotations

import pytest

from folkbench.check import check
from folkbench.notation import decode, form, read, read_tunes, structure

HEAD = "X:1\nT:a tune\nM:4/4\nL:1/8\nK:G\n"
BAR = "GABc d2e2"

CLEAN = {
    "thesession's line break": f"|:{BAR}|{BAR}!{BAR}|{BAR}:|".replace("!GABc", "|!\nGABc"),
    "endings with a bracket": f"|:{BAR}|{BAR}|[1 {BAR}:|[2 {BAR}|]",
    "endings without one": f"|:{BAR}|{BAR}|1 {BAR}:|2 {BAR}|]",
    "an ending close to its notes": f"|:{BAR}|{BAR}|[1{BAR}:|[2{BAR}||",
    "many endings": f"|:{BAR}|[1,3 {BAR}:|[2,4 {BAR}:|",
    "a range of endings": f"|:{BAR}|[1-3 {BAR}:|[4 {BAR}|]",
    "two colons": f"|:{BAR}::{BAR}:|",
    "two colons with lines": f"|:{BAR}:||:{BAR}:|",
    "two colons with spaces": f"|: {BAR} : : {BAR} :|".replace(" : : ", " :: "),
    "two colons far apart": f"|:{BAR}:| |:{BAR}:|",
    "two colons on two lines": f"|:{BAR}:|\n|:{BAR}:|",
    "directives": f"%%scale 0.8\n|:{BAR}|{BAR}:|",
    "parts": f"P:A\n{BAR}|{BAR}||\nP:B\n{BAR}|{BAR}|]",
    "a tempo in the music": f"{BAR}|[Q:1/4=120]{BAR}|]",
    "a sign of one's own": f"U:W=!trill!\nWGABc d2e2|{BAR}|]",
    "another key": f"{BAR}|[K:Am]ABcd e2f2|]",
    "another meter": f"{BAR}|[M:3/4]GABc d2|G4 d2|]",
    "another unit": f"{BAR}|[L:1/16]G2A2B2c2 d4e4|]",
    "voices": f"V:1\n{BAR}|{BAR}|]\nV:2\nG8|G8|]",
    "a layer": f"{BAR}|{BAR} & G,4 D4|]",
    "words": f"{BAR}|{BAR}|]\nw:one two three four five six\nW:all the words",
    "rests of many bars": f"{BAR}|Z4|{BAR}|]",
    "spacers": f"y{BAR}y|y3{BAR}|]",
    "a score break": f"{BAR}|$\n{BAR}|]",
    "spaced tokens": "|: G A B c d 2 e 2 | G > A B c d 4 :|",
    "spaced tokens of every kind": "G 2 B d g 2 ^f e | (3 G A B c 2 [ G B d ] 2 z 2 |",
    "chords and symbols": f'"G"[GBd]4 "Em"[EGB]4|"^slowly"{BAR}|]',
    "grace notes and rolls": f"{{g}}GABc ~d2e2|{{/ga}}{BAR}|]",
    "a tie over the bar line": "GABc d4-|d4 e4-|e8|]",
    "broken rhythm": "G>AB<c d>>ef<<g|G8|]",
    "tuplets": "(3GAB (3cde f2g2|(5GABcd e2f2|]".replace("(5GABcd", "(4GABc d"),
    "a back-quote": f"GA``Bc d2e2|{BAR}|]",
    "a continued line": f"{BAR}|\\\n{BAR}|]",
    "a comment": f"{BAR}| % the first\n{BAR}|]",
}
"""Music in G, 4/4, with nothing wrong in it."""


@pytest.mark.parametrize("name", CLEAN)
def test_nothing_is_said_of_what_players_write(name: str) -> None:
    assert [(p.code, p.message) for p in check(read(HEAD + CLEAN[name] + "\n")) if p.severity != "note"] == []


@pytest.mark.parametrize(
    "key",
    ["Gmajor", "G major", "Amixolydian", "Ddorian", "D Dor", "Em", "E minor", "F#m", "Bb", "HP", "Hp", "none", "",
     "D =c", "D exp ^f ^c", "G clef=bass", "G bass", "C treble-8", "A mix % modal"],
)  # fmt: skip
def test_every_way_to_write_a_key_is_a_key(key: str) -> None:
    problems = check(read(HEAD.replace("K:G", f"K:{key}") + f"{BAR}|{BAR}|]\n"))
    assert [problem.code for problem in problems] == []


def test_a_body_without_headers_has_its_bars_judged_all_the_same() -> None:
    problems = check(read("|:GABc d2e2|GABc d2e|GABc d2e2|GABc d2e2:|\n"))
    assert [p.code for p in problems] == ["missing-key", "missing-meter", "missing-unit-length", "bar-too-short"]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_any_line_end_and_encoding_will_do(ends: str) -> None:
    text = (HEAD.replace("a tune", "Séamus") + f"|:{BAR}|{BAR}:|\n").replace("\n", ends)
    for data in (text.encode(), text.encode("utf-8-sig"), text.encode("latin-1"), text.encode("utf-16")):
        (tune,) = read_tunes(decode(data).split("\n"))
        assert tune.title == "Séamus"
        assert check(tune) == ()
        assert structure(form(tune)) == "AA"
