"""Quick commands load nothing heavy: each is run in a fresh process, which then reads `sys.modules`."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import SEED

HEAVY = ("torch", "music21", "onnxruntime", "onnx", "matplotlib", "fluidsynth", "scipy", "pydivsufsort")
QUICK = {
    "--help": ["--help"],
    "check": ["check", str(SEED)],
}
WITHOUT_NUMPY = ("--help", "check")

PROGRAM = """
import sys
from folkbench.cli import main
try:
    main(sys.argv[1:])
finally:
    print("loaded", *sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def loaded_by(words: list[str]) -> set[str]:
    done = subprocess.run([sys.executable, "-c", PROGRAM, *words], capture_output=True, text=True, check=False)
    line = next(line for line in done.stderr.splitlines() if line.startswith("loaded "))
    return set(line.split()[1:])


@pytest.mark.parametrize("name", QUICK)
def test_a_quick_command_loads_nothing_heavy(name: str) -> None:
    loaded = loaded_by(QUICK[name])
    assert not loaded & set(HEAVY)
    if name in WITHOUT_NUMPY:
        assert "numpy" not in loaded
