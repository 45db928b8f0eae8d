"""What can go wrong, and the exit status of each.

    FolkbenchError            2   the words typed were wrong, or the input can't be read
    ├── NotFound              2   a file, tune, model or corpus of that name isn't there
    ├── Refused               2   it could be done, but would lose something (a file would be overwritten)
    ├── Damaged               2   a model or an index isn't what it should be
    └── Missing               3   something this needs isn't installed on this machine

Each carries one line for a person: what, where, what to do. The command line prints it and leaves with
the status; in `--json` it becomes `{"error": {"code", "message", "hint"}}`.
"""


class FolkbenchError(Exception):
    """Something a person can cause and can mend. `hint` says how."""

    status = 2
    code = "bad-input"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class NotFound(FolkbenchError):
    code = "not-found"


class Refused(FolkbenchError):
    code = "refused"


class Damaged(FolkbenchError):
    code = "damaged"


class Missing(FolkbenchError):
    """`hint` is the command that installs what is missing."""

    status = 3
    code = "missing"
