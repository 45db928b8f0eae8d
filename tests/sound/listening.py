"""What a measuring ear hears: notes rendered through FluidSynth, and their pitch, attack, brightness and level."""

from __future__ import annotations

from pathlib import Path

import numpy as np

RATE = 44100


class Ear:
    """A synth that plays single notes from one soundfont, dry."""

    def __init__(self, font: Path) -> None:
        import fluidsynth

        self.synth = fluidsynth.Synth(gain=1.0, samplerate=RATE)
        for setting in ("synth.reverb.active", "synth.chorus.active"):
            self.synth.setting(setting, 0)
        self.font = self.synth.sfload(str(font))
        assert self.font >= 0

    def hear(self, bank: int, program: int, key: int, velocity: int = 100, held: float = 1.0, after: float = 0.0):
        """One note, mono, in full scale 1: `held` seconds and then `after` seconds of its release."""
        channel = 9 if bank == 128 else 0
        self.synth.all_sounds_off(channel)
        self.synth.get_samples(round(0.05 * RATE))
        self.synth.program_select(channel, self.font, bank, program)
        self.synth.noteon(channel, key, velocity)
        sounds = [self.synth.get_samples(round(held * RATE))]
        self.synth.noteoff(channel, key)
        sounds.append(self.synth.get_samples(round(after * RATE)))
        stereo = np.concatenate(sounds).reshape(-1, 2) / 32768
        return stereo.mean(axis=1)

    def close(self) -> None:
        self.synth.delete()


def pitch(sound: np.ndarray, near: float, rate: int = RATE) -> float:
    """The mean frequency of the fundamental, in hertz: how far its phase gets in the time, vibrato and all.

    What lies within a semitone of `near` is cut out of the spectrum; the slope of its phase, weighted by
    its power, is the frequency.
    """
    spectrum = np.fft.fft(sound * np.hanning(len(sound)))
    at = np.fft.fftfreq(len(sound), 1 / rate)
    spectrum[(at < near / 1.06) | (at > near * 1.06)] = 0
    wave = np.fft.ifft(spectrum)
    weight = np.abs(wave)
    seconds = np.arange(len(sound)) / rate
    return float(np.polyfit(seconds, np.unwrap(np.angle(wave)), 1, w=weight)[0] / (2 * np.pi))


def cents(heard: float, meant: float) -> float:
    return 1200 * float(np.log2(heard / meant))


def centroid(sound: np.ndarray, rate: int = RATE) -> float:
    """Brightness: the centre of gravity of the spectrum's power, in hertz."""
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
    return float((np.fft.rfftfreq(len(sound), 1 / rate) * power).sum() / power.sum())


def envelope(sound: np.ndarray, window: float = 0.008, rate: int = RATE) -> np.ndarray:
    """Root mean square in a window of so many seconds about each frame."""
    width = round(window * rate)
    return np.sqrt(np.maximum(np.convolve(sound**2, np.ones(width) / width, "same"), 1e-20))


def attack(sound: np.ndarray, rate: int = RATE) -> float:
    """Seconds from 10 to 90 per cent of the loudest that the first half second reaches."""
    heard = envelope(sound[: round(0.5 * rate)], 0.006, rate)
    top = np.percentile(heard, 95)
    return float((np.argmax(heard > 0.9 * top) - np.argmax(heard > 0.1 * top)) / rate)
