"""`folkbench evaluate`: any set of tunes measured, a network's or anybody's."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Annotated, Any

import typer

from folkbench.cli.arguments import print_json, say, tunes
from folkbench.errors import Damaged, FolkbenchError, NotFound

if TYPE_CHECKING:
    from folkbench.corpus import Corpus
    from folkbench.evaluate.held_out import HeldOut
    from folkbench.evaluate.made import Made
    from folkbench.evaluate.report import Report
    from folkbench.evaluate.share import Figure
    from folkbench.notation import Tune

app = typer.Typer(add_completion=False)

_MADE = {
    "bars": "bars that count",
    "repeats": "repeats that balance",
    "well_formed": "well-formed",
    "strict": "pass check --strict",
    "on_tonic": "end on the tonic",
    "eights": "two repeated 8-bar parts",
}


@app.command()
def evaluate(
    file: Annotated[str, typer.Option("--tunes", metavar="FILE", help="Measure the tunes of FILE.")] = "",
    model: Annotated[str, typer.Option("--model", metavar="NAME", help="Else: tunes of this network.")] = "",
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="How many tunes it makes.")] = 500,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The seed that they are made from.")] = 1,
    temperature: Annotated[float, typer.Option("--temperature", min=0.01, max=100.0, help="And the temperature.")] = 1,
    grammar: Annotated[
        bool, typer.Option("--grammar/--no-grammar", help="With the grammar, or what the network does by itself.")
    ] = False,
    form: Annotated[str, typer.Option("--form", help="With this form, as for new: AABB ...; under the grammar.")] = "",
    original: Annotated[
        int, typer.Option("--original", min=0, help="Kept from sharing so many bars on end with a human tune.")
    ] = 0,
    corpus: Annotated[str, typer.Option("--corpus", metavar="NAME", help="Against this corpus.")] = "session",
    split: Annotated[int, typer.Option("--split", help="The split of it that the network was trained by.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead.")] = False,
) -> None:
    """Measure tunes: are they well made, copied, and like human tunes?

    A network makes its tunes as it likes: in any meter, with the name of a dance or without (`new --rhythm any`).
    All figures stand with the interval that holds the true one with 95 % confidence, shares beside those of as many
    human tunes of the corpus (400 at least), measured in the same way. Told apart: logistic regression on runs of one
    to four tokens, five-fold; 0.5 is indistinguishable, 1 never wrong.
    Example: folkbench evaluate --tunes tunes/seed-transcription.abc
    """
    from folkbench.corpus import load
    from folkbench.evaluate.apart import FEWEST, ready
    from folkbench.evaluate.report import report
    from folkbench.whence import open_index

    if file and model:
        raise FolkbenchError("--tunes measures a file, --model a network", "give one of them")
    human = load(corpus)
    foretold: HeldOut | None = None
    if file:
        measured, masked = list(tunes(file)), None
        if not any(tune.bars for tune in measured):
            raise FolkbenchError(f"there is no tune in {file}", "give a file in ABC notation")
    else:
        if count >= FEWEST:
            ready()
        foretold = foretell(model, human, split)
        held = grammar or bool(form)
        measured, masked = composed(model, count, seed, temperature, held, form, original)
        how = "under the grammar" if held else "by itself, without the grammar"
        how += f", {form}" if form else ""
        how += f", kept from sharing {original} bars" if original else ""
        say(f"these: what the network writes {how}")
    found = report(measured, human, open_index(corpus))
    if as_json:
        print_json(_object(found, corpus) | {"masked_mass": masked, "held_out": _held_out(foretold)})
        return
    print("\n".join(lines(found, corpus, masked, foretold)))
    if found.refused:
        say(f"{found.refused} tunes can't be said in tokens; they count only as made well or not")


def composed(
    model: str,
    count: int,
    seed: int,
    temperature: float = 1.0,
    grammar: bool = False,
    form: str = "",
    original: int = 0,
) -> tuple[list[Tune], float]:
    """Tunes of a network, and the mean probability a token that grammar and guard took away."""
    from folkbench.compose import ANY, FREE, Composer, Taste, Wish, parse_form

    composer = Composer(model or None, grammar=grammar)
    wish = Wish(rhythm=ANY, form=parse_form(form) if form else FREE)
    made = list(composer.make(wish, seed, 1, count, Taste(temperature=temperature), original=original))
    return [one.tune for one in made], sum(one.masked for one in made) / count


def foretell(model: str, corpus: Corpus, split: int) -> HeldOut | None:
    """How well a network foretells held-out tunes; None, with the reason said, where that can't be judged."""
    from folkbench.evaluate.held_out import held_out

    try:
        return held_out(model, corpus, split)
    except (NotFound, Damaged):
        raise
    except FolkbenchError as error:
        say(f"held-out loss not measured: {error.message}" + (f" ({error.hint})" if error.hint else ""))
        return None


def lines(found: Report, corpus: str, masked: float | None, foretold: HeldOut | None = None) -> list[str]:
    """The table as a person reads it."""
    said = [f"{'':28}{'these':24}{corpus}", f"{'tunes':28}{found.made.tunes:5,}{'':19}{found.human.tunes:5,}"]
    for field, words in _MADE.items():
        said.append(f"{words:28}{getattr(found.made, field)!s:24}{getattr(found.human, field)}")
    if masked:
        said.append(f"{'probability masked':28}{100 * masked:5.1f} % a token (mean)")
    if foretold and foretold.tunes:
        loss = foretold.nats.said(4, "nats a token")
        unknown = f", {foretold.unknown} more have tokens that it doesn't know" if foretold.unknown else ""
        said.append(f"{'held-out loss':28}{loss} over {foretold.tunes} tunes{unknown}")
    said.append(f"{'longest shared run':28}{found.copied.median_tokens.said(0, 'tokens (median)')}")
    said.append(f"{'4 bars or more shared':28}{found.copied.four_bars}")
    said.append(f"{'8 bars or more shared':28}{found.copied.eight_bars}")
    said += [f"{name:28}{bits.said(4, 'bits from the corpus')}" for name, bits in found.styles.items()]
    if found.apart:
        said.append(f"{'told apart':28}{found.apart.auc:7.3f}  ({found.apart.low:.3f}-{found.apart.high:.3f})")
        said.append(f"  these say: {', '.join(found.apart.first)}")
        said.append(f"  the corpus says: {', '.join(found.apart.second)}")
    else:
        said.append(f"{'told apart':28}      - too few tunes: ten of each are needed")
    return said


def _object(found: Report, corpus: str) -> dict[str, Any]:
    return {
        "corpus": corpus,
        "these": _made(found.made),
        "human": _made(found.human),
        "copied": {
            "median_tokens": _plain(found.copied.median_tokens)["value"],
            "median_tokens_interval": _plain(found.copied.median_tokens),
            "four_bars": found.copied.four_bars._asdict(),
            "eight_bars": found.copied.eight_bars._asdict(),
        },
        "styles": {name: _plain(bits)["value"] for name, bits in found.styles.items()},
        "styles_intervals": {name: _plain(bits) for name, bits in found.styles.items()},
        "apart": found.apart._asdict() if found.apart else None,
        "refused": found.refused,
    }


def _held_out(foretold: HeldOut | None) -> dict[str, Any] | None:
    if foretold is None or not foretold.tunes:
        return None
    return {**_plain(foretold.nats), "tunes": foretold.tunes, "unknown": foretold.unknown}


def _plain(figure: Figure) -> dict[str, float | None]:
    """A figure in JSON, which knows no nan."""
    return {name: None if isnan(number) else number for name, number in figure._asdict().items()}


def _made(made: Made) -> dict[str, Any]:
    return {"tunes": made.tunes} | {field: getattr(made, field)._asdict() for field in _MADE}
