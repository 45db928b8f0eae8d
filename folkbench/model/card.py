"""The model card: what a network was trained on and under what terms, how, and how well it did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from folkbench.model.checkpoint import Checkpoint
from folkbench.model.recall import RECALL
from folkbench.model.tried import SPLIT, tried

_SESSION_TERMS = """\
The tunes are those of three printed books, long out of copyright, as transcribed in ABC by volunteers and
distributed with music21 (`music21/corpus/`):

- O'Neill's Music of Ireland (Chicago 1903; the folder is called oneills1850 after its 1,850 tunes). The files name
  their transcribers in `Z:` lines (Henrik Norbeck, Bob Safranek, Trish O'Neil, John Chambers, Dan G. Petersen,
  Michael Hogan, Stephen Foy, Norbert Paap and others) and state no terms.
- Ryan's Mammoth Collection (Boston 1883). The files name their contributors in `Z:` lines (Ray Davies,
  Bob Puckette, John Walsh and others) and state no terms.
- Aird's Airs (Glasgow 1778 and later). The files name Jack Campin, 2009, in their `Z:` lines and state no terms.

music21's own `corpus/license.txt` says of all its encodings: "To the best of our knowledge, the each piece of music
in the corpus is either out of copyright in the United States or is licensed for use, though there may be
restrictions on commercial use. The encodings may be under copyright but have been licensed for use, though there
may be restrictions on commercial use." None of the three books' files states such a restriction.
"""

_IMPORTED = """\
It was published by its authors and taken in with `folkbench model import`: the weights as they stand in the file, in
single precision, and the states that a tune starts from, which aren't zero. What it was trained on, and under what
terms, its authors say; folk-rnn's networks learnt tunes of thesession.org.
"""

_OWN_TERMS = """\
The tunes are a corpus that was added to this bench; its terms are those of whoever made it.
"""


_FILES = {
    False: "`weights.safetensors` holds the weights in half precision, `model.onnx` one step of the network in int8 "
    "with a fixed activation scale.",
    True: "`weights.safetensors` holds the weights, `model.onnx` one step of the network, both in float32.",
}
"""Whether it was published by others -> what lies beside the card."""


def card(checkpoint: Checkpoint) -> str:
    """The card as Markdown."""
    history = checkpoint.history
    corpus: Mapping[str, Any] = history.get("corpus", {})
    if "source" in history:
        return f"# A network for folk tunes, from {history['source']}\n\n{_what(checkpoint)}\n\n{_IMPORTED}"
    name = str(corpus.get("name", "unknown"))
    parts = [f"# A network for folk tunes, trained on the corpus “{name}”", _what(checkpoint)]
    parts += ["## Data and its terms", _data(history, corpus), _SESSION_TERMS if name == "session" else _OWN_TERMS]
    if "measured" in history:
        parts += ["## Held-out loss", _measured(history["measured"])]
    if history.get("split") == SPLIT:
        parts += ["## What was tried", tried()]
    parts += ["## Training", _training(history), _curve(history)]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _what(checkpoint: Checkpoint) -> str:
    recalls = (
        " Behind every token it recalls the tune so far as well (a table of 544 numbers, `folkbench/model/recall.py`): "
        "what followed where the music agrees longest with its end is raised."
    )
    return (
        f"{checkpoint.layers} LSTM layers of {checkpoint.hidden} units with one bias per gate and a softmax layer over "
        f"{len(checkpoint.vocabulary)} tokens (encoding {checkpoint.encoding}): the network of folk-rnn."
        f"{recalls if RECALL in checkpoint.weights else ''} "
        f"Hash of its weights: `{checkpoint.hash}`.\n\n"
        f"{_FILES['source' in checkpoint.history]}\n"
        "It writes tunes in the manner of its corpus and means nothing by them; now and "
        "then it quotes. `folkbench whence` tells what a tune shares with the corpus."
    )


def _data(history: Mapping[str, Any], corpus: Mapping[str, Any]) -> str:
    return (
        f"{corpus.get('tunes', '?')} tunes, corpus fingerprint `{corpus.get('fingerprint', '?')}`, split "
        f"`{history.get('split', '?')}`: {history.get('held_out', '?')} tunes held out, all settings of one tune on "
        "the same side."
    )


def _measured(measured: Mapping[str, float]) -> str:
    rows = [
        ("without title and rhythm", measured["held_out"], measured["held_out_int8"]),
        ("behind title and rhythm", measured["primed"], measured["primed_int8"]),
    ]
    if "alone" in measured:
        rows.append(("its layers alone, without what is recalled", measured["alone"], measured["alone_int8"]))
    lines = [f"| {name} | {fine:.4f} | {coarse:.4f} |" for name, fine, coarse in rows]
    return "\n".join(
        [
            "Nats a token over the music tokens of the held-out tunes (all behind the headers, `</s>` included), "
            "dropout off.",
            "",
            "| | float32 | int8 |",
            "|---|---|---|",
            *lines,
        ]
    )


def _training(history: Mapping[str, Any]) -> str:
    settings = ", ".join(f"{name} {value}" for name, value in history.get("settings", {}).items())
    command = f"\n\n    {history['command']}\n" if "command" in history else ""
    date = f" Finished {history['date']}." if "date" in history else ""
    older = history.get("parent")
    parent = f" It began from the network `{older}`, and what that one was trained on counts too." if older else ""
    between = history.get("blend")
    if between:
        parent += (
            f" Its weights lie {between['share']:g} of the way from the network `{between['one']}` to "
            f"`{between['other']}`, whose training this is (`folkbench model blend`)."
        )
    return f"Seed {history.get('seed', '?')}; torch {history.get('torch', '?')}.{date}{parent}\n\n{settings}.{command}"


def _curve(history: Mapping[str, Any]) -> str:
    points: list[Mapping[str, Any]] = history.get("curve", [])
    written = history.get("settings", {}).get("written", 0)
    lines = [
        f"| {point['epoch']} | {point['train']:.4f} | {point['held_out']:.4f} | {point['primed']:.4f} |"
        for point in points
    ]
    kept = "the best held out"
    practised = ""
    if written:
        kept = "the last"
        practised = (
            f"Before each epoch it wrote {written:,} tunes. Those that were well formed and that a classifier found "
            "most like the corpus it learnt beside the corpus, and the bars that didn't count it unlearnt "
            "(`folkbench/practice`).\n\n"
        )
    head = [
        f"{practised}Nats a token by epoch (training with dropout, over all tokens; the network kept is {kept}):",
        "",
    ]
    return "\n".join([*head, "| epoch | training | held out | primed |", "|---|---|---|---|", *lines])
