"""Throw random text at the reader and at check: neither may raise, hang, or lose music.

Not a test of the suite: `pip install atheris`, then from the repository's root
`python tests/check/fuzz_reader.py -runs=1000000 -max_len=120` (`--stable` as well: the second writing must be the
first). Atheris looks for inputs that reach new code; what it finds it writes down, and stops.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[2]))

with atheris.instrument_imports(include=["folkbench.notation", "folkbench.check"]):
    from folkbench.check import check
    from folkbench.check.portrait import portray
    from folkbench.check.telling import portrait_text, problem_text
    from folkbench.notation import read, write

HEADS = ("", "X:1\nT:t\nM:6/8\nL:1/8\nK:D\n", "M:4/4\nK:Cmaj\n", "X:1\nM:C|\nK:Gm\nV:1\n")
STABLE = "--stable" in sys.argv
"""Whether the second writing must be the first as well."""

PIECES = (
    "A", "b'", "^c", "2", "3/2", "/", "//", ">", "<<", "|", "|:", ":|", "::", "|1", ":|2", "[1,3", "|]", "[|]", "(3",
    "(3:2:4", "(", ")", "-", "[CEG]", "[ce]2", "{g}", "{/cd}", "z", "Z2", "x", "y", "!trill!", "+fermata+", "~", "H",
    '"Gm"', '"^hi"', "[K:Am]", "[M:3/4]", "[L:1/16]", "&", "$", "!", "\n", "\\\n", " ", "%x\n", "%%d\n", "w:la\n",
    "V:2\n", "P:B\n", "K:Edor\n", "U:W=!roll!\n", "[", "]", "{", "}", '"', "\r", "é", "\0", "9", "[V:1]",
)  # fmt: skip


def text_of(data: bytes) -> str:
    """Half of the inputs are raw text, half are strings of pieces of ABC, one for each byte."""
    if not data:
        return ""
    if data[0] % 2:
        return HEADS[data[0] // 2 % len(HEADS)] + data[1:].decode("utf-8", errors="replace")
    return HEADS[data[0] // 2 % len(HEADS)] + "".join([PIECES[byte % len(PIECES)] for byte in data[1:]])


def one_input(data: bytes) -> None:
    """Read, check, put into words, write; with --stable, read that and write it again."""
    text = text_of(data)
    tune = read(text)
    problems = check(tune, strict=True)
    for problem in problems:
        problem_text(problem, tune, "fuzz")
    portrait_text(portray(tune), tune, problems)
    written = write(tune)
    if STABLE:
        assert write(read(written)) == written, (text, written)


if __name__ == "__main__":
    atheris.Setup([word for word in sys.argv if word != "--stable"], one_input)
    atheris.Fuzz()
