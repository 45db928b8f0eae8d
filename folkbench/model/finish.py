"""From trained weights to a model that composes: the ONNX file, what it was measured at, and the card."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence as Tunes
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from folkbench.bench import write_whole
from folkbench.model.card import card
from folkbench.model.checkpoint import CARD, ONNX, WEIGHTS, Checkpoint, load, save
from folkbench.model.engine import Engine
from folkbench.model.export import export
from folkbench.model.material import Judged, Material


def finish(folder: Path, material: Material, command: str) -> Checkpoint:
    """Export the weights in `folder` to int8, measure them on the held-out tunes, and write the card.

    `command` is what trained them. The figures are of the weights as they are kept, in half precision.
    """
    checkpoint = load(folder / WEIGHTS)
    export(checkpoint, folder / ONNX)
    with tempfile.TemporaryDirectory() as room:
        exact = Path(room) / ONNX
        export(checkpoint, exact, int8=False)
        fine, coarse = Engine(exact), Engine(folder / ONNX)
        measured = {
            "held_out": judge(fine, material.held_out),
            "primed": judge(fine, material.primed),
            "held_out_int8": judge(coarse, material.held_out),
            "primed_int8": judge(coarse, material.primed),
        }
        if coarse.recall:
            measured |= {"alone": judge(fine, material.held_out, recalling=False)}
            measured |= {"alone_int8": judge(coarse, material.held_out, recalling=False)}
    added = {"measured": measured, "command": command, "date": datetime.now(UTC).date().isoformat()}
    checkpoint = replace(checkpoint, history={**checkpoint.history, **added})
    save(checkpoint, folder / WEIGHTS)
    write_whole(folder / CARD, card(checkpoint), force=True)
    return checkpoint


def judge(engine: Engine, tunes: Tunes[Judged], batch: int = 256, *, recalling: bool = True) -> float:
    """Nats a token over the judged tokens of `tunes`, by the model that composes; or by its layers alone."""
    parts = losses(engine, tunes, batch, recalling=recalling)
    return sum(nats for nats, _ in parts) / max(1, sum(count for _, count in parts))


def losses(
    engine: Engine, tunes: Tunes[Judged], batch: int = 256, *, recalling: bool = True
) -> list[tuple[float, int]]:
    """Of each tune the nats, and the number, of its judged tokens; the longest tunes first."""
    recall = engine.recall if recalling else None
    found: list[tuple[float, int]] = []
    ordered = sorted(tunes, key=lambda tune: -len(tune[0]))
    for begin in range(0, len(ordered), batch):
        part = ordered[begin : begin + batch]
        h, c = engine.rest(len(part))
        memory = recall.memory(len(part)) if recall else None
        nats = np.zeros(len(part))
        for step in range(len(part[0][0]) - 1):
            # the longest stand first, so those still going on are the first so many
            going = sum(len(tune) > step + 1 for tune, _ in part)
            tokens = np.array([tune[step] for tune, _ in part[:going]], np.int64)
            logits, h, c = engine.step(tokens, h[:, :going], c[:, :going])
            if recall and memory:
                memory.keep_rows(np.arange(going))
                memory.take(tokens)
                recall.raise_(logits, memory)
            judged = [row for row, (_, start) in enumerate(part[:going]) if step + 1 >= start]
            targets = [int(part[row][0][step + 1]) for row in judged]
            scores = logits[judged].astype(np.float64)
            peak = scores.max(axis=1, initial=-np.inf, keepdims=True)
            logs = scores - peak - np.log(np.exp(scores - peak).sum(axis=1, keepdims=True))
            nats[judged] -= logs[np.arange(len(judged)), targets]
        found += [(total, len(tune) - start) for total, (tune, start) in zip(nats.tolist(), part, strict=True)]
    return found
