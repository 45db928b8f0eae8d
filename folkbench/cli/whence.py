"""`folkbench whence`: where a figure, or every bar of a tune, comes from."""

from __future__ import annotations

import os
import re
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from folkbench.cli.arguments import locate, one_tune, print_json
from folkbench.errors import FolkbenchError, NotFound
from folkbench.notation import Tune, parse_key

if TYPE_CHECKING:
    from folkbench.whence import Hits, Index, Position, Trace, View

app = typer.Typer(add_completion=False)


class Kind(StrEnum):
    """What counts as alike."""

    exact = "exact"
    octave = "octave"
    degree = "degree"
    interval = "interval"
    contour = "contour"
    rhythm = "rhythm"


_BY = (
    "What counts as alike. exact: the same tokens. octave: the same notes in any octave, each by itself. degree: the "
    "same degrees of the scale whatever the mode, accidentals don't count. interval: the same intervals in semitones "
    "from note to note, whatever the key. contour: the same ups, downs and repeated notes. rhythm: the same rhythm "
    "whatever the notes, a chord is one note."
)


@app.command()
def whence(
    what: Annotated[
        list[str] | None,
        typer.Argument(metavar="FIGURE|TUNE", help='A figure, "G, C C 2" or "G,CC2"; or a tune: a file, a name, or -.'),
    ] = None,
    key: Annotated[str, typer.Option("--key", help="The key that a figure in ABC is in.")] = "C",
    by: Annotated[Kind, typer.Option("--by", help=_BY)] = Kind.exact,
    pitch_only: Annotated[
        bool, typer.Option("--pitch-only", help="Leave out lengths, broken rhythm, ties and tuplets: A>B finds AB.")
    ] = False,
    across: Annotated[bool, typer.Option("--across", help="Leave out bar lines, on both sides.")] = False,
    edits: Annotated[
        int,
        typer.Option(
            "--edits",
            min=0,
            max=3,
            help="So many notes may be changed (by interval and by contour that counts twice), put in or left out.",
        ),
    ] = 0,
    all_of: Annotated[bool, typer.Option("--all-of", help="Tunes that hold every one of several figures.")] = False,
    at: Annotated[str, typer.Option("--at", help="How many have it there: A1, or A1.3 for beat 3 of it.")] = "",
    inside: Annotated[str, typer.Option("--in", metavar="TUNE", help="How many have it where this tune has it.")] = "",
    corpus: Annotated[str, typer.Option("--corpus", help="Another corpus: folkbench corpus list.")] = "session",
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many places are listed.")] = 10,
    everything: Annotated[bool, typer.Option("--all", help="List all places.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Say in how many human tunes a figure stands, and where; or where every bar of a tune comes from.

    `|` in a figure is any bar line, at its edges also the edge of a tune; `:|`, `||`, `|1` ask for that sign. A tune is
    "a setting" if it shares 8 whole bars on end with a human tune or has over half its notes in bars of one; it
    "borrows" if it shares 4, or has more notes in shared runs of a bar than 95 % of the human tunes. Leaves with 1 if
    a figure stands nowhere.
    Example: folkbench whence "G, C C 2"
    """
    words = what or []
    limit = 0 if everything else limit
    if not all_of and len(words) < 2:
        tune = _tune(words[0] if words else None)
        if tune is not None:
            if by is not Kind.exact or pitch_only or across or edits or at or inside:
                raise FolkbenchError("a whole tune is traced by its exact tokens", "give a figure for the other kinds")
            _trace(tune, corpus, as_json)
            return
    figures = words if all_of else [" ".join(words)]
    if at and inside:
        raise FolkbenchError("--at and --in both say where", "give one of them")
    from folkbench.whence import View, open_index
    from folkbench.whence.answers import figure_answer, together_answer

    view = View(by.value, pitch_only, across)
    kind = view.label + f"-{edits}" * bool(edits)
    spelled = [_spelled(figure, key) for figure in figures]
    mode = _mode(key)
    index = open_index(corpus)
    found = [_find(index, figure, view, mode, edits) for figure in spelled]
    if all_of:
        answer = together_answer(index, found, [" ".join(figure) for figure in spelled], kind, limit)
    else:
        place, any_beat = _position(at, inside, spelled[0], view, mode)
        answer = figure_answer(found[0], spelled[0], kind, at=place, any_beat=any_beat, limit=limit)
        if place is not None:
            answer["asked"] = f"{place.part}{place.bar}" + ("" if any_beat else f", beat {place.beat:g}")
    if as_json:
        print_json(answer)
    elif all_of:
        _print_together(answer)
    else:
        _print_figure(answer)
    raise typer.Exit(0 if answer["tunes"] else 1)


def _tune(word: str | None) -> Tune | None:
    """The tune that is meant; None if the word is no file and no name of a tune, but may be a figure."""
    try:
        locate(word)
    except NotFound:
        if word is None or re.search(r"\.abc(#|$)", word):
            raise
        return None
    return one_tune(word)


def _spelled(figure: str, key: str) -> tuple[str, ...]:
    from folkbench.encoding.figures import figure as spell

    if not figure.strip():
        raise FolkbenchError("the figure is empty", 'give some notes, such as "G, C C 2"')
    return spell(figure, key)


def _mode(key: str) -> str:
    from folkbench.encoding.v2 import MODES

    parsed = parse_key(key)
    if parsed is None or parsed.mode not in MODES:
        raise FolkbenchError(f"--key {key} is no key", "such as G, Em, Ador or Dmix")
    return MODES[parsed.mode]


def _find(index: Index, figure: tuple[str, ...], view: View, mode: str, edits: int) -> Hits:
    from folkbench.whence import find, find_nearly

    return find_nearly(index, figure, edits, view, mode) if edits else find(index, figure, view, mode)


def _position(at: str, inside: str, figure: tuple[str, ...], view: View, mode: str) -> tuple[Position | None, bool]:
    """The place that --at or --in asks for, and whether any beat of its bar will do."""
    from folkbench.whence import Position

    if inside:
        from folkbench.corpus.arrival import like_the_others
        from folkbench.encoding import encode
        from folkbench.whence.figures import first_in
        from folkbench.whence.text import text_of_tune

        encoded = encode(like_the_others(one_tune(inside)))
        place = first_in(text_of_tune(encoded.meter, encoded.mode, encoded.music), figure, view, mode)
        if place is None:
            raise NotFound(f"the figure doesn't stand in {inside}", "leave --in out, or say where with --at A1")
        return place, False
    if not at:
        return None, False
    match = re.fullmatch(r"([A-Za-z]*)(\d+)(?:\.(\d+(?:\.\d+)?))?", at.strip())
    if not match:
        raise FolkbenchError(f"--at {at} is no place in a tune", "such as A1, or A1.3 for the third beat of it")
    return Position(match[1].upper() or "A", int(match[2]), float(match[3] or 1)), match[3] is None


def _trace(tune: Tune, corpus: str, as_json: bool) -> None:
    from folkbench.corpus.arrival import like_the_others
    from folkbench.encoding import encode
    from folkbench.whence import open_index, trace
    from folkbench.whence.answers import trace_answer

    encoded = encode(like_the_others(tune))
    index = open_index(corpus)
    traced = trace(index, encoded.meter, encoded.mode, encoded.music)
    answer = trace_answer(index, traced, tune.title)
    if as_json:
        print_json(answer)
    else:
        _print_trace(answer, traced, index.longest["tokens"])


def _print_figure(answer: dict[str, Any]) -> None:
    tunes, size = answer["tunes"], answer["corpus"]["tunes"]
    print(f"{answer['figure']}  ({answer['kind']})")
    if not tunes:
        print(f"stands in none of the {size:,} tunes of the {answer['corpus']['name']} corpus")
        return
    print(
        f"stands in {tunes:,} of {size:,} tunes ({100 * tunes / size:.2g} %), {_count(answer['groups'], 'tune')} if "
        f"settings of one count once; {_count(answer['places'], 'place')}"
    )
    if answer["same_position"] is not None:
        print(f"in the same position ({answer['asked']}): {_count(answer['same_position'], 'tune')}")
    often = [f"{_where(place)} ({place['tunes']:,})" for place in answer["positions"][:5]]
    print(f"most often at {'; '.join(often)}")
    for hit in answer["hits"]:
        edits = f", {_count(hit['edits'], 'edit')}" if "edits" in hit else ""
        print(f"\n{_named(hit)}: {_where(hit)}{edits}")
        left, _, rest = hit["context"].partition("«")
        figure, _, right = rest.partition("»")
        print(f"    {left}{_paint('«' + figure + '»', '1')}{right}")
    more = answer["places"] - len(answer["hits"])
    if more > 0:
        print(f"\n{_count(more, 'more place')}: --all lists them")


def _print_together(answer: dict[str, Any]) -> None:
    tunes, size = answer["tunes"], answer["corpus"]["tunes"]
    for figure, count in zip(answer["figures"], answer["each"], strict=True):
        print(f"{figure}: {_count(count, 'tune')}")
    print(f"all of them: {tunes:,} of {size:,} tunes, {answer['groups']:,} if settings of one count once")
    for hit in answer["hits"]:
        print(f"    {_named(hit)}")
    if tunes > len(answer["hits"]):
        print(f"    {tunes - len(answer['hits']):,} more: --all lists them")


def _print_trace(answer: dict[str, Any], traced: Trace, most: float) -> None:
    size = answer["corpus"]["tunes"]
    print(f"{answer['title'] or 'The tune'} beside the {answer['corpus']['name']} corpus, {size:,} tunes")
    print("(all music in C, as the tokens that are compared)\n")
    music = [_coloured(traced, nth, most) for nth in range(len(traced.bars))]
    width = max([len(bar["abc"]) for bar in answer["bars"]], default=5)
    print(f"{'bar':6}{'tunes':>6}{'there':>6}  {'music':{width}}  first found in")
    for bar, painted in zip(answer["bars"], music, strict=True):
        label = f"{bar['part']}{bar['bar']}" + (f".{bar['ending']}" if bar["ending"] else "")
        found = "; ".join(f"{example['title']} {example['part']}{example['bar']}" for example in bar["examples"])
        pad = " " * (width - len(bar["abc"]))
        print(f"{label:6}{bar['tunes']:6,}{bar['same_bar']:6,}  {painted}{pad}  {found}".rstrip())
    nowhere = [bar.label for bar in traced.bars if not bar.tunes]
    if nowhere:
        print(f"\nfound nowhere: {', '.join(nowhere)}")
    run = answer["longest"]
    if run is None:
        print("\nno note of it stands in the corpus")
    else:
        print(
            f"\nlongest shared run: {_count(run['notes'], 'note')} ({run['tokens']} tokens, "
            f"{_count(run['bars'], 'whole bar')}), {run['from_bar']} to {run['to_bar']}, in {_named(run)}"
        )
    print(
        f"{100 * answer['covered']:.0f} % of its notes stand in shared runs of a bar or more; of the human tunes "
        f"{answer['percentile']:.0f} % share less with others"
    )
    print(f"verdict: {_verdict(answer)}")


def _verdict(answer: dict[str, Any]) -> str:
    if answer["verdict"] == "original":
        return "original"
    of = _named(answer["of"])
    return f"a setting of {of}" if answer["verdict"] == "setting" else f"borrows, most from {of}"


def _coloured(traced: Trace, nth: int, most: float) -> str:
    """A bar's tokens, each in the colour of the longest run that it stands in: green short, yellow long, red longer
    than 99 % of human tunes share.
    """
    text = traced.text
    first = int(text.line_at[nth]) + 1
    painted = []
    for place, token in enumerate(traced.bars[nth].tokens, first):
        length = int(traced.runs[place])
        painted.append(
            _paint(token, "31" if length > most else "33" if length > most / 2 else "32" if length > 5 else "")
        )
    return " ".join(painted)


def _paint(text: str, code: str) -> str:
    """Text in a terminal's colour; as it is where there is no terminal or no colour is wanted."""
    if not code or not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\x1b[{code}m{text}\x1b[0m"


def _named(source: dict[str, Any]) -> str:
    rhythm = f"{source['rhythm']} in " if source["rhythm"] else ""
    return f"{source['title'] or 'untitled'} ({source['source']} {source['index']}; {rhythm}{source['key']})"


def _where(place: dict[str, Any]) -> str:
    ending = f".{place['ending']}" if place.get("ending") else ""
    return f"{place['part']}{place['bar']}{ending} beat {place['beat']:g}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")
