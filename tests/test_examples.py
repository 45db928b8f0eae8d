"""The example tunes: well made, and each of the network's own names what makes it again."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from folkbench.check import check
from folkbench.notation import read
from tests.conftest import SEED

EXAMPLES = sorted(SEED.parent.glob("*.abc"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_passes_the_strictest_check(path: Path) -> None:
    problems = check(read(path.read_text()), strict=True)
    assert [problem.code for problem in problems if problem.severity != "note"] == []


@pytest.mark.parametrize("path", [path for path in EXAMPLES if path != SEED], ids=lambda path: path.stem)
def test_an_example_of_the_networks_own_names_the_command_that_makes_it(path: Path) -> None:
    note = read(path.read_text()).text("N")
    assert shlex.split(note)[:3] == ["folkbench", "new", "--seed"]
