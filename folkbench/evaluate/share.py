"""A share of a set, with how sure one can be of it."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

_Z = 1.959964  # of a standard normal distribution, 95 % lie within +- this


class Share(NamedTuple):
    """`of` out of `total`, and the interval in which the true share lies with 95 % confidence."""

    of: int
    total: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share itself, 0..1; nan of nothing."""
        return self.of / self.total if self.total else float("nan")

    def __str__(self) -> str:
        return f"{100 * self.value:5.1f} %  ({100 * self.low:.1f}-{100 * self.high:.1f})" if self.total else "    -"


def share(of: int, total: int) -> Share:
    """The share with Wilson's interval (1927), which holds for small sets and for shares near 0 and 1."""
    if not total:
        return Share(0, 0, 0.0, 1.0)
    p, z2 = of / total, _Z * _Z
    middle = (p + z2 / (2 * total)) / (1 + z2 / total)
    half = _Z * sqrt(p * (1 - p) / total + z2 / (4 * total * total)) / (1 + z2 / total)
    return Share(of, total, max(0.0, middle - half), min(1.0, middle + half))
