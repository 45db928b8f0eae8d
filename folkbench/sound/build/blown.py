"""Flute and whistle: a jet of air across an edge, and the tube behind it.

The jet is pushed in and out of the edge by the tube's own wave and its flow saturates: a sine through
tanh, off its centre by a little, and that is the spectrum (Fletcher and Rossing, The Physics of Musical
Instruments, 2nd ed., section 16.4). More breath drives it further into saturation. Breath noise is heard through
the tube, in narrow bands about the harmonics; the note begins with a chiff before the tone locks.
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
    noise,
    number_of,
    resonances,
    rise,
    sing,
    wander,
)


class Pipe(NamedTuple):
    """What makes one kind of flute. Times in seconds, noise against a tone of root mean square 1."""

    seed: int
    drive: tuple[float, float]  # saturation of the jet, soft and strong
    offset: float  # of the jet from the edge, which brings in the even harmonics
    dark: float  # hertz at which the open holes let the tone out of the tube, so that it fades above
    breath: tuple[float, float]  # steady noise, soft and strong
    chiff: float  # noise at the beginning
    speak: float  # how long the tone takes


FLUTE = Pipe(2, (0.75, 3.0), 0.42, 3200, (0.045, 0.075), 0.28, 0.060)
WHISTLE = Pipe(3, (0.45, 2.3), 0.36, 6500, (0.050, 0.070), 0.45, 0.028)


def blown(pipe: Pipe, key: int, breath: float) -> tuple[Frame, Signal]:
    """One note; `breath` from 0 (soft) to 1 (strong)."""
    random = np.random.default_rng([pipe.seed, key])
    shape = frame(key, 32000, 0.13, 0.36)
    partials = harmonics(shape, random)
    number, at = number_of(shape, partials), frequencies(shape, partials)

    drive = pipe.drive[0] + (pipe.drive[1] - pipe.drive[0]) * breath
    # what a low note shares out over many harmonics stays below the cut-off of the open holes; a high one is purer
    jet = jet_spectrum(drive * (_MIDDLE / shape.pitch) ** 0.35, pipe.offset, len(number))
    partials = partials._replace(levels=jet / np.sqrt(1 + (at / pipe.dark) ** 4))

    later = np.stack([rise(shape, pipe.speak * (1.0 if n < 1.5 else 0.75 + 0.12 * min(n, 8)), 1.3) for n in number])
    overblown = 1 + 1.6 * (np.abs(number - 2) < 0.5)[:, None] * fade(shape, 0.018)[None, :]
    alive = 1 + wander(shape, random, len(number), 0.035, 7.0)
    tone = sing(shape, partials, later * overblown * alive)

    steady = pipe.breath[0] + (pipe.breath[1] - pipe.breath[0]) * breath
    air = noise(shape, random, _tube(shape.pitch)) * (steady * rise(shape, 0.02) + pipe.chiff * fade(shape, 0.016))
    return shape, tone / np.std(tone[shape.begin :]) + air * rise(shape, 0.004)


_MIDDLE = 587.33
"""D5, the middle of a D flute: where `Pipe.drive` holds."""


def jet_spectrum(drive: float, offset: float, count: int) -> Signal:
    """Levels of the first `count` harmonics of tanh(drive * sin + offset), the fundamental 1."""
    angle = 2 * np.pi * np.arange(1024) / 1024
    spectrum = np.abs(np.fft.rfft(np.tanh(drive * np.sin(angle) + offset)))
    levels = np.zeros(count)
    known = min(count, 200)
    levels[:known] = spectrum[1 : known + 1] / spectrum[1]
    return levels


def _tube(pitch: float) -> Response:
    """Noise as the tube lets it out: peaks on the harmonics over a broad hiss."""
    peaks = [(pitch * n, 14.0, 1.0 / n**0.5) for n in range(1, 7) if pitch * n < 13000]
    return resonances([*peaks, (3800.0, 0.8, 0.35)], 0.015)
