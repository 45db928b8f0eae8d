"""folkbench whence, as it is typed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from folkbench.cli import main
from folkbench.corpus import Corpus
from folkbench.corpus.entry import pack
from folkbench.encoding import text
from tests.conftest import SEED
from tests.whence import brute


@pytest.fixture(autouse=True)
def bench_with_small(own_bench: Path, small: Corpus) -> Path:
    """A bench on which the small corpus is one of the user's."""
    (own_bench / "corpora").mkdir()
    (own_bench / "corpora" / "small.corpus").write_bytes(pack(small))
    return own_bench


def _run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit status, stdout and stderr of `folkbench whence` with these words, beside the small corpus."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["folkbench", "whence", "--corpus", "small", *words])
        with pytest.raises(SystemExit) as left:
            main()
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


def _json(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    status, out, _ = _run(capsys, *words, "--json")
    found: dict[str, Any] = json.loads(out)
    return status, found


def test_a_figure_is_counted_and_listed(capsys: pytest.CaptureFixture[str], small: Corpus) -> None:
    status, answer = _json(capsys, "C E", "--all")
    there = brute.places(small, ("C", "E"))
    assert status == 0
    assert answer["figure"] == "C E"
    assert answer["kind"] == "exact"
    assert answer["corpus"] == {"name": "small", "tunes": len(small), "fingerprint": small.fingerprint}
    assert answer["tunes"] == len({tune for tune, _ in there})
    assert answer["groups"] == len({small.entries[tune].group for tune, _ in there})
    assert answer["places"] == len(there) == len(answer["hits"])
    assert answer["same_position"] is None
    assert all("«C E»" in hit["context"] for hit in answer["hits"])
    assert [hit["title"] for hit in answer["hits"]] == [small.entries[tune].title for tune, _ in there]


def test_abc_tokens_and_another_key_say_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    spaced = _json(capsys, "G, C C 2")[1]
    assert _json(capsys, "G,CC2")[1] == spaced
    assert _json(capsys, "DGG2", "--key", "G")[1] == spaced
    assert _json(capsys, "G,", "C", "C", "2")[1] == spaced


def test_the_same_position_is_that_of_a_tune_or_of_a_bar(capsys: pytest.CaptureFixture[str]) -> None:
    by_tune = _json(capsys, "G, C", "--in", str(SEED))[1]
    by_bar = _json(capsys, "G, C", "--at", "A1.1")[1]
    assert by_tune["asked"] == "A1, beat 1"
    assert by_tune["same_position"] == by_bar["same_position"]
    assert by_bar["same_position"] <= _json(capsys, "G, C", "--at", "1")[1]["same_position"]


def test_nowhere_is_the_answer_no(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = _run(capsys, "__A __b __A __b")
    assert status == 1
    assert "none of the" in out


def test_tunes_that_hold_all_of_several_figures(capsys: pytest.CaptureFixture[str], small: Corpus) -> None:
    status, answer = _json(capsys, "--all-of", "_B", "C E", "--all")
    both = {tune for tune, _ in brute.places(small, ("_B",))} & {tune for tune, _ in brute.places(small, ("C", "E"))}
    assert answer["tunes"] == len(both) == len(answer["hits"])
    assert status == (0 if both else 1)


@pytest.mark.parametrize(
    "words",
    [
        ("--by", "interval", "C E G"),
        ("--by", "rhythm", "C E G"),
        ("--edits", "2", "C E G c"),
        ("--pitch-only", "--across", "C E G"),
        ("| C E G |",),
        ("--all-of", "C E", "E G"),
        (str(SEED),),
    ],
)
def test_every_question_has_an_answer_in_words(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = _run(capsys, *words)
    assert status in (0, 1)
    assert len(out.splitlines()) >= 2
    assert not err


def test_a_tune_is_traced_bar_by_bar(capsys: pytest.CaptureFixture[str], small: Corpus, tmp_path: Path) -> None:
    entry = small.entries[20]
    path = tmp_path / "known.abc"
    path.write_text(text(entry.music, meter=entry.meter, mode=entry.mode, title="Mine"))
    status, answer = _json(capsys, str(path))
    assert status == 0
    assert answer["title"] == "Mine"
    assert answer["verdict"] == "setting"
    assert answer["of"]["title"] == entry.title
    assert answer["covered"] == 1
    assert answer["percentile"] > 90
    assert answer["longest"]["title"] == entry.title
    assert {"tokens", "bars", "source", "index", "from_bar", "to_bar"} <= set(answer["longest"])
    assert all({"part", "bar", "abc", "tunes", "same_bar", "examples"} <= set(bar) for bar in answer["bars"])
    assert f"a setting of {entry.title}" in _run(capsys, str(path))[1]


@pytest.mark.parametrize(
    "words",
    [
        ("",),
        ("   ",),
        ("|",),
        ("hello",),
        ("nowhere.abc",),
        ("C E", "--at", "somewhere"),
        ("C E", "--at", "A1", "--in", str(SEED)),
        ("^C _g ^C", "--in", str(SEED)),
        ("C E", "--key", "H"),
        ("C", "--by", "interval"),
        ("C D", "--edits", "2"),
        (str(SEED), "--by", "octave"),
        ("C E", "--corpus", "none"),
    ],
)
def test_what_cant_be_answered_is_one_line(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = _run(capsys, *words)
    assert status == 2
    assert not out
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize("body", ["z8|", "|:|", ""])
def test_a_tune_with_nothing_in_it_is_one_line(body: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "empty.abc"
    path.write_text(f"X:1\nT:Nothing\nM:4/4\nL:1/8\nK:C\n{body}\n")
    status, _, err = _run(capsys, str(path))
    assert status == 2
    assert len(err.splitlines()) == 1


def test_a_warm_question_loads_nothing_heavy(small: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(capsys, "C E")[0] == 0
    code = (
        "import sys; from folkbench.cli import main; sys.argv = 'folkbench whence CE --corpus small --json'.split()\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'music21', 'onnxruntime', 'matplotlib', 'pydivsufsort', 'scipy', 'safetensors'}\n"
        "print(*(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not done.stderr.strip()
