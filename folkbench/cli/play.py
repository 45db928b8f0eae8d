"""`folkbench play`: hear tunes, as they are danced to, or write them as sound."""

from __future__ import annotations

import re
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from folkbench import bench
from folkbench.cli.arguments import say, tunes
from folkbench.errors import FolkbenchError
from folkbench.notation import Tune, named_bars
from folkbench.sound.instruments import named
from folkbench.sound.performance import Performance, in_turn
from folkbench.sound.performer import Style, dance_of, perform

app = typer.Typer(add_completion=False)

_BACKING = ("guitar", "piano")
_DRUMS = ("bodhran", "bones")
_PROMPT = 20.0  # seconds of music that are rendered in less than one


@app.command()
def play(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TUNE...]", help="Files, FILE#3 for X:3 alone, names, or -; several tunes: a set."),
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", help="Write .wav, .flac or .mid instead.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over FILE if it exists.")] = False,
    instrument: Annotated[str, typer.Option(help="fiddle, flute, whistle, pipes, concertina, melodeon ...")] = "fiddle",
    tempo: Annotated[str, typer.Option(metavar="TEMPO", help="Beats a minute, 112, or 1/4=180.")] = "",
    slow: Annotated[str, typer.Option(metavar="PERCENT", help="At this share of the tempo: 70%.")] = "100%",
    faster: Annotated[str, typer.Option(metavar="PERCENT", help="Each time round this much faster: 2%.")] = "0%",
    times: Annotated[int, typer.Option(min=1, max=1000, help="How often each tune is played.")] = 1,
    bars: Annotated[str, typer.Option(metavar="BARS", help="These bars alone: 5-8, A7-B2, B.")] = "",
    loop: Annotated[bool, typer.Option("--loop", help="Over and over, until q.")] = False,
    transpose: Annotated[int, typer.Option(min=-24, max=24, metavar="N", help="Semitones up, or down.")] = 0,
    straight: Annotated[bool, typer.Option("--straight", help="Exactly as written: no swing, no ornaments.")] = False,
    chords: Annotated[str, typer.Option(metavar="guitar|piano", help="The tune's chords, or chords found.")] = "",
    drone: Annotated[bool, typer.Option("--drone", help="Drones on the tonic.")] = False,
    click: Annotated[bool, typer.Option("--click", help="A click on every beat.")] = False,
    drum: Annotated[str, typer.Option(metavar="bodhran|bones", help="Somebody keeps the time.")] = "",
    count_in: Annotated[int, typer.Option(min=0, max=8, metavar="BARS", help="Bars of clicks before it begins.")] = 0,
    soundfont: Annotated[str, typer.Option(metavar="FILE", help="Another soundfont; gm: one of this machine.")] = "",
    driver: Annotated[str, typer.Option(metavar="NAME", help="The audio driver; found out if none is named.")] = "",
) -> None:
    """Play tunes at once, through FluidSynth; without a sound card, write them and say where.

    While a tune plays, space pauses, the arrows step by a bar, + and - change the tempo and q leaves.
    Example: folkbench play tunes/seed-transcription.abc --chords guitar -o seed.wav
    """
    if loop and output is not None:
        raise FolkbenchError("--loop never ends, so it can't be written", "say how often with --times")
    named_tunes: list[str | None] = [*words] if words else [None]
    band = [tune for name in named_tunes for tune in _with_music(name)]
    if bars and len(band) > 1:
        raise FolkbenchError(f"--bars are of one tune, and here are {len(band)}", "name one: FILE#3 is the tune X:3")
    style = Style(
        instrument=named(instrument),
        tempo=tempo,
        speed=_share(slow, "--slow"),
        faster=0.0 if loop else _share(faster, "--faster"),
        times=times,
        transpose=transpose,
        straight=straight,
        chords=_one_of(chords, _BACKING, "--chords"),
        drone=drone,
        click=click,
        drum=_one_of(drum, _DRUMS, "--drum"),
        count_in=count_in,
    )
    performance = _set(band, style, bars)
    if output is not None:
        _write(performance, band[0], output, soundfont, force)
        say(f"wrote {output}")
        return
    if not _live(performance, band, soundfont, driver, loop, _share(faster, "--faster")):
        folder = bench.home("tunes")
        folder.mkdir(parents=True, exist_ok=True)
        path = bench.fresh(folder, bench.slug(band[0].title), ".wav")
        say("there is no sound device here (no audio driver could open one): writing a file instead")
        _write(performance, band[0], path, soundfont, force=False)
        print(path)


def _with_music(name: str | None) -> list[Tune]:
    """The tunes that a TUNE argument means, those without music left out; one at least."""
    found = list(tunes(name))
    sounding = [tune for tune in found if tune.bars]
    if not sounding:
        title = found[0].title if len(found) == 1 else ""
        raise FolkbenchError(f"{title or name or 'the tune'} has no music in it", "folkbench check says what is wrong")
    return sounding


def _set(band: list[Tune], style: Style, bars: str) -> Performance:
    """The tunes one after the other; only the first is counted in."""
    from dataclasses import replace

    turns: list[Performance] = []
    for tune in band:
        chosen = named_bars(tune, bars) if bars else None
        turns.append(perform(tune, replace(style, bars=chosen, count_in=0 if turns else style.count_in)))
    return in_turn(*turns)


def _live(performance: Performance, band: list[Tune], font: str, driver: str, loop: bool, faster: float) -> bool:
    """Play now. False if there is nothing to hear it with."""
    from folkbench.sound import synth as synths
    from folkbench.sound.events import players
    from folkbench.sound.live import Transport
    from folkbench.sound.live import play as run
    from folkbench.sound.terminal import Sheet, keyboard, screen

    driver = synths.checked_driver(driver)
    with ExitStack() as stack:
        synth = stack.enter_context(synths.Synth(synths.soundfont(font)))
        opened = synth.open_driver(driver)
        if not opened:
            return False
        synth.seat(players(performance))
        for tune in band:
            say(f"{tune.title or 'a tune without a title'} ({dance_of(tune).name}), through {opened}")
        transport = Transport(performance, synth.send, synth.hush, loop, faster)
        key = stack.enter_context(keyboard())
        show = stack.enter_context(screen(transport, [Sheet(tune) for tune in band], opened))
        run(transport, key, show)
        if not transport.left:
            synth.ring_out()
    return True


def _write(performance: Performance, tune: Tune, path: Path, font: str, force: bool) -> None:
    from folkbench.sound.files import write
    from folkbench.sound.synth import soundfont

    chosen = soundfont(font) if path.suffix.lower() != ".mid" else Path()
    if performance.duration < _PROMPT or path.suffix.lower() == ".mid" or not sys.stderr.isatty():
        write(performance, path, chosen, tune, force)
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task(path.name, total=1.0)
        write(performance, path, chosen, tune, force, lambda done: progress.update(bar, completed=done))


def _share(text: str, option: str) -> float:
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*%?\s*", text)
    if not match:
        raise FolkbenchError(f"{option} {text} is no percentage", f"write it as {option} 70%")
    return float(match.group(1)) / 100


def _one_of(word: str, words: tuple[str, ...], option: str) -> str:
    if word and word not in words:
        raise FolkbenchError(f"{option} {word} isn't known", "one of: " + ", ".join(words))
    return word
