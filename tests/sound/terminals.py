"""A terminal of its own for a command, whose keys are pressed and whose state is looked at by a test."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import subprocess
import sys
import termios
import time
from pathlib import Path


class Terminal:
    """`folkbench` with these words, in a pseudo-terminal of 80 columns and 24 lines."""

    def __init__(self, words: list[str], folder: Path) -> None:
        self.ours, theirs = pty.openpty()
        termios.tcsetwinsize(self.ours, (24, 80))
        self.theirs = theirs
        self.found = termios.tcgetattr(theirs)

        def own() -> None:
            """The pseudo-terminal becomes the one whose Ctrl-C reaches the command."""
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        root = Path(__file__).parents[2]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "folkbench", *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(root), "TERM": "xterm-256color", "FOLKBENCH_HOME": str(folder)},
            preexec_fn=own,
        )
        self.text = ""

    def read(self, until: str = "", seconds: float = 40.0) -> str:
        """What has been printed, once `until` stands in it (or the time is over)."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and (not until or until not in self.text):
            if select.select([self.ours], [], [], 0.05)[0]:
                self.text += os.read(self.ours, 65536).decode("utf-8", "replace")
            elif self.process.poll() is not None or not until:
                break
        return self.text

    def press(self, keys: str) -> None:
        os.write(self.ours, keys.encode())

    def end(self, seconds: float = 40.0) -> int:
        """Wait for the command, reading what it says; its exit status."""
        end = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < end:
            self.read()
            time.sleep(0.02)
        self.read()
        return self.process.wait(timeout=1)

    def is_as_found(self) -> bool:
        """Whether echo, line editing and special keys are what they were, and the cursor is shown."""
        hidden, shown = self.text.rfind("\x1b[?25l"), self.text.rfind("\x1b[?25h")
        return termios.tcgetattr(self.theirs) == self.found and shown >= hidden

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.ours)
        os.close(self.theirs)
