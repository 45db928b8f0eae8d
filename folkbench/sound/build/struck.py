"""Bodhran, bones and click: sounds that are struck once and not tuned.

The bodhran is a round membrane: its modes stand as the zeros of Bessel functions, lowered by the air they
carry, and the pitch falls a little after the stroke because the stroke stretched the skin (Fletcher and
Rossing, The Physics of Musical Instruments, 2nd ed., sections 3.2 and 18.1). The bones are short bars.
"""

from __future__ import annotations

import numpy as np

from folkbench.sound.build.soundfont import Recording
from folkbench.sound.build.wave import Signal, levelled

RATE = 32000

# zeros of the Bessel functions, against the first: modes (0,1) (1,1) (2,1) (0,2) (3,1) (1,2)
_MEMBRANE = (1.0, 1.593, 2.136, 2.296, 2.653, 2.918)
_BAR = (1.0, 2.756, 5.404)  # a bar free at both ends


def bodhran(pitch: float, ring: float, centre: float, stick: float, strength: float) -> Signal:
    """One stroke: `pitch` in hertz, `ring` seconds, `centre` 0 at the rim to 1, `stick` noise of the tipper."""
    seconds = np.arange(round(RATE * max(0.18, 4.5 * ring))) / RATE
    fall = 1 + (0.10 + 0.12 * strength) * np.exp(-seconds / 0.035)
    phase = 2 * np.pi * pitch * np.cumsum(fall) / RATE
    out = np.zeros(len(seconds))
    for number, ratio in enumerate(_MEMBRANE):
        share = centre if number in (0, 3) else 1 - centre
        level = share * (0.9 if number else 1.2) / (1 + number) ** (1.1 - 0.5 * strength)
        out += level * np.exp(-seconds / (ring / (1 + 0.9 * number))) * np.sin(phase * ratio**0.93 + number)
    random = np.random.default_rng([21, round(pitch)])
    tap = random.normal(size=len(seconds)) * np.exp(-seconds / 0.006)
    tap[1:] = 0.55 * tap[1:] + 0.45 * tap[:-1]
    return np.asarray(out / np.max(np.abs(out)) + stick * (0.6 + 0.8 * strength) * tap)


def bones(pitch: float, strength: float) -> Signal:
    """One clack of two short bars, the second a hair after the first."""
    seconds = np.arange(round(0.09 * RATE)) / RATE
    out = np.zeros(len(seconds))
    for late, tuned, level in ((0.0, 1.0, 1.0), (0.0035, 1.13, 0.6)):
        since = np.maximum(seconds - late, 0)
        for number, ratio in enumerate(_BAR):
            if pitch * tuned * ratio < 0.45 * RATE:
                wave = np.sin(2 * np.pi * pitch * tuned * ratio * since)
                out += level * wave * np.exp(-since / (0.011 / (1 + number))) * (0.3 + strength) ** (0.7 * number)
    random = np.random.default_rng([22, round(pitch)])
    return np.asarray(out + 0.5 * random.normal(size=len(seconds)) * np.exp(-seconds / 0.0012))


def click(pitch: float) -> Signal:
    """The metronome: a short sine with an octave above it."""
    seconds = np.arange(round(0.06 * RATE)) / RATE
    ring = np.exp(-seconds / 0.010) * np.minimum(1, seconds / 0.0006)
    return np.asarray((np.sin(2 * np.pi * pitch * seconds) + 0.4 * np.sin(4 * np.pi * pitch * seconds)) * ring)


def recorded(name: str, key: int, signal: Signal, loud: float) -> Recording:
    """A stroke as a sample that plays once, its loudness that of its first 120 ms."""
    ending = np.minimum(1, (len(signal) - np.arange(len(signal))) / 300)
    frames = levelled(signal * ending, RATE, loud, slice(0, round(0.12 * RATE)))
    return Recording(name, frames, RATE, key, 0.0, None)
