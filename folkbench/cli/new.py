"""`folkbench new`: make tunes."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from folkbench import bench
from folkbench.cli.arguments import one_tune, print_json, say
from folkbench.errors import FolkbenchError
from folkbench.notation.instruments import instrument

if TYPE_CHECKING:
    from folkbench.compose import Composer, Made
    from folkbench.notation import Tune
    from folkbench.whence import Index

app = typer.Typer(add_completion=False)

_LARGEST = 2**63
_LIKE_OF = 20  # tunes that --like chooses among
_MANY = 20  # tunes that take longer than a second on a slow machine


@app.command()
def new(
    title: Annotated[
        str, typer.Option("--title", "-t", help="A title to make the tune from. Without, it gets one.")
    ] = "",
    rhythm: Annotated[
        str, typer.Option("--rhythm", "-r", help="reel, jig, slip jig ...; any: the network may name none.")
    ] = "",
    meter: Annotated[str, typer.Option("--meter", help="4/4, 6/8, C| ...")] = "",
    key: Annotated[str, typer.Option("--key", "-k", help="Tonic and mode: D, Em, Edor, Amix.")] = "",
    prefix: Annotated[
        str, typer.Option("--prefix", help="Music it begins with: 'GABc d2', or in C 'G, C C 2'; ... is made.")
    ] = "",
    ending: Annotated[str, typer.Option("--ending", help="Music it ends with, written like a prefix.")] = "",
    form: Annotated[str, typer.Option("--form", help="AABB, AB, AABBCC, ABAC ...")] = "",
    bars: Annotated[int, typer.Option("--bars", help="Bars a part, with --form.")] = 8,
    pickup: Annotated[
        bool | None, typer.Option("--pickup/--no-pickup", help="Begin each part with one, or not.")
    ] = None,
    endings: Annotated[
        bool | None, typer.Option("--endings/--no-endings", help="First and second endings, or none.")
    ] = None,
    temperature: Annotated[float, typer.Option("--temperature", help="Above 1 wilder, below 1 tamer.")] = 1.0,
    top_p: Annotated[float, typer.Option("--top-p", help="Draw only from the likeliest tokens, up to this sum.")] = 1.0,
    original: Annotated[
        int | None,
        typer.Option("--original", min=0, help="Share no so many bars on end with a human tune: 4; 0: no guard."),
    ] = None,
    seed: Annotated[str, typer.Option("--seed", metavar="S or S:k", help="The same seed, the same tune.")] = "",
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="How many tunes.")] = 1,
    best_of: Annotated[
        int, typer.Option("--best-of", min=0, metavar="N", help="Make N and give those with the highest score.")
    ] = 0,
    like: Annotated[
        str,
        typer.Option("--like", metavar="TUNE", help="Same dance, meter and key, and leaps alike, of 20 or --best-of."),
    ] = "",
    player: Annotated[str, typer.Option("--for", metavar="INSTRUMENT", help="Only notes that it has.")] = "",
    avoid: Annotated[
        list[str] | None,
        typer.Option(
            "--avoid-range", metavar="LOW-HIGH", help="None of these notes: b-e', -D (and below), c'- (and up)."
        ),
    ] = None,
    out: Annotated[str, typer.Option("--out", "-o", metavar="FILE", help="Write them to FILE, not to stdout.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Write over a FILE that exists.")] = False,
    save: Annotated[bool, typer.Option("--save/--no-save", help="Keep them in the tunes folder.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object; keeps nothing.")] = False,
    grammar: Annotated[bool, typer.Option("--grammar/--no-grammar", help="Hold the network to whole bars.")] = True,
    model: Annotated[str, typer.Option("--model", metavar="NAME", help="Another network on this bench.")] = "",
    corpus: Annotated[
        str, typer.Option("--corpus", metavar="NAME", help="The human tunes that it is kept from copying.")
    ] = "",
) -> None:
    """Make a tune: by title, dance, key, or from music that it begins with.

    It goes to stdout as ABC, and into the tunes folder.
    Example: folkbench new --title "The Cunning Storm" --seed 1
    """
    numbers = _seed(seed)
    if not temperature > 0 or temperature > 100:
        raise FolkbenchError(f"a temperature of {temperature:g} can't be used", "give one above 0; 1 is usual")
    if not 0 < top_p <= 1:
        raise FolkbenchError(f"a top-p of {top_p:g} can't be used", "give one above 0 and up to 1")
    if out and as_json:
        raise FolkbenchError("--json writes to stdout and keeps nothing, -o writes ABC", "give one of them")
    if out:
        bench.check_place(Path(out), force=force)
    playable = instrument(player).notes if player else None
    from folkbench.compose import Composer, Form, Taste, Wish, parse_form

    asked = parse_form(form, bars, pickup, endings) if form else Form(pickup=pickup, endings=endings)
    wish = Wish(title, rhythm, meter, key, prefix, asked, ending, player, tuple(avoid or ()))
    model_tune = one_tune(like) if like else None
    if model_tune:
        from folkbench.compose.likeness import like_it

        wish, best_of = like_it(wish, model_tune), best_of or _LIKE_OF
    total = max(best_of, count)
    # one stream gains nothing from a second thread, and waits for it where the machine is busy
    composer = Composer(model or None, grammar=grammar, threads=1 if total == 1 else 0, corpus=corpus or None)
    made: Iterable[Made] = composer.make(wish, *numbers, total, Taste(temperature, top_p), say, original=original)
    if not seed:
        say(f"seed {numbers[0]}")
    made = _watched(made, total)
    if best_of:
        made = _best(made, count, _index(composer), playable, model_tune)
    if as_json:
        index = _index(composer)
        print_json({"model": composer.hash, "tunes": [_row(tune, index) for tune in made]})
        return
    abcs = []
    name = ""
    for tune in made:
        if not out:
            print(tune.abc, flush=count > 1)
        abcs.append(tune.abc)
        if count == 1:
            _say_originality(tune, _index(composer))
        name = name or tune.title
    _keep("\n".join(abcs), name if count == 1 else f"{count} tunes {numbers[0]}", out, force, save)


def _keep(text: str, name: str, out: str, force: bool, save: bool) -> None:
    """Write the tunes where they are wanted, and remember them as the last."""
    if out:
        path = Path(out)
        bench.write_whole(path, text, force=force)
    elif save:
        folder = bench.home("tunes")
        folder.mkdir(parents=True, exist_ok=True)
        path = bench.fresh(folder, bench.slug(name), ".abc")
        bench.write_whole(path, text)
    else:
        return
    bench.remember(path)
    say(str(path))


def _seed(text: str) -> tuple[int, int]:
    """Seed and number of the first tune: `7` is 7, 1; `7:3` is 7, 3; nothing is a seed of our own."""
    if not text:
        return secrets.randbelow(10**6), 1
    seed, colon, k = text.partition(":")
    if not (seed.isdecimal() and (k.isdecimal() or not colon) and int(seed) < _LARGEST and 0 < int(k or 1) < _LARGEST):
        raise FolkbenchError(f"{text!r} is no seed", "give a number, or S:k for tune k of seed S")
    return int(seed), int(k or 1)


def _watched(made: Iterable[Made], count: int) -> Iterator[Made]:
    """The tunes as they come, with a progress bar where there are many and somebody is looking."""
    if count < _MANY or not sys.stderr.isatty():
        yield from made
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(made, "tunes", total=count, console=Console(stderr=True), transient=True)


def _index(composer: Composer) -> Index | None:
    """The index of human tunes; None while it hasn't been made, which takes longer than a tune."""
    from folkbench.whence import is_ready

    return composer.index() if is_ready(composer.beside) else None


def _best(
    made: Iterable[Made], count: int, index: Index | None, playable: frozenset[int] | None, like: Tune | None
) -> Iterator[Made]:
    """The tunes with the highest scores; what makes each up is said."""
    from folkbench.compose.score import best

    for tune, score in best(made, count, index, playable, like):
        say(f"{tune.title} ({tune.stream}): {score}")
        yield tune


def _say_originality(made: Made, index: Index | None) -> None:
    from folkbench.whence import originality

    if index is None:
        say("folkbench whence says how original it is; it reads the human tunes first, once")
        return
    found = originality(made.tokens, index)
    if not found.title:
        say("nothing in common with human tunes")
        return
    bars = f"{found.longest_bars} whole bar{'' if found.longest_bars == 1 else 's'}"
    say(f"in common with human tunes: {bars}, {found.longest_tokens} tokens on end at most, with {found.title}")


def _row(made: Made, index: Index | None) -> dict[str, Any]:
    from folkbench.whence import originality

    return {
        "abc": made.abc,
        "title": made.title,
        "seed": made.stream,
        "tokens": made.tokens,
        "written": made.written,
        "logprob": round(made.logprob, 4),
        "masked_mass": round(made.masked, 6),
        "path": None,
        "originality": originality(made.tokens, index)._asdict() if index else None,
    }
