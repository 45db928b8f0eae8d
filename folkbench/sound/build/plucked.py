"""Plucked and struck strings: mandolin, banjo, bouzouki, harp, guitar, piano.

A string pulled aside at a point p of its length and let go rings in its modes n with the amplitude
sin(n pi p) / n^2, so the force on the bridge goes with sin(n pi p) / n; the plectrum's or finger's width
takes off what is shorter than it is. Each mode decays by itself, the high ones sooner, and the body takes
energy faster where it resonates (Fletcher and Rossing, The Physics of Musical Instruments, 2nd ed.,
sections 2.8, 9.4, 12.3). A hammer stays on the string for a while, longer when it comes softly.

What decays slowest is taken out of the recording and put back by the synth's envelope: that is how a
short loop can ring for seconds. `decay` says how long.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from folkbench.sound.build.wave import (
    Frame,
    Response,
    Signal,
    fade,
    frame,
    frequencies,
    harmonics,
    hertz,
    noise,
    number_of,
    resonances,
    rise,
    sing,
    stretched,
)


class String(NamedTuple):
    """One kind of plucked or struck string with its body."""

    seed: int
    rate: int
    place: float  # where it is plucked, as a share of its length
    width: tuple[float, float]  # seconds of the highest wave that the plectrum lets through: soft, strong
    stiffness: float  # B at A4; goes with the pitch squared at constant length
    ring: float  # seconds to 1/e for the fundamental at A4
    lower: float  # how much longer low strings ring: ring * (440 / f) ** lower
    damping: float  # how much sooner high modes end: 1 + damping * kHz ** 1.3
    shimmer: float  # how deep the partials beat, each in its own time, where strings are in pairs; 0 is one string
    knock: float  # plectrum, finger or hammer heard through the body
    body: Response


def _body(*modes: tuple[float, float, float], floor: float) -> Response:
    return resonances(list(modes), floor)


MANDOLIN = String(
    11, 32000, 0.14, (4.0e-4, 0.8e-4), 1.5e-4, 0.55, 0.55, 0.75, 0.45, 0.35,
    _body((205, 8, 0.7), (420, 9, 0.9), (640, 10, 0.7), (1100, 5, 0.6), (2600, 2.5, 0.8), floor=0.16),
)  # fmt: skip
BANJO = String(
    12, 32000, 0.10, (3.4e-4, 0.7e-4), 1.2e-4, 0.24, 0.35, 0.40, 0.0, 0.55,
    _body((320, 5, 0.8), (560, 5, 0.9), (830, 5, 0.8), (1400, 3, 0.7), (3000, 2, 0.75), floor=0.20),
)  # fmt: skip
BOUZOUKI = String(
    13, 24000, 0.15, (4.4e-4, 0.9e-4), 2.0e-4, 0.75, 0.55, 0.60, 0.40, 0.28,
    _body((115, 9, 0.7), (230, 10, 0.9), (480, 9, 0.6), (900, 5, 0.6), (2200, 2.2, 0.7), floor=0.17),
)  # fmt: skip
HARP = String(
    14, 24000, 0.27, (1.6e-3, 2.2e-4), 0.4e-4, 0.80, 0.45, 1.10, 0.0, 0.16,
    _body((150, 5, 0.8), (280, 5, 0.8), (620, 4, 0.6), (1300, 2.5, 0.5), floor=0.22),
)  # fmt: skip
GUITAR = String(
    15, 24000, 0.18, (6.0e-4, 1.2e-4), 1.6e-4, 0.70, 0.60, 0.85, 0.0, 0.24,
    _body((102, 12, 0.9), (196, 14, 1.0), (385, 12, 0.7), (620, 8, 0.5), (1800, 2.0, 0.55), floor=0.15),
)  # fmt: skip
PIANO = String(
    16, 24000, 0.125, (8.0e-4, 1.6e-4), 5.5e-4, 1.00, 0.75, 0.45, 0.12, 0.30,
    _body((95, 4, 0.7), (230, 4, 0.7), (600, 2, 0.6), (1500, 1.5, 0.6), floor=0.35),
)  # fmt: skip


def plucked(string: String, key: int, strength: float) -> tuple[Frame, Signal]:
    """One note; `strength` from 0 (soft) to 1 (hard)."""
    random = np.random.default_rng([string.seed, key])
    shape = frame(key, string.rate, 0.34, 0.40 if string.shimmer else 0.18)
    partials = stretched(shape, harmonics(shape, random, 0.42), string.stiffness * (shape.pitch / 440) ** 0.9)
    number, at = number_of(shape, partials), frequencies(shape, partials)

    width = string.width[0] + (string.width[1] - string.width[0]) * strength
    shaped = np.sin(np.pi * number * string.place) / number
    levels = shaped * np.exp(-((at * width) ** 1.1)) * string.body(at)
    # let go all at once, so in step but for what the body does to each
    partials = partials._replace(levels=levels, phases=np.pi / 2 + random.uniform(-0.7, 0.7, len(levels)))

    ring = 1 / decay(string, key)
    losses = ring * (1 + string.damping * (at / 1000) ** 1.3) / (1 + string.damping * (shape.pitch / 1000) ** 1.3)
    excess = np.maximum(losses - ring, 0.0)[:, None]
    # the loop goes on with what is left when it starts: the slowest rate is the synth's to apply
    gone = np.minimum(shape.seconds, shape.begin / shape.rate)[None, :]
    # across the bridge and along it the string decays at two rates (the same book, section 12.3)
    envelopes = np.exp(-excess * gone) * (0.5 + 0.5 * np.exp(-gone * 5 * ring))
    beats = np.cos(2 * np.pi * shape.time / shape.loop + random.uniform(0, 2 * np.pi, (len(number), 1)))
    tone = sing(shape, partials, envelopes * (1 + string.shimmer * beats))
    tone /= np.std(tone[: shape.begin])
    knock = noise(shape, random, string.body) * string.knock * (0.5 + strength) * fade(shape, 0.010)
    return shape, (tone + knock) * rise(shape, 0.0025 if strength > 0.5 else 0.004)


def decay(string: String, key: int) -> float:
    """Seconds in which the fundamental falls to 1/e."""
    return float(string.ring * (440 / hertz(key)) ** string.lower)
