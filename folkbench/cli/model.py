"""`folkbench model`: the networks on this bench."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from folkbench.bench import write_whole
from folkbench.cli.arguments import print_json, say

if TYPE_CHECKING:
    from folkbench.model.checkpoint import Checkpoint

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The networks on this bench.")


@app.command("list")
def list_models(as_json: bool = typer.Option(False, "--json", help="One JSON object instead.")) -> None:
    """Name the networks: the one that comes with folkbench, and those trained here.

    Example: folkbench model list
    """
    from folkbench.model.checkpoint import names

    rows = [_row(name) for name in names()]
    if as_json:
        print_json({"models": rows})
        return
    for row in rows:
        loss = f"{row['held_out']:.4f} nats a token held out" if row["held_out"] else "not measured"
        said = row["damage"] or f"{row['tokens']} tokens, {row['layers']} x {row['hidden']}, {loss}, {row['hash']}"
        print(f"{row['name']:16} {said}")


@app.command()
def info(
    name: str = typer.Argument("session", help="A network's name, or its folder."),
    as_json: bool = typer.Option(False, "--json", help="What its checkpoint notes, as one JSON object."),
) -> None:
    """Print a network's card: data and its terms, how it was trained, how well it did.

    Example: folkbench model info session
    """
    from folkbench.model.card import card
    from folkbench.model.checkpoint import CARD, WEIGHTS, find, load

    folder = find(name)
    checkpoint = load(folder / WEIGHTS)
    if as_json:
        kept = {"vocabulary": checkpoint.vocabulary, "encoding": checkpoint.encoding, "hash": checkpoint.hash}
        print_json({"name": name, **kept, **checkpoint.history})
        return
    written = folder / CARD
    print(written.read_text("utf-8") if written.is_file() else card(checkpoint), end="")


@app.command("import")
def import_model(
    path: str = typer.Argument(..., help="The .pkl that folk-rnn published."),
    name: str = typer.Option("", help="What to call it here; without it, as the file is called."),
    force: bool = typer.Option(False, "--force", help="In place of a network of that name."),
) -> None:
    """Take in the weights that folk-rnn published, to compose with them and to look inside.

    The file is read as data: whatever else it asks for is refused, and nothing in it runs.

    Example: folkbench model import folkrnn_v2.pkl
    """
    from folkbench.model.published import read_published

    checkpoint = read_published(Path(path))
    print(_place(name or Path(path).stem, checkpoint, half=False, force=force))


@app.command("blend")
def blend_models(
    one: str = typer.Argument(..., help="A network's name, or its folder."),
    other: str = typer.Argument(..., help="Another that began from it."),
    share: float = typer.Option(0.5, min=0.0, max=1.0, help="How much of the way from the one to the other."),
    name: str = typer.Option("blend", help="What to call it."),
    force: bool = typer.Option(False, "--force", help="In place of a network of that name."),
) -> None:
    """Make the network that lies between two, of which one has learnt further from the other.

    Example: folkbench model blend session mine --share 0.6 --name between
    """
    from folkbench.model.blend import blend
    from folkbench.model.checkpoint import WEIGHTS, find, load

    networks = [load(find(network) / WEIGHTS) for network in (one, other)]
    print(_place(name, blend(networks[0], networks[1], share), force=force))


@app.command()
def remove(name: str = typer.Argument(..., help="A network's name.")) -> None:
    """Remove a network from this bench. The one that comes with folkbench stays.

    Example: folkbench model remove folkrnn_v2
    """
    from shutil import rmtree

    from folkbench.bench import home
    from folkbench.errors import NotFound
    from folkbench.model.checkpoint import WEIGHTS

    folder = home("models") / name
    if "/" in name or not (folder / WEIGHTS).is_file():
        raise NotFound(f"there is no network {name!r} of yours", "folkbench model list says which there are")
    rmtree(folder)
    say(f"{name} is gone")


@app.command()
def export(
    name: str = typer.Argument("session", help="A network's name, or its folder."),
    out: str = typer.Option(..., "--out", "-o", help="The ONNX file to write."),
    exact: bool = typer.Option(False, "--float32", help="In float32 instead of int8: larger and slower."),
    force: bool = typer.Option(False, "--force", help="Write over a file that exists."),
) -> None:
    """Write one step of a network as an ONNX model.

    Example: folkbench model export session --float32 -o session.onnx
    """
    from folkbench.model.checkpoint import WEIGHTS, find, load
    from folkbench.model.export import build

    checkpoint = load(find(name) / WEIGHTS)
    write_whole(Path(out), build(checkpoint, int8=not exact), force=force)
    say(f"{out}: {'float32' if exact else 'int8'}, {len(checkpoint.vocabulary)} tokens, hash {checkpoint.hash}")


@app.command()
def curve(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="Networks, by name or folder.")],
    out: str = typer.Option("", "--out", "-o", help="A picture to write (.png, .svg or .pdf)."),
    force: bool = typer.Option(False, "--force", help="Write over a file that exists."),
) -> None:
    """Print how networks learnt, epoch by epoch, as CSV; with -o draw it, several in one picture.

    Example: folkbench model curve session
    """
    from folkbench.errors import FolkbenchError
    from folkbench.model.checkpoint import WEIGHTS, find, load
    from folkbench.model.curve import Point, picture, table

    curves: dict[str, list[Point]] = {}
    for one in names:
        points = [Point(**point) for point in load(find(one) / WEIGHTS).history.get("curve", [])]
        if not points:
            raise FolkbenchError(f"{one} has no curve: it wasn't trained here", "folkbench model info says where from")
        curves[one] = points
    if out:
        kind = Path(out).suffix.removeprefix(".")
        if kind not in ("png", "svg", "pdf"):
            raise FolkbenchError(f"{out} is no picture that can be drawn", "call it .png, .svg or .pdf")
        write_whole(Path(out), picture({Path(one).name: points for one, points in curves.items()}, kind), force=force)
        say(out)
        return
    for one, points in curves.items():
        if len(curves) > 1:
            say(one)
        print(table(points), end="")


@app.command()
def finish(
    folder: str = typer.Argument(..., help="The folder of a training."),
    corpus: str = typer.Option("session", help="The corpus it is trained on."),
    split: int = typer.Option(1, help="The split it is trained on."),
    command: str = typer.Option("folkbench train", help="The command that trained it, for the card."),
    out: str = typer.Option("", "--out", "-o", help="Another folder for the finished network."),
) -> None:
    """Make the best network so far of a training ready to compose, while the training goes on.

    `folkbench train` does this by itself at its end.

    Example: folkbench model finish models/mine -o models/mine-so-far
    """
    from shutil import copyfile

    from folkbench.corpus import load as load_corpus
    from folkbench.corpus.material import material
    from folkbench.model.checkpoint import WEIGHTS, load
    from folkbench.model.finish import finish as make_ready

    place = Path(folder)
    if out:
        place = Path(out)
        place.mkdir(parents=True, exist_ok=True)
        copyfile(Path(folder) / WEIGHTS, place / WEIGHTS)
    tunes = material(load_corpus(corpus), split, encoding=load(place / WEIGHTS).encoding)
    measured: dict[str, Any] = make_ready(place, tunes, command).history["measured"]
    say(f"held out {measured['held_out']:.4f}, int8 {measured['held_out_int8']:.4f} nats a token")
    print(place)


def _place(name: str, checkpoint: Checkpoint, *, half: bool = True, force: bool = False) -> Path:
    """Put a network among the models, ready to compose, in half precision (and int8) or as exact as it is."""
    from folkbench.bench import home
    from folkbench.errors import Refused
    from folkbench.model.card import card
    from folkbench.model.checkpoint import CARD, ONNX, SHIPPED, WEIGHTS, save
    from folkbench.model.export import build

    folder = home("models") / name
    if name == SHIPPED or "/" in name or name.startswith("."):
        raise Refused(f"a network can't be called {name!r}", "give another --name")
    if folder.exists() and not force:
        raise Refused(f"there is a network {name!r} already", "give another --name, or --force")
    onnx = build(checkpoint, int8=half)
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / ONNX, onnx, force=True)
    write_whole(folder / CARD, card(checkpoint), force=True)
    save(checkpoint, folder / WEIGHTS, half=half)
    say(f"{name}: {len(checkpoint.vocabulary)} tokens, {checkpoint.layers} x {checkpoint.hidden}, {checkpoint.hash}")
    return folder


def _row(name: str) -> dict[str, Any]:
    from folkbench.errors import FolkbenchError
    from folkbench.model.checkpoint import WEIGHTS, find, load

    row: dict[str, Any] = dict.fromkeys(("tokens", "layers", "hidden", "hash", "held_out"))
    try:
        checkpoint = load(find(name) / WEIGHTS)
    except FolkbenchError as error:
        return {"name": name, **row, "damage": error.message}
    losses = [point["held_out"] for point in checkpoint.history.get("curve", [])]
    if checkpoint.history.get("settings", {}).get("written"):
        losses = losses[-1:]  # a network that practises is kept as it is in the end
    best = min(losses, default=None) if "blend" not in checkpoint.history else None
    row |= {"tokens": len(checkpoint.vocabulary), "layers": checkpoint.layers, "hidden": checkpoint.hidden}
    row |= {"hash": checkpoint.hash, "held_out": checkpoint.history.get("measured", {}).get("held_out", best)}
    return {"name": name, **row, "damage": None}
