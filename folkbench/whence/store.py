"""An index file: named arrays, mapped into memory, so that nothing is read that isn't needed.

A file is written beside its place and put there in one step, so that a full disk or a kill leaves the old file or
none. It carries its own size, a checksum, and the time it was written: as long as its time of change is still that
one, nobody has touched it and it is believed; else all of it is checked.

    line 1   the format
    line 2   JSON: {"about", "written": ns, "size", "check": crc32 of the rest, "arrays": [[name, type, shape, offset]]}
    then     the arrays, each at an offset that its type's size divides
"""

from __future__ import annotations

import json
import mmap
import os
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from folkbench.errors import Damaged, Refused

_FORMAT = b"folkbench index 1\n"
_ROOM = 64  # bytes; every array begins at a multiple of it


class Stored(NamedTuple):
    """An open index file: what it is about, its bytes, its arrays (views of the bytes), and where each begins."""

    about: dict[str, Any]
    data: mmap.mmap
    arrays: dict[str, npt.NDArray[Any]]
    offsets: dict[str, int]


def save(path: Path, about: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Write an index file, whole or not at all. Raises Refused if there is no room or no leave to write."""
    rows, offset, check = [], 0, 0
    pieces: list[memoryview | bytes] = []
    for name, array in arrays.items():
        flat = np.ascontiguousarray(array)
        rows.append([name, flat.dtype.str, flat.shape, offset])
        gap = bytes(-flat.nbytes % _ROOM)
        pieces += [flat.view(np.uint8).reshape(-1).data, gap]
        offset += flat.nbytes + len(gap)
    for piece in pieces:
        check = zlib.crc32(piece, check)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as stream:
            written = os.fstat(stream.fileno()).st_mtime_ns
            head = json.dumps({"about": about, "written": written, "size": offset, "check": check, "arrays": rows})
            start = len(_FORMAT) + len(head) + 1
            stream.write(_FORMAT + head.encode("ascii") + b" " * (-start % _ROOM) + b"\n")
            for piece in pieces:
                stream.write(piece)
            stream.flush()
            os.fsync(stream.fileno())
        os.utime(part, ns=(written, written))
        part.replace(path)
    except OSError as error:
        raise Refused(
            f"the index {path} can't be written: {error.strerror}", "make room, or set FOLKBENCH_HOME to another folder"
        ) from error
    finally:
        part.unlink(missing_ok=True)


def load(path: Path) -> Stored:
    """Map an index file. Raises FileNotFoundError if there is none, Damaged if it isn't what `save` wrote."""
    with path.open("rb") as stream:
        try:
            data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
            changed = os.fstat(stream.fileno()).st_mtime_ns
            return _parse(data, changed)
        except (ValueError, KeyError, TypeError) as error:
            raise Damaged(f"the index {path} is damaged ({error})", "it is built again") from error


def _parse(data: mmap.mmap, changed: int) -> Stored:
    if data[: len(_FORMAT)] != _FORMAT:
        raise ValueError("not this format")
    end = data.find(b"\n", len(_FORMAT)) + 1
    head = json.loads(data[len(_FORMAT) : end])
    if len(data) != end + head["size"]:
        raise ValueError("not its size")
    if changed != head["written"] and zlib.crc32(memoryview(data)[end:]) != head["check"]:
        raise ValueError("not its checksum")
    arrays, offsets = {}, {}
    for name, kind, shape, offset in head["arrays"]:
        offsets[name] = end + offset
        count = int(np.prod(shape))
        arrays[name] = np.frombuffer(data, np.dtype(kind), count, end + offset).reshape(shape)
    return Stored(head["about"], data, arrays, offsets)
