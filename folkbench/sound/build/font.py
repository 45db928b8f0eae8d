"""The session soundfont: which instrument is made how, at which keys, and how loud.

Every instrument is built every few semitones at two strengths, and filtered into four velocity layers. Bank
and program follow General MIDI as far as it knows these instruments, the kit follows its percussion map:
a MIDI file written for this font makes sense in any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from folkbench.sound.build import blown, bowed, plucked, reeds, struck
from folkbench.sound.build.soundfont import Preset, Recording, Zone, absolute_cents, soundfont, timecents
from folkbench.sound.build.wave import Frame, Signal, hertz, recorded
from folkbench.sound.instruments import INSTRUMENTS, KIT

LOUDNESS = 0.11
"""A-weighted root mean square, of full scale, of a held tone, or of the first quarter second of what decays."""

LAYERS = (
    # velocities, strength built in, low-pass filter as a multiple of the pitch (0: none)
    ((0, 57), 0.0, 3.5),
    ((58, 79), 0.0, 0.0),
    ((80, 99), 1.0, 5.0),
    ((100, 127), 1.0, 0.0),
)

Maker = Callable[[int, float], tuple[Frame, Signal]]


class Build(NamedTuple):
    """How one instrument is built: at `low`, then every `step` keys up to `high`. Times in seconds."""

    maker: Maker
    low: int
    high: int
    step: int
    release: float
    generators: Mapping[str, int] = {}
    string: plucked.String | None = None  # whose decay the synth's envelope has to give
    level: float = 1.0  # against LOUDNESS


def _vibrato(delay: float, rate: float, cents: int) -> dict[str, int]:
    return {
        "vibrato_delay": timecents(delay),
        "vibrato_rate": absolute_cents(rate),
        "vibrato_to_pitch": cents,
    }


def _string(string: plucked.String, low: int, high: int, step: int, release: float) -> Build:
    return Build(partial(plucked.plucked, string), low, high, step, release, {}, string)


BUILDS = {
    "fiddle": Build(bowed.fiddle, 55, 97, 5, 0.09, _vibrato(0.32, 5.6, 9)),
    "flute": Build(partial(blown.blown, blown.FLUTE), 60, 96, 5, 0.07, _vibrato(0.40, 4.8, 5)),
    "whistle": Build(partial(blown.blown, blown.WHISTLE), 71, 98, 5, 0.05, _vibrato(0.45, 5.2, 5)),
    "pipes": Build(partial(reeds.reed, reeds.CHANTER), 60, 90, 5, 0.03),
    "concertina": Build(partial(reeds.reed, reeds.CONCERTINA), 52, 97, 6, 0.04),
    "melodeon": Build(partial(reeds.reed, reeds.MELODEON), 48, 94, 6, 0.05),
    "drones": Build(reeds.drones, 50, 66, 8, 0.12),
    "mandolin": _string(plucked.MANDOLIN, 55, 97, 6, 0.12),
    "banjo": _string(plucked.BANJO, 46, 94, 6, 0.08),
    "bouzouki": _string(plucked.BOUZOUKI, 40, 88, 6, 0.14),
    "harp": _string(plucked.HARP, 36, 96, 6, 0.45),
    "guitar": _string(plucked.GUITAR, 38, 86, 6, 0.14),
    "piano": _string(plucked.PIANO, 29, 95, 6, 0.16),
}
"""Instrument -> how it is built. The names are those of `sound.instruments`."""

_STROKES: dict[str, tuple[Callable[[float], Signal], float]] = {
    # name in the kit -> the stroke at a strength, its level against LOUDNESS
    "bodhran low": (partial(struck.bodhran, 92.0, 0.16, 0.85, 0.10), 0.40),
    "bodhran": (partial(struck.bodhran, 128.0, 0.09, 0.60, 0.16), 0.55),
    "bodhran high": (partial(struck.bodhran, 196.0, 0.05, 0.45, 0.22), 0.65),
    "bodhran rim": (partial(struck.bodhran, 410.0, 0.02, 0.20, 0.80), 0.6),
    "bones": (partial(struck.bones, 1750.0), 0.6),
    "click high": (lambda strength: struck.click(1975.5), 0.8),
    "click low": (lambda strength: struck.click(1318.5), 0.8),
}


def session() -> bytes:
    """The whole soundfont, as the bytes of its file."""
    presets = [
        Preset(name, INSTRUMENTS[name].bank, INSTRUMENTS[name].program, list(zones(name, build)))
        for name, build in BUILDS.items()
    ]
    presets.append(Preset("session kit", 128, 0, list(_kit())))
    return soundfont("folkbench session", presets, "folkbench", "MIT, as folkbench itself")


def zones(name: str, build: Build) -> Iterator[Zone]:
    """The zones of one instrument: each recording spread over the keys nearest to it, in four velocity layers."""
    roots = list(range(build.low, build.high + 1, build.step))
    for place, root in enumerate(roots):
        lowest = 0 if place == 0 else root - (build.step - 1) // 2
        highest = 127 if place == len(roots) - 1 else root + build.step // 2
        made = {strength: _recording(name, build, root, strength) for strength in (0.0, 1.0)}
        for velocities, strength, cutoff in LAYERS:
            generators = {"release": timecents(build.release), "reverb": 160, **build.generators}
            if cutoff:
                generators["filter_cutoff"] = absolute_cents(max(900.0, cutoff * hertz(root)))
            if build.string:
                generators |= {"decay": timecents(100 / 8.686 * plucked.decay(build.string, root)), "sustain": 1000}
            yield Zone(made[strength], (lowest, highest), velocities, generators)


def _recording(name: str, build: Build, root: int, strength: float) -> Recording:
    shape, signal = build.maker(root, strength)
    loud = LOUDNESS * build.level
    heard = slice(0, round(0.25 * shape.rate)) if build.string else slice(shape.begin, shape.begin + shape.loop)
    return recorded(f"{name} {root} {'hard' if strength else 'soft'}", shape, signal, loud, heard)


def _kit() -> Iterator[Zone]:
    for name, key in KIT.items():
        stroke, level = _STROKES[name]
        for strength, velocities in ((0.2, (0, 79)), (1.0, (80, 127))):
            recording = struck.recorded(f"{name} {strength}", key, stroke(strength), LOUDNESS * level)
            generators = {"root_key": key, "reverb": 90, "release": timecents(0.4)}
            yield Zone(recording, (key, key), velocities, generators)
