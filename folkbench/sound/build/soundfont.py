"""The SoundFont 2 file: recordings, and which of them sounds for which key and velocity.

Only what our instruments need of the format (SoundFont Technical Specification 2.04, E-mu/Creative): mono
16-bit samples that loop, one layer of instrument zones a preset, generators, no modulators of our own.
The bytes depend on nothing but the arguments: no date, no name of a machine.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

GENERATORS = {
    "vibrato_to_pitch": 6,  # cents
    "filter_cutoff": 8,  # absolute cents: `absolute_cents`
    "reverb": 16,  # tenths of a percent
    "vibrato_delay": 23,  # timecents: `timecents`
    "vibrato_rate": 24,  # absolute cents
    "attack": 34,  # timecents
    "decay": 36,  # timecents for 100 dB
    "sustain": 37,  # centibels below full; 1000 is silence
    "release": 38,  # timecents
    "instrument": 41,
    "key_range": 43,
    "velocity_range": 44,
    "sample": 53,
    "sample_modes": 54,  # 0 once, 1 looped for as long as it sounds
    "scale_tuning": 56,  # cents a key; 0: every key at the same pitch
    "exclusive_class": 57,
    "root_key": 58,
}
"""Generator names used here -> their numbers in the format (section 8.1.2)."""

_GAP = 46  # zeros behind every sample (section 7.10)


class Recording(NamedTuple):
    """One sample. `loop` is (start, end) in frames: frame `end` sounds as `start` did; None plays once.

    `cents` is how much the sample is sharp of its `key` at its `rate` (frames a second).
    """

    name: str
    frames: NDArray[np.int16]
    rate: int
    key: int
    cents: float
    loop: tuple[int, int] | None


class Zone(NamedTuple):
    """Where a recording sounds: keys and velocities, both ends counted in, and with which generators."""

    recording: Recording
    keys: tuple[int, int]
    velocities: tuple[int, int]
    generators: Mapping[str, int]


class Preset(NamedTuple):
    """A sound that can be chosen by bank and program. Bank 128 holds drum kits."""

    name: str
    bank: int
    program: int
    zones: Sequence[Zone]


def timecents(seconds: float) -> int:
    """Seconds as the format counts them: 1200 a doubling, 0 is one second."""
    return round(1200 * float(np.log2(seconds)))


def absolute_cents(hertz: float) -> int:
    """A frequency as the format counts it: cents above 8.176 Hz."""
    return round(1200 * float(np.log2(hertz / 8.1757989156)))


def soundfont(title: str, presets: Sequence[Preset], maker: str, terms: str) -> bytes:
    """The whole file. Presets are put in order of bank and program, as the format wants."""
    ordered = sorted(presets, key=lambda preset: (preset.bank, preset.program))
    recordings: dict[int, int] = {}
    headers: list[bytes] = []
    sound: list[bytes] = []
    place = 0
    for zone in (zone for preset in ordered for zone in preset.zones):
        if id(zone.recording) not in recordings:
            recordings[id(zone.recording)] = len(headers)
            headers.append(_sample_header(zone.recording, place))
            sound += [zone.recording.frames.astype("<i2").tobytes(), bytes(2 * _GAP)]
            place += len(zone.recording.frames) + _GAP
    headers.append(struct.pack("<20s5IBbHH", b"EOS", 0, 0, 0, 0, 0, 0, 0, 0, 0))

    info = [
        _part(b"ifil", struct.pack("<HH", 2, 1)),
        _part(b"isng", _text("EMU8000")),
        _part(b"INAM", _text(title)),
        _part(b"IENG", _text(maker)),
        _part(b"ICOP", _text(terms)),
    ]
    structure = [*_preset_parts(ordered), *_instrument_parts(ordered, recordings), _part(b"shdr", b"".join(headers))]
    return _part(
        b"RIFF",
        b"sfbk"
        + _part(b"LIST", b"INFO" + b"".join(info))
        + _part(b"LIST", b"sdta" + _part(b"smpl", b"".join(sound)))
        + _part(b"LIST", b"pdta" + b"".join(structure)),
    )


def _preset_parts(presets: Sequence[Preset]) -> list[bytes]:
    """phdr, pbag, pmod, pgen: each preset has one zone, which names its instrument."""
    headers = [
        struct.pack("<20sHHHIII", _name(preset.name), preset.program, preset.bank, number, 0, 0, 0)
        for number, preset in enumerate(presets)
    ]
    headers.append(struct.pack("<20sHHHIII", b"EOP", 0, 0, len(presets), 0, 0, 0))
    bags = [struct.pack("<HH", number, 0) for number in range(len(presets) + 1)]
    generators = [struct.pack("<HH", GENERATORS["instrument"], number) for number in range(len(presets))]
    return [
        _part(b"phdr", b"".join(headers)),
        _part(b"pbag", b"".join(bags)),
        _part(b"pmod", bytes(10)),
        _part(b"pgen", b"".join(generators) + bytes(4)),
    ]


def _instrument_parts(presets: Sequence[Preset], recordings: Mapping[int, int]) -> list[bytes]:
    """inst, ibag, imod, igen: one instrument a preset, one zone for each of its zones."""
    headers: list[bytes] = []
    bags: list[bytes] = []
    generators: list[bytes] = []
    for preset in presets:
        headers.append(struct.pack("<20sH", _name(preset.name), len(bags)))
        for zone in preset.zones:
            bags.append(struct.pack("<HH", len(generators), 0))
            generators += _zone_generators(zone, recordings[id(zone.recording)])
    headers.append(struct.pack("<20sH", b"EOI", len(bags)))
    bags.append(struct.pack("<HH", len(generators), 0))
    return [
        _part(b"inst", b"".join(headers)),
        _part(b"ibag", b"".join(bags)),
        _part(b"imod", bytes(10)),
        _part(b"igen", b"".join(generators) + bytes(4)),
    ]


def _zone_generators(zone: Zone, sample: int) -> Iterable[bytes]:
    yield struct.pack("<HBB", GENERATORS["key_range"], *zone.keys)
    yield struct.pack("<HBB", GENERATORS["velocity_range"], *zone.velocities)
    for name in sorted(zone.generators, key=GENERATORS.__getitem__):
        yield struct.pack("<Hh", GENERATORS[name], zone.generators[name])
    yield struct.pack("<HH", GENERATORS["sample_modes"], 0 if zone.recording.loop is None else 1)
    yield struct.pack("<HH", GENERATORS["sample"], sample)  # the format wants it last


def _sample_header(recording: Recording, place: int) -> bytes:
    end = place + len(recording.frames)
    start_loop, end_loop = recording.loop or (0, len(recording.frames))
    return struct.pack(
        "<20s5IBbHH",
        _name(recording.name),
        place,
        end,
        place + start_loop,
        place + end_loop,
        recording.rate,
        recording.key,
        -round(recording.cents),
        0,
        1,  # mono
    )


def _part(tag: bytes, content: bytes) -> bytes:
    return tag + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def _text(text: str) -> bytes:
    data = text.encode("ascii") + b"\0"
    return data + bytes(len(data) % 2)


def _name(text: str) -> bytes:
    return text.encode("ascii")[:19]
