"""Pickles read as data: a pickle is a program for a machine of stacks, and ours does next to nothing.

Before it runs the program is looked through: only the words that a file of weights needs may stand in it (none that
makes an object of a class, calls by number or reaches outside), no memo beyond its own length, and no long string
fetched twice, so that a small file can't become a large one. What runs then can make dicts, lists, strings, numbers
and arrays of floats.
"""

from __future__ import annotations

import io
import pickle
import pickletools
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from folkbench.errors import Damaged

_WORDS = frozenset(
    {
        *("PROTO", "MARK", "STOP", "GLOBAL", "REDUCE", "BUILD", "NONE", "NEWTRUE", "NEWFALSE"),
        *("EMPTY_DICT", "DICT", "SETITEM", "SETITEMS", "EMPTY_LIST", "LIST", "APPEND", "APPENDS"),
        *("EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3"),
        *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "FLOAT", "BINFLOAT"),
        *("STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE"),
        *("PUT", "BINPUT", "LONG_BINPUT", "GET", "BINGET", "LONG_BINGET"),
    }
)
"""The words of protocol 2 that numbers, strings and arrays are written with."""

_LONG = 1000  # characters of a string that isn't fetched again


def read_pickle(data: bytes) -> object:
    """What the pickle holds, its arrays as `Values`. Raises Damaged for anything but data, and what pickle raises."""
    _look_through(data)
    return _Unpickler(io.BytesIO(data)).load()


def _look_through(data: bytes) -> None:
    long: set[int] = set()
    size = 0
    for word, argument, _ in pickletools.genops(data):
        if word.name not in _WORDS:
            raise Damaged(f"it has a word {word.name} that such a file doesn't need")
        if "PUT" in word.name and argument is not None:
            if argument > len(data):
                raise Damaged("it counts further than it is long")
            if size > _LONG:
                long.add(argument)
        elif "GET" in word.name and argument in long:
            raise Damaged("it says something long twice")
        size = len(argument) if isinstance(argument, str) else 0


class _Float:
    """Stands where numpy's dtype is asked for: a float type of some byte order, and no other."""

    def __init__(self, code: object, *_: object) -> None:
        name = code if isinstance(code, str) else ""
        if name not in ("f4", "f8"):
            raise Damaged(f"it has arrays of {name[:20]!r}, not of floats")
        self.code = name
        self.order = "<"

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.order = ">" if state[1] == ">" else "<"


class Values:
    """Stands where numpy's ndarray is asked for: numpy's own would believe whatever state the file gives it."""

    flat: NDArray[Any] = np.zeros(0, np.float32)
    """The floats as they stand in the file, whatever their order is."""
    _shape: Any = (0,)
    _by_column: bool = False

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, self._shape, kind, by_column, raw = state
        self._by_column = bool(by_column)
        if not isinstance(kind, _Float):
            raise Damaged("it has arrays of something that is no number")
        data = raw.encode("latin-1") if isinstance(raw, str) else raw
        self.flat = np.frombuffer(data, dtype=kind.order + kind.code)

    def array(self) -> NDArray[np.float32]:
        """The array. Raises Damaged if it has another number of values than its shape says."""
        try:
            shaped = self.flat.reshape(self._shape, order="F" if self._by_column else "C")
        except (TypeError, ValueError) as error:
            raise Damaged("it has an array that isn't whole") from error
        with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused as that
            exact: NDArray[np.float32] = shaped.astype(np.float32)
        return exact


class _Name:
    """Something admitted by its name: it can be called, and nothing can be done to it."""

    __slots__ = ("call",)

    def __init__(self, call: Callable[..., object]) -> None:
        self.call = call

    def __call__(self, *arguments: object) -> object:
        return self.call(*arguments)

    def __setstate__(self, state: object) -> NoReturn:
        raise Damaged("it changes what it asks for")


_ARRAY = _Name(Values)


def _empty_array(kind: object, *_: object) -> Values:
    if kind is not _ARRAY:
        raise Damaged("it asks for something that is no array")
    return Values()


def _encoded(text: object, codec: object) -> bytes:
    """How Python 3 writes bytes in protocol 2."""
    if not isinstance(text, str) or codec != "latin1":
        raise Damaged("it encodes something that is no array")
    return text.encode("latin-1")


_ADMITTED = {
    ("numpy.core.multiarray", "_reconstruct"): _Name(_empty_array),
    ("numpy._core.multiarray", "_reconstruct"): _Name(_empty_array),
    ("numpy", "ndarray"): _ARRAY,
    ("numpy", "dtype"): _Name(_Float),
    ("_codecs", "encode"): _Name(_encoded),
}
"""What such a file may ask for by name, and what it gets: nothing here does anything but hold numbers."""


class _Unpickler(pickle.Unpickler):
    """Admits what a published weights file needs, and nothing else."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, encoding="latin-1")

    def find_class(self, module: str, name: str) -> Any:
        """The five names that such a file holds. Raises Damaged for any other."""
        admitted = _ADMITTED.get((module, name))
        if admitted is None:
            raise Damaged(f"it asks for {module}.{name}")
        return admitted

    def persistent_load(self, pid: object) -> NoReturn:
        """Such a file refers to nothing outside itself."""
        raise Damaged("it refers to something outside itself")
