"""`new`, `rework` and `title` as they are typed: data on stdout, talk on stderr, 2 for what can't be."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from folkbench.bench import home, last_tune
from folkbench.cli import main
from folkbench.notation import read
from tests.conftest import SEED


class Said:
    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err


Run = Callable[..., Said]


@pytest.fixture
def folkbench(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*words: str) -> Said:
        unguarded = words[0] == "new" and "--original" not in words  # the guard's index takes seconds
        with pytest.raises(SystemExit) as left:
            main([*words, *(["--original", "0"] if unguarded else [])])
        caught = capsys.readouterr()
        return Said(int(left.value.code or 0), caught.out, caught.err)

    return run


def test_a_tune_goes_to_stdout_and_into_the_tunes_folder(folkbench: Run, untrained: Path) -> None:
    said = folkbench("new", "--model", str(untrained), "--seed", "1", "--title", "A Tune")
    assert said.status == 0
    assert read(said.out).title == "A Tune"
    assert last_tune().name == "a-tune.abc"
    assert last_tune().read_text() == said.out.rstrip("\n") + "\n"
    folkbench("new", "--model", str(untrained), "--seed", "1", "--title", "A Tune")
    assert last_tune().name == "a-tune-2.abc"


def test_without_an_index_of_human_tunes_a_whole_sentence_says_what_makes_one(folkbench: Run, untrained: Path) -> None:
    said = folkbench("new", "--model", str(untrained), "--seed", "1")
    assert "\nfolkbench whence says how original it is; it reads the human tunes first, once\n" in f"\n{said.err}"


def test_the_json_has_the_keys_that_scripts_rely_on_and_keeps_nothing(folkbench: Run, untrained: Path) -> None:
    said = folkbench("new", "--model", str(untrained), "--seed", "1:3", "--count", "2", "--json")
    answer = json.loads(said.out)
    assert [tune["seed"] for tune in answer["tunes"]] == ["1:3", "1:4"]
    keys = {"abc", "title", "seed", "tokens", "logprob", "masked_mass", "path", "originality"}
    assert all(keys <= set(tune) for tune in answer["tunes"])
    assert not home("tunes").exists()


def test_a_file_is_written_once_and_not_over_another(folkbench: Run, untrained: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine.abc"
    words = ("new", "--model", str(untrained), "--seed", "1", "--count", "2", "-o", str(out))
    assert folkbench(*words).status == 0
    first = out.read_text()
    assert first.count("X:") == 2
    assert folkbench(*words).status == 2
    assert out.read_text() == first
    assert folkbench(*words, "--force").status == 0


@pytest.mark.parametrize(
    "words",
    [
        ["--temperature", "0"],
        ["--temperature", "nan"],
        ["--top-p", "0"],
        ["--seed", "x"],
        ["--seed", "1:0"],
        ["--title", "x" * 121],
        ["--meter", "0/4"],
        ["--key", "H"],
        ["--prefix", "%PDF-1.4"],
        ["--form", "AAAB"],
        ["--form", "AABB", "--bars", "1"],
        ["--form", "AABA", "--endings"],
        ["--for", "saxotromba"],
        ["--avoid-range", "b-e"],
        ["--avoid-range", "b'"],
        ["--avoid-range", "-c", "--avoid-range", "e-"],
        ["--original", "1"],
        ["--prefix", "C 8 | ... G 9", "--meter", "4/4"],
        ["--prefix", "C 8 ... |", "--meter", "4/4"],
        ["--prefix", "C 2 ... G ... |"],
        ["--prefix", "... | ..."],
        ["--prefix", "C 8 | C 8 |", "--meter", "9/8"],
        ["--prefix", "C 8 | C 8 :|", "--form", "AABB", "--meter", "4/4"],
        ["--ending", "C 9", "--meter", "4/4"],
        ["--ending", "G ... C 3"],
        ["--ending", "GABc"],
        ["--ending", "C 8 | C 8 :|", "--form", "AB", "--meter", "4/4"],
        ["--like", "nothing-of-that-name"],
        ["--original", "4", "--corpus", "nothing-of-that-name"],
        ["-o", "/nowhere/at/all.abc"],
    ],
)
def test_bad_words_are_one_line_and_2(folkbench: Run, untrained: Path, words: list[str]) -> None:
    said = folkbench("new", "--model", str(untrained), "--seed", "1", *words)
    assert said.status == 2
    assert len(said.err.strip().splitlines()) == 1
    assert not home("tunes").exists()


@pytest.fixture
def rework(folkbench: Run, untrained: Path) -> Run:
    """`folkbench rework TUNE --seed 2` by the untrained network, which knows no corpus to be kept from."""
    words = ("rework", str(SEED), "--seed", "2", "--original", "0", "--model", str(untrained))
    return lambda *more: folkbench(*words, *more)


def test_bars_are_made_anew_in_a_new_file_that_says_so(rework: Run) -> None:
    old = SEED.read_text()
    said = rework("--bars", "A5")
    assert said.status == 0
    assert "N:folkbench rework --bars A5 --original 0 --seed 2 (network " in said.out
    assert SEED.read_text() == old
    assert last_tune() != SEED
    assert last_tune().read_text() == said.out


def test_the_json_of_a_rework_has_the_keys_of_new_and_keeps_nothing(rework: Run) -> None:
    said = rework("--bars", "A5,B2", "--choices", "3", "--json")
    tunes = json.loads(said.out)["tunes"]
    assert [tune["seed"] for tune in tunes] == ["2:1", "2:2", "2:3"]
    keys = {"abc", "title", "seed", "tokens", "logprob", "masked_mass", "path", "originality", "bars", "old"}
    assert all(keys <= set(tune) for tune in tunes)
    assert set(tunes[0]["bars"]) == set(tunes[0]["old"]) == {"A5", "B2"}
    assert not home("tunes").exists()


def test_choices_stand_side_by_side_in_80_columns_and_one_is_picked(rework: Run) -> None:
    listed = rework("--bars", "A5,B2", "--choices", "9").out
    lines = listed.splitlines()
    assert max(map(len, lines)) <= 80
    assert all(f"  {n}" in listed for n in range(1, 10))
    blocks = listed.split("\n\n")
    assert all("as it was" in block and "G, C C 2 G, C E C" in block for block in blocks)
    assert all([line[:5].strip() for line in block.splitlines()] == ["", "A5", "B2", "score"] for block in blocks)
    second = json.loads(rework("--bars", "A5,B2", "--choices", "9", "--json").out)["tunes"][1]["abc"]
    picked = rework("--bars", "A5,B2", "--pick", "2")
    assert picked.out == second
    assert "--pick 2 (network" in picked.out


@pytest.mark.parametrize("vary", [["--vary"], ["--vary", "A"], ["--vary=A"], ["--vary", "--bars", "A3"]])
def test_a_variation_is_said_in_its_tune(rework: Run, vary: list[str]) -> None:
    said = rework(*vary)
    assert said.status == 0
    assert "written out as part B" in said.err
    assert "D E F D C 3 ||\nB, | G, C C 2 G, C E C |" in said.out
    assert said.out.count(" --vary ") == 1


def test_a_second_ending_is_said_in_its_tune(rework: Run) -> None:
    said = rework("--second-ending")
    assert "part A has a first and a second ending now" in said.err
    assert "|1 D E F D C 3 :|2 " in said.out
    assert "N:folkbench rework --second-ending " in said.out


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--bars", "A9"],
        ["--bars", "A5", "--pick", "21"],
        ["--bars", "A5", "--temperature", "0"],
        ["--bars", "A5", "--higher", "--lower"],
        ["--bars", "A5", "--like", "%!"],
        ["--bars", "A5", "--rhythm-of", "C1"],
        ["--vary", "C"],
        ["--vary", "--second-ending"],
        ["--bars", "1-8", "--second-ending"],
    ],
)
def test_what_rework_cannot_do_is_one_line_and_2(rework: Run, words: list[str]) -> None:
    said = rework(*words)
    assert said.status == 2
    assert said.out == ""
    assert not home("tunes").exists()


@pytest.mark.usefixtures("session_corpus")
def test_a_title_is_said_to_be_new_or_a_human_tunes(
    folkbench: Run, untrained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("folkbench.compose.naming.titles", lambda *wish: ("Garryowen", "The Wimarow"))
    words = ("title", str(SEED), "--seed", "1", "--model", str(untrained))
    rows = json.loads(folkbench(*words, "--json").out)["titles"]
    assert [(row["title"], row["new"]) for row in rows] == [("Garryowen", False), ("The Wimarow", True)]
    said = folkbench(*words).out.splitlines()
    assert said[0].startswith("Garryowen  (a human tune in ")
    assert said[1] == "The Wimarow  (new)"
