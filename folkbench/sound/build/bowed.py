"""The fiddle: a bowed string on a wooden body.

A bowed string sticks and slips once a period (Helmholtz motion), so the force on the bridge is a sawtooth:
every harmonic n at 1/n. The corner of that motion is rounded, more so under a light bow, which takes the
highest harmonics away (Cremer, The Physics of the Violin, chapters 3-5). The body then colours it: one air
mode, two strong plate modes, a crowd of weaker ones, and the bridge hill near 2.4 kHz (Woodhouse, The
acoustics of the violin, Reports on Progress in Physics 77, 2014).
"""

from __future__ import annotations

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


def fiddle(key: int, force: float) -> tuple[Frame, Signal]:
    """One bowed note; `force` of the bow from 0 (light) to 1 (digging in)."""
    random = np.random.default_rng([1, key])
    shape = frame(key, 32000, 0.14, 0.36)
    partials = harmonics(shape, random)
    number, at = number_of(shape, partials), frequencies(shape, partials)

    corner = 2600 + 5200 * force  # hertz beyond which the rounded corner has no more to give
    node = 1 - 0.35 * np.cos(2 * np.pi * number * (0.13 - 0.035 * force))  # the bow's place on the string
    levels = node / number * np.exp(-((at / corner) ** 1.4)) * _BODY(at)
    partials = partials._replace(levels=levels)

    # high harmonics speak first, under the scratch, and the string's own tone fills in behind them
    beginning = np.stack([rise(shape, 0.055 - 0.025 * min(1.0, n / 12)) for n in number])
    alive = 1 + wander(shape, random, len(number), 0.10, 12.0)
    pitch = wander(shape, random, 1, 0.02 * shape.loop / shape.cycles / (2 * np.pi), 9.0)[0]
    tone = sing(shape, partials, beginning * alive, pitch)

    scratch = noise(shape, random, _SCRATCH) * (0.022 + 0.10 * (0.4 + force) * fade(shape, 0.035))
    slip = 0.6 + 0.4 * np.cos(2 * np.pi * shape.cycles / shape.loop * shape.time)  # it rubs where it slips
    return shape, tone / np.std(tone) + scratch * slip * rise(shape, 0.012)


def _violin() -> Response:
    random = np.random.default_rng(280)
    modes = [(278.0, 14.0, 0.8), (452.0, 26.0, 1.0), (541.0, 30.0, 1.15), (405.0, 25.0, 0.35)]
    crowd = np.geomspace(650, 6500, 34) * random.uniform(0.97, 1.03, 34)
    modes += [(float(f), float(random.uniform(18, 40)), float(random.uniform(0.25, 0.75))) for f in crowd]
    modes += [(2400.0, 2.2, 0.95)]
    return resonances(modes, 0.10)


_BODY = _violin()
_SCRATCH = resonances([(1100.0, 1.0, 0.5), (2400.0, 1.5, 1.0), (4800.0, 1.0, 0.6)], 0.02)
