"""FluidSynth: found, opened with a soundfont, and asked for sound. Nothing of it is imported before it is needed."""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from types import TracebackType
from typing import Any

from folkbench.bench import shipped
from folkbench.errors import Damaged, FolkbenchError, Missing, NotFound
from folkbench.sound.events import Event, Player, events, players
from folkbench.sound.performance import Performance

RATE = 44100
"""Frames a second."""

TAIL = 1.8
"""Seconds after the last note in which strings and room ring out."""

INSTALL = "apt install libfluidsynth3, dnf install fluidsynth-libs, brew install fluid-synth, choco install fluidsynth"

_LAST = 0.8  # seconds that a listener waits for the end of the last note
_GAIN = 2.0
_BLOCK = 64  # frames in which FluidSynth works: an event takes effect at the next
_PLACES = (
    "/usr/share/sounds/sf2",
    "/usr/share/sounds/sf3",
    "/usr/share/soundfonts",
    "/usr/local/share/soundfonts",
    "/opt/homebrew/share/soundfonts",
    "C:/soundfonts",
)
_DRIVERS = {
    "linux": ("pipewire", "pulseaudio", "alsa", "jack", "sdl2"),
    "darwin": ("coreaudio", "portaudio", "sdl2"),
    "win32": ("wasapi", "dsound", "waveout", "sdl2"),
}


def load() -> Any:
    """The fluidsynth module. Raises Missing, with the commands that install the library."""
    try:
        with redirect_stdout(io.StringIO()):  # where CI is set, pyfluidsynth prints what it found
            import fluidsynth
    except (ImportError, OSError, AttributeError) as error:
        raise Missing("FluidSynth isn't on this machine (libfluidsynth)", INSTALL) from error
    return fluidsynth


def soundfont(asked: str = "") -> Path:
    """The soundfont to play with: ours, the file that is asked for, or for "gm" a General MIDI font of this machine.

    Raises NotFound if there is none.
    """
    ours = shipped("soundfonts", "session.sf2")
    if not asked and ours.is_file():
        return ours
    if asked and asked.lower() != "gm":
        path = Path(asked).expanduser()
        if not path.is_file():
            raise NotFound(f"there is no soundfont {asked}", "give a .sf2 file, or gm for one of this machine")
        return path
    own = Path.home() / ".local" / "share" / "soundfonts"
    for folder in (own, *map(Path, _PLACES)):
        for path in sorted([*folder.glob("*.sf2"), *folder.glob("*.sf3")], key=_size, reverse=True):
            return path
    raise NotFound("there is no General MIDI soundfont on this machine", "apt install fluid-soundfont-gm")


class Synth:
    """A synth with one soundfont. Use it in a `with`: it holds memory and perhaps the loudspeakers."""

    def __init__(self, font: Path) -> None:
        self._fluid = load()
        with quiet():
            self._synth = self._fluid.Synth(gain=_GAIN, samplerate=float(RATE), channels=16)
            self._synth.setting("synth.reverb.active", 1)
            self._synth.setting("synth.chorus.active", 0)
            self._synth.set_reverb(0.45, 0.3, 0.8, 0.35)
            self._font = self._synth.sfload(str(font))
        if self._font < 0:
            self.close()
            raise Damaged(f"{font} is no soundfont that FluidSynth can read", "give another with --soundfont")

    def __enter__(self) -> Synth:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def seat(self, band: list[Player]) -> None:
        """Give every channel its instrument. A font that hasn't its bank is asked for the program alone."""
        with quiet():
            for player in band:
                selected = self._synth.program_select(player.channel, self._font, player.bank, player.program)
                if selected != 0:
                    self._synth.program_select(player.channel, self._font, 0, player.program)
                self._synth.cc(player.channel, 7, player.volume)
                self._synth.cc(player.channel, 10, player.place)

    def send(self, event: Event) -> None:
        """Begin or end a note now."""
        if event.velocity:
            self._synth.noteon(event.channel, event.pitch, event.velocity)
        else:
            self._synth.noteoff(event.channel, event.pitch)

    def hush(self) -> None:
        """End every note."""
        for channel in range(16):
            self._synth.all_notes_off(channel)

    def ring_out(self) -> None:
        """Wait until the last note has died away."""
        time.sleep(_LAST)

    def frames(self, count: int) -> bytes:
        """The next `count` frames: 16-bit stereo, little-endian on every machine that has FluidSynth."""
        return bytes(self._synth.get_samples(count).tobytes())

    def open_driver(self, asked: str = "") -> str:
        """Open the loudspeakers through the first driver that works, or the one asked for: which it is, "" if none."""
        names = (asked,) if asked else _DRIVERS.get(sys.platform, ("alsa",))
        for name in names:
            with quiet():
                self._synth.setting("audio.driver", name)
                self._synth.audio_driver = self._fluid.new_fluid_audio_driver(self._synth.settings, self._synth.synth)
            if self._synth.audio_driver:
                return name
        return ""

    def close(self) -> None:
        """Let go of the loudspeakers and the memory."""
        self._synth.delete()


def render(performance: Performance, font: Path) -> Iterator[bytes]:
    """A performance as 16-bit stereo frames, faster than real time; the same each time.

    Raises FolkbenchError if the font can't be read.
    """
    with Synth(font) as synth:
        synth.seat(players(performance))
        reached = 0
        for event in events(performance):
            frame = round(performance.seconds(event.at) * RATE / _BLOCK) * _BLOCK
            while reached < frame:
                count = min(frame - reached, RATE)
                yield synth.frames(count)
                reached += count
            synth.send(event)
        end = round((performance.duration + TAIL) * RATE)
        while reached < end:
            count = min(end - reached, RATE)
            yield synth.frames(count)
            reached += count


def rendered_seconds(performance: Performance) -> float:
    """How long the rendering of a performance is: the tune, and the room's last echo."""
    return performance.duration + TAIL


@contextmanager
def quiet() -> Iterator[None]:
    """Keep off the terminal what FluidSynth and the sound system's libraries print about every driver they try."""
    try:
        target = sys.__stderr__.fileno() if sys.__stderr__ else -1
    except (OSError, ValueError):
        target = -1
    if target < 0:
        yield
        return
    sys.stderr.flush()
    kept = os.dup(target)
    try:
        with open(os.devnull, "wb") as nothing:
            os.dup2(nothing.fileno(), target)
        yield
    finally:
        os.dup2(kept, target)
        os.close(kept)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def checked_driver(name: str) -> str:
    """The name of an audio driver as FluidSynth spells it. Raises FolkbenchError for none that it could know."""
    known = sorted({driver for names in _DRIVERS.values() for driver in names} | {"file", "oss"})
    if name and name not in known:
        raise FolkbenchError(f"there is no audio driver {name}", "one of: " + ", ".join(known))
    return name
