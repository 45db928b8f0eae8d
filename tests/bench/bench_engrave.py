"""Paper: one tune and a hundred, ABC to PDF, beside abcm2ps (with ps2pdf) and abc2ly (with the same LilyPond)."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from folkbench.engrave import find_press, lilypond, printed, ready
from folkbench.notation import read
from tests.bench.measure import row, seconds
from tests.conftest import printed_tunes


def main() -> None:
    press = find_press()
    if press is None:
        print("LilyPond is not installed: nothing to measure")
        return
    texts = printed_tunes()[::42][:100]
    writing(texts)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for count in (1, 100):
            some = texts[:count]
            what = "one tune" if count == 1 else f"{count} tunes in one run"
            ours = seconds(pages(some), 3 if count == 1 else 1)
            for peer, work in (("abcm2ps", abcm2ps(some, folder)), ("abc2ly", abc2ly(some, folder, press.program))):
                theirs = seconds(work, 3 if count == 1 else 1) / count if work else None
                row(f"ABC to PDF, {what}", ours / count, peer, theirs, "s a tune")


def writing(texts: tuple[str, ...]) -> None:
    """How long our own part takes: ABC to LilyPond's input."""
    taken = seconds(lambda: [lilypond([ready(read(text))]) for text in texts], 3)
    print(f"ABC to LilyPond's input, without LilyPond: {1000 * taken / len(texts):.2f} ms a tune")


def pages(texts: tuple[str, ...]) -> Callable[[], object]:
    return lambda: printed(lilypond([ready(read(text)) for text in texts]), ".pdf")


def abcm2ps(texts: tuple[str, ...], folder: Path) -> Callable[[], None] | None:
    if not (shutil.which("abcm2ps") and shutil.which("ps2pdf")):
        return None
    book = folder / "book.abc"
    book.write_text("\n\n".join(texts))

    def work() -> None:
        quietly("abcm2ps", str(book), "-O", str(folder / "book.ps"))
        quietly("ps2pdf", str(folder / "book.ps"), str(folder / "book.pdf"))

    return work


def abc2ly(texts: tuple[str, ...], folder: Path, program: Path) -> Callable[[], None] | None:
    """abc2ly makes one file a tune; LilyPond typesets them all in one run. Some it can't read."""
    if not shutil.which("abc2ly"):
        return None

    def work() -> None:
        paths = []
        for number, text in enumerate(texts):
            path = folder / f"{number}.abc"
            path.write_text(text + "\n")
            quietly("abc2ly", "-o", str(path.with_suffix(".ly")), str(path))
            if path.with_suffix(".ly").exists():
                paths.append(str(path.with_suffix(".ly")))
        quietly(str(program), "--loglevel=ERROR", "-o", str(folder), *paths)

    return work


def quietly(*words: str) -> None:
    subprocess.run(words, capture_output=True, check=False)
