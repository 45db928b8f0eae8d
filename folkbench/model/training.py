"""Training: from sequences of tokens to weights, in torch.

A run can be stopped at any step and goes on exactly where it was: everything random is drawn from the seed and
the step, and the weights, their running mean and the optimiser's state are kept in `training.safetensors`. The best
network so far, judged on the held-out tunes, stands beside it as `weights.safetensors`.
"""

from __future__ import annotations

import ctypes
import json
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as pack
from torch import Tensor, nn

from folkbench.bench import write_whole
from folkbench.errors import Damaged, FolkbenchError, NotFound
from folkbench.model.checkpoint import WEIGHTS, Checkpoint, save
from folkbench.model.material import Judged, Material, Sequence
from folkbench.model.network import Network, Noise, Shape, Start
from folkbench.model.parent import inherit
from folkbench.model.recipe import Recipe, rate_at

STATE = "training.safetensors"
_TRIM = 16
"""Steps between two times that memory is handed back: less often it grows, more often it costs."""
_SILENT = -100
"""The target of a place that isn't judged (padding, or before the music)."""


@dataclass(frozen=True, slots=True)
class Point:
    """One epoch on the curve. Losses are nats a token."""

    epoch: int
    train: float
    """With dropout, over all tokens."""
    held_out: float
    """Music tokens of the held-out tunes, dropout off, without title and rhythm."""
    primed: float
    """The same behind title and rhythm."""
    rate: float
    speed: float
    """Tokens a second, padding not counted."""
    seconds: float
    """Judging included."""


class Watch(Protocol):
    """Whoever looks on while a network trains."""

    def step(self, run: Run, done: int, steps: int, loss: float, tokens: int) -> None:
        """`done` of the epoch's `steps` are behind us; `loss` is the epoch's mean so far, `tokens` the last step's."""

    def epoch(self, run: Run, point: Point, better: bool) -> None:
        """An epoch is over and saved; `better` if its network is the best so far."""


@dataclass(slots=True)
class Run:
    """A training run, alive: everything that changes from step to step."""

    network: Network
    mean: dict[str, Tensor]
    """The running mean of the weights: the network that is judged and kept."""
    optimiser: torch.optim.Optimizer
    recipe: Recipe
    seed: int
    parent: str = ""
    """Hash of the network that it began from; "" where it began from nothing."""
    step: int = 0
    """Steps done, over all epochs."""
    within: int = 0
    """Steps done of the present epoch."""
    total: float = 0.0
    """Sum of the present epoch's losses, over `tokens` tokens."""
    tokens: int = 0
    seconds: float = 0.0
    """Spent on the present epoch."""
    curve: list[Point] = field(default_factory=list)

    @property
    def best(self) -> Point | None:
        """The epoch with the lowest held-out loss."""
        return min(self.curve, key=lambda point: point.held_out, default=None)


def begin(material: Material, recipe: Recipe, seed: int, parent: Checkpoint | None = None) -> Run:
    """A fresh run, or one from the weights of `parent`. Raises FolkbenchError if those are of another shape."""
    torch.manual_seed(seed)
    counters = material.counters if recipe.counting else ()
    shape = Shape(len(material.vocabulary), recipe.layers, recipe.hidden, counters)
    noise = Noise(recipe.output_dropout, recipe.locked, recipe.recurrent_dropout)
    start = Start(recipe.forget_bias, recipe.token_gain, recipe.layer_gain)
    network = Network(shape, noise, start).to(_device())
    if parent is not None:
        inherit(network, material.vocabulary, parent)
    mean = {name: weight.detach().clone() for name, weight in network.named_parameters()}
    return Run(network, mean, _optimiser(network, recipe), recipe, seed, parent.hash if parent is not None else "")


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
        run = begin(material, Recipe(**note["recipe"]), note["seed"])
        _unpack(run, tensors)
        run.curve = [Point(**point) for point in note["curve"]]
        for name in ("parent", "step", "within", "total", "tokens", "seconds"):
            setattr(run, name, note[name])
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise Damaged(f"{path} is damaged", "start again without --resume") from error
    return run


def train(run: Run, material: Material, about: Mapping[str, Any], folder: Path, watch: Watch) -> Point:
    """Train to the recipe's last epoch, or until `patience` epochs brought nothing; say which epoch was best.

    `about` is what the checkpoint notes of the corpus besides its fingerprint: its name, its tonics ...
    Ctrl-C finishes the step, saves and raises KeyboardInterrupt.
    """
    _keep_memory()
    folder.mkdir(parents=True, exist_ok=True)
    with _gently() as asked:
        while not _over(run):
            _epoch(run, material, about, folder, watch, asked)
    best = run.best
    if best is None:
        raise FolkbenchError("there is nothing to train: no epochs", "give --epochs 1 or more")
    return best


def judge(network: Network, tunes: list[Judged], batch: int = 64) -> float:
    """Nats a token over the judged tokens of `tunes`, dropout off, in float32."""
    network.eval()
    total, count = 0.0, 0
    tunes = sorted(tunes, key=lambda tune: len(tune[0]))
    with torch.no_grad():
        for first in range(0, len(tunes), batch):
            part = tunes[first : first + batch]
            tokens, targets = _padded([tune for tune, _ in part], [start for _, start in part])
            logits, _ = network(tokens.to(network.V.device))
            loss = _loss(logits, targets.to(network.V.device), "sum")
            total += loss.item()
            count += int((targets != _SILENT).sum())
    network.train()
    return total / max(1, count)


def _over(run: Run) -> bool:
    epochs, best = len(run.curve), run.best
    return epochs >= run.recipe.epochs or (best is not None and epochs - best.epoch >= run.recipe.patience)


def _epoch(
    run: Run, material: Material, about: Mapping[str, Any], folder: Path, watch: Watch, asked: list[int]
) -> None:
    epoch = len(run.curve) + 1
    batches = _batches(material.epoch(run.seed, epoch), run.recipe.batch, np.random.default_rng([run.seed, epoch]))
    while run.within < len(batches):
        began = time.monotonic()
        tokens = _step(run, material, batches[run.within], len(batches))
        if run.within % _TRIM == 0:
            _give_back()
        run.seconds += time.monotonic() - began
        watch.step(run, run.within, len(batches), run.total / run.tokens, tokens)
        if asked:
            _save_state(run, material, folder)
            raise KeyboardInterrupt
    began = time.monotonic()
    with _averaged(run):
        held_out, primed = judge(run.network, material.held_out), judge(run.network, material.primed)
    seconds = run.seconds + time.monotonic() - began
    rate = rate_at(run.recipe, run.step - 1, len(batches))
    speed = round(run.tokens / run.seconds)
    point = Point(epoch, run.total / run.tokens, held_out, primed, rate, speed, round(seconds, 2))
    better = run.best is None or held_out < run.best.held_out
    run.curve.append(point)
    run.within, run.total, run.tokens, run.seconds = 0, 0.0, 0, 0.0
    if better:
        save(snapshot(run, material, about), folder / WEIGHTS)
    _save_state(run, material, folder)
    watch.epoch(run, point, better)


def snapshot(run: Run, material: Material, about: Mapping[str, Any]) -> Checkpoint:
    """The averaged network as it stands."""
    weights = {name: run.mean[name].cpu().numpy().copy() for name in run.network.kept()}
    for layer in range(1, run.recipe.layers + 1):
        for state in ("h0", "c0"):
            weights[f"{state}_{layer}"] = np.zeros(run.recipe.hidden, np.float32)
    history = {
        "corpus": {"fingerprint": material.fingerprint, **about},
        "split": material.split,
        "held_out": len(material.held_out),
        "seed": run.seed,
        "parent": run.parent,
        "settings": asdict(run.recipe),
        "curve": [asdict(point) for point in run.curve],
        "torch": torch.__version__,
    }
    return Checkpoint(weights, material.vocabulary, material.encoding, history)


def _step(run: Run, material: Material, batch: list[Sequence], steps: int) -> int:
    """One batch: forward, backward, clip, step, average. Returns the number of tokens in it."""
    network, recipe = run.network, run.recipe
    device = network.V.device
    torch.manual_seed((run.seed << 32) + run.step)
    for group in run.optimiser.param_groups:
        group["lr"] = rate_at(recipe, run.step, steps)
    tokens, targets = _padded(batch, [1] * len(batch))
    count = int((targets != _SILENT).sum())
    with torch.autocast(device.type, torch.bfloat16, enabled=_has_bfloat16(device)):
        h3, _ = network.flow(tokens.to(device))
        logits, counted = network.logits(h3), network.counted(h3)
    loss = _loss(logits, targets.to(device), "mean")
    whole = loss
    if counted:
        clocks = _clocks(batch, material, tokens.shape).to(device)
        parts = [_loss(answers, clocks[:, :, n], "mean") for n, answers in enumerate(counted)]
        whole = loss + recipe.counting * torch.stack(parts).sum()
    run.optimiser.zero_grad()
    whole.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(network.parameters(), recipe.clip)
    run.optimiser.step()
    # a young mean follows faster, or the random weights of the start would hang on in it
    kept = min(recipe.average, (1 + run.step) / (10 + run.step))
    with torch.no_grad():
        for name, weight in network.named_parameters():
            run.mean[name].lerp_(weight, 1 - kept)
    run.total += loss.item() * count
    run.tokens += count
    run.step += 1
    run.within += 1
    return count


def _loss(logits: Tensor, targets: Tensor, reduction: str) -> Tensor:
    flat = logits.float().reshape(-1, logits.shape[-1])
    return nn.functional.cross_entropy(flat, targets.reshape(-1), ignore_index=_SILENT, reduction=reduction)


def _padded(tunes: list[Sequence], starts: list[int]) -> tuple[Tensor, Tensor]:
    """Inputs and targets (steps, batch) of tunes; only targets from each tune's start on are judged."""
    steps = max(len(tune) for tune in tunes) - 1
    tokens = np.zeros((steps, len(tunes)), np.int64)
    targets = np.full((steps, len(tunes)), _SILENT, np.int64)
    for column, (tune, start) in enumerate(zip(tunes, starts, strict=True)):
        tokens[: len(tune) - 1, column] = tune[:-1]
        targets[start - 1 : len(tune) - 1, column] = tune[start:]
    return torch.from_numpy(tokens), torch.from_numpy(targets)


def _clocks(tunes: list[Sequence], material: Material, shape: torch.Size) -> Tensor:
    """What is to be counted behind each input (steps, batch, things), for inputs of `shape`."""
    found = np.full((*shape, len(material.counters)), _SILENT, np.int64)
    for column, tune in enumerate(tunes):
        clock = material.clock(tune)[:-1]
        found[: len(clock), column] = np.where(clock < 0, _SILENT, clock)
    return torch.from_numpy(found)


def _batches(tunes: list[Sequence], size: int, draw: np.random.Generator) -> list[list[Sequence]]:
    """Tunes of like length together (within some 8 tokens, so that company changes), the batches in random order."""
    lengths = np.array([len(tune) for tune in tunes]) + 8 * draw.random(len(tunes))
    order = np.argsort(lengths, kind="stable")
    batches = [[tunes[k] for k in order[first : first + size]] for first in range(0, len(order), size)]
    return [batches[k] for k in draw.permutation(len(batches))]


def _optimiser(network: Network, recipe: Recipe) -> torch.optim.Optimizer:
    if recipe.optimiser == "rmsprop":
        return torch.optim.RMSprop(network.parameters(), lr=recipe.rate, alpha=0.9, eps=1e-6)
    return torch.optim.AdamW(network.parameters(), lr=recipe.rate, weight_decay=recipe.weight_decay, fused=True)


@contextmanager
def _averaged(run: Run) -> Iterator[None]:
    """The network with its mean weights, for judging."""
    own = {name: weight.detach().clone() for name, weight in run.network.named_parameters()}
    run.network.load_state_dict(run.mean)
    yield
    run.network.load_state_dict(own)


def _save_state(run: Run, material: Material, folder: Path) -> None:
    tensors: dict[str, Tensor] = {}
    for name, weight in run.network.named_parameters():
        tensors[f"weight/{name}"] = weight.detach()
        tensors[f"mean/{name}"] = run.mean[name]
        for key, value in run.optimiser.state[weight].items():
            tensors[f"optimiser/{name}/{key}"] = value
    note = {
        "split": material.split,
        "vocabulary": material.vocabulary,
        "recipe": asdict(run.recipe),
        "curve": [asdict(point) for point in run.curve],
        **{name: getattr(run, name) for name in ("seed", "parent", "step", "within", "total", "tokens", "seconds")},
    }
    write_whole(folder / STATE, pack(tensors, {"folkbench": json.dumps(note)}), force=True)


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


@contextmanager
def _gently() -> Iterator[list[int]]:
    """Ctrl-C and termination only ask: the list yielded fills. A second Ctrl-C breaks off at once."""
    asked: list[int] = []

    def ask(number: int, frame: Any) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def _has_bfloat16(device: torch.device) -> bool:
    """Whether products in bfloat16 are faster here than in float32."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return bool(torch.cpu._is_avx512_bf16_supported())  # no public name says it


def _keep_memory() -> None:
    """Let glibc keep what training frees instead of handing it back: a third faster on a processor.

    Every step needs the same gigabyte again, and fresh pages cost more than the arithmetic on them.
    """
    libc = _glibc()
    if libc is not None:
        no_mmap, trim, top_pad = (-4, 0), (-1, 2**31 - 1), (-2, 256 << 20)  # M_MMAP_MAX, M_TRIM_THRESHOLD, M_TOP_PAD
        for setting, value in (no_mmap, trim, top_pad):
            libc.mallopt(setting, value)


def _give_back() -> None:
    """Hand back what has been kept: batches of many lengths leave holes, which grow to 11 GB over an epoch."""
    libc = _glibc()
    if libc is not None:
        libc.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    libc = ctypes.CDLL(None) if sys.platform.startswith("linux") else None
    return libc if hasattr(libc, "mallopt") and hasattr(libc, "malloc_trim") else None  # musl has neither
