"""The front door."""

from __future__ import annotations

import subprocess
import sys


def test_help_lists_every_command() -> None:
    from folkbench.cli import COMMANDS

    done = subprocess.run([sys.executable, "-m", "folkbench", "--help"], capture_output=True, text=True, check=True)
    for name in COMMANDS:
        assert name in done.stdout
