"""What an analysis found, as JSON and as arrays: every result is a frozen record, and its fields are its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

LARGEST = 2048
"""Entries of an array that JSON shows; a larger one is named with its shape, and stands whole in the .npz."""

_DIGITS = 6


def as_json(found: Any) -> Any:
    """A result as plain values: numbers to six digits, large arrays as `{"shape": [...]}`."""
    if isinstance(found, np.ndarray):
        return as_json(found.tolist()) if found.size <= LARGEST else {"shape": list(found.shape)}
    if isinstance(found, float | np.floating):
        return float(f"{float(found):.{_DIGITS}g}") if np.isfinite(found) else None
    if isinstance(found, np.generic):
        return found.item()
    if isinstance(found, Mapping):
        return {str(key): as_json(value) for key, value in found.items()}
    named = _named(found)
    if named is not None:
        return {name: as_json(value) for name, value in named}
    if isinstance(found, tuple | list):
        return [as_json(value) for value in found]
    return found


def as_arrays(found: Any, under: str = "") -> dict[str, np.ndarray[Any, Any]]:
    """A result's arrays, numbers and texts by dotted name, for an .npz file."""
    if isinstance(found, np.ndarray):
        return {under: found}
    if isinstance(found, str | int | float | bool | np.generic):
        return {under: np.array(found)}
    named = _named(found)
    if named is None and isinstance(found, Mapping):
        named = [(str(key), value) for key, value in found.items()]
    if named is None and isinstance(found, tuple | list):
        if found and all(isinstance(value, str | int | float | np.generic) for value in found):
            return {under: np.array(found)}
        named = [(str(key), value) for key, value in enumerate(found)]
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    for name, value in named or ():
        arrays |= as_arrays(value, f"{under}.{name}" if under else name)
    return arrays


def _named(found: Any) -> list[tuple[str, Any]] | None:
    if is_dataclass(found):
        return [(field.name, getattr(found, field.name)) for field in fields(found)]
    if isinstance(found, tuple) and hasattr(found, "_fields"):
        return list(zip(found._fields, found, strict=True))
    return None
