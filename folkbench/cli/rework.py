"""`folkbench rework`: some bars of a tune anew."""

from __future__ import annotations

import secrets
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from folkbench import bench
from folkbench.cli.arguments import one_tune, print_json, say
from folkbench.errors import FolkbenchError

app = typer.Typer(add_completion=False)


@app.command()
def rework(
    tune: Annotated[str | None, typer.Argument(help="A file, FILE#3 for X:3, a name, or -.")] = None,
    bars: Annotated[str, typer.Option("--bars", "-b", help="Which: 5,7,8, B5-8, A8.2, B.")] = "",
    choices: Annotated[int, typer.Option("--choices", min=1, max=20, help="List so many ways to pick from.")] = 1,
    pick: Annotated[int, typer.Option("--pick", min=0, help="Take this one of the choices.")] = 0,
    keep_rhythm: Annotated[bool, typer.Option("--keep-rhythm", help="Other notes in the same rhythm.")] = False,
    temperature: Annotated[float, typer.Option("--temperature", help="Above 1 wilder, below 1 tamer.")] = 1.0,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="The same seed, the same bars.")] = None,
    out: Annotated[str, typer.Option("--out", "-o", metavar="FILE", help="Write it there; else a new name.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Write over a FILE that exists.")] = False,
    save: Annotated[bool, typer.Option("--save/--no-save", help="Keep it in the tunes folder.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="All choices as one JSON object; keeps nothing.")] = False,
    model: Annotated[str, typer.Option("--model", metavar="NAME", help="Another network on this bench.")] = "",
) -> None:
    """Make some bars of a tune anew; everything else stays to the byte.

    The likeliest of many candidates is taken, judged by the whole tune with it.
    Example: folkbench rework tunes/seed-transcription.abc --bars B3-4 --seed 1 --no-save
    """
    if not bars:
        raise FolkbenchError("which bars are to be made anew?", "say --bars 5,7,8 or --bars B5-8")
    if not 0 < temperature <= 100:
        raise FolkbenchError(f"a temperature of {temperature:g} can't be used", "give one above 0; 1 is usual")
    if out:
        bench.check_place(Path(out), force=force)
    old = one_tune(tune)
    seed = secrets.randbelow(10**6) if seed is None else seed
    from folkbench.compose import Composer, Taste
    from folkbench.compose.rework import noted
    from folkbench.compose.rework import rework as make_anew

    composer = Composer(model or None)
    found = make_anew(
        composer, old, bars, seed, choices=max(choices, pick), taste=Taste(temperature), keep_rhythm=keep_rhythm
    )
    if pick > len(found):
        raise FolkbenchError(f"there are only {len(found)} choices", f"pick 1 to {len(found)}")
    words = ["folkbench", "rework", "--bars", bars, "--seed", str(seed)]
    words += ["--keep-rhythm"] if keep_rhythm else []
    words += ["--temperature", f"{temperature:g}"] if temperature != 1 else []
    say(f"seed {seed}")

    def text(number: int) -> str:
        picked = ["--pick", str(number)] if number > 1 else []
        return noted(found[number - 1].text, f"{shlex.join([*words, *picked])} (network {composer.hash})")

    if as_json:
        rows = [{"abc": text(n), "bars": dict(choice.bars), "score": choice.score} for n, choice in enumerate(found, 1)]
        print_json({"model": composer.hash, "seed": seed, "tunes": rows})
        return
    if choices > 1 and not pick:
        for n, choice in enumerate(found, 1):
            print(f"{n}  score {choice.score:.1f}  " + "  ".join(f"{label}: {abc}" for label, abc in choice.bars))
        pick = _asked(len(found))
        if not pick:
            return
    result = text(pick or 1)
    print(result, end="" if result.endswith("\n") else "\n")
    _keep(result, old.title, out, force, save)


def _asked(count: int) -> int:
    """The number that somebody types; 0 where nobody is there to type."""
    if not sys.stdin.isatty():
        say("take one with --pick and the same --seed")
        return 0
    number: int = typer.prompt("Which one (0: none)", type=int)
    return number if 0 <= number <= count else _asked(count)


def _keep(text: str, title: str, out: str, force: bool, save: bool) -> None:
    if out:
        path = Path(out)
        bench.write_whole(path, text, force=force)
    elif save:
        folder = bench.home("tunes")
        folder.mkdir(parents=True, exist_ok=True)
        path = bench.fresh(folder, bench.slug(title), ".abc")
        bench.write_whole(path, text)
    else:
        return
    bench.remember(path)
    say(str(path))
