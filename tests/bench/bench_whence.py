"""whence: questions over 0.63, 3.8 and 38 million tokens, beside what else can find a figure.

The larger corpora are the session corpus again and again, each time with one note in ten another. A figure is five
tokens from a random place, as in the peers' measurements; every peer counts the same figure in the same text.
"""

from __future__ import annotations

import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np

from folkbench.corpus import Corpus, load
from folkbench.corpus.entry import Entry
from folkbench.encoding import meaning, text
from folkbench.errors import FolkbenchError
from folkbench.whence import KINDS, Index, View, find, find_nearly, originality, trace
from folkbench.whence.suffix import pack
from tests.bench.measure import row, seconds

COPIES = (1, 6, 60)
PEERS_AT = 6  # copies: some 4 million tokens

Figure = tuple[str, ...]


def main() -> None:
    session = load()
    for copies in COPIES:
        corpus = varied(session, copies)
        with tempfile.TemporaryDirectory() as name:
            print(f"{len(corpus.codes) / 1e6:.2f} million tokens, {len(corpus):,} tunes")
            start = time.perf_counter()
            index = Index(Path(name), "bench", corpus.fingerprint, partial(_same, corpus))
            print(f"  built in {time.perf_counter() - start:.2f} s")
            questions(index, session, kinds=copies <= PEERS_AT)
            if copies == PEERS_AT:
                peers(index, corpus, session, Path(name))
    shell()


def varied(session: Corpus, copies: int) -> Corpus:
    """The corpus so many times over, in every copy but the first one note in ten changed to another."""
    codes = np.array(session.codes, np.uint16)
    notes = np.array([code for code, word in enumerate(session.words) if meaning(word).kind == "pitch"], np.uint16)
    draw = np.random.default_rng(1)
    parts = [codes]
    for _ in range(copies - 1):
        changed = np.isin(codes, notes) & (draw.random(len(codes)) < 0.1)
        parts.append(np.where(changed, draw.choice(notes, len(codes)), codes))
    starts = np.array(session.starts)
    tunes = [starts[:-1] + copy * len(codes) for copy in range(copies)]
    groups = 1 + max([int(str(line[5])) for line in session.rows], default=0)
    rows = [
        (*line[:5], int(str(line[5])) + copy * groups, *line[6:]) for copy in range(copies) for line in session.rows
    ]
    everything = array("H", np.concatenate(parts).astype(np.uint16).tobytes())
    ends = (*np.concatenate(tunes).tolist(), copies * len(codes))
    corpus = Corpus(f"{copies} times session", "", (), session.words, everything, ends, tuple(rows))
    corpus.__dict__["fingerprint"] = f"bench {copies}"  # the true one takes long
    return corpus


def questions(index: Index, session: Corpus, kinds: bool) -> None:
    """How long answers take: the median of many figures, and the slowest."""
    drawn = figures(session, 200, 5)
    report("an exact figure counted, us", 1e6, [partial(_count, index, figure, View()) for figure in drawn])
    if kinds:
        for kind in KINDS:
            views = [View(kind), View(kind, pitch_only=True), View(kind, across=True)]
            work = [partial(_count, index, figure, view) for view in views for figure in figures(session, 60, 8)]
            report(f"{kind} (also --pitch-only, --across), ms", 1e3, work)
        for edits in (1, 2, 3):
            work = [partial(_nearly, index, figure, edits) for figure in figures(session, 12, 12)]
            report(f"{edits} edits, ms", 1e3, work)
    tunes = [session.entries[number] for number in range(0, len(session), len(session) // 20)]
    report("a tune's table, ms", 1e3, [partial(_trace, index, entry) for entry in tunes])
    report("originality in a line, ms", 1e3, [partial(originality, entry.music, index) for entry in tunes])


def report(what: str, scale: float, work: Sequence[Callable[[], object]]) -> None:
    taken = [scale * seconds(one, 5) for one in work]
    print(f"  {what}: {statistics.median(taken):.3g}; the slowest of {len(taken)}: {max(taken):.3g}")


def peers(index: Index, corpus: Corpus, session: Corpus, folder: Path) -> None:
    """One figure in 4 million tokens, counted by each."""
    figure = ("G", "E", "C", "E", "G")
    symbols = [index.text.index[word] for word in figure]
    ours = seconds(partial(_count, index, figure, View()), 50) * 1e3
    suffixes = index.look(View()).suffixes
    row("suffix array, ranks alone", ours, "", seconds(partial(suffixes.find, pack(np.array(symbols))), 50) * 1e3, "ms")
    flat = index.text.symbols.astype(np.uint16)
    row("a figure counted", ours, "numpy", seconds(partial(_by_numpy, flat, symbols)) * 1e3, "ms")
    characters = "".join(map(chr, (flat + 0x4E00).tolist()))
    wanted = "".join(chr(symbol + 0x4E00) for symbol in symbols)
    row("a figure counted", ours, "str.find", seconds(partial(_by_find, characters, wanted)) * 1e3, "ms")
    tokens, book = folder / "tokens.txt", folder / "book.abc"
    lines, tunes = [], []
    words = corpus.words
    for number, (first, last) in enumerate(pairwise(corpus.starts), 1):
        meter, mode, *music = [words[code] for code in corpus.codes[first:last]]
        lines.append(" ".join(music))
        tunes.append(text(music, meter=meter, mode=mode, title=f"Tune {number}", x=number))
    tokens.write_text("\n".join(lines))
    book.write_text("\n".join(tunes))
    (folder / "match.abc").write_text("X:1\nT:match\nM:4/4\nL:1/8\nK:C\nGECEG|\n")
    grep = partial(_quietly, folder, "grep", "-cF", " ".join(figure), str(tokens))
    row("a figure counted", ours, "grep", seconds(grep) * 1e3, "ms")
    abcmatch = partial(_quietly, folder, "abcmatch", str(book), "-fixed", "5")
    row("a figure counted", ours, "abcmatch", seconds(abcmatch) * 1e3 if shutil.which("abcmatch") else None, "ms")


def shell() -> None:
    """The whole command from the shell, its index warm."""
    ask = partial(_quietly, Path.cwd(), sys.executable, "-m", "folkbench", "whence", "G, C C 2")
    bare = partial(_quietly, Path.cwd(), sys.executable, "-c", "import numpy, typer")
    row("folkbench whence FIGURE", seconds(ask, 10) * 1e3, "python with numpy and typer", seconds(bare, 10) * 1e3, "ms")


def figures(corpus: Corpus, count: int, length: int) -> list[Figure]:
    """Runs of so many tokens from random places of the corpus, with two notes or more in them."""
    draw = random.Random(length)
    found: list[Figure] = []
    while len(found) < count:
        music = corpus.entries[draw.randrange(len(corpus))].music
        begin = draw.randrange(max(len(music) - length, 1))
        figure = music[begin : begin + length]
        if sum(meaning(word).kind == "pitch" for word in figure) > 3:
            found.append(figure)
    return found


def _same(corpus: Corpus) -> Corpus:
    return corpus


def _count(index: Index, figure: Figure, view: View) -> int:
    return find(index, figure, view).tunes


def _nearly(index: Index, figure: Figure, edits: int) -> int:
    try:
        return find_nearly(index, figure, edits).tunes
    except FolkbenchError:
        return 0


def _trace(index: Index, entry: Entry) -> object:
    return trace(index, entry.meter, entry.mode, entry.music)


def _by_numpy(flat: np.ndarray[tuple[int], np.dtype[np.uint16]], symbols: list[int]) -> int:
    there = flat[: len(flat) - len(symbols) + 1] == symbols[0]
    for offset, symbol in enumerate(symbols[1:], 1):
        there &= flat[offset : len(flat) - len(symbols) + 1 + offset] == symbol
    return int(there.sum())


def _by_find(characters: str, wanted: str) -> int:
    count, at = 0, characters.find(wanted)
    while at >= 0:
        count, at = count + 1, characters.find(wanted, at + 1)
    return count


def _quietly(folder: Path, *command: str) -> None:
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
