"""`folkbench corpus`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from folkbench.cli import main
from folkbench.corpus import load
from folkbench.notation import read_tunes

pytestmark = pytest.mark.usefixtures("session_corpus")


def run(*words: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["folkbench", "corpus", *words])
        with pytest.raises(SystemExit) as left:
            main()
    return int(left.value.code or 0)


def test_info_says_what_was_kept_and_why_the_rest_was_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("info", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["tunes"] > 4000
    assert said["tunes"] + sum(said["left_out"].values()) == 4248
    assert [row["read"] for row in said["sources"]] == [2009, 1059, 1180]
    assert sum(row["kept"] for row in said["sources"]) == said["tunes"]
    assert 50 < said["left_out"]["identical"] < 110


def test_info_is_for_people_and_lists_what_was_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("info", "--left-out") == 0
    said = capsys.readouterr().out
    assert " of  2,009  O'Neill's Music of Ireland" in said
    assert "identical: the same music as a tune that stands before it" in said
    assert "voices         Aird's Airs 535: Care thou Canker" in said


def test_an_exported_tunebook_holds_the_tunes_in_their_order(tmp_path: Path) -> None:
    out = tmp_path / "session.abc"
    assert run("export", "--format", "abc", "-o", str(out)) == 0
    tunes = list(read_tunes(out.read_text().splitlines()[:2000]))
    assert tunes[0].title == "The Enchanted Valley"
    assert [tune.text("X") for tune in tunes[:5]] == ["1", "2", "3", "4", "5"]


def test_exported_tokens_are_three_lines_a_tune(tmp_path: Path) -> None:
    out = tmp_path / "session.tokens"
    assert run("export", "-o", str(out)) == 0
    tunes = out.read_text().removesuffix("\n\n").split("\n\n")
    assert len(tunes) == len(load())
    assert all(tune.startswith("M:") and tune.count("\n") == 2 for tune in tunes)
    assert run("export", "-o", str(out)) == 2


def test_an_unknown_format_or_corpus_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("export", "--format", "midi") == 2
    assert "take one of: tokens, abc" in capsys.readouterr().err
    assert run("info", "nowhere") == 2


def test_list_names_the_session_corpus(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list") == 0
    assert capsys.readouterr().out.startswith(f"session           {len(load()):,} tunes  {load().fingerprint}")
