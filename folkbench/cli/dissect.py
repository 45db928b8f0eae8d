"""`folkbench dissect`: making sense of the network."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from folkbench.bench import check_place, write_whole
from folkbench.cli.arguments import one_tune, print_json, say
from folkbench.dissect import studies
from folkbench.dissect.altered import Change
from folkbench.dissect.files import content
from folkbench.dissect.numbers import as_json as plain
from folkbench.dissect.posterior import table
from folkbench.dissect.studies import Part, Taken
from folkbench.dissect.units import Unit
from folkbench.errors import FolkbenchError
from folkbench.model.checkpoint import WEIGHTS, Checkpoint, find, load

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Look inside the network: what do these parameters mean?"
)

SHARED: dict[str, tuple[type, Any, Any]] = {
    "model": (str, "session", typer.Option("--model", help="The network: folkbench model list.")),
    "out": (str, "", typer.Option("--out", "-o", help="Write a picture (.png .svg .pdf) or the numbers (.npz).")),
    "picture": (
        str,
        "",
        typer.Option("--picture", help="Which picture; a .pdf holds all of them. Default: the first."),
    ),
    "force": (bool, False, typer.Option("--force", help="Write over a file that exists.")),
    "as_json": (bool, False, typer.Option("--json", help="The numbers as one JSON object instead.")),
}
"""Options of every command: name -> type, default, what typer is told."""

TuneArgument = Annotated[
    str | None, typer.Argument(metavar="TUNE", help="A file, a name, FILE#3, or -; the last tune made without one.")
]
SeedOption = Annotated[int, typer.Option("--seed", help="Of all that is drawn.")]
CountOption = Annotated[int, typer.Option("--count", min=2, help="Tunes sampled with the change, and without.")]
MeterOption = Annotated[str, typer.Option("--meter", help="Of the tunes sampled.")]
ModeOption = Annotated[str, typer.Option("--mode", help="Of the tunes sampled: maj, min, dor, mix.")]

Work = Callable[..., list[Part]]


def command(work: Work) -> Work:
    """Make a command of a function from a checkpoint (and its own options) to parts: the shared options are added."""

    def run(**words: Any) -> None:
        shared = {name: words.pop(name) for name in SHARED}
        _ready(shared["out"], shared["force"])
        parts = work(_network(shared["model"]), **words)
        _deliver(parts, shared["out"], shared["picture"], shared["force"], shared["as_json"])

    own = inspect.signature(work, eval_str=True)
    mine = [parameter for name, parameter in own.parameters.items() if name != "network"]
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, told])
        for name, (kind, default, told) in SHARED.items()
    ]
    parameters = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in mine] + added
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    run.__doc__ = work.__doc__
    app.command(work.__name__)(run)
    return work


@command
def softmax(
    network: Checkpoint,
    unit: Annotated[
        int | None, typer.Option("--unit", help="One unit of the last layer, from 0: what it says.")
    ] = None,
    probability: Annotated[float, typer.Option("--probability", help="… and what becomes of this one.")] = 0.05,
) -> list[Part]:
    """What do the units of the last layer say to the tokens, and what is said before any unit speaks?

    Pictures: `columns` (bias and the columns of V most alike and most opposite, over the vocabulary), `gramian`
    (cosines of all columns), `ends` (how the first layer takes <s> and </s>); with --unit: `unit`.

    Example: folkbench dissect softmax --unit 497 -o unit.pdf
    """
    return studies.softmax(network, unit, probability)


@command
def svd(
    network: Checkpoint,
    directions: Annotated[int, typer.Option("--directions", min=1, help="How many of V's directions.")] = 6,
    seed: SeedOption = 1,
) -> list[Part]:
    """In how many directions does the network speak, and what do the strongest say?

    Pictures: `values` (singular values, their energy, entries of the vectors, the recurrent matrices), `directions`
    (probabilities along the first directions and against them). Tokens drawn along each stand in the JSON.

    Example: folkbench dissect svd -o svd.pdf
    """
    return studies.svd(network, directions, seed)


@command
def gates(network: Checkpoint) -> list[Part]:
    """What does each token tell each gate, and do memory and input speak of the same things?

    Pictures: `tokens` (norms of the columns, bias against columns, mean value of each gate on each token), `cell` and
    `pitches` (which tokens are the same to a gate), `memory` (angles of W_h against W_x + b beside random vectors).

    Example: folkbench dissect gates -o gates.pdf
    """
    return studies.gates(network)


@command
def posterior(
    network: Checkpoint,
    tune: TuneArgument = None,
    token: Annotated[
        list[str] | None, typer.Option("--token", help="Follow a token, or a kind (pitch, length, bar ...), along it.")
    ] = None,
    steps: Annotated[bool, typer.Option("--steps", help="Print every step with the five likeliest tokens.")] = False,
) -> list[Part]:
    """What did the network expect at each step of a tune, and where would it have gone otherwise?

    Pictures: `notation` (the tune, each token's surprise in bits, the five likeliest beneath it), `posterior` (log10 p
    of every token at every step), `along` (surprise, entropy, followed tokens, position in the bar).

    Example: folkbench dissect posterior tunes/seed-transcription.abc --token '|' -o tune.pdf
    """
    parts = studies.posterior(_take(network, tune), token or ())
    if steps:
        parts[0].lines[:0] = table(parts[0].found)
    return parts


@command
def units(
    network: Checkpoint,
    tune: TuneArgument = None,
    part: Annotated[
        str, typer.Option("--part", help="h, c (the cell), i, f, o (gates) or g (what may be written).")
    ] = "h",
    unit: Annotated[list[str] | None, typer.Option("--unit", help="Units against the tokens: 3:12 or 3:12,40.")] = None,
) -> list[Part]:
    """What do the units do along a tune: which rest, which never move, which never let go?

    Pictures: `activations` (every unit of each layer), `sizes` (all of them by size), `traces` (chosen units against
    the tokens).

    Example: folkbench dissect units tunes/seed-transcription.abc --unit 3:12 -o units.pdf
    """
    return studies.units(_take(network, tune), part, _units(unit))


@command
def spectrum(
    network: Checkpoint,
    tune: TuneArgument = None,
    period: Annotated[float, typer.Option("--period", min=0, help="In steps; 0: that of the tune's bars.")] = 0,
    count: Annotated[int, typer.Option("--count", help="Also over so many sampled tunes of its meter.")] = 0,
    seed: SeedOption = 1,
) -> list[Part]:
    """Which units beat with the bar, and are they the same in another tune of the same meter?

    Pictures: `spectra` (Fourier transform of every unit, in dB below its own maximum), `traces` (the clearest units
    against the tokens); with --count: `many` (the share of power at the bar over sampled tunes).

    Example: folkbench dissect spectrum tunes/seed-transcription.abc --count 16 -o spectrum.pdf
    """
    return studies.spectrum(_take(network, tune), period, count, seed)


@command
def gramian(network: Checkpoint, tune: TuneArgument = None) -> list[Part]:
    """Is the network in the same state when the same music comes round?

    Pictures: `steps` (cosines between all steps: tokens, posteriors, h of each layer), `gates` (the same for gates).

    Example: folkbench dissect gramian tunes/seed-transcription.abc -o repeats.pdf
    """
    return studies.gramian(_take(network, tune))


@command
def lobotomy(
    network: Checkpoint,
    cut: Annotated[list[str] | None, typer.Option("--cut", help="Units to cut out: 3:12 or 3:12,40.")] = None,
    clamp: Annotated[list[str] | None, typer.Option("--clamp", help="Units to hold at a value: 3:12,40=0.5.")] = None,
    beating: Annotated[int, typer.Option("--beating", help="Cut so many units that beat with the bar; 0: all.")] = -1,
    period: Annotated[float, typer.Option("--period", min=0, help="… that beat at so many steps.")] = 0,
    two_hot: Annotated[float, typer.Option("--two-hot", min=0, max=1, help="So much of the input a random pitch.")] = 0,
    rank: Annotated[int, typer.Option("--rank", min=0, help="A softmax layer of this rank.")] = 0,
    push: Annotated[list[str] | None, typer.Option("--push", help="Push a token's logit: '|=2'.")] = None,
    swap: Annotated[str, typer.Option("--swap", metavar="TUNE", help="Put the memory of this tune ...")] = "",
    into: Annotated[str, typer.Option("--into", metavar="TUNE", help="... into this one, and go on.")] = "",
    bars: Annotated[int, typer.Option("--bars", min=1, help="After so many bars of both.")] = 4,
    ablate: Annotated[int, typer.Option("--ablate", min=0, help="Cut so many units greedily: how few carry it?")] = 0,
    count: CountOption = 64,
    judged: Annotated[int, typer.Option("--judged", min=0, help="Human tunes for the held-out loss.")] = 24,
    meter: MeterOption = "4/4",
    mode: ModeOption = "maj",
    seed: SeedOption = 1,
) -> list[Part]:
    """What is lost when a part of the network is cut out? With nothing named: the units that beat with the bar.

    Tunes are sampled with and without (no grammar helps), judged by `check`, and measured with 95 % intervals; units
    cut stand beside as many cut at random. Pictures: `effects`; with --ablate: `curve`.

    Example: folkbench dissect lobotomy --cut 3:12,40 --count 64 -o lobotomy.png
    """
    if bool(swap) != bool(into):
        raise FolkbenchError("--swap and --into go together", "name both tunes")
    if swap:
        return studies.swap(network, one_tune(swap), one_tune(into), bars, count=count, seed=seed)
    head = studies.prime(network, meter, mode)
    if ablate:
        return studies.ablation(network, ablate, seed=seed, prime=head, sampled=count)
    held = dict.fromkeys(_units(cut), 0.0) | _clamps(clamp)
    if beating >= 0 or period or not (held or two_hot or rank or push):
        found = studies.beating_units(network, max(beating, 0), period=period, seed=seed, prime=head)
        held |= dict.fromkeys(found, 0.0)
    pushes = dict(_assignment(one) for one in push or ())
    change = Change(held, two_hot, rank, pushes)
    return studies.lobotomy(network, change, count=count, seed=seed, prime=head, judged=judged)


@command
def beam(
    network: Checkpoint,
    tune: TuneArgument = None,
    depth: Annotated[int, typer.Option("--depth", min=1, max=12, help="Tokens ahead.")] = 4,
    together: Annotated[int, typer.Option("--together", min=1, max=12, help="Tokens drawn jointly.")] = 3,
    temperature: Annotated[float, typer.Option("--temperature", min=0.01, help="At which they are drawn.")] = 1,
    seed: SeedOption = 1,
) -> list[Part]:
    """How much of the probability is missed by keeping only the best branches?

    Pictures: `mass` (missed against the share of branches kept, and against the depth).

    Example: folkbench dissect beam tunes/seed-transcription.abc --depth 4 -o beam.png
    """
    return studies.beam(_take(network, tune), depth, together, temperature, seed)


@command
def probe(
    network: Checkpoint,
    count: Annotated[int, typer.Option("--count", min=3, help="Human tunes, at most.")] = 100,
    seed: SeedOption = 1,
) -> list[Part]:
    """What does each layer know: the place in the bar, the bar in the part, the pitch, the mode?

    Pictures: `accuracy` (how often a linear map from h is right on other tunes, beside shuffled labels).

    Example: folkbench dissect probe -o probe.png
    """
    return studies.probe(network, count, seed)


@app.command()
def report(
    tune: TuneArgument = None,
    model: Annotated[str, SHARED["model"][2]] = "session",
    out: Annotated[str, typer.Option("--out", "-o", help="The page to write: .html or .pdf.")] = "",
    force: Annotated[bool, SHARED["force"][2]] = False,
    as_json: Annotated[bool, SHARED["as_json"][2]] = False,
    seed: SeedOption = 1,
) -> None:
    """All of it on one page: pictures, captions, numbers, and the published network's numbers beside them.

    Example: folkbench dissect report tunes/seed-transcription.abc -o report.html
    """
    from folkbench.dissect import published
    from folkbench.dissect import report as reports

    ending = Path(out).suffix
    if out and ending not in (".html", ".pdf"):
        raise FolkbenchError(f"a report is .html or .pdf, not {ending or 'without an ending'}", "-o report.html")
    if out:
        check_place(Path(out), force=force)
    found = reports.report(_network(model), one_tune(tune), seed, doing=say)
    if as_json:
        answer = {part.name: {"reading": part.lines, "found": plain(part.found)} for part in found.parts}
        print_json({"network": found.network, "tune": found.title, "beside": plain(found.beside), **answer})
    else:
        print("\n".join(published.reading(list(found.beside))))
    if out:
        say("pictures")
        write_whole(Path(out), reports.html(found) if ending == ".html" else reports.pdf(found), force=force)
        say(out)


def _network(name: str) -> Checkpoint:
    return load(find(name) / WEIGHTS)


def _take(network: Checkpoint, tune: str | None) -> Taken:
    return studies.take(network, one_tune(tune))


def _ready(out: str, force: bool) -> None:
    """Refuse what can't be written before any work is done."""
    if out:
        from folkbench.dissect.files import check_ending

        check_place(Path(out), force=force)
        check_ending(Path(out).suffix)


def _deliver(parts: list[Part], out: str, picture: str, force: bool, as_json: bool) -> None:
    if as_json:
        print_json({part.name: {"reading": part.lines, "found": plain(part.found)} for part in parts})
    else:
        print("\n".join(line for part in parts for line in part.lines))
    if out:
        write_whole(Path(out), content(parts, Path(out).suffix, picture), force=force)
        say(out)


def _units(words: list[str] | None) -> list[Unit]:
    """`3:12,40` as units. Raises FolkbenchError for what is none."""
    found = []
    for word in words or ():
        layer, colon, units = word.partition(":")
        try:
            if not colon:
                raise ValueError
            found += [(int(layer), int(unit)) for unit in units.split(",")]
        except ValueError:
            raise FolkbenchError(
                f"{word!r} names no unit", "LAYER:UNIT, layers from 1, units from 0: 3:12,40"
            ) from None
    return found


def _clamps(words: list[str] | None) -> dict[Unit, float]:
    assigned = [_assignment(word) for word in words or ()]
    return {unit: value for names, value in assigned for unit in _units([names])}


def _assignment(word: str) -> tuple[str, float]:
    name, sign, value = word.rpartition("=")
    try:
        if not sign:
            raise ValueError
        return name, float(value)
    except ValueError:
        raise FolkbenchError(f"{word!r} gives no value", "NAME=NUMBER: '|=2', 3:12=0.5") from None
