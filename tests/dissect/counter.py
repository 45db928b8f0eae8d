"""A network built by hand, whose answers are known: it counts eight eighths to the bar and sixteen bars to the tune.

    layer 1   unit 0  counts the notes since the bar line, an eighth of a unit each
              unit 1  is up on a bar line and down on all else: a pulse every 9 steps
              unit 2  counts the bars, a sixteenth of a unit each
              unit 3  never moves: its input gate is always open, and there is nothing to let in
              units 4-7  hear the note's letter and say nothing: their output gates are shut
    layer 2   unit 0  is up when eight notes are counted: the bar line's unit
              unit 1  is up when sixteen bars are counted: the end's unit
              units 2-7  dead

So V has rank 2, its two columns stand at right angles, and without units 0 the bars don't count.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from folkbench.encoding import meaning
from folkbench.model.checkpoint import Checkpoint, shapes

VOCABULARY = ("<s>", "</s>", "M:4/4", "K:Cmaj", "|", "C", "D", "E", "F", "G", "A", "=A", "B", "c", "2")
HIDDEN = 8
BAR = ("C", "D", "E", "F", "G", "A", "B", "c", "|")
TUNE = ("M:4/4", "K:Cmaj", *(BAR * 16))
ABC = "X:1\nT:Scales\nM:4/4\nL:1/8\nK:C\n" + "CDEF GABc|" * 15 + "CDEF GABc|\n"

_WIDE = 30.0  # a gate with this in it is open, with -_WIDE shut


def counter() -> Checkpoint:
    """The network."""
    weights = {name: np.zeros(shape, np.float32) for name, shape in shapes(len(VOCABULARY), 2, HIDDEN).items()}
    gates = {
        (layer, gate): slice(place * HIDDEN, (place + 1) * HIDDEN)
        for layer in (1, 2)
        for place, gate in enumerate("ifco")
    }

    def rows(name: str, layer: int, gate: str) -> np.ndarray:
        return weights[f"{name}{layer}"][gates[layer, gate]]

    for layer in (1, 2):
        rows("b", layer, "i")[:] = _WIDE
        rows("b", layer, "f")[:] = -_WIDE
        rows("b", layer, "o")[:] = _WIDE
    line = VOCABULARY.index("|")
    notes = [number for number, text in enumerate(VOCABULARY) if meaning(text).kind == "pitch"]
    rows("b", 1, "f")[[0, 2]] = _WIDE
    rows("W_x", 1, "f")[0, line] = -2 * _WIDE
    rows("W_x", 1, "c")[0, notes] = np.arctanh(1 / 8)
    rows("W_x", 1, "c")[1, line] = 2
    rows("W_x", 1, "c")[2, line] = np.arctanh(1 / 16)
    rows("b", 1, "o")[4:] = -_WIDE
    draw = np.random.default_rng(1)
    letters = {step: draw.standard_normal(4) for step in range(15)}
    for number in notes:
        rows("W_x", 1, "c")[4:, number] = letters[meaning(VOCABULARY[number]).step]
    for unit, source, least, most, steep in ((0, 0, 7 / 8, 1.0, 100), (1, 2, 15 / 16, 1.0, 200)):
        rows("W_x", 2, "c")[unit, source] = steep
        rows("b", 2, "c")[unit] = -steep * (np.tanh(least) + np.tanh(most)) / 2
    weights["V"][line, 0] = 40
    weights["V"][VOCABULARY.index("</s>"), 1] = 80
    weights["v"][:] = [-40 if meaning(text).kind in ("start", "meter", "mode", "length") else 0 for text in VOCABULARY]
    weights["v"][VOCABULARY.index("C")] = 0.5
    return Checkpoint(weights, VOCABULARY, "v2", {"corpus": {"name": "scales"}, "curve": []})


def half_way() -> Checkpoint:
    """The same, but its state before the first token is that after eight bars."""
    network = counter()
    weights = dict(network.weights)
    weights["c0_1"] = np.array([0, 0, 0.5, 0, 0, 0, 0, 0], np.float32)
    weights["h0_1"] = np.tanh(weights["c0_1"])
    return replace(network, weights=weights)
