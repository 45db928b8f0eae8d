"""What a file of parts holds: all the numbers, all the pictures, or one picture."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from folkbench.errors import FolkbenchError

if TYPE_CHECKING:
    from folkbench.dissect.studies import Part

ENDINGS = (".png", ".svg", ".pdf", ".npz")


def content(parts: Sequence[Part], ending: str, picture: str = "") -> bytes:
    """The content of a file: .npz all numbers, .pdf all pictures unless one is named, .png and .svg one picture.

    Raises FolkbenchError for another ending, or a picture that these parts don't have.
    """
    check_ending(ending)
    if ending == ".npz":
        import numpy as np

        from folkbench.dissect.numbers import as_arrays

        stream = io.BytesIO()
        arrays = as_arrays({part.name: part.found for part in parts})
        np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]
        return stream.getvalue()
    from folkbench.dissect.figures import PICTURES, pages, save

    having = {one.name: (one, part.found) for part in parts for one in PICTURES[part.name]}
    if picture and picture not in having:
        raise FolkbenchError(f"there is no picture {picture!r} here", f"there are: {', '.join(having)}")
    if ending == ".pdf" and not picture:
        return pages([(one, found, ()) for one, found in having.values()])
    one, found = having[picture or next(iter(having))]
    return save(one, found, ending[1:])


def check_ending(ending: str) -> None:
    """Raises FolkbenchError for a file ending that nothing here can be written as."""
    if ending not in ENDINGS:
        raise FolkbenchError(f"there is no picture {ending or 'without an ending'}", f"take one of {' '.join(ENDINGS)}")
