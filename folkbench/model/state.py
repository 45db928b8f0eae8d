"""A training that was stopped: everything needed to go on exactly where it was, in `training.safetensors`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as pack_arrays
from safetensors.torch import save as pack
from torch import Tensor

from folkbench.bench import write_whole
from folkbench.errors import Damaged, FolkbenchError, NotFound
from folkbench.model.checkpoint import ONNX
from folkbench.model.curve import Point
from folkbench.model.material import Lesson, Material
from folkbench.model.recipe import Recipe
from folkbench.model.run import Run, begin

STATE = "training.safetensors"

LESSONS = "lessons.safetensors"
"""What the network learns from itself in the epoch that is going on."""

_COUNTS = ("parent", "step", "within", "total", "tokens", "seconds")


def keep(run: Run, material: Material, folder: Path) -> None:
    """Write where the run stands, over what stood there."""
    tensors: dict[str, Tensor] = {}
    for name, weight in run.network.named_parameters():
        tensors[f"weight/{name}"] = weight.detach()
        tensors[f"mean/{name}"] = run.mean[name]
        for key, value in run.optimiser.state[weight].items():
            tensors[f"optimiser/{name}/{key}"] = value
    note = {
        "encoding": material.encoding,
        "split": material.split,
        "vocabulary": material.vocabulary,
        "recipe": asdict(run.recipe),
        "curve": [asdict(point) for point in run.curve],
        **{name: getattr(run, name) for name in ("seed", "dtype", *_COUNTS)},
    }
    write_whole(folder / STATE, pack(tensors, {"folkbench": json.dumps(note)}), force=True)


def encoding(folder: Path) -> str:
    """The encoding of the run that was stopped in `folder`; "" where no such run can be read."""
    try:
        with safe_open(folder / STATE, framework="pt") as file:
            return str(json.loads(file.metadata()["folkbench"]).get("encoding", "v2"))
    except (SafetensorError, OSError, KeyError, TypeError, ValueError):
        return ""


def resume(folder: Path, material: Material) -> Run:
    """The run that was stopped in `folder`. Raises NotFound, Damaged, or FolkbenchError for another corpus."""
    path = folder / STATE
    if not path.is_file():
        raise NotFound(f"there is no training to go on with in {folder}", "start it without --resume")
    try:
        with safe_open(path, framework="pt") as file:
            note = json.loads(file.metadata()["folkbench"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if note["split"] != material.split or note["vocabulary"] != list(material.vocabulary):
            raise FolkbenchError(f"the training in {folder} is on another corpus", "give the corpus it began with")
        run = begin(material, Recipe(**note["recipe"]), note["seed"], dtype=note["dtype"])
        _unpack(run, tensors)
        run.curve = [Point(**point) for point in note["curve"]]
        for name in _COUNTS:
            setattr(run, name, note[name])
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise Damaged(f"{path} is damaged", "start again without --resume") from error
    return run


def keep_lessons(lessons: list[Lesson], run: Run, folder: Path) -> None:
    """Write the lessons of a run's present epoch, over those of the epoch before."""
    arrays = {
        "tokens": np.concatenate([lesson.tokens for lesson in lessons] or [np.zeros(0, np.uint16)]),
        "worth": np.concatenate([_worth(lesson) for lesson in lessons] or [np.zeros(0, np.float32)]),
        "lengths": np.array([len(lesson.tokens) for lesson in lessons], np.int64),
    }
    write_whole(folder / LESSONS, pack_arrays(arrays, _whose(run)), force=True)


def kept_lessons(run: Run, folder: Path) -> list[Lesson]:
    """The lessons of a run's present epoch. Raises Damaged if they aren't there whole."""
    try:
        with safe_open(folder / LESSONS, framework="numpy") as file:
            if file.metadata() != _whose(run):
                raise ValueError("another epoch's")
            ends = np.cumsum(file.get_tensor("lengths"))[:-1]
            tokens, worth = (np.split(file.get_tensor(name), ends) for name in ("tokens", "worth"))
    except (SafetensorError, OSError, ValueError) as error:
        raise Damaged(f"{folder / LESSONS} is damaged", "start again without --resume") from error
    return [Lesson(*both) for both in zip(tokens, worth, strict=True) if len(both[0])]


def clear(folder: Path) -> None:
    """Take away what practice left in its folder, and the folder if nothing else is in it."""
    for name in (LESSONS, ONNX):
        (folder / name).unlink(missing_ok=True)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _whose(run: Run) -> dict[str, str]:
    return {"seed": str(run.seed), "parent": run.parent, "epoch": str(len(run.curve) + 1)}


def _worth(lesson: Lesson) -> NDArray[np.float32]:
    return np.ones(len(lesson.tokens), np.float32) if lesson.worth is None else lesson.worth


def _unpack(run: Run, tensors: dict[str, Tensor]) -> None:
    device = run.network.V.device
    run.network.load_state_dict({name: tensors[f"weight/{name}"] for name in run.mean})
    for name, weight in run.network.named_parameters():
        run.mean[name] = tensors[f"mean/{name}"].to(device)
        prefix = f"optimiser/{name}/"
        run.optimiser.state[weight] = {
            # a step count stays where torch puts it
            key.removeprefix(prefix): value if value.ndim == 0 else value.to(device)
            for key, value in tensors.items()
            if key.startswith(prefix)
        }
