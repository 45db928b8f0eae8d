"""`folkbench title`: titles for a tune."""

from __future__ import annotations

import secrets
from typing import Annotated

import typer

from folkbench.cli.arguments import one_tune, print_json, say
from folkbench.errors import FolkbenchError

app = typer.Typer(add_completion=False)


@app.command()
def title(
    tune: Annotated[str | None, typer.Argument(help="A file, FILE#3 for X:3, a name, or -.")] = None,
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=100, help="How many.")] = 5,
    temperature: Annotated[float, typer.Option("--temperature", help="Above 1 wilder, below 1 tamer.")] = 1.0,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="The same seed, the same titles.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    model: Annotated[str, typer.Option("--model", metavar="NAME", help="Another network on this bench.")] = "",
) -> None:
    """Find titles for a tune, by the network that writes tunes; of each it is said whether a human tune has it.

    Example: folkbench title tunes/seed-transcription.abc --seed 1
    """
    if not 0 < temperature <= 100:
        raise FolkbenchError(f"a temperature of {temperature:g} can't be used", "give one above 0; 1 is usual")
    named = one_tune(tune)
    seed = secrets.randbelow(10**6) if seed is None else seed
    from folkbench.compose import Composer, Taste
    from folkbench.compose.naming import titles
    from folkbench.corpus import load
    from folkbench.notation.titles import plain

    composer = Composer(model or None)
    found = titles(composer, named, seed, count, Taste(temperature))
    human = {plain(name).text: entry for entry in load().entries for name in entry.titles}
    rows = []
    for name in found:
        entry = human.get(plain(name).text)
        rows.append({"title": name, "new": entry is None, "source": entry.source if entry else None})
    if as_json:
        print_json({"model": composer.hash, "seed": seed, "titles": rows})
        return
    say(f"seed {seed}")
    for row in rows:
        print(f"{row['title']}  ({'a human tune in ' + str(row['source']) if row['source'] else 'new'})")
