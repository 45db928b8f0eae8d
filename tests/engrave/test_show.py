"""`folkbench show` and `folkbench doctor`, as they are typed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from folkbench.cli import main
from folkbench.engrave import find_press
from tests.conftest import SEED

needs_lilypond = pytest.mark.skipif(find_press() is None, reason="LilyPond is not installed on this machine")
FAULTY = "X:1\nT:Faulty\nM:4/4\nL:1/8\nK:G\nGABc defg|GABc d|G8|]\n"


def run(*words: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["folkbench", *words])
        with pytest.raises(SystemExit) as left:
            main()
    assert isinstance(left.value.code, int)
    return left.value.code


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    path = tmp_path / "faulty.abc"
    path.write_text(FAULTY)
    return path


@pytest.mark.parametrize(("ending", "begins"), [(".ly", "\\version"), (".abc", "X:1\nT:"), (".musicxml", "<?xml")])
def test_the_ending_of_the_file_says_what_is_written(ending: str, begins: str, tmp_path: Path) -> None:
    path = tmp_path / f"seed{ending}"
    assert run("show", str(SEED), "-o", str(path)) == 0
    assert path.read_text().startswith(begins)


def test_midi_is_written_by_the_player(tmp_path: Path) -> None:
    path = tmp_path / "seed.mid"
    assert run("show", str(SEED), "-o", str(path)) == 0
    assert path.read_bytes().startswith(b"MThd")


@needs_lilypond
@pytest.mark.parametrize(("ending", "begins"), [(".pdf", b"%PDF"), (".png", b"\x89PNG"), (".svg", b"<svg")])
def test_pages_and_pictures_are_written(ending: str, begins: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"seed{ending}"
    assert run("show", str(SEED), "-o", str(path), "--numbers", "--size", "16") == 0
    assert path.read_bytes().startswith(begins)


def test_a_file_that_is_there_is_not_written_over_unless_forced(
    faulty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = faulty.with_suffix(".ly")
    path.write_text("mine")
    assert run("show", str(faulty), "-o", str(path)) == 2
    assert path.read_text() == "mine"
    assert "exists already" in capsys.readouterr().err
    assert run("show", str(faulty), "-o", str(path), "--force") == 0
    assert path.read_text() != "mine"


def test_an_ending_that_nothing_is_written_for_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", str(SEED), "-o", str(tmp_path / "seed.docx")) == 2
    assert ".musicxml" in capsys.readouterr().err


def test_key_transposition_bars_and_instrument_change_what_is_drawn(tmp_path: Path) -> None:
    path = tmp_path / "seed.abc"
    assert run("show", str(SEED), "-o", str(path), "--key", "D", "--bars", "B1-2") == 0
    assert "K:D" in path.read_text()
    assert path.read_text().count("|") in (1, 2, 3)
    assert run("show", str(SEED), "-o", str(path), "--transpose", "-2", "--force") == 0
    assert "K:Bb" in path.read_text()
    assert run("show", str(SEED), "-o", str(path), "--for", "tin whistle", "--force") == 0
    assert "K:C" not in path.read_text()


def test_key_and_transpose_together_say_the_same_thing_twice(tmp_path: Path) -> None:
    assert run("show", str(SEED), "-o", str(tmp_path / "x.ly"), "--key", "D", "--transpose", "2") == 2


def test_chords_are_found_where_the_abc_has_none(tmp_path: Path) -> None:
    path = tmp_path / "seed.abc"
    assert run("show", str(SEED), "-o", str(path), "--chords") == 0
    assert '"C"' in path.read_text()


def test_what_check_finds_is_coloured(faulty: Path) -> None:
    path = faulty.with_suffix(".ly")
    assert run("show", str(faulty), "-o", str(path), "--colour-by", "check") == 0
    drawn = path.read_text()
    assert drawn.count('\\tinted "#c00000"') == 5
    assert "bar 2 of part A" in drawn


@needs_lilypond
def test_without_an_output_the_page_is_made_and_its_place_is_said(
    faulty: Path, own_bench: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("show", str(faulty)) == 0
    place = Path(capsys.readouterr().out.strip())
    assert place.is_relative_to(own_bench)
    assert place.read_bytes().startswith(b"%PDF")


def test_without_lilypond_show_leaves_with_3_and_names_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("folkbench.engrave.printer.find_press", lambda: None)
    assert run("show", str(SEED), "-o", str(tmp_path / "seed.pdf")) == 3
    assert "pip install" in capsys.readouterr().err
    assert not (tmp_path / "seed.pdf").exists()


def test_a_tune_too_long_for_a_picture_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "long.abc"
    path.write_text("X:1\nM:2/4\nL:1/4\nK:G\n" + "GA|" * 700)
    assert run("show", str(path), "-o", str(tmp_path / "long.png")) == 2
    assert "--bars" in capsys.readouterr().err


def test_show_loads_neither_torch_nor_music21_nor_numpy(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom folkbench.cli import main\n"
        "try: main(sys.argv[1:])\nfinally: print(*{n.partition('.')[0] for n in sys.modules}, file=sys.stderr)"
    )
    words = [sys.executable, "-c", program, "show", str(SEED), "-o", str(tmp_path / "seed.ly")]
    loaded = set(subprocess.run(words, capture_output=True, text=True, check=True).stderr.split())
    assert not loaded & {"torch", "music21", "numpy", "onnxruntime", "matplotlib", "fluidsynth"}


def test_doctor_says_what_is_found_and_leaves_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("doctor") == 0
    said = capsys.readouterr().out
    for name in ("LilyPond", "FluidSynth", "audio driver", "onnxruntime", "torch", "network", "soundfont"):
        assert name in said


def test_doctor_says_how_to_get_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("folkbench.cli.doctor.find_press", lambda: None)
    assert run("doctor", "--json") == 0
    findings = {row["name"]: row for row in json.loads(capsys.readouterr().out)["findings"]}
    assert findings["LilyPond"]["found"] is False
    assert "pip install" in findings["LilyPond"]["install"]
