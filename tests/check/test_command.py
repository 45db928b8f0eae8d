"""`folkbench check` as it is typed: what it prints, how it leaves, and what it does with what is no tune."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from folkbench.check import check
from folkbench.check.books import Wish, verdicts
from folkbench.check.kinds import KINDS
from folkbench.cli import main
from folkbench.notation import read, split_tunes
from tests.conftest import SEED, printed_tunes

GOOD = "X:1\nT:Good\nM:4/4\nL:1/8\nK:D\n|: DEFG ABcd | d8 :|\n"
BAD = "X:2\nT:Bad\nM:4/4\nL:1/8\nK:D\n|: DEFG ABcde | d8 :|\n"
LATE = "X:3\nT:Late\nM:4/4\nL:1/8\nK:D\n|: A | DEFG ABcd | d8 :|\n"


def run(*words: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["folkbench", "check", *words])
        with pytest.raises(SystemExit) as left:
            main()
    assert isinstance(left.value.code, int)
    return left.value.code


def write(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


def test_a_problem_is_shown_where_it_stands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "bad.abc", BAD)
    assert run("--quiet", path) == 1
    assert capsys.readouterr().out == (
        f"{path}:6:4: error[bar-too-long]: bar 1 of part A has 9 eighths, the meter 4/4 has 8\n"
        "    |: DEFG ABcde | d8 :|\n"
        "       ^^^^^^^^^^\n"
        "    hint: take out e\n"
    )


def test_a_clean_tune_leaves_with_0_and_strict_makes_an_error_of_a_pickup(tmp_path: Path) -> None:
    assert run(write(tmp_path / "good.abc", GOOD)) == 0
    late = write(tmp_path / "late.abc", LATE)
    assert run(late) == 0
    assert run("--strict", late) == 1


def test_json_is_one_object_with_the_promised_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book, other = write(tmp_path / "book.abc", f"{GOOD}\n{BAD}"), write(tmp_path / "late.abc", LATE)
    assert run("--json", book, other) == 1
    answer = json.loads(capsys.readouterr().out)
    assert [(file["path"], len(file["tunes"])) for file in answer["files"]] == [(book, 2), (other, 1)]
    assert (answer["errors"], answer["warnings"], answer["notes"]) == (1, 0, 1)
    bad = answer["files"][0]["tunes"][1]
    assert (bad["index"], bad["x"], bad["title"]) == (2, 2, "Bad")
    assert bad["form"]["structure"] == "AA"
    assert {"name": "A", "bars": 2, "repeated": True, "pickup": False, "ends_on_tonic": True}.items() <= (
        bad["form"]["parts"][0].items()
    )
    problem = bad["problems"][0]
    wanted = {"code": "bar-too-long", "severity": "error", "line": 13, "column": 4, "end_column": 14, "part": "A"}
    assert wanted.items() <= problem.items()
    assert (problem["bar"], problem["hint"]) == (1, "take out e")


def test_github_gets_annotations(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "bad.abc", BAD)
    assert run("--format", "github", path) == 1
    out = capsys.readouterr().out
    assert out == (
        f"::error file={path},line=6,col=4,endColumn=14,title=bar-too-long::"
        "bar 1 of part A has 9 eighths, the meter 4/4 has 8; take out e\n"
    )


def test_a_tune_is_chosen_by_its_number_and_stdin_by_a_dash(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    book = write(tmp_path / "book.abc", f"{GOOD}\n{BAD}")
    assert run(f"{book}#1") == 0
    assert run(f"{book}#2") == 1
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BAD.encode())))
    assert run("-q", "-") == 1
    assert "-:6:4: error[bar-too-long]" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"  \n\n", "is empty"),
        (b"%PDF-1.7\n\x80\x81", "is a PDF"),
        (b"\x7fELF\0\0\0\1", "is no text"),
        (b"A" * 3_000_000, "more than 1,000,000 characters"),
        (b"X:1\nK:C\n" + b"CDEF|\n" * 200_000, "more than 1,000,000 characters"),
    ],
)
def test_what_is_no_tune_is_refused_in_one_line(
    data: bytes, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "thing.abc"
    path.write_bytes(data)
    assert run(str(path)) == 2
    caught = capsys.readouterr()
    assert words in caught.err
    assert len(caught.err.splitlines()) == 1
    assert caught.out == ""


@pytest.mark.parametrize(
    "music", ["(" * 20_000, "[" * 20_000, "{(!" * 9_000, "C1000000000000", '"' * 20_001, "|:" * 9_000]
)
def test_nested_and_absurd_music_is_read_in_bounded_time(music: str, tmp_path: Path) -> None:
    assert run("-q", write(tmp_path / "odd.abc", f"X:1\nM:4/4\nL:1/8\nK:C\n{music}\n")) in (0, 1)


def test_a_fault_made_a_thousand_times_is_told_two_hundred_times() -> None:
    problems = check(read("X:1\nM:4/4\nL:1/8\nK:C\n" + "[" * 1000))
    assert len(problems) == 200
    assert problems[-1].message.endswith("(and 800 more of these)")


def test_a_missing_file_is_2_and_beats_1_and_the_others_are_still_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = write(tmp_path / "bad.abc", BAD)
    assert run("-q", "nothing.abc", bad) == 2
    caught = capsys.readouterr()
    assert "there is no file nothing.abc" in caught.err
    assert "bar-too-long" in caught.out


def test_an_error_with_json_is_an_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--json", "nothing.abc") == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "not-found"
    bad = write(tmp_path / "bad.abc", BAD)
    assert run("--json", bad, "nothing.abc") == 2
    answer = json.loads(capsys.readouterr().out)
    assert [file["path"] for file in answer["files"]] == [bad, "nothing.abc"]
    assert answer["files"][1]["error"]["code"] == "not-found"


def test_every_problem_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--explain", "all") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(KINDS)
    assert run("--explain", "bar-too-lng") == 2
    assert "bar-too-long" in capsys.readouterr().err


def test_fix_writes_the_mended_tune_and_in_place_only_when_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rough = GOOD.replace("L:1/8\n", "").encode("utf-8-sig")
    path = tmp_path / "rough.abc"
    path.write_bytes(rough)
    assert run("--fix", str(path)) == 0
    assert capsys.readouterr().out == GOOD
    assert path.read_bytes() == rough
    assert run("--fix", "-i", str(path)) == 0
    assert path.read_bytes() == GOOD.encode("utf-8-sig")
    assert run("-i", str(path)) == 2


def test_an_instrument_that_nobody_knows_is_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--for", "kazoo", str(SEED)) == 2
    assert "fiddle" in capsys.readouterr().err


def test_many_processes_say_the_same_as_one() -> None:
    lines = "\n\n".join(printed_tunes()[:220]).split("\n")
    drafts = [("book.abc", draft) for draft in split_tunes(lines)]
    wish = Wish("json", True, False, "")
    alone = list(verdicts(drafts, wish, 1))
    assert len(alone) == 220
    assert list(verdicts(drafts, wish, 2)) == alone
