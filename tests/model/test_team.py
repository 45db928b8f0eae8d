import json
import subprocess
import sys
from pathlib import Path

import pytest

from folkbench.model.checkpoint import WEIGHTS
from folkbench.model.curve import CURVE
from folkbench.model.state import STATE
from tests.model.two_processes import losses

ROOT = Path(__file__).parents[2]
TORCHRUN = ("-m", "torch.distributed.run", "--standalone", "--local-addr", "127.0.0.1", "--nproc-per-node", "2")
"""As it runs where nobody knows the machine's name: in a container, or without a network."""


def together(*words: str) -> str:
    """What two processes print; what they complain of is shown if they fail."""
    done = subprocess.run(
        [sys.executable, *TORCHRUN, *words], cwd=ROOT, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def test_two_processes_learn_as_one_does_step_by_step(tmp_path: Path) -> None:
    alone = losses(tmp_path / "alone")
    two = json.loads(together("-m", "tests.model.two_processes", str(tmp_path / "two")))
    assert two["steps"] == pytest.approx(alone.steps, abs=1e-5)
    assert two["epochs"] == pytest.approx(alone.epochs, abs=1e-5)
    assert len(two["steps"]) == len(alone.steps) >= 6
    for kind in ("plain", "practice"):
        assert {path.name for path in (tmp_path / "two" / kind).iterdir()} == {WEIGHTS, STATE, CURVE}
