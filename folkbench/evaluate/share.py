"""A share of a set, with how sure one can be of it."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, isnan, nan, sqrt
from statistics import median
from typing import NamedTuple

Z = 1.959964
"""Of a standard normal distribution, 95 % lie within +- this."""


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
    p, z2 = of / total, Z * Z
    middle = (p + z2 / (2 * total)) / (1 + z2 / total)
    half = Z * sqrt(p * (1 - p) / total + z2 / (4 * total * total)) / (1 + z2 / total)
    return Share(of, total, max(0.0, middle - half), min(1.0, middle + half))


FEW = 10
"""With fewer tunes there is no interval but of a share."""


class Figure(NamedTuple):
    """A figure of a set of tunes, and the interval in which it lies with 95 % confidence; nan where so few tunes, or
    none, say nothing of it."""

    value: float
    low: float
    high: float

    def said(self, digits: int, unit: str) -> str:
        """The figure, its unit, and its interval where there is one."""
        interval = "" if isnan(self.low) else f"  ({self.low:,.{digits}f}-{self.high:,.{digits}f})"
        return f"{self.value:7,.{digits}f} {unit}{interval}"


def middle(values: Sequence[float]) -> Figure:
    """The median, between the values that the binomial distribution puts around it (nan of nothing)."""
    if len(values) < FEW:
        return Figure(median(values) if values else nan, nan, nan)
    ordered = sorted(values)
    away = Z * sqrt(len(ordered)) / 2
    low, high = floor(len(ordered) / 2 - away), ceil(len(ordered) / 2 + away)
    return Figure(median(ordered), ordered[max(low, 0)], ordered[min(high, len(ordered) - 1)])


def ratio(parts: Sequence[tuple[float, float]]) -> Figure:
    """The sum of the first numbers over the sum of the second, a pair for each tune: tunes are what is drawn, not the
    tokens in them (Cochran, Sampling Techniques, 1977, section 6.3; nan of nothing)."""
    whole = sum(count for _, count in parts)
    if not whole:
        return Figure(nan, nan, nan)
    value = sum(amount for amount, _ in parts) / whole
    if len(parts) < FEW:
        return Figure(value, nan, nan)
    away = Z * sqrt(sum((amount - value * count) ** 2 for amount, count in parts)) / whole
    return Figure(value, value - away, value + away)
