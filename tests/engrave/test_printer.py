"""Pages that LilyPond really makes: no warning about bars, the notes that the Tune has, text that stays text."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import pytest

from folkbench.engrave import Look, excerpt, find_press, lilypond, printed, ready
from folkbench.engrave.lilypond import midi
from folkbench.errors import FolkbenchError, Missing
from folkbench.notation import read
from tests.conftest import printed_tunes
from tests.engrave.midi import bare, played, written

needs_lilypond = pytest.mark.skipif(find_press() is None, reason="LilyPond is not installed on this machine")
ONE_MIDI_TICK = Fraction(1, 1536)  # LilyPond counts 384 ticks to a quarter


def compare(texts: tuple[str, ...]) -> None:
    """Typeset the tunes in one run, and let LilyPond play them in another; both must agree with the Tune."""
    tunes = [ready(read(text)) for text in texts]
    page = printed(lilypond(tunes), ".pdf")
    assert page.files[0].startswith(b"%PDF")
    assert [line for line in page.warnings if "compress" not in line and "ragged" not in line] == []
    with_one_voice = [tune for tune in tunes if len(tune.voices) == 1]
    answers = printed(midi([bare(tune) for tune in with_one_voice]), ".midi")
    assert answers.warnings == ()
    for tune, data in zip(with_one_voice, answers.files, strict=True):
        ours, theirs = written(tune), played(data)
        assert [pitch for _, pitch, _ in ours] == [pitch for _, pitch, _ in theirs], tune.title
        for mine, other in zip(ours, theirs, strict=True):
            assert abs(mine[0] - other[0]) <= ONE_MIDI_TICK, tune.title
            assert abs(mine[2] - other[2]) <= 2 * ONE_MIDI_TICK, tune.title


@needs_lilypond
def test_printed_tunes_are_typeset_without_a_word_about_bars_and_lilypond_plays_our_notes() -> None:
    compare(printed_tunes()[7::500])


@needs_lilypond
@pytest.mark.long
def test_three_hundred_printed_tunes_are_typeset_in_one_run_and_lilypond_plays_our_notes() -> None:
    compare(printed_tunes()[::14])


@needs_lilypond
def test_repeats_endings_short_and_long_bars_are_played_as_the_tune_says() -> None:
    compare(
        (
            "X:1\nM:6/8\nL:1/8\nK:D\nA|:d2e f2a|(3bag f e2A|1 d3 d2A:|2 d3 d2||\n|:f|a3 b3|1,3 a4:|2 g7|]",
            "X:2\nM:4/4\nL:1/8\nK:Gdor\nG4- | G2 (5ABcde f3 | d8 :: [GBd]4- [GBd]4 | c5 z3 :|",
            "X:3\nM:2+3/8\nL:1/16\nK:C\nC>D E2- E6 | [M:none] c4 d4 e8 | [M:3/4] Z2 | z12 |",
            "X:4\nM:C|\nL:1/8\nK:A\n|: A2 c2 e4 |1 f8 :|2 e6 || c8 |]",
        )
    )


HOSTILE = [
    '#(system "touch BURNT")',
    '"#(system "touch BURNT")"',
    '\\"#(system "touch BURNT")',
    '\\\\" } #(system "touch BURNT") { "',
    '" } } #(begin (system "touch BURNT") #{ #}) \\markup { "',
    "$(system 'touch BURNT') `touch BURNT` ${HOME}",
    '%{ " %} #(system "touch BURNT")',
    '\\include "/etc/passwd"',
    '\\markup { \\with-url #"x" y } \\bookOutputName "BURNT"',
    "#{ \\unset #} ## #f \\\\",
    "<script>&amp;</script> ]]> <!-- ' \"",
    "Seán Ó Riada · Åkerö · 🎻🪕 · لحن شعبي · 民謡 · \u202ertl\u202c · e\u0301 · \ud800\x07\x00\x1b[31m",
    "%s %d {0} \n \r \t end",
    "x" * 2000,
    "many words " * 180,
]


def hostile_tune(text: str) -> str:
    """A tune that says `text` in every field and in every place of the music where words can stand."""
    inline = text.replace('"', "'").replace("\n", " ").replace("\r", " ")
    line = text.replace("\n", " ").replace("\r", " ")
    fields = [f"{name}:{line}" for name in "TTCOABDFGHNPRSZQrUW"]
    voice = [f'V:1 name="{inline}" clef={inline}', f"%%{line}", f"I:{line}"]
    music = [
        f'"{inline}"A "^{inline}"B "_{inline}"c !{inline[:60]}!d [P:{inline[:80]}]e [r:{inline[:80]}]',
        f"[K:{inline[:40]}] f|",
        f"P:{line}",
        f"Q:{line}",
        f"K:{line}",
        f"V:{line}",
        'GABc|["' + inline[:80] + '" d8|]',
        f"w:{line}",
    ]
    return "\n".join(["X:1", *fields, "M:4/4", "L:1/8", *voice, "K:G", *music])


@needs_lilypond
def test_text_of_a_tune_is_text_on_the_page_and_never_runs(tmp_path: Path) -> None:
    burnt = tmp_path / "burnt"
    texts = [text.replace("BURNT", str(burnt)) for text in HOSTILE]
    page = printed(lilypond([ready(read(hostile_tune(text))) for text in texts], Look(picture=True)), ".svg")
    assert not burnt.exists()
    words = "".join(ElementTree.fromstring(page.files[0]).itertext())
    for text in ("touch", "${HOME}", '"/etc/passwd"', "<script>", "Åkerö", "x" * 40):
        assert text in words, text


@needs_lilypond
def test_tunes_of_one_note_and_of_none_make_a_page() -> None:
    tunes = [read(abc) for abc in ("X:1\nK:G\nG", "X:1\nT:Nothing\nK:G\n", "X:1\nK:G\nz8|]", "X:1\nK:G\n|:[1")]
    assert printed(lilypond(tunes), ".pdf").files


@needs_lilypond
@pytest.mark.long
def test_a_tune_of_ten_thousand_bars_makes_a_book() -> None:
    abc = "X:1\nM:6/8\nL:1/8\nK:D\n" + "\n".join(["def afd|" * 4] * 2500)
    assert printed(lilypond([read(abc)]), ".pdf").files


@needs_lilypond
def test_a_picture_is_one_page_however_long_the_tune(sample: tuple[str, ...]) -> None:
    tune = read(max(sample, key=len))
    assert len(printed(lilypond([tune, excerpt(tune, (0, 1))], Look(picture=True)), ".png").files) == 1


@needs_lilypond
def test_what_lilypond_cannot_print_is_an_error_of_one_line() -> None:
    with pytest.raises(FolkbenchError, match="LilyPond couldn't print this"):
        printed("\\score { \\nonsense }", ".pdf")


def test_without_lilypond_the_error_names_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr("folkbench.engrave.printer.find_spec", lambda name: None)
    with pytest.raises(Missing) as caught:
        printed("", ".pdf")
    assert caught.value.status == 3
    assert "pip install 'folkbench[engrave]'" in caught.value.hint


def test_the_lilypond_package_is_used_where_path_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("lilypond", reason="the lilypond package is not installed")
    monkeypatch.setattr("shutil.which", lambda name: None)
    found = find_press()
    assert found is not None
    assert found.source == "the lilypond package"
    assert printed(lilypond([read("X:1\nT:One\nK:G\nG8|]")]), ".pdf", found.program).warnings == ()
