"""The grammar as tables: which tokens a state allows, and where each leads, for all streams at once.

Every state that a tune has come to gets a number and a row. What numpy gathers is a row of `barred` (float32
`(states, vocabulary)`, 0 or BAR: what is taken from the logits) and an entry of `then` (int32, the same shape).
Both are filled where streams go, and a stream that goes where others have been costs no Python.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from folkbench.compose.form import FREE, Form
from folkbench.compose.grammar import AnyState, Grammar, State
from folkbench.compose.lines import begins, comes_back
from folkbench.encoding.tokens import Token

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

UNKNOWN, NOWHERE = -1, -2

BAR = np.float32(1e30)
"""Taken from a logit, it leaves nothing of the token's probability."""


class Masks:
    """The states met so far, numbered from 0. Without a grammar (`free`) there is one, and it allows everything."""

    def __init__(self, tokens: Sequence[Token], *, free: bool = False) -> None:
        self.tokens = tuple(tokens)
        self.grammar = None if free else Grammar(tokens)
        self._states: list[AnyState] = []
        self._numbers: dict[AnyState, int] = {}
        self._hurried: dict[int, int] = {}
        width = len(self.tokens)
        self._barred = np.full((64, width), BAR, dtype=np.float32)
        self._then = np.full((64, width), UNKNOWN, dtype=np.int32)
        self._held = np.zeros(64, dtype=bool)
        self._cued = np.zeros(64, dtype=bool)
        self._hole = np.zeros(64, dtype=bool)
        self._alike = Alike(self.tokens)
        self._texts = {token.text: number for number, token in enumerate(self.tokens)}
        if free:
            self._barred[0, [number for number, token in enumerate(self.tokens) if token.kind != "start"]] = 0
            self._then[:] = 0

    def __len__(self) -> int:
        return max(len(self._states), 1)

    def start(self, form: Form = FREE) -> int:
        """The state behind `<s>`."""
        return self._number(self.grammar.start(form)) if self.grammar else 0

    @property
    def free(self) -> bool:
        """Whether there is no grammar."""
        return self.grammar is None

    def barred(self, numbers: Numbers, last_pitch: Numbers) -> Floats:
        """0 for each token that may follow, BAR for the others: float32 `(streams, vocabulary)`.

        `last_pitch` is each stream's last pitch token: where a tie waits, it alone may follow.
        """
        rows: Floats = self._barred.take(numbers, axis=0)
        held = self._held.take(numbers)
        if held.any():
            for stream in np.flatnonzero(held):
                self._hold(rows[stream], int(last_pitch[stream]))
        return rows

    def barred_alone(self, number: int, last_pitch: int) -> Floats:
        """The same for one stream: float32 `(vocabulary,)`. Not to be written to."""
        row: Floats = self._barred[number]
        if self._held[number]:
            row = row.copy()
            self._hold(row, last_pitch)
        return row

    def follow(self, numbers: Numbers, tokens: Numbers) -> Numbers:
        """The states behind `tokens`, which must be allowed."""
        behind = self._then[numbers, tokens]
        if behind.min() < 0:
            for stream in np.flatnonzero(behind < 0):
                behind[stream] = self.behind(int(numbers[stream]), int(tokens[stream]))
        return behind.astype(np.int64)

    def behind(self, number: int, token: int) -> int:
        """The state behind one token; NOWHERE if it isn't allowed."""
        known = int(self._then[number, token])
        if known != UNKNOWN or self.grammar is None:
            return known
        after = self.grammar.step(self._states[number], self.tokens[token])
        known = NOWHERE if after is None else self._number(after)
        self._then[number, token] = known
        return known

    def cued(self, numbers: Numbers) -> Flags:
        """Which states are such that given music begins at them: a part that comes back, the tune's ending."""
        flags: Flags = self._cued.take(numbers)
        return flags

    def in_hole(self, numbers: Numbers) -> Flags:
        """Which states lie in a hole between given notes."""
        flags: Flags = self._hole.take(numbers)
        return flags

    def state(self, number: int) -> AnyState:
        """The state of that number."""
        return self._states[number]

    def number(self, state: AnyState) -> int:
        """The number of a state."""
        return self._number(state)

    def hurry(self, number: int) -> int:
        """The same state in a tune that should come to its end."""
        if self.grammar is None:
            return number
        if number not in self._hurried:
            self._hurried[number] = self._number(self.grammar.close(self._states[number]))
        return self._hurried[number]

    def _hold(self, row: Floats, last_pitch: int) -> None:
        """Of the pitches leave only the one that is tied."""
        only = row[last_pitch]
        row[self._alike.pitches] = BAR
        row[last_pitch] = only

    def _number(self, state: AnyState) -> int:
        number = self._numbers.get(state)
        if number is None:
            number = len(self._states)
            if number == len(self._barred):
                self._grow()
            self._numbers[state] = number
            self._states.append(state)
            self._fill(number, state)
        return number

    def _grow(self) -> None:
        size = len(self._barred)
        self._barred = np.concatenate([self._barred, np.full_like(self._barred, BAR)])
        self._then = np.concatenate([self._then, np.full_like(self._then, UNKNOWN)])
        self._held = np.concatenate([self._held, np.zeros(size, dtype=bool)])
        self._cued = np.concatenate([self._cued, np.zeros(size, dtype=bool)])
        self._hole = np.concatenate([self._hole, np.zeros(size, dtype=bool)])

    def _fill(self, number: int, state: AnyState) -> None:
        assert self.grammar is not None
        inside, leaving = state, ""
        if isinstance(state, State) and state.place.hole:
            leaving = state.place.then if self.grammar.filled(state) else ""
            inside = state._replace(place=state.place._replace(then=""))  # `then` may be one of many alike
        for token, others in self._alike.groups:
            if self.grammar.step(inside, self.tokens[token]) is not None:
                self._barred[number, others] = 0
        for token in (self._texts[leaving],) if leaving else ():
            if self.grammar.step(state, self.tokens[token]) is not None:
                self._barred[number, token] = 0
        if not isinstance(state, State):
            return
        self._held[number] = state.tie > 0
        self._hole[number] = state.place.hole > 0
        self._cued[number] = (
            state.fresh and not state.place.hole and (begins(state.place) is not None or comes_back(state.place) >= 0)
        )


class Alike:
    """Tokens that the grammar doesn't tell apart: one of each kind, and all of that kind."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        groups: dict[object, list[int]] = {}
        for number, token in enumerate(tokens):
            groups.setdefault(_sort(token), []).append(number)
        self.groups = [(numbers[0], np.array(numbers)) for numbers in groups.values()]
        self.pitches = np.array(
            [number for number, token in enumerate(tokens) if token.kind == "pitch"], dtype=np.int64
        )


def _sort(token: Token) -> object:
    if token.kind == "pitch":
        return token.kind, token.alter is not None
    if token.kind == "letter":
        return token.kind, token.value == " "
    if token.kind in ("rhythm", "mode", "other"):
        return token.kind
    return token.text
