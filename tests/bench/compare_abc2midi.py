"""Every bar of the three printed books on which `abc2midi -c` and check disagree, sorted by why.

`python -m tests.bench.compare_abc2midi [--sample N]` from the repository's root; abc2midi comes with Debian's
abcmidi. Each tune goes to abc2midi in a file of its own. Its "Bar k has x time units" names the bar line at which
it stood, by line and character, so its bar and ours are matched by that place; "in repeat" is the same bar played
again. What is left over is sorted by rules that only look at the durations of the bars, and a sample is printed
to be added up by hand. The counts of one run stand in compare_abc2midi.md.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from fractions import Fraction
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from folkbench.check.bars import judge
from folkbench.check.faults import _unread
from folkbench.notation import Tune, decode, play_order, read_tunes
from folkbench.notation.tune import Mark
from tests.conftest import BOOKS

COMPLAINT = re.compile(r"line-char (\d+)-(\d+) : Track \d+ Bar \d+ has (\S+) time units")

WE, TASTE, AGREE, THEY = "we are right", "a matter of taste", "both say so", "to be looked at one by one"
CLASSES = {
    "both complain of the same bar": AGREE,
    "the same seam, named at another of its bars": AGREE,
    "they: a fermata counted twice": WE,
    "they: two bars counted as one over a seam, each of which is whole or made up": WE,
    "they: one half of a bar that a seam splits; both halves make it whole": WE,
    "they: hornpipes counted as they would be played, with a swing": WE,
    "they: a grace sign or a trill takes time from the bar": WE,
    "they: the bar stands in a part that P: plays in another order": WE,
    "they: a repeat without |: taken from the tune's beginning, not from the part's": WE,
    "they: a chord of ABC 1.6, +EA+, misread": WE,
    "they: the wrong meter, bar by bar; we say once which one it looks like": TASTE,
    "we: a last or first bar too short, with no pickup to make up": WE,
    "we: a bar too long": WE,
    "we: a bar too short": WE,
    "we: a note on a pickup that isn't made up": TASTE,
    "they: anything else": THEY,
}


class Dispute(NamedTuple):
    """One bar, or what is said of it: whose count is what, in units of the meter."""

    tune: Tune
    bar: int
    theirs: Fraction | None
    ours: Fraction
    kind: str | None


def printed() -> list[Tune]:
    """All tunes of the three books."""
    music21 = find_spec("music21")
    assert music21 is not None
    assert music21.origin is not None
    folder = Path(music21.origin).parent / "corpus"
    paths = [path for book in BOOKS for path in sorted((folder / book).glob("*.abc"))]
    return [tune for path in paths for tune in read_tunes(decode(path.read_bytes()).split("\n"))]


def complaints(tune: Tune, folder: Path) -> dict[int, Fraction]:
    """Which bars abc2midi -c complains of, and how long it says they are."""
    has_x = tune.source.startswith("X:")
    path = folder / "tune.abc"
    path.write_text(("" if has_x else "X:1\n") + tune.source + "\n", encoding="latin-1", errors="replace")
    # it leaves a barloc.txt where it runs
    done = subprocess.run(["abc2midi", str(path), "-c"], capture_output=True, check=False, cwd=folder)
    starts = [0, *[found.end() for found in re.finditer("\n", tune.source)]]
    named: dict[int, Fraction] = {}
    for line, column, units in COMPLAINT.findall(done.stdout.decode("latin-1")):
        row = int(line) - 1 - (not has_x)
        at = starts[row] + int(column) if row < len(starts) else len(tune.source)
        named.setdefault(_bar_at(tune, at), Fraction(units))
    return named


def _bar_at(tune: Tune, at: int) -> int:
    """The bar that the bar line at `at` closes, else the one that `at` stands in."""
    for k, bar in enumerate(tune.bars):
        if bar.close.text and bar.close.at - 1 <= at <= bar.close.end + 1:
            return k
    for k, bar in enumerate(tune.bars):
        if at <= (bar.close.at if bar.close.text else len(tune.source)):
            return k
    return len(tune.bars) - 1


def disputes(tune: Tune, folder: Path) -> list[tuple[str, Dispute]]:
    """Each bar that either complains of, with the class it falls into."""
    if not tune.bars:
        return []
    voice = tune.voices[0]
    order = play_order(voice)
    faults, mismatches = judge(voice, tune.whole, _unread(tune, tune.bars))
    ours = {k: fault.kind for fault in faults for k in fault.bars}
    named = complaints(tune, folder)
    found = []
    for k in sorted(set(named) | set(ours)):
        bar = tune.bars[k]
        length = Fraction(bar.ticks * bar.meter.unit, tune.whole)
        dispute = Dispute(tune, k, named.get(k), length, ours.get(k))
        found.append((_class(dispute, ours, named, order, bool(mismatches)), dispute))
    return found


def _class(one: Dispute, ours: dict[int, str], named: dict[int, Fraction], order: tuple[int, ...], wrong: bool) -> str:
    k = one.bar
    if one.theirs is not None and one.kind:
        return "both complain of the same bar"
    near = {j for a, b in pairwise(order) if k in (a, b) for j in (a, b)} | {k - 1, k + 1}
    if one.theirs is None:
        if near & set(named) - set(ours):
            return "the same seam, named at another of its bars"
        if one.kind in ("pickup", "seam", "close"):
            return "we: a note on a pickup that isn't made up"
        if one.kind == "long":
            return "we: a bar too long"
        seam = k in (order[0], order[-1]) or any(abs(b - a) != 1 and k in (a, b) for a, b in pairwise(order))
        return "we: a last or first bar too short, with no pickup to make up" if seam else "we: a bar too short"
    return _their_class(one, near, ours, wrong)


def _their_class(one: Dispute, near: set[int], ours: dict[int, str], wrong: bool) -> str:
    tune, k = one.tune, one.bar
    bars = tune.bars
    here = [j for j in {k, *near} if 0 <= j < len(bars)]
    lengths = {j: Fraction(bars[j].ticks * bars[j].meter.unit, tune.whole) for j in here}
    if wrong:
        return "they: the wrong meter, bar by bar; we say once which one it looks like"
    if any(isinstance(event, Mark) and event.text == "fermata" for j in here for event in bars[j].events):
        return "they: a fermata counted twice"
    if near & set(ours):
        return "the same seam, named at another of its bars"
    if one.theirs == one.ours and one.ours < Fraction(bars[k].meter.beats):
        return "they: one half of a bar that a seam splits; both halves make it whole"
    if any(one.theirs == one.ours + lengths[j] for j in here if j != k):
        return "they: two bars counted as one over a seam, each of which is whole or made up"
    if k == 0 and any(
        one.theirs == one.ours + Fraction(b.ticks * b.meter.unit, tune.whole) for b in bars if b.close.ends
    ):
        return "they: a repeat without |: taken from the tune's beginning, not from the part's"
    if "+" in tune.source[bars[k].open.end : bars[k].close.at]:
        return "they: a chord of ABC 1.6, +EA+, misread"
    if "hornpipe" in tune.rhythm.lower():
        return "they: hornpipes counted as they would be played, with a swing"
    if "P:" in tune.source:
        return "they: the bar stands in a part that P: plays in another order"
    if re.search(r"[><][^|]{0,2}[~T{]|[~T][^|]{0,3}[><]", tune.source):
        return "they: a grace sign or a trill takes time from the bar"
    return "they: anything else"


def main() -> None:
    """Count, and print a sample to be added up by hand."""
    size = int(sys.argv[sys.argv.index("--sample") + 1]) if "--sample" in sys.argv else 0
    sorted_out: dict[str, list[Dispute]] = defaultdict(list)
    tunes = printed()
    with tempfile.TemporaryDirectory() as folder:
        for tune in tunes:
            for name, dispute in disputes(tune, Path(folder)):
                sorted_out[name].append(dispute)
    for one in sorted_out["they: anything else"]:
        print(one.tune.text("X").strip(), one.tune.title, "bar", one.bar, "theirs", one.theirs, "ours", one.ours)
    print(f"{len(tunes)} tunes, {sum(len(tune.bars) for tune in tunes)} bars")
    for name, verdict in CLASSES.items():
        print(f"{len(sorted_out[name]):5}  {verdict:34}  {name}")
    _print_sample(sorted_out, size)


def _print_sample(sorted_out: dict[str, list[Dispute]], size: int) -> None:
    """At least one of every class in which we disagree, the others by their share."""
    drawn = random.Random(60)
    apart = {name: found for name, found in sorted_out.items() if CLASSES[name] != AGREE}
    total = sum(len(found) for found in apart.values())
    for name, found in apart.items() if size else ():
        count = max(3, round(size * len(found) / total))
        for one in drawn.sample(found, min(count, len(found))):
            bars = one.tune.bars
            before = bars[max(one.bar - 1, 0)].events[0].at
            behind = bars[min(one.bar + 1, len(bars) - 1)].close.end
            x, meter = one.tune.text("X").strip(), bars[one.bar].meter.text
            print(
                f"\n[{name}] X:{x} {one.tune.title}, M:{meter} L:{one.tune.unit}, bar {one.bar}: "
                f"theirs {one.theirs}, ours {one.ours} ({one.kind})"
            )
            print(one.tune.source[before:behind])


if __name__ == "__main__":
    main()
