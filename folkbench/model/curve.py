"""The curve of a training: what each epoch brought, as a table for other programs and as a picture."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields

CURVE = "curve.csv"


@dataclass(frozen=True, slots=True)
class Point:
    """One epoch on the curve. Losses are nats a token."""

    epoch: int
    train: float
    """With dropout, over all tokens."""
    held_out: float
    """Music tokens of the held-out tunes, dropout off, without title and rhythm."""
    primed: float
    """The same behind title and rhythm."""
    rate: float
    speed: float
    """Tokens a second, padding not counted."""
    seconds: float
    """Judging included."""


def table(points: Sequence[Point]) -> str:
    """The curve as CSV, a row for each epoch."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [field.name for field in fields(Point)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(point) for point in points)
    return text.getvalue()


def picture(curves: Mapping[str, Sequence[Point]], kind: str = "png") -> bytes:
    """The curves of some networks in one picture: held out as a line, training (with dropout) dotted."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.subplots()
    for number, (name, points) in enumerate(curves.items()):
        epochs = [point.epoch for point in points]
        best = min(points, key=lambda point: point.held_out)
        label = f"{name}: lowest {best.held_out:.4f} at epoch {best.epoch}"
        axes.plot(epochs, [point.held_out for point in points], color=f"C{number}", label=label)
        axes.plot(epochs, [point.train for point in points], color=f"C{number}", linestyle=":")
        axes.plot(best.epoch, best.held_out, "o", color=f"C{number}")
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_ylabel("nats a token")
    axes.set_title("held-out loss (dotted: in training, with dropout)")
    axes.grid(alpha=0.3)
    axes.legend()
    file = io.BytesIO()
    figure.savefig(file, format=kind, dpi=120, metadata={"Date": None} if kind == "svg" else None)
    return file.getvalue()
