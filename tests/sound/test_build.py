"""The session soundfont: what the program builds, and what of it can be heard."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from folkbench.bench import shipped
from folkbench.sound.build.font import BUILDS, session, zones
from folkbench.sound.build.wave import hertz, loudness
from folkbench.sound.instruments import INSTRUMENTS, KIT
from tests.sound.listening import RATE, attack, centroid, cents, pitch

SHIPPED = shipped("soundfonts", "session.sf2")


def parts(data: bytes) -> dict[bytes, bytes]:
    """Every part of a RIFF file by its tag, read as the format's specification says and not as our writer does."""
    found = {}
    at = 12
    while at < len(data):
        tag, size = data[at : at + 4], struct.unpack_from("<I", data, at + 4)[0]
        if tag == b"LIST":
            at += 12
            continue
        found[tag] = data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    return found


def samples(data: bytes) -> list[tuple[str, np.ndarray, int, int, int]]:
    """Name, frames, loop start and end within them, and rate of every sample."""
    file = parts(data)
    sound = np.frombuffer(file[b"smpl"], "<i2")
    headers = struct.iter_unpack("<20s5IBbHH", file[b"shdr"])
    return [(h[0].rstrip(b"\0").decode(), sound[h[1] : h[2]], h[3] - h[1], h[4] - h[1], h[5]) for h in headers][:-1]


@pytest.mark.parametrize("name", ["fiddle", "whistle", "pipes", "harp"])
def test_the_instruments_that_ship_are_those_that_the_program_builds(name: str) -> None:
    shipped_frames = {sample[0]: sample[1] for sample in samples(SHIPPED.read_bytes())}
    one = BUILDS[name]._replace(high=BUILDS[name].low)  # its lowest recordings
    for zone in zones(name, one):
        apart = zone.recording.frames.astype(int) - shipped_frames[zone.recording.name]
        assert np.abs(apart).max() <= 2  # another processor's sine may round the other way here and there


@pytest.mark.long
def test_the_font_that_ships_is_the_one_that_the_program_builds() -> None:
    theirs, ours = parts(SHIPPED.read_bytes()), parts(session())
    assert theirs.keys() == ours.keys()
    for tag in ours.keys() - {b"smpl"}:
        assert theirs[tag] == ours[tag], tag
    apart = np.frombuffer(theirs[b"smpl"], "<i2").astype(int) - np.frombuffer(ours[b"smpl"], "<i2")
    assert np.abs(apart).max() <= 2


def test_building_an_instrument_again_gives_the_same_bytes() -> None:
    for name in ("fiddle", "whistle", "guitar"):
        maker = BUILDS[name].maker
        assert maker(69, 1.0)[1].tobytes() == maker(69, 1.0)[1].tobytes()


def test_the_file_is_of_a_sensible_size() -> None:
    assert SHIPPED.stat().st_size < 8_000_000


def test_no_loop_clicks() -> None:
    """Behind the loop's end stands what follows its start, and the step over the seam is no larger than others."""
    for name, frames, start, end, _ in samples(SHIPPED.read_bytes()):
        if end - start == len(frames):
            continue  # a stroke: it plays once
        assert np.abs(frames[end : end + 8].astype(int) - frames[start : start + 8]).max() <= 1, name
        steps = np.abs(np.diff(frames[start:end].astype(int)))
        assert abs(int(frames[start]) - int(frames[end - 1])) <= steps.max(), name


@pytest.mark.parametrize("name", [name for name in INSTRUMENTS if name != "drones"])
def test_it_is_in_tune(name: str, ear) -> None:
    row = INSTRUMENTS[name]
    for key in range(48, 97, 3):
        sound = ear.hear(row.bank, row.program, key, held=4.0 if name == "melodeon" else 1.3)  # its reeds beat
        settled = sound[round(0.15 * RATE) : round(0.65 * RATE)] if row.rings else sound[round(0.15 * RATE) :]
        assert abs(cents(pitch(settled, hertz(key)), hertz(key))) < 2, key


def test_all_three_drones_are_in_tune(ear) -> None:
    row = INSTRUMENTS["drones"]
    sound = ear.hear(row.bank, row.program, 50, held=8.0)[RATE // 2 :]
    for octave in (0, 1, 2):
        meant = hertz(50 - 12 * octave)
        assert abs(pitch(sound, meant) - meant) < 0.6  # they beat, by about once in two seconds


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_a_harder_note_is_brighter_and_louder(name: str, ear) -> None:
    row = INSTRUMENTS[name]
    key = 55 if name == "drones" else 74
    heard = [ear.hear(row.bank, row.program, key, velocity, held=0.8) for velocity in (40, 70, 90, 115)]
    levels = [loudness(sound, RATE) for sound in heard]
    assert levels == sorted(levels)
    brightness = [centroid(sound[: RATE // 2]) for sound in heard]
    assert brightness[3] > 1.04 * brightness[1] > 1.04 * brightness[0] * 0.97


def test_instruments_stand_level_with_each_other(ear) -> None:
    """In the middle of their range, within 6 dB; and each within 5 dB of itself over its players' range."""
    level = {}
    for name, row in INSTRUMENTS.items():
        if name == "drones":
            continue
        keys = [key for key in (50, 57, 64, 71, 78, 85) if BUILDS[name].low <= key <= BUILDS[name].high]
        heard = [20 * np.log10(loudness(ear.hear(row.bank, row.program, key, held=0.5), RATE)) for key in keys]
        assert max(heard) - min(heard) < 5, (name, heard)
        level[name] = float(np.mean(heard))
    assert max(level.values()) - min(level.values()) < 6, level


@pytest.mark.parametrize(
    ("name", "fastest", "slowest"),
    [
        ("fiddle", 0.015, 0.080),
        ("flute", 0.020, 0.080),
        ("whistle", 0.008, 0.040),
        ("pipes", 0.004, 0.025),
        ("concertina", 0.008, 0.040),
        ("melodeon", 0.008, 0.090),
        ("mandolin", 0.0, 0.008),
        ("banjo", 0.0, 0.008),
        ("harp", 0.0, 0.010),
        ("guitar", 0.0, 0.008),
        ("piano", 0.0, 0.010),
    ],
)
def test_it_speaks_as_quickly_as_such_an_instrument_does(name: str, fastest: float, slowest: float, ear) -> None:
    row = INSTRUMENTS[name]
    assert fastest <= attack(ear.hear(row.bank, row.program, 74)) <= slowest


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_a_note_ends_when_it_is_let_go(name: str, ear) -> None:
    row = INSTRUMENTS[name]
    sound = ear.hear(row.bank, row.program, 62, held=0.5, after=4.0)
    assert np.abs(sound[-RATE // 2 :]).max() < 1e-3


def test_plucked_strings_ring_on_and_low_ones_longer(ear) -> None:
    def seconds(name: str, key: int) -> float:
        """How long until it has lost 20 dB."""
        row = INSTRUMENTS[name]
        sound = ear.hear(row.bank, row.program, key, held=6.0)
        blocks = np.sqrt(np.mean(sound[: len(sound) // 441 * 441].reshape(-1, 441) ** 2, axis=1))
        return float(np.argmax(blocks < blocks[2:10].max() / 10)) / 100

    assert seconds("harp", 50) > seconds("harp", 86)
    assert seconds("guitar", 50) > 1.0
    assert seconds("banjo", 62) < 0.6 * seconds("mandolin", 62)


@pytest.mark.parametrize("name", KIT)
def test_a_stroke_of_the_kit_is_short_and_sounds(name: str, ear) -> None:
    sound = ear.hear(128, 0, KIT[name], held=1.5)
    assert np.abs(sound).max() > 0.02
    assert np.abs(sound[RATE:]).max() < 0.02 * np.abs(sound).max()


def test_every_instrument_of_the_table_is_built() -> None:
    assert BUILDS.keys() == INSTRUMENTS.keys()
    assert Path(SHIPPED).is_file()
