"""A corpus written out: as tokens, one tune after the other, or as a tunebook in ABC."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from folkbench.corpus.entry import Corpus, Entry
from folkbench.encoding.v2 import plain_bars
from folkbench.notation import escaped, read


def tokens(corpus: Corpus) -> Iterator[str]:
    """Each tune in folk-rnn's v2 form: a line M:, a line K:, a line of spaced tokens in root C, an empty line."""
    for entry in corpus.entries:
        yield f"{entry.meter}\n{entry.mode}\n{' '.join(plain_bars(entry.music))}\n\n"


def abc(corpus: Corpus) -> Iterator[str]:
    """Each tune as ABC in its own key, X: counting from 1, with all its titles, its type and where it stands."""
    for entry in corpus.entries:
        yield tune_text(entry, entry.number + 1) + "\n"


FORMATS: dict[str, Callable[[Corpus], Iterator[str]]] = {"tokens": tokens, "abc": abc}
"""What a corpus can be written as."""


def tune_text(entry: Entry, x: int) -> str:
    """One tune as ABC: a clean header, and the music as its source has it."""
    tune = read(entry.abc)
    head = [f"X:{x}", *(f"T:{escaped(title)}" for title in entry.titles or (entry.title,) if title)]
    head += [f"C:{escaped(composer)}" for composer in tune.texts("C")]
    if entry.rhythm:
        head.append(f"R:{entry.rhythm}")
    head.append(f"B:{escaped(entry.source)}, {entry.index}")
    head += [f"Z:{escaped(credit)}" for credit in tune.texts("Z") if credit]
    head.append(f"M:{tune.meter.text}")
    head.append(f"L:{tune.unit.numerator}/{tune.unit.denominator}")
    head.append(f"K:{tune.key.text}")
    return "\n".join([*head, *_body(entry.abc)]) + "\n"


def _body(text: str) -> list[str]:
    """The lines behind K:, without empty ones, which would end the tune."""
    lines = text.split("\n")
    key = next((number for number, line in enumerate(lines) if line.startswith("K:")), -1)
    return [line.rstrip() for line in lines[key + 1 :] if line.strip()]
