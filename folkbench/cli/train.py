"""`folkbench train`: a network from a corpus."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from folkbench.bench import write_whole
from folkbench.errors import Missing, Refused

if TYPE_CHECKING:
    from rich.progress import Progress

    from folkbench.model.curve import Point
    from folkbench.model.run import Run

app = typer.Typer(add_completion=False)


@app.command()
def train(
    corpus: str = typer.Option("session", help="The corpus to train on; `folkbench corpus list` names them."),
    name: str = typer.Option("mine", help="What to call the network: its folder among the models."),
    out: str = typer.Option("", "--out", "-o", help="A folder for it, instead of one among the models."),
    encoding: str = typer.Option(
        "", help="v1: characters with titles; v2: tokens, root C; v3: tokens, every pitch spelled out. Else v2."
    ),
    parent: str = typer.Option("", "--from", help="Begin from this network's weights: good for a small corpus."),
    recipe: str = typer.Option(
        "ours",
        help="ours; practice (goes on --from a network, which hears what it writes); published (folk-rnn's own).",
    ),
    seed: int = typer.Option(1, help="The same seed, corpus, machine and threads give the same network."),
    split: int = typer.Option(1, help="Which 5 % of the tunes are held out; networks compare on the same split."),
    epochs: int = typer.Option(None, min=1, help="How often to go through the corpus."),
    batch: int = typer.Option(None, min=1, help="Tunes a step."),
    rate: float = typer.Option(None, min=0.0, help="The learning rate at its highest."),
    hidden: int = typer.Option(None, min=1, help="Units in a layer."),
    layers: int = typer.Option(None, min=1, help="LSTM layers."),
    written: int = typer.Option(None, min=2, help="Tunes that it writes each epoch, with --recipe practice."),
    blame: float = typer.Option(None, min=0.0, help="How much it unlearns a bar of them that doesn't count."),
    patience: int = typer.Option(
        None, min=1, help="Epochs without a better held-out loss before it stops; not in practice."
    ),
    threads: int = typer.Option(None, min=1, help="Processor cores to use."),
    dtype: str = typer.Option(None, help="Multiply in float32 or bfloat16; without it, in what is fastest here."),
    resume: bool = typer.Option(False, "--resume", help="Go on with a training that was stopped."),
    force: bool = typer.Option(False, "--force", help="Train over a network that stands there already."),
    measure: bool = typer.Option(True, "--evaluate/--no-evaluate", help="In the end, measure what it writes."),
) -> None:
    """Train the network on a corpus. Ctrl-C saves, and --resume goes on from there.

    Beside the network lie its curve (curve.csv, curve.png) and in the end evaluation.txt. On several GPUs or machines:
    torchrun --nproc-per-node 2 -m folkbench train ...

    Example: folkbench train --corpus session --name mine
    """
    torch = _torch()
    from folkbench import bench
    from folkbench.corpus import load as load_corpus
    from folkbench.corpus.material import material
    from folkbench.encoding import encoding_of
    from folkbench.errors import FolkbenchError
    from folkbench.model import state, team, training
    from folkbench.model.checkpoint import WEIGHTS, find
    from folkbench.model.checkpoint import load as load_model
    from folkbench.model.curve import picture
    from folkbench.model.finish import finish
    from folkbench.model.recipe import RECIPES
    from folkbench.model.run import begin
    from folkbench.practice import Practice

    if recipe not in RECIPES:
        raise FolkbenchError(f"there is no recipe {recipe!r}", f"take one of: {', '.join(RECIPES)}")
    if not (RECIPES[recipe].written or resume) and not written is blame is None:
        raise FolkbenchError("--written and --blame are for a network that practises", "say --recipe practice as well")
    if RECIPES[recipe].written and not (parent or resume):
        raise FolkbenchError(
            "a network must know how to write before it practises", "give the one to begin from: --from"
        )
    if not name or "/" in name or name.startswith("."):
        raise FolkbenchError(f"a network can't be called {name!r}", "give another --name")
    folder = Path(out) if out else bench.home("models") / name
    if not resume and not force and any((folder / kept).exists() for kept in (state.STATE, WEIGHTS)):
        raise Refused(f"{folder} holds a network already", "give another --name, or --resume, or --force")
    if threads:
        torch.set_num_threads(threads)
    older = load_model(find(parent) / WEIGHTS) if parent and not resume else None
    before = state.encoding(folder) if resume else older.encoding if older else ""
    if before and encoding not in ("", before):
        raise FolkbenchError(f"the network to begin from is in the encoding {before}", f"say --encoding {before}")
    human = load_corpus(corpus)
    tunes = material(human, split, encoding=encoding or before or "v2")
    about: dict[str, Any] = {"name": corpus, "tunes": len(human), "tonics": tunes.tonics}
    if encoding_of(tunes.encoding).spells:
        about["words"] = tunes.words
    with team.joined():
        if resume:
            run = state.resume(folder, tunes)
            if epochs:
                run.recipe = replace(run.recipe, epochs=epochs)
        else:
            wanted: dict[str, Any] = {
                "epochs": epochs, "batch": batch, "rate": rate, "hidden": hidden, "layers": layers,
                "written": written, "blame": blame, "patience": patience,
            }  # fmt: skip
            chosen = replace(RECIPES[recipe], **{key: value for key, value in wanted.items() if value is not None})
            if older is not None:
                chosen = replace(chosen, layers=layers or older.layers, hidden=hidden or older.hidden)
            run = begin(tunes, chosen, seed, older, dtype)
        with _watch(team.rank() == 0) as watch:
            watch.begin(run, folder)
            practise = (
                Practice(tunes, run.recipe.written, run.recipe.blame, threads or 0) if run.recipe.written else None
            )
            best = training.train(run, tunes, about, folder, watch, practise)
    if team.rank() > 0:
        team.leave()
    finish(folder, tunes, _command())
    write_whole(folder / "curve.png", picture({folder.name: run.curve}), force=True)
    word = "is kept" if run.recipe.written else "was best"
    print(f"epoch {best.epoch} {word}: {best.held_out:.4f} nats a token held out", file=sys.stderr)
    if measure:
        _measure(folder, corpus, split)
    print(folder)


def _measure(folder: Path, corpus: str, split: int) -> None:
    """What the network writes by itself, measured against its corpus; kept in the folder and said."""
    from folkbench.cli.evaluate import composed, foretell, lines
    from folkbench.corpus import load
    from folkbench.errors import FolkbenchError
    from folkbench.evaluate.apart import ready
    from folkbench.evaluate.report import report
    from folkbench.whence import open_index

    later = f"folkbench evaluate --model {folder} --corpus {corpus} --split {split}"
    try:
        ready()
        human = load(corpus)
        made, masked = composed(str(folder), _MEASURED, seed=1)
        said = lines(report(made, human, open_index(corpus)), corpus, masked, foretell(str(folder), human, split))
    except FolkbenchError as error:
        hint = f" ({error.hint})" if error.hint else ""
        print(f"not measured: {error.message}{hint}; later: {later}", file=sys.stderr)
        return
    write_whole(folder / "evaluation.txt", "\n".join([*said, ""]), force=True)
    print("\n".join(said), file=sys.stderr)


_MEASURED = 200
"""Tunes that are made to measure a network by."""


class Silent:
    """Who watches in a process that isn't the first."""

    def begin(self, run: Run, folder: Path) -> None:
        """Nothing."""

    def step(self, run: Run, done: int, steps: int, loss: float, tokens: int) -> None:
        """Nothing."""

    def hear(self, run: Run, heard: int) -> None:
        """Nothing."""

    def epoch(self, run: Run, point: Point, better: bool) -> None:
        """Nothing."""


class Lines(Silent):
    """Progress as plain lines, one an epoch, for a log."""

    def begin(self, run: Run, folder: Path) -> None:
        """How large the network is, and where it goes."""
        print(_heading(run, folder), file=sys.stderr)

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

    def hear(self, run: Run, heard: int) -> None:
        """Say how far the hearing is."""
        text = f"epoch {len(run.curve) + 1}/{run.recipe.epochs}  {heard:,} of {run.recipe.written:,} tunes heard"
        self._progress.update(self._task, description=text)

    def epoch(self, run: Run, point: Point, better: bool) -> None:
        """The epoch's line, above the bar."""
        self._progress.console.print(_line(run, point, better), highlight=False, soft_wrap=True)


@contextmanager
def _watch(first: bool) -> Iterator[Silent]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if not first or not console.is_terminal:
        yield Lines() if first else Silent()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield Bars(progress)


def _heading(run: Run, folder: Path) -> str:
    count = sum(run.network.get_parameter(name).numel() for name in run.network.kept())
    begun = f", going on behind epoch {len(run.curve)}" if run.step else ""
    return f"{count:,} parameters, {run.network.shape.vocabulary} tokens, seed {run.seed}{begun}, into {folder}"


def _line(run: Run, point: Point, better: bool) -> str:
    word = "  best" if better and not run.recipe.written else ""
    left = (run.recipe.epochs - point.epoch) * point.seconds / 60
    return (
        f"epoch {point.epoch:3d}  loss {point.train:.4f}  held out {point.held_out:.4f}  primed {point.primed:.4f}"
        f"  {point.speed:,.0f} tokens/s  {point.seconds:.0f} s, at most {left:.0f} min left{word}"
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
