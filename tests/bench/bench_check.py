"""Reading and checking: our parse + check + form report beside music21's reader, abc2abc and abc2midi -c.

All of them on the same tunes of the three printed books, in one run. music21 reads every sixtieth tune (it takes
half a minute for a thousand); the programs of abcmidi get one file with all tunes, as they are used. Rates are in
processor seconds, ours and theirs alike. A tunebook of 50,000 tunes, the printed ones over and over, is checked by
all cores, and there the clock counts.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from folkbench.check import check
from folkbench.check.portrait import portray
from folkbench.notation import form, read
from tests.conftest import printed_tunes


def main() -> None:
    """Tunes a second, and how many times that is of each peer's."""
    tunes = printed_tunes()
    ours = _rate(lambda: _check_all(tunes), len(tunes), 5)
    reading = _rate(lambda: [read(text) for text in tunes], len(tunes), 5)
    print(f"parse, check and form report: {ours:,.0f} tunes/s on one core (parse alone {reading:,.0f})")
    few = tunes[::60]
    music21 = _rate(lambda: _music21(few), len(few), 3)
    print(f"music21's reader: {music21:,.1f} tunes/s; ours is {ours / music21:.1f} times as quick")
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder) / "book.abc"
        book.write_text("\n\n".join(tunes) + "\n", encoding="latin-1", errors="replace")
        for name, words in (("abc2abc", ["abc2abc", str(book)]), ("abc2midi -c", ["abc2midi", str(book), "-c"])):
            if shutil.which(words[0]) is None:
                print(f"{name} isn't on this machine")
                continue
            theirs = _rate(lambda words=words: _run(words, folder), len(tunes), 3)
            print(f"{name}: {theirs:,.0f} tunes/s; ours is 1/{theirs / ours:.0f} of that")
        _whole_book(tunes, Path(folder) / "big.abc")


def _whole_book(tunes: tuple[str, ...], book: Path) -> None:
    """50,000 tunes by the command, all cores."""
    count = 50_000
    book.write_text("\n\n".join([tunes[k % len(tunes)] for k in range(count)]) + "\n")
    start, before = time.perf_counter(), sum(os.times()[:4])
    _run([sys.executable, "-m", "folkbench", "check", str(book)], None)
    taken, worked = time.perf_counter() - start, sum(os.times()[:4]) - before
    cores = len(os.sched_getaffinity(0))
    print(f"folkbench check of {count:,} tunes: {taken:.1f} s on {cores} cores ({worked:.1f} processor seconds)")


def _check_all(tunes: tuple[str, ...]) -> None:
    for text in tunes:
        tune = read(text)
        parts = form(tune)
        check(tune, False, parts)
        portray(tune, parts)


def _music21(tunes: tuple[str, ...]) -> None:
    from music21.abcFormat import ABCHandler
    from music21.abcFormat.translate import abcToStreamScore

    for text in tunes:
        handler = ABCHandler()
        handler.process(text)
        abcToStreamScore(handler)


def _rate(work: Callable[[], object], count: int, times: int) -> float:
    """Tunes in a processor second, that of other processes included: the median, after a time that isn't counted."""
    work()
    taken = []
    for _ in range(times):
        start = sum(os.times()[:4])
        work()
        taken.append(sum(os.times()[:4]) - start)
    return count / max(statistics.median(taken), 0.001)


def _run(words: list[str], folder: str | None) -> None:
    subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, cwd=folder)


if __name__ == "__main__":
    main()
