"""The units along a tune: how large they get, how often they rest, which never move and which never let go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from folkbench.dissect.record import PARTS, Record
from folkbench.dissect.walk import Walk
from folkbench.errors import FolkbenchError

Array = NDArray[np.float32]
Unit = tuple[int, int]
"""(layer from 1, unit from 0)"""

SMALL, LARGE = 0.07, 0.8
"""The author of folk-rnn counted activations below the one and above the other."""

DEAD = 0.02
"""A unit whose output never gets as large as this does nothing in this tune."""

OPEN, SHUT = 0.95, 0.05
ALWAYS = 0.95
"""A gate that is open (or shut) in this share of the steps is saturated."""


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """The units of one layer along a tune."""

    layer: int
    values: Array  # (steps, hidden): of the part that was asked for (h unless another was)
    ranked: Array  # (steps * hidden,): |h| from large to small
    below: float  # share of |h| below SMALL
    above: float  # share above LARGE
    largest: Array  # (hidden,): largest |h| of each unit
    dead: tuple[int, ...]
    saturated: dict[str, tuple[int, ...]]  # "i open", "f shut" ... -> units whose gate is so nearly always


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """All layers, and the units that were asked for."""

    part: str  # one of PARTS
    texts: tuple[str, ...]  # (steps,): the token taken at each step
    lines: NDArray[np.int64]  # steps at which a bar line is taken
    layers: tuple[Layer, ...]
    chosen: tuple[Unit, ...]
    traces: Array  # (chosen, steps): their values


def activity(found: Record, tune: Walk, part: str = "h", chosen: Sequence[Unit] = ()) -> Units:
    """Look at one part (of PARTS) of every unit along a tune; without `chosen`, the four that move most are.

    Raises FolkbenchError for a part or a unit that the network doesn't have.
    """
    if part not in PARTS:
        raise FolkbenchError(f"a unit has no {part!r}", f"its parts: {', '.join(PARTS)} (g is the candidate)")
    count = found.activations.shape[-3]
    layers = tuple(_layer(found, number, part) for number in range(1, count + 1))
    moving = tuple(chosen) or _movers(layers[-1])
    for layer, unit in moving:
        check_unit((layer, unit), count, found.activations.shape[-1])
    return Units(
        part=part,
        texts=tune.texts,
        lines=tune.lines,
        layers=layers,
        chosen=moving,
        traces=np.array([layers[layer - 1].values[:, unit] for layer, unit in moving], np.float32),
    )


def reading(found: Units) -> list[str]:
    """What is to be seen, in a few lines."""
    lines = []
    for one in found.layers:
        lines.append(
            f"layer {one.layer}: {100 * one.below:.0f} % of |h| below {SMALL}, {100 * one.above:.1f} % above {LARGE}; "
            f"{len(one.dead)} of {len(one.largest)} units dead in this tune"
        )
        kept = {name: len(which) for name, which in one.saturated.items() if which}
        if kept:
            lines.append(f"layer {one.layer}: nearly always " + ", ".join(f"{name}: {n}" for name, n in kept.items()))
    names = ", ".join(f"{layer}:{unit}" for layer, unit in found.chosen)
    lines.append(f"units shown against the tokens (layer:unit): {names}")
    return lines


def check_unit(unit: Unit, layers: int, hidden: int) -> None:
    """Raise FolkbenchError unless the network has this unit."""
    if not (1 <= unit[0] <= layers and 0 <= unit[1] < hidden):
        raise FolkbenchError(
            f"there is no unit {unit[0]}:{unit[1]}", f"layers count from 1 to {layers}, units from 0 to {hidden - 1}"
        )


def _layer(found: Record, layer: int, part: str) -> Layer:
    size = np.abs(found.part("h", layer))
    largest = size.max(axis=0)
    saturated: dict[str, tuple[int, ...]] = {}
    for gate in "ifo":
        value = found.part(gate, layer)
        saturated[f"{gate} open"] = _where((value > OPEN).mean(axis=0) >= ALWAYS)
        saturated[f"{gate} shut"] = _where((value < SHUT).mean(axis=0) >= ALWAYS)
    return Layer(
        layer=layer,
        values=found.part(part, layer),
        ranked=np.sort(size, axis=None)[::-1],
        below=float((size < SMALL).mean()),
        above=float((size > LARGE).mean()),
        largest=largest,
        dead=_where(largest < DEAD),
        saturated=saturated,
    )


def _where(these: NDArray[np.bool_]) -> tuple[int, ...]:
    return tuple(int(unit) for unit in np.flatnonzero(these))


def _movers(layer: Layer) -> tuple[Unit, ...]:
    spread = layer.values.std(axis=0)
    return tuple((layer.layer, int(unit)) for unit in np.argsort(-spread, kind="stable")[:4])
