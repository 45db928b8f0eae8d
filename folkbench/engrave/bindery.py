"""A planned book on disk: tunebooks as ABC, what `book find` reads, and PDFs that LilyPond prints run by run.

A run's pages are kept until its volume is bound, under a name made of its text, so that printing goes on where it was
stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from folkbench.bench import write_whole
from folkbench.engrave.book import Book, Run, Volume
from folkbench.engrave.printer import press, printed
from folkbench.engrave.register import stem, write_register
from folkbench.errors import FolkbenchError


def write_abc(book: Book, folder: Path) -> list[Path]:
    """Write the tunebook of every volume, and the register. Raises Refused where there is no room."""
    paths = []
    for volume in book.volumes:
        paths.append(folder / f"{stem(volume.number)}.abc")
        write_whole(paths[-1], book.abc(volume), force=True)
    write_register(book, folder)
    return paths


def print_volume(
    book: Book, volume: Volume, folder: Path, work: Path, jobs: int, done: Callable[[int], None] = lambda pages: None
) -> Path:
    """Print a volume as a PDF, unless it is there; `done` is told how many pages came off the press.

    Raises Missing without LilyPond, FolkbenchError if it makes other pages than were planned, Refused without room.
    """
    path = folder / f"{stem(volume.number)}.pdf"
    if path.exists():
        done(volume.last + 1 - volume.first)
        return path
    press()
    runs = list(book.runs(volume))
    files = [work / f"pages-{sha256(run.text.encode()).hexdigest()[:24]}.pdf" for run in runs]
    todo = [(run, file) for run, file in zip(runs, files, strict=True) if not file.exists()]
    done(sum(run.pages for run, file in zip(runs, files, strict=True) if file.exists()))
    if jobs <= 1 or len(todo) <= 1:
        for run, file in todo:
            done(_print(run, file))
    else:
        from joblib import Parallel, delayed

        spread = Parallel(n_jobs=jobs, prefer="threads", return_as="generator_unordered")
        for pages in spread(delayed(_print)(run, file) for run, file in todo):
            done(pages)
    write_whole(path, _bound(book, volume, files), force=True)
    for file in files:
        file.unlink(missing_ok=True)
    return path


def _print(run: Run, file: Path) -> int:
    from pypdf import PdfReader

    pdf = printed(run.text, ".pdf").files[0]
    pages = len(PdfReader(BytesIO(pdf)).pages)
    if pages != run.pages:
        raise FolkbenchError(f"LilyPond made {pages} pages where {run.pages} were planned", "--no-pdf makes the ABC")
    write_whole(file, pdf, force=True)
    return pages


def _bound(book: Book, volume: Volume, files: Sequence[Path]) -> bytes:
    """The runs as one PDF, whose reader shows the page numbers that are printed."""
    from pypdf import PdfWriter
    from pypdf.constants import PageLabelStyle

    writer = PdfWriter()
    for file in files:
        writer.append(file, import_outline=False)
    writer.add_metadata({"/Title": f"{book.title}, volume {volume.number} of {len(book.volumes)}"})
    writer.set_page_label(0, volume.last - volume.first, style=PageLabelStyle.DECIMAL, start=volume.first)
    stream = BytesIO()
    writer.write(stream)
    return stream.getvalue()
