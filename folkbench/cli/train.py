"""`folkbench train`: a network from a corpus."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from folkbench.errors import Missing, Refused

if TYPE_CHECKING:
    from rich.progress import Progress

    from folkbench.model.training import Point, Run

app = typer.Typer(add_completion=False)


@app.command()
def train(
    corpus: str = typer.Option("session", help="The corpus to train on; `folkbench corpus list` names them."),
    name: str = typer.Option("mine", help="What to call the network: its folder among the models."),
    out: str = typer.Option("", "--out", "-o", help="A folder for it, instead of one among the models."),
    parent: str = typer.Option("", "--from", help="Begin from this network's weights: good for a small corpus."),
    recipe: str = typer.Option("ours", help="ours, or published (folk-rnn's own)."),
    seed: int = typer.Option(1, help="The same seed, corpus, machine and threads give the same network."),
    split: int = typer.Option(1, help="Which 5 % of the tunes are held out; networks compare on the same split."),
    epochs: int = typer.Option(None, min=1, help="How often to go through the corpus."),
    batch: int = typer.Option(None, min=1, help="Tunes a step."),
    rate: float = typer.Option(None, min=0.0, help="The learning rate at its highest."),
    hidden: int = typer.Option(None, min=1, help="Units in a layer."),
    layers: int = typer.Option(None, min=1, help="LSTM layers."),
    patience: int = typer.Option(None, min=1, help="Epochs without a better held-out loss before it stops."),
    threads: int = typer.Option(None, min=1, help="Processor cores to use."),
    resume: bool = typer.Option(False, "--resume", help="Go on with a training that was stopped."),
    force: bool = typer.Option(False, "--force", help="Train over a network that stands there already."),
) -> None:
    """Train the network on a corpus. Ctrl-C saves, and --resume goes on from there.

    Example: folkbench train --corpus session --name mine
    """
    torch = _torch()
    from folkbench import bench
    from folkbench.corpus import load as load_corpus
    from folkbench.corpus.material import material
    from folkbench.errors import FolkbenchError
    from folkbench.model import training
    from folkbench.model.checkpoint import WEIGHTS, find
    from folkbench.model.checkpoint import load as load_model
    from folkbench.model.finish import finish
    from folkbench.model.recipe import RECIPES

    if recipe not in RECIPES:
        raise FolkbenchError(f"there is no recipe {recipe!r}", f"take one of: {', '.join(RECIPES)}")
    if not name or "/" in name or name.startswith("."):
        raise FolkbenchError(f"a network can't be called {name!r}", "give another --name")
    folder = Path(out) if out else bench.home("models") / name
    if not resume and not force and any((folder / kept).exists() for kept in (training.STATE, WEIGHTS)):
        raise Refused(f"{folder} holds a network already", "give another --name, or --resume, or --force")
    if threads:
        torch.set_num_threads(threads)
    human = load_corpus(corpus)
    tunes = material(human, split)
    about = {"name": corpus, "tunes": len(human), "tonics": tunes.tonics}
    if resume:
        run = training.resume(folder, tunes)
        if epochs:
            run.recipe = replace(run.recipe, epochs=epochs)
    else:
        wanted: dict[str, Any] = {
            "epochs": epochs, "batch": batch, "rate": rate, "hidden": hidden, "layers": layers, "patience": patience
        }  # fmt: skip
        chosen = replace(RECIPES[recipe], **{key: value for key, value in wanted.items() if value is not None})
        older = load_model(find(parent) / WEIGHTS) if parent else None
        if older is not None:
            chosen = replace(chosen, layers=layers or older.layers, hidden=hidden or older.hidden)
        run = training.begin(tunes, chosen, seed, older)
    print(_heading(run, folder), file=sys.stderr)
    with _watch() as watch:
        best = training.train(run, tunes, about, folder, watch)
    finish(folder, tunes, _command())
    print(f"epoch {best.epoch} was best: {best.held_out:.4f} nats a token held out", file=sys.stderr)
    print(folder)


class Lines:
    """Progress as plain lines, one an epoch, for a log."""

    def step(self, run: Run, done: int, steps: int, loss: float, tokens: int) -> None:
        """Nothing: a log doesn't want every step."""

    def epoch(self, run: Run, point: Point, better: bool) -> None:
        """The epoch's line."""
        print(_line(run, point, better), file=sys.stderr, flush=True)


class Bars(Lines):
    """Progress as a bar for the whole training under the lines of the epochs that are over."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None)

    def step(self, run: Run, done: int, steps: int, loss: float, tokens: int) -> None:
        """Move the bar on."""
        speed = run.tokens / max(run.seconds, 1e-9)
        past, epochs = len(run.curve), run.recipe.epochs
        text = f"epoch {past + 1}/{epochs}  loss {loss:.3f}  {speed:,.0f} tokens/s"
        self._progress.update(self._task, description=text, completed=past * steps + done, total=epochs * steps)

    def epoch(self, run: Run, point: Point, better: bool) -> None:
        """The epoch's line, above the bar."""
        self._progress.console.print(_line(run, point, better), highlight=False, soft_wrap=True)


@contextmanager
def _watch() -> Iterator[Lines]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield Lines()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield Bars(progress)


def _heading(run: Run, folder: Path) -> str:
    count = sum(run.network.get_parameter(name).numel() for name in run.network.kept())
    begun = f", going on behind epoch {len(run.curve)}" if run.step else ""
    return f"{count:,} parameters, {run.network.shape.vocabulary} tokens, seed {run.seed}{begun}, into {folder}"


def _line(run: Run, point: Point, better: bool) -> str:
    left = (run.recipe.epochs - point.epoch) * point.seconds / 60
    return (
        f"epoch {point.epoch:3d}  loss {point.train:.4f}  held out {point.held_out:.4f}  primed {point.primed:.4f}"
        f"  {point.speed:,.0f} tokens/s  {point.seconds:.0f} s, at most {left:.0f} min left{'  best' if better else ''}"
    )


def _torch() -> Any:
    try:
        import onnx  # noqa: F401
        import torch
    except ImportError as error:
        raise Missing("training needs torch and onnx", "pip install 'folkbench[train]'") from error
    return torch


def _command() -> str:
    return " ".join(["folkbench", *sys.argv[1:]])
