"""What the benches share: a quiet machine, medians, and a ratio beside a peer."""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable

_BUSY = 0.5  # load, in processors, above which times mean nothing


def refuse_if_busy() -> None:
    """Leave with a word where something else keeps the processors busy; BENCH_ANYWAY=1 measures all the same."""
    load = os.getloadavg()[0]
    if load > _BUSY and os.environ.get("BENCH_ANYWAY") != "1":
        sys.exit(f"this machine is busy (load {load:.1f}): its times would mean nothing (BENCH_ANYWAY=1: all the same)")


def seconds(work: Callable[[], object], times: int = 5) -> float:
    """Median seconds of `work`, after a first time that isn't counted."""
    work()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def row(what: str, ours: float, peer: str, theirs: float | None, unit: str) -> None:
    """One line: ours, the peer's, and how many times quicker ours is."""
    if theirs is None:
        print(f"{what}: {ours:.4g} {unit}; {peer} isn't on this machine")
    else:
        print(f"{what}: {ours:.4g} {unit}, {peer} {theirs:.4g}: {theirs / ours:.3g} times")
