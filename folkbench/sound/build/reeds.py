"""Reeds: the free reeds of concertina and melodeon, the cane reeds of the uilleann pipes.

A reed is a valve that chops the air into pulses; the spectrum is that of the pulse, its width set by how
long the valve stays open (Fletcher and Rossing, The Physics of Musical Instruments, 2nd ed., sections 13.3, 13.10).
Free reeds sing alone in a chamber, two of them a few cents apart in a melodeon. The chanter's double reed
drives a cone, which has all harmonics and strengthens those near its formants; the drones' single reeds
drive cylinders, which prefer the odd ones.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from folkbench.sound.build.wave import (
    Frame,
    Partials,
    Response,
    Signal,
    detuned,
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
    wander,
)


class Reed(NamedTuple):
    """One kind of reed. Times in seconds, noise against a tone of root mean square 1."""

    seed: int
    open: tuple[float, float]  # share of the period that the valve is open: soft, strong
    slope: float  # the pulse's edge: harmonics fall as n ** -slope beside the pulse's own shape
    formants: Response
    speak: float
    air: float
    beat: float  # hertz between two reeds at A4; 0 is one reed
    loop: float


CONCERTINA = Reed(
    4, (0.34, 0.27), 0.85, resonances([(650.0, 1.6, 0.8), (1500.0, 2.0, 0.8), (2900.0, 1.8, 0.7)], 0.16), 0.030, 0.012,
    0.0, 0.36,
)  # fmt: skip
MELODEON = Reed(
    5, (0.36, 0.28), 0.70, resonances([(800.0, 1.2, 0.8), (2100.0, 1.5, 0.9), (3800.0, 1.5, 0.6)], 0.20), 0.036, 0.016,
    2.8, 0.0,
)  # fmt: skip
CHANTER = Reed(
    6, (0.22, 0.16), 0.35, resonances([(1150.0, 3.0, 1.0), (2000.0, 3.5, 0.75), (3100.0, 3.0, 0.55)], 0.11), 0.018,
    0.030, 0.0, 0.36,
)  # fmt: skip


def reed(kind: Reed, key: int, pressure: float) -> tuple[Frame, Signal]:
    """One note; `pressure` of bellows or bag from 0 to 1."""
    random = np.random.default_rng([kind.seed, key])
    # two reeds beat once in a loop: low notes more slowly than high ones, as tuners set them
    beat = kind.beat * (hertz(key) / 440) ** 0.45
    shape = frame(key, 32000, 0.10, 1 / beat if beat else kind.loop)
    partials = harmonics(shape, random, 0.42)
    number, at = number_of(shape, partials), frequencies(shape, partials)

    width = kind.open[0] + (kind.open[1] - kind.open[0]) * pressure
    pulse = 0.06 / number + np.abs(np.sinc(number * width)) * number ** (1 - kind.slope) / number
    bright = 1 / (1 + (at / (3600 + 4200 * pressure)) ** 2)
    partials = partials._replace(levels=pulse * bright * kind.formants(at))

    beginning = np.stack([rise(shape, kind.speak * (0.8 + 0.05 * min(n, 10)), 1.2) for n in number])
    alive = 1 + wander(shape, random, len(number), 0.03, 8.0)
    tone = sing(shape, partials, beginning * alive)
    if beat:
        tone = tone + 0.6 * sing(shape, detuned(partials, 1), beginning)
    tone /= np.std(tone[shape.begin :])
    click = noise(shape, random, _BUTTON) * fade(shape, 0.004) * (0.25 if kind.air < 0.02 else 0.1)
    air = noise(shape, random, _AIR) * kind.air
    return shape, tone + (click + air) * rise(shape, 0.003)


def drones(key: int, pressure: float) -> tuple[Frame, Signal]:
    """Tenor, baritone and bass drone: `key`, an octave and two octaves below it, each beating a little."""
    random = np.random.default_rng([7, key])
    bass = frame(key - 24, 22050, 0.25, 1.9)
    shape = bass._replace(key=key, cycles=4 * bass.cycles)
    tone = np.zeros(len(shape.time))
    for octave, level, turns in ((0, 0.8, 0), (1, 0.9, 1), (2, 1.0, -1)):
        cycles = shape.cycles // 2**octave + turns
        number = np.arange(1, int(0.4 * shape.loop / cycles), dtype=np.float64)
        at = number * cycles * shape.rate / shape.loop
        odd = np.where(number % 2 == 1, 1.0, 0.45)
        levels = odd * number**-0.55 * _DRONES(at) / (1 + (at / (1900 + 1200 * pressure)) ** 2)
        pipe = Partials(number * cycles, level * levels, random.uniform(0, 2 * np.pi, len(number)))
        tone += sing(shape, pipe, (1 + wander(shape, random, len(number), 0.03, 5.0)) * rise(shape, 0.09))
    tone /= np.std(tone[shape.begin :])
    return shape, tone + noise(shape, random, _AIR) * 0.015 * rise(shape, 0.05)


_BUTTON = resonances([(900.0, 2.0, 1.0), (2600.0, 2.0, 0.6)])
_AIR = resonances([(2200.0, 0.7, 0.6), (5200.0, 0.8, 1.0)], 0.05)
_DRONES = resonances([(330.0, 1.5, 0.8), (900.0, 1.8, 0.7), (1700.0, 2.0, 0.5)], 0.22)
