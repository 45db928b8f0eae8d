"""Whether a tune fits an instrument, and the transposition that fits it best."""

from __future__ import annotations

from typing import NamedTuple

from folkbench.check.sketch import sounding
from folkbench.notation.form import form
from folkbench.notation.instruments import Instrument
from folkbench.notation.keys import STEPS
from folkbench.notation.transpose import transpose
from folkbench.notation.tune import SEMITONES, Tune

_FARTHEST = 12  # semitones


class Misfit(NamedTuple):
    """A note that can't be played, or only awkwardly: as ABC writes it, and where it stands."""

    note: str
    places: tuple[str, ...]
    why: str  # "too low", "too high", "not on it", "awkward"


class Fit(NamedTuple):
    """How a tune lies on an instrument. `semitones` is the transposition that fits best, 0 if that is none.

    `left` is how many of the tune's notes can't be played there even then, `left_awkward` how many awkwardly.
    """

    instrument: str
    misfits: tuple[Misfit, ...]
    semitones: int
    key: str
    left: int
    left_awkward: int

    @property
    def playable(self) -> bool:
        """Whether every note of the tune can be played as it stands."""
        return all(misfit.why == "awkward" for misfit in self.misfits)


def fit(tune: Tune, instrument: Instrument) -> Fit:
    """How the first voice of a tune lies on an instrument, and where it would lie best."""
    labels = [place.label for part in form(tune) for place in part.places]
    heard: dict[tuple[int, int], list[str]] = {}
    notes: list[int] = []
    for label, bar in zip(labels, tune.bars, strict=True):
        for _, step, alter in sounding(bar):
            if step > -90:
                places = heard.setdefault((step, alter), [])
                if label not in places:
                    places.append(label)
                notes.append(_midi(step, alter))
    misfits = []
    for (step, alter), places in sorted(heard.items()):
        midi = _midi(step, alter)
        if midi not in instrument.notes:
            misfits.append(Misfit(_name(step, alter), tuple(places), _why(midi, instrument)))
    best = min(range(-_FARTHEST, _FARTHEST + 1), key=lambda shift: (*_cost(notes, shift, instrument), abs(shift)))
    left, awkward = _cost(notes, best, instrument)
    if (left, awkward) == _cost(notes, 0, instrument):
        best = 0
    key = transpose(tune, best).key if best else tune.key
    return Fit(instrument.name, tuple(misfits), best, key.text, left, awkward)


def _cost(notes: list[int], shift: int, instrument: Instrument) -> tuple[int, int]:
    """How many notes can't be played when all are moved by `shift`, and how many only awkwardly."""
    away = [midi + shift for midi in notes if midi + shift not in instrument.notes]
    awkward = sum(midi in instrument.awkward for midi in away)
    return len(away) - awkward, awkward


def _why(midi: int, instrument: Instrument) -> str:
    if midi in instrument.awkward:
        return "awkward"
    if midi < instrument.lowest:
        return "too low"
    return "too high" if midi > instrument.highest else "not on it"


def _midi(step: int, alter: int) -> int:
    octave, degree = divmod(step, 7)
    return 60 + 12 * octave + SEMITONES[degree] + alter


def _name(step: int, alter: int) -> str:
    octave, degree = divmod(step, 7)
    letter = STEPS[degree]
    name = letter + "," * -octave if octave < 1 else letter.lower() + "'" * (octave - 1)
    return {-2: "__", -1: "_", 1: "^", 2: "^^"}.get(alter, "") + name


def fit_text(fit: Fit) -> str:
    """A fit as a person reads it, one line for each kind of misfit."""
    if not fit.misfits:
        return f"On the {fit.instrument}: every note lies under the fingers."
    lines = []
    for why in ("too low", "too high", "not on it", "awkward"):
        named = [
            f"{misfit.note} in {', '.join(misfit.places[:3])}{' ...' if len(misfit.places) > 3 else ''}"
            for misfit in fit.misfits
            if misfit.why == why
        ]
        if named:
            stop = "" if named[-1].endswith("...") else "."
            lines.append(f"On the {fit.instrument}, {why}: {'; '.join(named)}{stop}")
    if fit.semitones:
        way = "up" if fit.semitones > 0 else "down"
        count = abs(fit.semitones)
        rest = _rest(fit)
        lines.append(f"Best {count} semitone{'' if count == 1 else 's'} {way}, in {fit.key}: {rest}.")
    elif not fit.playable:
        lines.append("No transposition within an octave fits better.")
    return "\n".join(lines)


def _rest(fit: Fit) -> str:
    if fit.left:
        return f"{fit.left} note{'' if fit.left == 1 else 's'} still can't be played"
    if fit.left_awkward:
        return f"all can be played, {fit.left_awkward} awkwardly"
    return "every note lies under the fingers"
