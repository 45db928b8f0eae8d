"""The terminal while a tune plays: its ABC with the bar in play marked, a line of progress, and the keys.

Whatever happens, the terminal is left as it was found.
"""

from __future__ import annotations

import os
import re
import select
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from rich.console import Console, Group, RenderableType
from rich.text import Text

from folkbench.notation import form
from folkbench.notation.tune import Tune
from folkbench.sound.live import Transport
from folkbench.sound.performance import Passage

_KEY = re.compile(rb"\x1b[\[O]([A-Z])|\x1b[\[O]?[^A-Z]*|([ -~])|.", re.S)
_ARROWS = {b"C": "right", b"D": "left"}
_KEYS = "space pauses, ← → a bar, + - tempo, q leaves"


@contextmanager
def keyboard() -> Iterator[Callable[[], str]]:
    """Keys as they are pressed, unechoed: a function that gives the next, or "". Without a terminal there are none.

    Where standard input is a pipe (`folkbench new | folkbench play -`) they are read from the terminal itself.
    """
    try:
        import termios
        import tty
    except ImportError:  # not a Unix terminal
        yield lambda: ""
        return
    try:
        terminal = sys.stdin.fileno() if sys.stdin.isatty() else os.open("/dev/tty", os.O_RDONLY)
        found = termios.tcgetattr(terminal)
    except (OSError, termios.error):
        yield lambda: ""
        return

    pressed: list[str] = []

    def key() -> str:
        if select.select([terminal], [], [], 0)[0]:
            data = os.read(terminal, 256)
            pressed.extend(_keys(data) if data else ["q"])  # nothing to read: the terminal is gone
        return pressed.pop(0) if pressed else ""

    with _signals_raise():
        try:
            tty.setcbreak(terminal)
            state = termios.tcgetattr(terminal)
            state[6][termios.VSUSP] = b"\0"  # stopped in the middle, it could leave notes hanging and keys unechoed
            termios.tcsetattr(terminal, termios.TCSANOW, state)
            yield key
        finally:
            termios.tcsetattr(terminal, termios.TCSAFLUSH, found)


def _keys(data: bytes) -> list[str]:
    """The keys in what a terminal sent: letters, "left" and "right"; other keys are left out."""
    found = [_ARROWS.get(arrow, "") if arrow else letter.decode() for arrow, letter in _KEY.findall(data)]
    return [key for key in found if key]


@contextmanager
def _signals_raise() -> Iterator[None]:
    """A terminal that closes or a kill ends the program by the same way as everything else: through its `finally`s."""

    def leave(number: int, at: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Sheet:
    """What is drawn for one tune of a set: its text in pieces, and which of them each bar is."""

    def __init__(self, tune: Tune) -> None:
        bars = tune.bars
        self.labels = {place.nth: place.label for part in form(tune) for place in part.places}
        self.title = clean(tune.title) or "a tune without a title"
        self.source = tune.source
        self.spans = [(bar.open.end, max(bar.open.end, bar.close.at)) for bar in bars]
        first = min([event.at for bar in bars[:1] for event in bar.events], default=0)
        self.start = self.source.rfind("\n", 0, first + 1) + 1
        self.end = bars[-1].close.end if bars else 0

    def lines(self, bar: int, console: Console, height: int) -> list[Text]:
        """The lines of music about the bar in play, which is marked; wrapped, at most `height`."""
        first, last = self.spans[bar] if bar < len(self.spans) else (0, 0)
        most = console.width * height  # characters to either side that could be seen
        start = max(self.start, self.source.rfind("\n", 0, max(0, first - most)) + 1, first - 2 * most)
        lines: list[Text] = []
        playing = 0
        at = start
        for line in self.source[start : min(self.end, last + most)].split("\n"):
            end = at + len(line)
            before, during, after = (
                clean(self.source[at : max(at, min(first, end))]),
                clean(self.source[max(at, min(first, end)) : max(at, min(last, end))]),
                clean(self.source[max(at, min(last, end)) : end]),
            )
            text = Text.assemble(before, (during, "reverse bold"), after)
            for row in text.wrap(console, console.width):
                if row.spans:
                    playing = len(lines)
                lines.append(row)
            at = end + 1
        top = max(0, min(playing - height // 2, len(lines) - height))
        return lines[top : top + height]


def clean(text: str) -> str:
    """Text without what a terminal would obey: control characters, and marks that turn its direction."""
    return "".join([letter if letter.isprintable() else " " for letter in text])


def drawn(transport: Transport, sheets: Sequence[Sheet], driver: str, console: Console) -> RenderableType:
    """The whole picture, as large as the console allows."""
    passage = transport.passage or Passage(0.0, 0.0, 0, 0, 0)
    sheet = sheets[passage.tune % len(sheets)]
    head = Text(sheet.title, "bold", no_wrap=True, overflow="ellipsis")
    music = sheet.lines(passage.bar, console, max(1, console.height - 5))
    return Group(head, *music, _progress(transport, sheet, passage, console.width), Text(f"{_KEYS} · {driver}", "dim"))


def _progress(transport: Transport, sheet: Sheet, passage: Passage, width: int) -> Text:
    duration = transport.performance.duration
    done = min(1.0, transport.seconds / duration) if duration else 1.0
    words = f" {sheet.labels.get(passage.bar, '')} · {_clock(transport.seconds)}/{_clock(duration)}"
    words += f" · ♩={transport.tempo:.0f}"
    if transport.loop or passage.time:
        words += f" · time {passage.time + transport.round + 1}"
    if transport.paused:
        words += " · paused"
    room = max(4, width - len(words) - 2)
    full = int(done * room)
    return Text.assemble(("━" * full, "green"), ("─" * (room - full), "dim"), words, no_wrap=True)


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


@contextmanager
def screen(transport: Transport, sheets: Sequence[Sheet], driver: str) -> Iterator[Callable[[], None]]:
    """Draw on stderr while the music plays: a function that draws anew. Does nothing where stderr is no terminal."""
    from rich.live import Live

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda: None
        return

    shown: list[object] = []

    def show() -> None:
        now = (transport.passage, int(4 * transport.seconds), transport.paused, transport.rate, console.size)
        if [now] != shown:
            shown[:] = [now]
            live.update(drawn(transport, sheets, driver, console), refresh=True)

    with Live(console=console, auto_refresh=False, transient=True) as live:
        yield show
