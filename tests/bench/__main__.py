"""Run the benches whose names are given (`sound`), or all: every `bench_NAME.py` here has a `main`."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from tests.bench.measure import refuse_if_busy

names = sys.argv[1:] or sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))
refuse_if_busy()
for name in names:
    print(f"-- {name}")
    import_module(f"tests.bench.bench_{name}").main()
