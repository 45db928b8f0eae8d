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


def test_two_processes_learn_as_one_does_step_by_step(tmp_path: Path) -> None:
    alone = losses(tmp_path / "alone")
    words = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    words += ["-m", "tests.model.two_processes", str(tmp_path / "two")]
    done = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, timeout=240, check=True)
    two = json.loads(done.stdout)
    assert two["steps"] == pytest.approx(alone.steps, abs=1e-5)
    assert two["epochs"] == pytest.approx(alone.epochs, abs=1e-5)
    assert len(two["steps"]) == len(alone.steps) >= 6
    assert {path.name for path in (tmp_path / "two").iterdir()} == {WEIGHTS, STATE, CURVE}
