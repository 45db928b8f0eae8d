"""A weights file as folk-rnn published it, written byte by byte, and its network in plain numpy."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

TOKENS = ("<s>", "</s>", "M:4/4", "K:Cmaj", "C", "D", "2", "|", ":|", "|:", "/2")
HIDDEN = 6
Array = NDArray[np.float32]


class Python2:
    """A pickle as Python 2 wrote it in protocol 2: str as SHORT_BINSTRING, arrays by numpy's _reconstruct.

    Written opcode by opcode, since Python 3 can't write Python 2 strings.
    """

    def __init__(self) -> None:
        self.out = io.BytesIO()
        self.out.write(b"\x80\x02")

    def string(self, text: bytes) -> None:
        if len(text) < 256:
            self.out.write(b"U" + bytes([len(text)]) + text)
        else:
            self.out.write(b"T" + struct.pack("<i", len(text)) + text)

    def number(self, number: int) -> None:
        self.out.write(b"J" + struct.pack("<i", number))

    def name(self, module: str, name: str) -> None:
        self.out.write(f"c{module}\n{name}\n".encode())

    def array(self, array: Array, core: str = "numpy.core.multiarray") -> None:
        self.name(core, "_reconstruct")
        self.out.write(b"(")
        self.name("numpy", "ndarray")
        self.out.write(b"(")
        self.number(0)
        self.out.write(b"t")
        self.string(b"b")
        self.out.write(b"tR")
        self.out.write(b"(")
        self.number(1)
        self.out.write(b"(")
        for size in array.shape:
            self.number(size)
        self.out.write(b"t")
        self.name("numpy", "dtype")
        self.out.write(b"(")
        self.string(b"f4")
        self.number(0)
        self.number(1)
        self.out.write(b"tR(")
        self.number(3)
        self.string(b"<")
        self.out.write(b"NNN")
        self.number(-1)
        self.number(-1)
        self.number(0)
        self.out.write(b"tb")  # BUILD the dtype
        self.out.write(b"I00\n")  # not in Fortran's order
        self.string(array.astype("<f4").tobytes())
        self.out.write(b"tb")  # BUILD the array

    def file(self, values: list[Array], tokens: Sequence[str] = TOKENS) -> bytes:
        """The whole file."""
        self.out.write(b"}(")
        self.string(b"token2idx")
        self.out.write(b"}(")
        for number, token in enumerate(tokens):
            self.string(token.encode())
            self.number(number)
        self.out.write(b"u")
        self.string(b"param_values")
        self.out.write(b"](")
        for value in values:
            self.array(value)
        self.out.write(b"e")
        self.string(b"num_layers")
        self.number(3)
        self.out.write(b"u.")
        return self.out.getvalue()


def published_values(layers: int = 3, size: int = len(TOKENS), hidden: int = HIDDEN) -> list[Array]:
    """45 arrays for three layers, in the published order, the initial states not zero."""
    draw = np.random.default_rng(7)

    def some(*shape: int) -> Array:
        return draw.normal(0, 0.5, shape).astype(np.float32)

    values = [np.eye(size, dtype=np.float32)]
    width = size
    for _ in range(layers):
        for _ in range(4):
            values += [some(width, hidden), some(hidden, hidden), some(hidden)]
        values += [some(1, hidden), np.tanh(some(1, hidden))]
        width = hidden
    return [*values, some(hidden, size), some(size)]


def authors_probabilities(values: list[Array], tokens: list[int]) -> list[Array]:
    """The published sampler's arithmetic, gate by gate, from the arrays as they stand in the file."""

    def sigma(x: Array) -> Array:
        return np.asarray(1 / (1 + np.exp(-x)), dtype=np.float32)

    layers = (len(values) - 3) // 14
    c = [values[1 + 14 * k + 12][0] for k in range(layers)]
    h = [values[1 + 14 * k + 13][0] for k in range(layers)]
    found = []
    for token in tokens:
        x = values[0][token]
        for k in range(layers):
            wxi, whi, bi, wxf, whf, bf, wxc, whc, bc, wxo, who, bo = values[1 + 14 * k : 13 + 14 * k]
            i, f = sigma(x @ wxi + h[k] @ whi + bi), sigma(x @ wxf + h[k] @ whf + bf)
            c[k] = f * c[k] + i * np.tanh(x @ wxc + h[k] @ whc + bc)
            h[k] = sigma(x @ wxo + h[k] @ who + bo) * np.tanh(c[k])
            x = h[k]
        logits = x @ values[-2] + values[-1]
        exp = np.exp(logits - logits.max())
        found.append(exp / exp.sum())
    return found
