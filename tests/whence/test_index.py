"""The index file: whole or not at all, built again when it must be, by one process only."""

from __future__ import annotations

import os
import subprocess
import sys
from array import array
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from folkbench.corpus import Corpus
from folkbench.corpus.entry import pack
from folkbench.errors import Damaged, Refused
from folkbench.whence import Index, View, find, find_nearly, index_of, open_index
from folkbench.whence.store import load, save

FIGURE = ("C", "E")


@pytest.fixture
def bench_with_small(own_bench: Path, small: Corpus) -> Path:
    """A bench on which the small corpus is one of the user's."""
    (own_bench / "corpora").mkdir()
    (own_bench / "corpora" / "small.corpus").write_bytes(pack(small))
    return own_bench


def test_arrays_come_back_as_they_were(tmp_path: Path) -> None:
    arrays = {"a": np.arange(5, dtype=">u2"), "b": np.zeros((2, 3)), "empty": np.zeros(0, np.uint8)}
    save(tmp_path / "x", {"about": "é"}, arrays)
    stored = load(tmp_path / "x")
    assert stored.about == {"about": "é"}
    for name, values in arrays.items():
        assert (stored.arrays[name] == values).all()
        assert stored.arrays[name].shape == values.shape


@pytest.mark.parametrize("harm", ["truncated", "longer", "changed", "another format", "empty", "no JSON"])
def test_a_damaged_file_is_known(harm: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    save(path, {}, {"a": np.arange(5000)})
    data = bytearray(path.read_bytes())
    if harm == "truncated":
        data = data[:-100]
    elif harm == "longer":
        data += b"more"
    elif harm == "changed":
        data[-2000] ^= 1
    elif harm == "another format":
        data[:3] = b"old"
    elif harm == "empty":
        data = bytearray()
    else:
        data[30:40] = b"##########"
    path.write_bytes(data)
    with pytest.raises(Damaged):
        load(path)


def test_a_file_that_was_copied_is_checked_and_believed(tmp_path: Path) -> None:
    save(tmp_path / "x", {}, {"a": np.arange(50)})
    (tmp_path / "y").write_bytes((tmp_path / "x").read_bytes())
    assert load(tmp_path / "y").arrays["a"][49] == 49


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "indexes" / "x"
    save(path, {"old": True}, {"a": np.arange(50)})

    def full(_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refused, match="No space left"):
        save(path, {"old": False}, {"a": np.arange(5000)})
    assert load(path).about == {"old": True}
    assert [left.name for left in path.parent.iterdir()] == ["x"]


def test_a_damaged_index_is_built_again_with_a_word(
    tmp_path: Path, small: Corpus, capsys: pytest.CaptureFixture[str]
) -> None:
    def counted() -> int:
        return find(Index(tmp_path, "small", small.fingerprint, lambda: small), FIGURE, View("octave")).tunes

    expected = counted()
    for name in ("exact", "octave"):
        path = tmp_path / f"{name}.index"
        data = bytearray(path.read_bytes())
        data[-500] ^= 255
        path.write_bytes(data)
        assert counted() == expected
        assert "damaged" in capsys.readouterr().err
        assert counted() == expected
        assert not capsys.readouterr().err


def test_what_a_killed_process_left_is_swept(tmp_path: Path, small: Corpus) -> None:
    (tmp_path / ".exact.index.99999.part").write_bytes(b"half")
    Index(tmp_path, "small", small.fingerprint, lambda: small)
    assert not list(tmp_path.glob(".*.part"))


def test_another_corpus_under_the_name_is_indexed_anew(small: Corpus) -> None:
    before = find(index_of(small), FIGURE).tunes
    find_nearly(index_of(small), ("C", "E", "G"), 1)
    half = replace(small, rows=small.rows[:40], starts=small.starts[:41], codes=small.codes[: small.starts[40]])
    assert half.fingerprint != small.fingerprint
    assert find(index_of(half), FIGURE).tunes < before
    assert find_nearly(index_of(half), ("C", "E", "G"), 1).numbers.max() < 40


def test_an_open_index_reads_the_corpus_only_when_it_may_have_changed(
    bench_with_small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = find(open_index("small"), FIGURE).tunes

    def never(name: str) -> Corpus:
        raise AssertionError(name)

    with monkeypatch.context() as patch:
        patch.setattr("folkbench.whence.index.load_corpus", never)
        assert find(open_index("small"), FIGURE).tunes == expected
        path = bench_with_small / "corpora" / "small.corpus"
        os.utime(path, ns=(1, 1))
        with pytest.raises(AssertionError):
            open_index("small")
    assert find(open_index("small"), FIGURE).tunes == expected


def test_processes_that_build_at_once_agree(bench_with_small: Path) -> None:
    code = (
        "from folkbench.whence import *;i=open_index('small');"
        "print(find(i,('C','E')).tunes,find_nearly(i,('C','E','G'),1,View('degree')).tunes)"
    )
    running = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    answers = {process.communicate()[0] for process in running}
    assert all(process.returncode == 0 for process in running)
    assert len(answers) == 1


def test_an_index_names_its_tunes(index: Index, small: Corpus) -> None:
    for number in (0, 20, len(small) - 1):
        source, entry = index.source(number), small.entries[number]
        assert (source.title, source.source, source.index) == (entry.title, entry.source, entry.index)
        assert (source.rhythm, source.tonic, source.group) == (entry.rhythm, entry.tonic, entry.group)
        assert f"K:C{source.mode}" == entry.mode


def test_an_empty_corpus_has_an_index_in_which_nothing_stands(tmp_path: Path) -> None:
    empty = Corpus("empty", "", (), (), array("H"), (0,), ())
    index = Index(tmp_path, "empty", empty.fingerprint, lambda: empty)
    assert find(index, FIGURE).tunes == 0
    assert find(index, FIGURE, View("interval")).tunes == 0
    assert index.longest["tokens"] == 0
