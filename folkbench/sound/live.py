"""Playing while somebody listens: a clock that can be stopped, moved and hurried, and the keys that do it."""

from __future__ import annotations

import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable

from folkbench.sound.events import Event, events
from folkbench.sound.performance import Passage, Performance

_STEP = 1.03  # by which + and - change the tempo
_SLOWEST, _FASTEST = 0.2, 4.0
_DRAWING = 0.03  # seconds in which the terminal can be drawn
_NAP = 0.012  # seconds between two looks at the keyboard


class Transport:
    """Where a performance is while it plays. `send` and `hush` are the synth's; time is what it is told.

    `rate` multiplies the tempo; with `loop` the music begins again where it ends, each time `faster` by that share.
    """

    def __init__(
        self,
        performance: Performance,
        send: Callable[[Event], None],
        hush: Callable[[], None],
        loop: bool = False,
        faster: float = 0.0,
    ) -> None:
        self.performance = performance
        self.send, self.hush = send, hush
        self.loop, self.faster = loop, faster
        self.events = events(performance)
        self.rate = 1.0
        self.round = 0
        self.paused = False
        self.ended = not performance.length
        self.left = False  # by q, before its end
        self.seconds = 0.0  # into the performance as it stands, before `rate`
        self._next = 0  # the event that is due next
        self._times = [performance.seconds(event.at) for event in self.events]
        self._ends = [passage.end for passage in performance.passages]
        self._first = performance.passages[0].start if performance.passages else 0.0

    @property
    def passage(self) -> Passage | None:
        """The bar that is sounding; the first while the count-in lasts."""
        place = self._passage_at(self.performance.quarters(self.seconds))
        return self.performance.passages[place] if place >= 0 else None

    @property
    def tempo(self) -> float:
        """Quarter notes a minute, as it sounds."""
        return self.performance.tempo(self.performance.quarters(self.seconds) + 1e-9) * self.rate

    def pass_time(self, seconds: float) -> None:
        """So much time has passed: what is due sounds."""
        if self.paused or self.ended:
            return
        self.seconds += seconds * self.rate
        while self._next < len(self.events) and self._times[self._next] <= self.seconds:
            self.send(self.events[self._next])
            self._next += 1
        if self.seconds >= self.performance.duration:
            if self.loop:
                self.round += 1
                self.rate = min(_FASTEST, self.rate * (1 + self.faster))
                self._move(self._first)
            else:
                self.ended = True
                self.hush()

    @property
    def idle(self) -> float:
        """Seconds until the next event is due."""
        if self.paused or self._next >= len(self.events):
            return 1.0
        return max(0.0, (self._times[self._next] - self.seconds) / self.rate)

    def press(self, key: str) -> None:
        """Obey a key: space, left, right, +, -, q. Others do nothing."""
        if key == " ":
            self.paused = not self.paused
            self.hush()
        elif key in ("left", "right"):
            self._step(1 if key == "right" else -1)
        elif key in ("+", "=", "-", "_"):
            by = _STEP if key in "+=" else 1 / _STEP
            self.rate = min(_FASTEST, max(_SLOWEST, self.rate * by))
        elif key in ("q", "Q"):
            self.ended = self.left = True
            self.hush()

    def _step(self, by: int) -> None:
        """To the beginning of the next bar, or of the one before; back from within a bar goes to its own beginning."""
        passages = self.performance.passages
        at = self.performance.quarters(self.seconds)
        place = self._passage_at(at)
        if place < 0:
            return
        moment = self.tempo / 60 * 0.4  # what is played in the time that a second press takes
        if by > 0 or at - passages[place].start < moment:
            place += by
        self._move(passages[max(0, min(len(passages) - 1, place))].start)

    def _passage_at(self, quarters: float) -> int:
        return min(bisect_right(self._ends, quarters), len(self._ends) - 1)

    def _move(self, quarters: float) -> None:
        self.hush()
        self.seconds = self.performance.seconds(quarters)
        self._next = bisect_left(self._times, self.seconds - 1e-9)


def play(transport: Transport, key: Callable[[], str], show: Callable[[], None]) -> None:
    """Run a transport in real time until it ends. `key` gives the key that was pressed, or ""; `show` draws."""
    before = time.perf_counter()
    shown = 0.0
    try:
        while not transport.ended:
            time.sleep(min(_NAP, transport.idle))
            now = time.perf_counter()
            transport.pass_time(now - before)
            before = now
            if pressed := key():
                transport.press(pressed)
            # drawing takes a few milliseconds: in a pause between notes, where nobody hears it
            if pressed or (now - shown > 0.1 and transport.idle > _DRAWING) or now - shown > 1:
                show()
                shown = now
    finally:
        transport.hush()
