"""Sound as sums of partials: a beginning, then a loop that is exactly periodic.

Every partial runs a whole number of times through the loop, and so does the noise: the loop point can't
be heard because nothing there is spliced. The loop's length is chosen so that the fundamental is in tune
to a few hundredths of a cent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from folkbench.sound.build.soundfont import Recording

Signal = NDArray[np.float64]
Response = Callable[[Signal], Signal]
"""Gain at each frequency (hertz)."""

_GUARD = 16  # frames behind the loop, which the interpolation of a synth may read


class Frame(NamedTuple):
    """The time in which a tone is built: `begin` frames, then a loop of `loop` frames with `cycles` periods."""

    key: int
    rate: int
    begin: int
    loop: int
    cycles: int

    @property
    def pitch(self) -> float:
        """The fundamental in hertz, as the loop has it."""
        return self.cycles * self.rate / self.loop

    @property
    def time(self) -> Signal:
        """Frames from the start of the loop; negative before it."""
        return np.arange(-self.begin, self.loop + _GUARD, dtype=np.float64)

    @property
    def seconds(self) -> Signal:
        """Seconds from the start of the tone."""
        return (self.time + self.begin) / self.rate


class Partials(NamedTuple):
    """Partials of one tone. `turns`: whole cycles of each within the loop, (n,); `levels` and `phases` (n,)."""

    turns: Signal
    levels: Signal
    phases: Signal


def hertz(key: float) -> float:
    """Frequency of a MIDI key; 69 is A at 440 Hz."""
    return float(440.0 * 2 ** ((key - 69) / 12))


def frame(key: int, rate: int, begin: float, loop: float) -> Frame:
    """A frame for `key`: `begin` and `loop` in seconds, the loop moved to the nearest length that is in tune."""
    wanted = hertz(key)
    cycles = max(1, round(wanted * loop))
    return Frame(key, rate, round(begin * rate), round(cycles * rate / wanted), cycles)


def harmonics(shape: Frame, random: np.random.Generator, top: float = 0.45) -> Partials:
    """All harmonics below `top` of the rate, levels 1, phases by chance (so that peaks stay low)."""
    count = max(1, int(top * shape.rate / shape.pitch))
    number = np.arange(1, count + 1, dtype=np.float64)
    return Partials(number * shape.cycles, np.ones(count), random.uniform(0, 2 * np.pi, count))


def number_of(shape: Frame, partials: Partials) -> Signal:
    """Which harmonic each partial is, counted from 1; fractions where the string is stiff."""
    return partials.turns / shape.cycles


def frequencies(shape: Frame, partials: Partials) -> Signal:
    """Each partial in hertz."""
    return partials.turns * shape.rate / shape.loop


def stretched(shape: Frame, partials: Partials, stiffness: float) -> Partials:
    """A stiff string's partials, n * sqrt(1 + B n^2), each moved to the nearest that closes in the loop.

    Fletcher and Rossing, The Physics of Musical Instruments, 2nd ed., section 2.18. Those above 0.45 of
    the rate are dropped.
    """
    number = number_of(shape, partials)
    turns = np.round(shape.cycles * number * np.sqrt((1 + stiffness * number**2) / (1 + stiffness)))
    kept = turns < 0.45 * shape.loop
    return Partials(turns[kept], partials.levels[kept], partials.phases[kept])


def detuned(partials: Partials, turns: int) -> Partials:
    """The same a little sharper: `turns` more cycles of the fundamental in the loop, in proportion for the rest."""
    return partials._replace(turns=np.round(partials.turns * (1 + turns / partials.turns[0])))


def wander(shape: Frame, random: np.random.Generator, count: int, depth: float, fastest: float) -> Signal:
    """Slow random curves, (count, frames), that close in the loop: none moves faster than `fastest` hertz.

    `depth` is their standard deviation.
    """
    bins = max(1, int(fastest * shape.loop / shape.rate))
    turns = np.arange(1, bins + 1)
    waves = np.exp(2j * np.pi * turns[:, None] * shape.time[None, :] / shape.loop)
    weights = (random.normal(size=(count, bins)) + 1j * random.normal(size=(count, bins))) / np.sqrt(2 * bins)
    curves: Signal = np.sqrt(2) * depth * (weights @ waves).real
    return curves


def sing(shape: Frame, partials: Partials, envelopes: Signal, drift: Signal | None = None) -> Signal:
    """The sum of the partials. `envelopes`: (n, frames) or anything that broadcasts to it.

    `drift` moves the time that all partials read (frames), for vibrato and unsteady pitch; it must close in the loop.
    """
    time = shape.time if drift is None else shape.time + drift
    out = np.zeros(len(time))
    gains = np.broadcast_to(envelopes, (len(partials.turns), len(time)))
    for turns, level, phase, gain in zip(partials.turns, partials.levels, partials.phases, gains, strict=True):
        out += level * gain * np.sin(2 * np.pi * turns / shape.loop * time + phase)
    return out


def noise(shape: Frame, random: np.random.Generator, response: Response) -> Signal:
    """Noise that closes in the loop, coloured by `response`; root mean square 1."""
    spectrum = response(np.asarray(np.fft.rfftfreq(shape.loop, 1 / shape.rate), np.float64)).astype(np.complex128)
    spectrum *= np.exp(2j * np.pi * random.random(len(spectrum)))
    spectrum[0] = 0
    once = np.fft.irfft(spectrum, shape.loop)
    once /= np.sqrt(np.mean(once**2))
    return np.asarray(once[np.arange(-shape.begin, shape.loop + _GUARD) % shape.loop])


def resonances(modes: list[tuple[float, float, float]], floor: float = 0.0) -> Response:
    """A body: the sum of its modes' responses (hertz, quality, gain at the peak), and a `floor` under them."""

    def gain(at: Signal) -> Signal:
        x = np.maximum(at, 1.0)[:, None]
        f, q, g = (np.array(column)[None, :] for column in zip(*modes, strict=True))
        power = g**2 / (1 + q**2 * (x / f - f / x) ** 2)
        return np.asarray(floor + np.sqrt(power.sum(axis=1)))

    return gain


def rise(shape: Frame, seconds: float, shaped: float = 1.0) -> Signal:
    """A smooth beginning from 0 to 1 in `seconds`; `shaped` above 1 starts slower."""
    x = np.clip(shape.seconds / seconds, 0, 1)
    return np.asarray((0.5 - 0.5 * np.cos(np.pi * x)) ** shaped)


def fade(shape: Frame, seconds: float) -> Signal:
    """What only the beginning has: exp(-t / seconds), brought to exactly 0 where the loop starts."""
    x = np.clip(-shape.time / max(shape.begin, 1), 0, 1)
    ending = np.minimum(1.0, 4 * x)
    return np.asarray(np.exp(-shape.seconds / seconds) * ending)


def loudness(signal: Signal, rate: int) -> float:
    """Root mean square after A-weighting (IEC 61672-1), so that a high and a low tone can be put level."""
    spectrum = np.fft.rfft(signal)
    f2 = np.fft.rfftfreq(len(signal), 1 / rate) ** 2
    weight = (
        12194.0**2 * f2**2 / ((f2 + 20.6**2) * np.sqrt((f2 + 107.7**2) * (f2 + 737.9**2)) * (f2 + 12194.0**2))
    ) * 1.2589
    return float(np.sqrt(2 * np.sum(np.abs(spectrum * weight) ** 2)) / len(signal))


def recorded(name: str, shape: Frame, signal: Signal, loud: float, heard: slice) -> Recording:
    """A tone as 16-bit frames, as `loud` in the frames `heard` as `loudness` counts it."""
    cents = 1200 * float(np.log2(shape.pitch / hertz(shape.key)))
    loop = (shape.begin, shape.begin + shape.loop)
    return Recording(name, levelled(signal, shape.rate, loud, heard), shape.rate, shape.key, cents, loop)


def levelled(signal: Signal, rate: int, loud: float, heard: slice) -> NDArray[np.int16]:
    """The signal in 16 bits at the loudness asked for, or as near to it as its peaks allow.

    Levels stand in the samples themselves: synths differ in what they make of a zone's attenuation.
    """
    scale = min(loud / loudness(signal[heard], rate), 0.98 / float(np.max(np.abs(signal))))
    return np.asarray(np.round(signal * scale * 32767), np.int16)
