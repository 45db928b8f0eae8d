"""The making of a book: in pieces, stopped and gone on with, by one process or several."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from folkbench.compose import Taste, Wish
from folkbench.compose.book import Order, look_at, made, make, shared
from folkbench.compose.work import WORK, Work, work_in
from folkbench.errors import FolkbenchError, Refused
from folkbench.notation import read
from tests.conftest import SEED

pytestmark = pytest.mark.usefixtures("session_corpus")


@pytest.fixture
def order(untrained: Path) -> Order:
    return Order(12, 5, Wish(meter="4/4"), Taste(), str(untrained))


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """The folder of a book."""
    return tmp_path / "book"


def abcs(order: Order, folder: Path, piece: int, jobs: int = 1, backend: str = "") -> list[str]:
    with work_in(folder, order.words()) as work:
        make(order, work, jobs, backend, piece=piece)
        return [row["abc"] for row in made(order, work, piece)]


def test_the_tunes_are_the_same_whatever_the_pieces_and_the_processes(order: Order, tmp_path: Path) -> None:
    whole = abcs(order, tmp_path / "one", piece=12)
    assert len(set(whole)) == 12
    assert "N:folkbench new --seed 5:12" in whole[-1]
    assert [text.partition("\n")[2] for text in abcs(order, tmp_path / "many", piece=5, jobs=2)] == [
        text.partition("\n")[2] for text in whole
    ]


@pytest.mark.skipif(find_spec("distributed") is None, reason="dask is not installed")
def test_a_dask_cluster_of_two_processes_makes_the_same_tunes(order: Order, tmp_path: Path) -> None:
    assert abcs(order, tmp_path / "dask", 4, jobs=2, backend="dask") == abcs(order, tmp_path / "here", 4)


def test_what_is_made_is_not_made_again(order: Order, book: Path) -> None:
    first = abcs(order, book, piece=4)
    (book / WORK / "tunes-000002.json").unlink()
    (book / WORK / "tunes-000003.json").write_text('[{"abc"')
    kept = (book / WORK / "tunes-000001.json").stat().st_mtime_ns
    counted: list[int] = []
    with work_in(book, order.words()) as work:
        make(order, work, done=counted.append, piece=4)
        assert [row["abc"] for row in made(order, work, 4)] == first
    assert counted == [4, 4, 4]
    assert (book / WORK / "tunes-000001.json").stat().st_mtime_ns == kept


def test_a_full_disk_keeps_what_was_made(order: Order, book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep = Work.keep

    def full(self: Work, number: int, rows: list[dict[str, object]]) -> None:
        if number == 2:
            raise Refused("No space left on device")
        keep(self, number, rows)

    monkeypatch.setattr(Work, "keep", full)
    with pytest.raises(Refused, match="No space"):
        abcs(order, book, piece=4)
    assert (book / WORK / "tunes-000001.json").exists()
    monkeypatch.undo()
    assert len(abcs(order, book, piece=4)) == 12


def test_another_request_on_the_same_folder_is_refused_with_the_reason(book: Path) -> None:
    with work_in(book, {"seed": 1, "count": 4}):
        pass
    with pytest.raises(Refused, match="its seed is 1, not 2"), work_in(book, {"seed": 2, "count": 4}):
        pass


def test_a_folder_with_something_else_in_it_is_left_alone(book: Path) -> None:
    book.mkdir()
    (book / "letters.txt").write_text("mine")
    with pytest.raises(Refused, match="isn't empty"), work_in(book, {}):
        pass
    assert [path.name for path in book.iterdir()] == ["letters.txt"]


def test_two_at_once_in_one_folder_are_refused(book: Path) -> None:
    with work_in(book, {"seed": 1}):
        words = [sys.executable, "-c", _SECOND, str(book)]
        assert "another folkbench is at work" in subprocess.run(words, capture_output=True, text=True).stdout


_SECOND = """
import sys
from pathlib import Path
from folkbench.compose.work import work_in
from folkbench.errors import Refused
try:
    with work_in(Path(sys.argv[1]), {"seed": 1}):
        pass
except Refused as error:
    print(error.message)
"""


_MAKES = """
import sys
from pathlib import Path
from folkbench.compose import Taste, Wish
from folkbench.compose.book import Order, make
from folkbench.compose.work import work_in
order = Order(12, 5, Wish(meter="4/4"), Taste(), sys.argv[2])
with work_in(Path(sys.argv[1]), order.words()) as work:
    make(order, work, piece=2)
"""


def test_killed_it_goes_on_and_is_the_same_book(order: Order, book: Path, tmp_path: Path) -> None:
    first = book / WORK / "tunes-000001.json"
    running = subprocess.Popen([sys.executable, "-c", _MAKES, str(book), str(order.model)])
    while not first.exists() and running.poll() is None:
        time.sleep(0.01)
    running.kill()
    running.wait()
    made_at = first.stat().st_mtime_ns
    assert abcs(order, book, piece=2) == abcs(order, tmp_path / "straight", piece=2)
    assert first.stat().st_mtime_ns == made_at


def test_ctrl_c_leaves_with_130(untrained: Path, tmp_path: Path) -> None:
    words = ["-m", "folkbench", "book", "--model", str(untrained), "--count", "100000", "--no-pdf"]
    running = subprocess.Popen(
        [sys.executable, *words, "-o", str(tmp_path / "b")],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background work ignores it
    )
    while not (tmp_path / "b" / WORK / "request.json").exists() and running.poll() is None:
        time.sleep(0.02)
    os.kill(running.pid, signal.SIGINT)
    _, talk = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "goes on from here" in talk
    assert "Traceback" not in talk


def test_a_ctrl_c_that_is_swallowed_is_heard_at_the_next_piece() -> None:
    done = subprocess.run([sys.executable, "-c", _SWALLOWS], capture_output=True, text=True, check=False)
    assert done.stdout == "went on\nheard\n", done.stderr


_SWALLOWS = """
import signal
from folkbench.cli.book import _CtrlC
signal.signal(signal.SIGINT, signal.default_int_handler)
ctrl_c = _CtrlC()
ctrl_c.heed()
try:
    signal.raise_signal(signal.SIGINT)
except BaseException:
    print("went on")
try:
    ctrl_c.heed()
except KeyboardInterrupt:
    print("heard")
"""


def test_a_wish_that_cannot_be_met_is_refused_before_a_folder_is_made(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "folkbench", "book", "--rhythm", "foxtrot", "-o", str(tmp_path / "b")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert not (tmp_path / "b").exists()


def test_the_appendix_says_form_range_and_what_is_shared() -> None:
    row = look_at(read(SEED.read_text()))
    assert row["form"].startswith("AABB 8+8")
    assert " to " in row["range"]
    assert row["originality"]["longest_tokens"] > 0
    assert shared({"originality": {"longest_bars": 1, "longest_tokens": 9, "title": "Garryowen"}}) == "1 bar: Garryowen"
    assert shared({"originality": None}) == ""


def test_a_wish_the_network_refuses_is_an_error(tmp_path: Path, untrained: Path) -> None:
    from folkbench.compose.book import network

    with pytest.raises(FolkbenchError):
        network(Order(1, 1, Wish(meter="13/7"), Taste(), str(untrained)), print)
