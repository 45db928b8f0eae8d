"""What was found in the published network, beside the same number in another one.

The numbers are those of Sturm's series on the folk-rnn v2 model (2018-2019; 137 tokens, three layers of 512, trained
on 23,636 tunes of thesession.org). Another network, trained on other tunes, has other numbers: they are two networks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Beside(NamedTuple):
    """One number of the published network and of this one; `ours` is "" where it wasn't taken."""

    what: str
    published: str
    ours: str


def beside(results: Mapping[str, Any]) -> list[Beside]:
    """The published numbers beside those of `results`: analyses by name, as `folkbench.dissect.studies` gives them."""
    rows: list[Beside] = []
    if "softmax" in results:
        rows += _softmax(results["softmax"])
    if "svd" in results:
        values = results["svd"].values
        rows.append(
            Beside("singular values of V", "509, 65.76, 63.45", ", ".join(f"{value:.4g}" for value in values[:3]))
        )
    if "gates" in results:
        first = {gate.gate: gate.bias_norm for gate in results["gates"] if gate.layer == 1}
        for gate, name, norm in (
            ("i", "input", 18.5),
            ("f", "forget", 99.9),
            ("c", "cell", 3.5),
            ("o", "output", 22.2),
        ):
            rows.append(Beside(f"first layer, norm of the {name} bias", f"{norm}", f"{first[gate]:.3g}"))
        cell = next(gate for gate in results["gates"] if gate.layer == 1 and gate.gate == "c")
        like = cell.same_note
        ours = f"mean cosine {like.mean:.2f}, any two pitches {like.chance:.2f}" if like and like.pairs else ""
        rows.append(Beside("cell gate: A and =A", "point alike", ours))
    if "units" in results:
        last = results["units"].layers[-1]
        rows.append(Beside("|h| of the last layer below 0.07", "about 80 %", f"{100 * last.below:.0f} %"))
        rows.append(Beside("|h| of the last layer above 0.8", "about 2 %", f"{100 * last.above:.1f} %"))
    if "spectrum" in results:
        found = results["spectrum"]
        ours = (
            f"{len(found.units)} of {sum(len(layer.share) for layer in found.layers)} units at {found.period:g} steps"
        )
        rows.append(Beside("units that beat with a 4/4 bar", "some, at 9 steps", ours))
    if "beam" in results:
        missed = results["beam"].missed_by_share
        alone, pairs = [" / ".join([f"{100 * share:.2g}" for share in row]) for row in missed]
        ours = f"{pairs} % of all pairs, {alone} % where only so many first tokens are followed"
        rows.append(Beside("mass missed at depth 2, keeping 5 / 10 / 20 %", "about 1 / 0.1 / 0.01 %", ours))
    if "lobotomy" in results:
        arms = [next(one for one in arm.effects if one.name == "bars right") for arm in results["lobotomy"].arms]
        if len(arms) > 1:
            ours = f"{100 * arms[0].value.mean:.0f} % of bars right before, {100 * arms[1].value.mean:.0f} % after"
            rows.append(Beside("the units that beat with the bar cut out", "counting survives", ours))
    return rows


def reading(rows: list[Beside]) -> list[str]:
    """The table in lines."""
    return [f"{row.what:48} {row.published:>26}   {row.ours}" for row in rows]


def _softmax(found: Any) -> list[Beside]:
    bias, words = found.bias, found.vocabulary
    rows = [
        Beside("parameters", "5,599,881", f"{found.parameters:,}"),
        Beside("… of the softmax layer", "70,281", f"{found.layer_parameters:,}"),
        Beside("token with the highest bias", "C", words[int(bias.argmax())]),
    ]
    if found.counts is not None:
        rows.append(Beside("commonest token", "C, among pitches", words[int(found.counts.argmax())]))
    if found.most_alike:
        alike, opposite = found.most_alike[0], found.most_opposite[0]
        rows += [
            Beside(
                "columns of V most alike",
                "0.9968 (units 187, 2)",
                f"{alike.cosine:.4f} ({alike.first}, {alike.second})",
            ),
            Beside(
                "columns of V most opposite",
                "-0.9937 (units 187, 361)",
                f"{opposite.cosine:.4f} ({opposite.first}, {opposite.second})",
            ),
            Beside("groups of near-identical columns", "2, 187, 361; 34, 156, 203", f"{len(found.near_identical)}"),
        ]
    return rows
