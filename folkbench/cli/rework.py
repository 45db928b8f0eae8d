"""`folkbench rework`: some bars of a tune anew, a variation of a part, a second ending."""

from __future__ import annotations

import secrets
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from folkbench import bench
from folkbench.cli.arguments import one_tune, print_json, say
from folkbench.errors import FolkbenchError

if TYPE_CHECKING:
    from folkbench.compose import Composer
    from folkbench.compose.rework import Choice
    from folkbench.notation import Tune
    from folkbench.whence import Index

_A = "A"  # the part that --vary alone means, where --bars doesn't say another


class _Rework(TyperCommand):
    """The command, whose --vary may stand without a part."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Give a --vary that no part follows an empty one."""
        words: list[str] = []
        for word, after in zip(args, [*args[1:], "-"], strict=True):
            alone = word == "--vary" and not (len(after) <= 2 and after.isalpha() and after.isupper())
            words.append("--vary=" if alone else word)
        return super().parse_args(ctx, words)


app = typer.Typer(add_completion=False)


@app.command(cls=_Rework)
def rework(
    tune: Annotated[str | None, typer.Argument(help="A file, FILE#3 for X:3, a name, or -.")] = None,
    bars: Annotated[str, typer.Option("--bars", "-b", help="Which: 5,7,8, B5-8, A8.2, B.")] = "",
    second_ending: Annotated[
        bool,
        typer.Option(
            "--second-ending",
            help="Give a part a second ending: its last bar stays as the first, and those of --bars that end a part.",
        ),
    ] = False,
    vary: Annotated[
        str | None,
        typer.Option(
            "--vary",
            metavar="[PART]",
            help="Write a repeated part (A) out a second time, varied: in --bars, else in some that the seed draws.",
        ),
    ] = None,
    like: Annotated[
        str,
        typer.Option(
            "--like",
            metavar="FIGURE",
            help="Each new bar has this figure, note for note, from one of its eighths on: d2 or efg as the tune "
            "would write it, or tokens in C.",
        ),
    ] = "",
    rhythm_of: Annotated[
        str, typer.Option("--rhythm-of", metavar="BARS", help="In the rhythm of bar 1, or of A1-2 in turn.")
    ] = "",
    keep_rhythm: Annotated[bool, typer.Option("--keep-rhythm", help="Other notes in the same rhythm.")] = False,
    higher: Annotated[bool, typer.Option("--higher", help="A step or more higher on average.")] = False,
    lower: Annotated[bool, typer.Option("--lower", help="A step or more lower on average.")] = False,
    simpler: Annotated[bool, typer.Option("--simpler", help="Fewer notes in all, and in no bar more.")] = False,
    choices: Annotated[int, typer.Option("--choices", min=1, max=20, help="List so many ways to pick from.")] = 1,
    pick: Annotated[int, typer.Option("--pick", min=0, max=20, help="Take this one of the choices.")] = 0,
    temperature: Annotated[float, typer.Option("--temperature", help="Above 1 wilder, below 1 tamer.")] = 1.0,
    original: Annotated[
        int,
        typer.Option("--original", min=0, help="Share no so many bars on end with a human tune, new ones among them."),
    ] = 4,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="The same seed, the same bars.")] = None,
    out: Annotated[str, typer.Option("--out", "-o", metavar="FILE", help="Write it there; else a new name.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Write over a FILE that exists.")] = False,
    save: Annotated[bool, typer.Option("--save/--no-save", help="Keep it in the tunes folder.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="All choices as one JSON object; keeps nothing.")] = False,
    model: Annotated[str, typer.Option("--model", metavar="NAME", help="Another network on this bench.")] = "",
) -> None:
    """Make some bars of a tune anew; everything else stays to the byte.

    Of many candidates, drawn by the network and its grammar, those are listed that make the whole tune likeliest.
    --higher, --lower and --simpler lean on the drawing and leave out what isn't so; a rhythm or a figure is held.

    Example: folkbench rework tunes/seed-transcription.abc --bars B3-4 --seed 1 --no-save
    Example: folkbench rework tunes/seed-transcription.abc --vary A --seed 1 --no-save
    """
    if not (bars or second_ending or vary is not None):
        raise FolkbenchError("which bars are to be made anew?", "say --bars 5,7,8 or --bars B5-8")
    if second_ending and vary is not None:
        raise FolkbenchError("--vary and --second-ending are two things", "do one, then the other with its result")
    if not 0 < temperature <= 100:
        raise FolkbenchError(f"a temperature of {temperature:g} can't be used", "give one above 0; 1 is usual")
    if out and as_json:
        raise FolkbenchError("--json writes to stdout and keeps nothing, -o writes ABC", "give one of them")
    if out:
        bench.check_place(Path(out), force=force)
    old = one_tune(tune)
    seed = secrets.randbelow(10**6) if seed is None else seed
    from folkbench.compose import Composer, Taste
    from folkbench.compose.rework import rework as make_anew
    from folkbench.compose.steer import Steer

    steer = Steer(like, rhythm_of, keep_rhythm, higher, lower, simpler).checked()
    old, anew = _written_out(old, bars, second_ending, vary, seed)
    # so few streams gain little from a second thread, and wait for it where the machine is busy
    composer = Composer(model or None, threads=1)
    found = make_anew(
        composer,
        old,
        anew,
        seed,
        choices=max(choices, pick),
        taste=Taste(temperature),
        steer=steer,
        original=original,
    )
    if pick > len(found):
        raise FolkbenchError(f"there are only {len(found)} choices", f"pick 1 to {len(found)}")
    say(f"seed {seed}")
    asked: dict[str, Any] = {
        "--bars": bars,
        "--second-ending": second_ending,
        "--vary": vary or (vary is not None),
        "--like": like,
        "--rhythm-of": rhythm_of,
        "--keep-rhythm": keep_rhythm,
        "--higher": higher,
        "--lower": lower,
        "--simpler": simpler,
        "--temperature": f"{temperature:g}" if temperature != 1 else "",
        "--original": str(original) if original != 4 else "",
        "--seed": str(seed),
    }
    words = ["folkbench", "rework"]
    for option, value in asked.items():
        words += [option] if value is True else [option, value] if value else []
    texts = [_noted(choice, words, n, composer) for n, choice in enumerate(found, 1)]
    if as_json:
        index = composer.index() if original else None
        rows = [
            _row(choice, old.title, f"{seed}:{n}", text, index)
            for n, (choice, text) in enumerate(zip(found, texts, strict=True), 1)
        ]
        print_json({"model": composer.hash, "seed": seed, "tunes": rows})
        return
    if choices > 1 and not pick:
        asking = sys.stdin.isatty()
        print("\n".join(_listed(found)), file=sys.stderr if asking else sys.stdout)
        if not asking:
            say(f"take one with --seed {seed} --pick")
            return
        pick = _asked(len(found))
        if not pick:
            return
    result = texts[max(pick, 1) - 1]
    print(result, end="")
    _keep(result, old.title, out, force, save)


def _written_out(
    tune: Tune, bars: str, second_ending: bool, vary: str | None, seed: int
) -> tuple[Tune, str | tuple[int, ...]]:
    """The tune in which bars are to be made anew, and which; what was written out is said."""
    from folkbench.compose import written_out
    from folkbench.notation import form, named_bars

    if second_ending:
        made = written_out.second_ending(tune, bars)
    elif vary is not None:
        first = min(named_bars(tune, bars)) if bars else -1
        named = next((part.name for part in form(tune) for place in part.places if place.nth == first), _A)
        made = written_out.vary(tune, vary or named, bars, seed)
    else:
        return tune, bars
    say(made.words)
    return made.tune, made.bars


def _noted(choice: Choice, words: Sequence[str], number: int, composer: Composer) -> str:
    """The tune with an N: line that says what was done."""
    from folkbench.compose.rework import noted

    picked = ["--pick", str(number)] if number > 1 else []
    return noted(choice.text, f"{shlex.join([*words, *picked])} (network {composer.hash})")


def _row(choice: Choice, title: str, stream: str, abc: str, index: Index | None) -> dict[str, Any]:
    from folkbench.whence import originality

    return {
        "abc": abc,
        "title": title,
        "seed": stream,
        "bars": dict(choice.bars),
        "old": dict(zip(dict(choice.bars), choice.old, strict=True)),
        "score": choice.score,
        "tokens": choice.tokens,
        "logprob": choice.score,
        "masked_mass": choice.masked,
        "path": None,
        "originality": originality(choice.tokens, index)._asdict() if index else None,
    }


_WIDTH = 80


def _listed(found: Sequence[Choice]) -> list[str]:
    """The choices side by side, what stood there before them, in as many blocks as 80 columns need."""
    labels = ["", *[label for label, _ in found[0].bars], "score"]
    columns = [["as it was", *[" ".join(abc.split()) for abc in found[0].old], ""]]
    columns += [[str(n), *[abc for _, abc in one.bars], f"{one.score:.1f}"] for n, one in enumerate(found, 1)]
    first, *others = [[cell.ljust(max(map(len, column))) for cell in column] for column in columns]
    head = [f"{label:5}  {cell}" for label, cell in zip(labels, first, strict=True)]
    blocks = [list(head)]
    for column in others:
        if len(blocks[-1][0]) + 2 + len(column[0]) > _WIDTH and len(blocks[-1][0]) > len(head[0]):
            blocks.append(list(head))
        blocks[-1] = [f"{line}  {cell}" for line, cell in zip(blocks[-1], column, strict=True)]
    return [line.rstrip() for block in blocks for line in (*block, "")][:-1]


def _asked(count: int) -> int:
    """The number that somebody types; 0 for none of them."""
    number: int = typer.prompt("Which one (0: none)", type=int, err=True)
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
