"""Files as they come from people: cut, mixed, nested, never ending. It is said, and the rest is kept."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from folkbench.cli import main
from folkbench.corpus import LeftOut, add, load, names
from folkbench.corpus.arrival import Arrival
from folkbench.corpus.readers import arrivals
from folkbench.errors import FolkbenchError

HEAD = "tune_id,setting_id,name,type,meter,mode,abc,date,username,composer\n"
BODIES = ("GABc dBGB|AGFA G4:|", "GABc d2GB|AGFA G4:|", "GABc e2GB|AGFA G4:|")
ENDLESS = 3_000_000


def abc(number: int, body: str) -> str:
    return f"X:{number}\nT:Tune {number}\nM:4/4\nL:1/8\nK:G\n{body}\n\n"


def csv(number: int, body: str, name: str = "A Tune") -> str:
    return f'{number},{number},"{name}",reel,4/4,Gmajor,"{body}",2001-01-01 00:00:00,someone,\n'


def setting(number: int, body: object) -> dict[str, object]:
    row = {"tune_id": "1", "setting_id": str(number), "name": "A Tune", "type": "reel", "meter": "4/4"}
    return {**row, "mode": "Gmajor", "abc": body}


BOOK = [abc(number, body) for number, body in enumerate(BODIES, 1)]
TABLE = [HEAD, *[csv(number, body) for number, body in enumerate(BODIES, 1)]]
NESTED = ("(" * 50_000 + "G4|", "{" * 50_000 + "G4|", "[K:" * 50_000 + "G4|", "[G" * 50_000 + "|", "(3" * 50_000 + "G|")

DAMAGED: dict[str, tuple[str, str | bytes, list[int], int]] = {
    "csv with a mark of its encoding": ("t.csv", b"\xef\xbb\xbf" + "".join(TABLE).encode(), [1, 2, 3], 0),
    "csv in utf-16": ("t.csv", "".join(TABLE).encode("utf-16"), [1, 2, 3], 0),
    "abc in utf-16": ("t.abc", "".join(BOOK).encode("utf-16"), [1, 2, 3], 0),
    "csv with a NUL": ("t.csv", "".join(TABLE).replace("d2GB", "d\0GB"), [1, 3], 1),
    "abc with a NUL": ("t.abc", "".join(BOOK).replace("d2GB", "d\0GB"), [1, 3], 1),
    "json with a NUL": ("t.json", json.dumps([setting(1, BODIES[0]), setting(2, "G\0A")]), [1], 1),
    "csv with quotes in quotes": (
        "t.csv", TABLE[0] + csv(1, BODIES[0], 'A ""so ""called"""" one') + TABLE[2], [1, 2], 0,
    ),
    "csv with a quote never closed": (
        "t.csv", TABLE[0] + TABLE[1] + TABLE[2].replace('|",2001', "|,2001") + TABLE[3], [1, 3], 1,
    ),
    "csv with a row of no numbers": (
        "t.csv", "".join(TABLE[:2]) + TABLE[2].replace("2,2,", "a,b,") + TABLE[3], [1, 1, 3], 0,
    ),
    "csv with a row too short": ("t.csv", "".join(TABLE[:2]) + "2,2,reel\n" + TABLE[3], [1, 3], 1),
    "csv of latin-1 and utf-8": (
        "t.csv",
        HEAD.encode() + csv(1, BODIES[0], "Café").encode() + csv(2, BODIES[1], "Señor").encode("latin-1"), [1, 2], 0,
    ),
    "json with half a letter": ("t.json", json.dumps([{**setting(1, BODIES[0]), "name": "\ud800 One"}]), [1], 0),
    "json of other things": ("t.json", json.dumps([3, None, setting(1, BODIES[0]), setting(2, 5), []]), [1], 1),
    "json with a list in a field": ("t.json", json.dumps([{**setting(1, BODIES[0]), "type": ["reel"]}]), [1], 0),
    "abc with a line that never ends": ("t.abc", BOOK[0] + abc(2, "[" * ENDLESS) + BOOK[2], [1, 3], 1),
    "abc with a tune that never ends": ("t.abc", BOOK[0] + abc(2, (BODIES[1] + "\n") * 60_000) + BOOK[2], [1, 3], 1),
    "csv with a line that never ends": ("t.csv", TABLE[0] + TABLE[1] + csv(2, "[" * ENDLESS) + TABLE[3], [1, 3], 1),
    "json nested without end": ("t.json", f"[{json.dumps(setting(1, BODIES[0]))}, {{\"abc\":" + "[" * ENDLESS, [1], 1),
}  # fmt: skip
"""What is wrong -> the file's name and bytes, the numbers of the settings that are kept, and how many aren't."""


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("wrong", DAMAGED)
def test_what_is_damaged_is_said_and_the_rest_is_kept(wrong: str, tmp_path: Path) -> None:
    name, content, kept, lost = DAMAGED[wrong]
    found = list(arrivals(write(tmp_path / name, content)))
    assert [one.number for one in found if isinstance(one, Arrival)] == kept
    assert [one.reason for one in found if isinstance(one, LeftOut)] == ["damaged"] * lost


def test_nesting_without_end_harms_one_tune(tmp_path: Path) -> None:
    bodies = [BODIES[0], *NESTED, BODIES[1]]
    corpus, _ = add(write(tmp_path / "t.abc", "".join(abc(n, body) for n, body in enumerate(bodies, 1))), "nested")
    assert {1, len(bodies)} <= {entry.index for entry in corpus.entries}
    assert len(corpus) + len(corpus.left_out) == len(bodies)


def test_a_folder_with_bad_files_links_and_pipes_gives_its_good_ones(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    write(folder / "a.abc", BOOK[0])
    for name, content in (("b.abc", b"%PDF-1.4"), ("c.abc", bytes(9000)), ("d.csv", "x,y\n1,2\n")):
        write(folder / name, content)
    write(folder / "z.abc", BOOK[1])
    (folder / "round").symlink_to(folder)
    (folder / "self.abc").symlink_to("self.abc")
    os.mkfifo(folder / "pipe.abc")
    corpus, new = add(folder, "mine")
    assert new == 2
    assert [(tune.source, tune.reason) for tune in corpus.left_out] == [
        (name, "damaged") for name in ("b.abc", "c.abc", "d.csv", "pipe.abc", "self.abc")
    ]


@pytest.mark.parametrize(
    "content", [b"", "X:1\nT:Sixteen\nK:G\nGABc|\n".encode("utf-16-le"), b"\x1f\x8b\x08\0\0\0", b"PK\3\4\0\0\0\0\0"]
)
@pytest.mark.parametrize("name", ["t.abc", "t.csv", "t.json"])
def test_what_is_no_text_is_one_line(name: str, content: bytes, tmp_path: Path) -> None:
    with pytest.raises(FolkbenchError) as caught:
        add(write(tmp_path / name, content), "nothing")
    assert "\n" not in caught.value.message
    assert names() == ("session",)


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(["corpus", *words])
    return int(left.value.code or 0)


@pytest.mark.parametrize("name", ["session", "../x", "a/b", "a b", ".x", "-x", "n" * 65])
def test_a_corpus_is_not_called_so(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("add", str(write(tmp_path / "t.abc", BOOK[0])), f"--name={name}") == 2
    assert "can't be called" in capsys.readouterr().err
    assert names() == ("session",)


def test_without_a_name_it_is_called_as_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for file, name in (("Our Tunes.abc", "our-tunes"), ("Dún.csv.abc", "dún-csv")):
        assert run("add", str(write(tmp_path / file, BOOK[0]))) == 0
        assert capsys.readouterr().out == f"{name}\n"


@pytest.mark.usefixtures("session_corpus")
def test_a_damaged_corpus_is_named_among_the_others_and_can_be_removed(
    own_bench: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add(write(tmp_path / "t.abc", BOOK[0]), "whole")
    write(own_bench / "corpora" / "broken.corpus", "nothing")
    assert run("list", "--json") == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["corpora"]}
    assert rows["whole"]["tunes"] == 1
    assert "damaged" in rows["broken"]["damage"]
    assert run("info", "broken") == 2
    assert run("remove", "broken") == 0
    assert run("list") == 0
    assert "broken" not in capsys.readouterr().out


def test_what_is_kept_of_a_corpus_goes_with_it(own_bench: Path, tmp_path: Path) -> None:
    add(write(tmp_path / "t.abc", BOOK[0]), "gone")
    assert run("info", "gone") == 0
    index = own_bench / "cache" / "whence" / "gone"
    assert index.is_dir()
    assert run("remove", "gone") == 0
    assert not index.exists()


SLOW = """
import sys, time
from pathlib import Path
from folkbench.corpus import add, readers, store
whole = readers.arrivals
def slow(path):
    for arrival in whole(path):
        print("reading", flush=True)
        time.sleep(float(sys.argv[3]))
        yield arrival
readers.arrivals = slow
add(Path(sys.argv[1]), sys.argv[2])
"""
"""Adds a file, so many seconds a tune."""


def adding(path: Path, seconds: float) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", SLOW, str(path), "ours", str(seconds)]
    begun = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert begun.stdout is not None
    assert begun.stdout.readline() == "reading\n"
    return begun


def test_an_adding_that_is_killed_leaves_what_was_there_and_can_be_done_again(own_bench: Path, tmp_path: Path) -> None:
    before, _ = add(write(tmp_path / "a.abc", BOOK[0]), "ours")
    more = write(tmp_path / "b.abc", BOOK[1] + BOOK[2])
    with adding(more, 60) as killed:
        killed.send_signal(signal.SIGKILL)
    assert load("ours").entries == before.entries
    assert add(more, "ours")[1] == 2


def test_two_that_add_at_once_both_get_in(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with adding(write(tmp_path / "a.abc", BOOK[0] + BOOK[1]), 0.9) as first:
        time.sleep(0.1)
        corpus, new = add(write(tmp_path / "b.abc", BOOK[2]), "ours")
        assert first.wait(20) == 0
    assert (len(corpus), new) == (3, 1)
    assert capfd.readouterr().err == "folkbench: ours is being added to; this waits until it has been\n"
