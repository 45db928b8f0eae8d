"""`folkbench show`: a tune on paper, and at a glance in the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from folkbench import bench
from folkbench.check import ERROR, NOTE, check
from folkbench.cli.arguments import one_tune, say
from folkbench.engrave import ENDINGS, SIZE, Look, Tint, excerpt, glance, lilypond, press, printed, ready
from folkbench.errors import FolkbenchError
from folkbench.notation import Tune, form, to_key, transpose, write
from folkbench.notation.instruments import instrument
from folkbench.notation.places import named_bars
from folkbench.notation.tune import Event

app = typer.Typer(add_completion=False)

_WRITTEN = (".ly", ".musicxml", ".abc", ".mid")
_RED, _AMBER = "#c00000", "#a06000"
_SMALLEST, _LARGEST = 6.0, 60.0  # points
_LONGEST_PICTURE = 600  # bars
_STYLES = {
    "title": "bold",
    "about": "dim",
    "part": "bold",
    "contour": "cyan",
    "even": "",
    "odd": "green",
    "marked": "bold red",
    "line": "dim",
}


class Reason(StrEnum):
    """Why notes are coloured."""

    check = "check"
    whence = "whence"


@app.command()
def show(
    tune: Annotated[str | None, typer.Argument(metavar="[TUNE]", help="A file, FILE#3 for X:3, a name, or -.")] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write this file: .pdf .svg .png .ly .musicxml .mid .abc"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    by: Annotated[
        int, typer.Option("--transpose", min=-24, max=24, metavar="N", help="Semitones up, or down if negative.")
    ] = 0,
    key: Annotated[str, typer.Option("--key", metavar="KEY", help='In this key: "D", "Edor".')] = "",
    player: Annotated[
        str, typer.Option("--for", metavar="INSTRUMENT", help="Where it lies best on this instrument.")
    ] = "",
    size: Annotated[float, typer.Option("--size", metavar="POINTS", help="Height of the staff.")] = SIZE,
    bars: Annotated[str, typer.Option("--bars", metavar="BARS", help="Only these: 5-8, B, A7-B2.")] = "",
    numbers: Annotated[bool, typer.Option("--numbers", help="Number the bars as players count.")] = False,
    chords: Annotated[
        bool | None,
        typer.Option("--chords/--no-chords", help="Chord symbols: found where the ABC has none; none at all."),
    ] = None,
    colour_by: Annotated[
        Reason | None, typer.Option("--colour-by", help="What is wrong, or what human tunes have.")
    ] = None,
) -> None:
    """Engrave a tune and open the page; in a terminal, show it at a glance at once.

    Example: folkbench show tunes/seed-transcription.abc -o seed.pdf
    """
    if not _SMALLEST <= size <= _LARGEST:
        raise FolkbenchError(f"a staff of {size:g} points can't be printed", f"{_SMALLEST:g} to {_LARGEST:g}")
    ending = output.suffix.lower() if output else ".pdf"
    if ending not in (*ENDINGS, *_WRITTEN):
        raise FolkbenchError(
            f"{output} has no ending that can be written", f"one of: {' '.join((*ENDINGS, *_WRITTEN))}"
        )
    if output:
        bench.check_place(output, force=force)
    drawn = ready(_moved(one_tune(tune), by, key, player))
    if chords:
        from folkbench.sound.symbols import with_chords

        drawn = with_chords(drawn)
    if bars:
        drawn = excerpt(drawn, named_bars(drawn, bars))
    tints = _TINTS[colour_by](drawn) if colour_by else {}
    look = Look(size, numbers, chords is not False, ending in (".png", ".svg"), tints)
    if output:
        bench.write_whole(output, _content(drawn, ending, look), force=force)
        say(f"wrote {output}")
        return
    if sys.stdout.isatty():
        _print_glance(drawn, tints)
    _open(drawn, look)


def _moved(tune: Tune, by: int, key: str, player: str) -> Tune:
    """The tune in the key that is asked for, or that lies best on an instrument."""
    if by and key:
        raise FolkbenchError("--transpose and --key say the same thing twice", "give one of them")
    moved = to_key(tune, key) if key else transpose(tune, by)
    if not player:
        return moved
    from folkbench.check.fit import fit, fit_text

    found = fit(moved, instrument(player))
    if by or key:
        say(fit_text(found))
        return moved
    if found.semitones:
        say(f"{found.semitones:+d} semitones, in {found.key}: there it lies best on the {found.instrument}")
    else:
        say(fit_text(found))
    return transpose(moved, found.semitones)


def _wrong(tune: Tune) -> dict[Event, Tint]:
    """What `check` finds, as marks under the notes it speaks of. A problem in the header marks nothing."""
    tints: dict[Event, Tint] = {}
    for problem in check(tune):
        if problem.severity == NOTE or problem.bar is None:
            continue
        tint = Tint(_RED if problem.severity == ERROR else _AMBER, problem.message)
        for voice in tune.voices:
            for bar in voice.bars:
                for event in bar.events:
                    if problem.at < event.end and event.at < problem.end and event not in tints:
                        tints[event] = tint
    return tints


def _shared(tune: Tune) -> dict[Event, Tint]:
    """The bars that stand in human tunes, with the title of one; the longest shared run in the stronger colour."""
    from folkbench.encoding import encode
    from folkbench.whence import open_index, trace

    encoded = encode(tune)
    traced = trace(open_index(), encoded.meter, encoded.mode, encoded.music)
    labels = [bar.label for bar in traced.bars]
    run = traced.most_bars
    longest = range(labels.index(run.from_bar), labels.index(run.to_bar) + 1) if run and run.bars else range(0)
    tints: dict[str, Tint] = {}
    before = ""
    for number, bar in enumerate(traced.bars):
        titles = [example.source.title for example in bar.examples]
        if run and number in longest:
            before = run.source.title
        elif before not in titles:
            before = titles[0] if titles and bar.bar else ""  # that a pickup is found says nothing
        if before:
            tints[bar.label] = Tint(_RED if number in longest else _AMBER, before)
    places = [place for part in form(tune) for place in part.places if place.label in tints]
    return {event: tints[place.label] for place in places for event in tune.bars[place.nth].events}


_TINTS: dict[Reason, Callable[[Tune], dict[Event, Tint]]] = {Reason.check: _wrong, Reason.whence: _shared}


def _content(tune: Tune, ending: str, look: Look) -> str | bytes:
    if ending == ".abc":
        return write(tune)
    if ending == ".ly":
        return lilypond([tune], look)
    if ending == ".musicxml":
        from folkbench.engrave.musicxml import musicxml

        return musicxml(tune)
    if ending == ".mid":
        from folkbench.sound.midi import midi
        from folkbench.sound.performer import perform

        return midi(perform(tune), tune)
    if look.picture and len(tune.bars) > _LONGEST_PICTURE:
        raise FolkbenchError(f"{len(tune.bars)} bars don't go on one picture", "ask for a .pdf, or for some --bars")
    return _page(tune, ending, look)


def _page(tune: Tune, ending: str, look: Look) -> bytes:
    """LilyPond's page; while it is drawn a terminal shows that something is being done."""
    from rich.console import Console

    press()
    with Console(stderr=True).status("LilyPond is drawing ..."):
        return printed(lilypond([tune], look), ending).files[0]


def _print_glance(tune: Tune, tints: dict[Event, Tint]) -> None:
    from rich.console import Console
    from rich.text import Text

    marked = frozenset(n for n, bar in enumerate(tune.bars) if any(event in tints for event in bar.events))
    console = Console(highlight=False)
    for row in glance(tune, marked):
        console.print(Text.assemble(*[(words.text, _STYLES[words.role]) for words in row]), soft_wrap=True)
    console.print()


def _open(tune: Tune, look: Look) -> None:
    """Print the page into the bench's cache and open it; without a desktop, say where it is."""
    page = _page(tune, ".pdf", look)
    folder = bench.home("cache") / "pages"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{bench.slug(tune.title)}.pdf"
    bench.write_whole(path, page, force=True)
    if sys.stdout.isatty() and _has_desktop():
        typer.launch(str(path))
        say(f"opened {path}")
    else:
        print(path)


def _has_desktop() -> bool:
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
