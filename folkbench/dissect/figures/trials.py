"""Pictures of what was tried: operations, ablation, beams, probes."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from folkbench.dissect.ablation import Ablation
from folkbench.dissect.beam import Beam
from folkbench.dissect.figures.style import COLOURS, GREY, NARROW, WIDE, Picture
from folkbench.dissect.lobotomy import Lobotomy
from folkbench.dissect.probe import QUESTIONS, Probes


def effects(figure: Figure, found: Lobotomy) -> None:
    """Every measure of each arm with its interval."""
    names = [effect.name for effect in found.arms[0].effects]
    across = 4
    down = -(-len(names) // across)
    figure.set_size_inches(WIDE, 0.75 * down + 0.5)
    parts = figure.subplots(down, across, squeeze=False).ravel()
    for axes, name in zip(parts, names, strict=False):
        for row, (arm, colour) in enumerate(zip(found.arms, COLOURS, strict=False)):
            value = next(effect for effect in arm.effects if effect.name == name).value
            axes.plot((value.low, value.high), (-row, -row), color=colour)
            axes.plot(value.mean, -row, "o", color=colour, markersize=3.5)
        axes.set_title(name)
        axes.set_ylim(-len(found.arms) + 0.4, 0.6)
        axes.set_yticks([])
        axes.margins(x=0.15)
    for axes in parts[::across]:
        axes.set_yticks([-row for row in range(len(found.arms))], [arm.name for arm in found.arms])
    for axes in parts[len(names) :]:
        axes.set_visible(False)


def curve(figure: Figure, found: Ablation) -> None:
    """Count loss after each cut, and the bars that are right in tunes sampled then."""
    figure.set_size_inches(NARROW + 1, 2.9)
    left, right = figure.subplots(1, 2)
    left.plot(
        range(len(found.cuts) + 1),
        [found.loss, *(cut.loss for cut in found.cuts)],
        "o-",
        color=COLOURS[0],
        markersize=3,
    )
    left.axhline(found.ignorant, color=GREY, linestyle=":")
    left.annotate("knows only how often", (0, found.ignorant), va="bottom", fontsize=5.5, color=GREY)
    left.set_xlabel("units cut, greedily")
    left.set_ylabel("count loss (nats a token)")
    cuts = [one.cut for one in found.counting]
    right.fill_between(
        cuts,
        [100 * one.low for one in found.counting],
        [100 * one.high for one in found.counting],
        color=COLOURS[0],
        alpha=0.2,
        linewidth=0,
    )
    right.plot(cuts, [100 * one.right for one in found.counting], "o-", color=COLOURS[0], markersize=3)
    right.axhline(100 * found.by_luck, color=GREY, linestyle=":")
    right.annotate("by luck", (cuts[-1], 100 * found.by_luck), ha="right", va="bottom", fontsize=5.5, color=GREY)
    right.set_ylim(0, 102)
    right.set_xlabel("units cut")
    right.set_ylabel("bars right in sampled tunes (%)")


def mass(figure: Figure, found: Beam) -> None:
    """Mass missed against the share of branches kept, and against the width of a beam."""
    figure.set_size_inches(NARROW + 1, 2.9)
    left, right = figure.subplots(1, 2, sharey=True)
    for row, colour, depth in zip(found.curve, COLOURS, (1, 2), strict=False):
        left.loglog(100 * found.kept, 100 * np.maximum(row, 1e-7), color=colour, label=f"depth {depth}")
    for share, missed in zip((5, 10, 20), (1, 0.1, 0.01), strict=True):
        left.plot(share, missed, "x", color=GREY, label="published, depth 2" if share == 5 else None)
    left.set_xlabel("branches kept (%)")
    left.set_ylabel("probability missed (%)")
    left.set_ylim(1e-4, 130)
    left.legend()
    for width, row, colour in zip(found.widths, found.missed_by_width, COLOURS, strict=False):
        depths = range(1, len(row) + 1)
        right.semilogy(depths, 100 * np.maximum(row, 1e-7), "o-", color=colour, markersize=3, label=f"best {width}")
    right.set_xlabel("tokens ahead")
    right.set_xticks(range(1, found.missed_by_width.shape[1] + 1))
    right.legend(loc="lower right")


def accuracy(figure: Figure, found: Probes) -> None:
    """Accuracy of each probe by layer, beside shuffled labels and the commonest answer."""
    figure.set_size_inches(WIDE, 2.7)
    parts = figure.subplots(1, len(QUESTIONS), sharey=True)
    for axes, question in zip(parts, QUESTIONS, strict=True):
        rows = [one for one in found.probes if one.question == question]
        places = np.arange(len(rows))
        axes.bar(places, [100 * one.accuracy for one in rows], 0.7, color=[GREY, *[COLOURS[0]] * (len(rows) - 1)])
        axes.plot(
            places, [100 * one.shuffled for one in rows], "v", color=COLOURS[1], markersize=4, label="shuffled labels"
        )
        axes.axhline(100 * rows[0].commonest, color=COLOURS[2], linestyle=":", label="commonest answer")
        axes.set_xticks(places, ["token" if not one.layer else f"h{one.layer}" for one in rows])
        axes.set_title(question)
        axes.set_ylim(0, 105)
    parts[0].set_ylabel("right on other tunes (%)")
    figure.legend(*parts[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)


LOBOTOMY = (
    Picture(
        "effects",
        "Tunes of the network as it is, of the altered one, and (where units are cut) with as many cut at random: "
        "means with 95 % intervals. What was lost?",
        effects,
    ),
)
ABLATION = (
    Picture(
        "curve",
        "Greedy ablation: the unit that hurts counting most is cut each round. Left, how badly the network then says "
        "where bar lines stand; right, how many bars of its tunes count. How few units carry the counting, at most?",
        curve,
    ),
)
BEAM = (
    Picture(
        "mass",
        "Probability missed when only the best share of all runs of one or two tokens is kept (crosses: published), "
        "and when a fixed number of branches is kept at every depth. How much does a beam lose?",
        mass,
    ),
)
PROBE = (
    Picture(
        "accuracy",
        "How often a linear map from the token, or from h of a layer, gives the right answer on tunes it wasn't fitted "
        "to. What does each layer know?",
        accuracy,
    ),
)
