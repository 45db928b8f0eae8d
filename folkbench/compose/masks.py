"""The grammar as tables: which tokens a state allows, and where each leads, for all streams at once.

Every state that a tune has come to gets a number and a row. What numpy gathers is a row of `barred` (float32
`(states, vocabulary)`, 0 or BAR: what is taken from the logits) and an entry of `then` (int32, the same shape).
Both are filled where streams go, and a stream that goes where others have been costs no Python.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from folkbench.compose.alike import Alike
from folkbench.compose.form import FREE, Form
from folkbench.compose.grammar import Grammar
from folkbench.compose.lines import begins, comes_back, ends_part
from folkbench.compose.spelled import Opening, Spelled, Speller
from folkbench.compose.states import AnyState, State
from folkbench.encoding.tokens import Token

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

UNKNOWN, NOWHERE = -1, -2
NOT_GIVEN = -1

BAR = np.float32(1e30)
"""Taken from a logit, it leaves nothing of the token's probability."""


class Masks:
    """The states met so far, numbered from 0. Without a grammar (`free`) there is one, and it allows everything.

    For a network that spells, `tokens` are its characters, and `speller` knows the grammar of their words.
    """

    def __init__(self, tokens: Sequence[Token], *, free: bool = False, speller: Speller | None = None) -> None:
        self.tokens = tuple(tokens)
        self.free = free
        self.grammar = speller.grammar if speller else None if free else Grammar(tokens)
        self.speller = speller
        self._states: list[AnyState | Spelled] = []
        self._numbers: dict[AnyState | Spelled, int] = {}
        self._hurried: dict[int, int] = {}
        width = len(self.tokens)
        self._barred = np.full((64, width), BAR, dtype=np.float32)
        self._then = np.full((64, width), UNKNOWN, dtype=np.int32)
        self._held = np.zeros(64, dtype=bool)
        self._cued = np.zeros(64, dtype=bool)
        self._hole = np.zeros(64, dtype=bool)
        self._closes = np.zeros(64, dtype=bool)
        self._given = np.full(64, NOT_GIVEN, dtype=np.int64)
        self.lines = np.array([n for n, token in enumerate(self.tokens) if token.kind in ("bar", "ending")])
        self._alike = Alike(self.tokens)
        self._texts = {token.text: number for number, token in enumerate(self.tokens)}
        if free and not speller:
            self._barred[0, [number for number, token in enumerate(self.tokens) if token.kind != "start"]] = 0
            self._then[:] = 0

    def __len__(self) -> int:
        return max(len(self._states), 1)

    def start(self, form: Form = FREE, opening: Opening = ()) -> int:
        """The state behind `<s>`. `opening`: what the first words may be, of a network that spells."""
        if self.speller:
            return self._number(self.speller.start(form, opening))
        return self._number(self.grammar.start(form)) if self.grammar else 0

    def given(self, numbers: Numbers) -> Numbers:
        """The token that the opening gives in each state, NOT_GIVEN where there is a choice."""
        found: Numbers = self._given.take(numbers)
        return found

    def given_alone(self, number: int) -> int:
        """The same for one state."""
        return int(self._given[number])

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
        if known != UNKNOWN:
            return known
        after = self._step(self._states[number], token)
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

    def closes(self, numbers: Numbers) -> Flags:
        """Which states may close a part whose length was asked for."""
        flags: Flags = self._closes.take(numbers)
        return flags

    def closes_alone(self, number: int) -> bool:
        """The same for one state."""
        return bool(self._closes[number])

    def state(self, number: int) -> AnyState | Spelled:
        """The state of that number."""
        return self._states[number]

    def number(self, state: AnyState | Spelled) -> int:
        """The number of a state."""
        return self._number(state)

    def hurry(self, number: int) -> int:
        """The same state in a tune that should come to its end."""
        if not self._states:
            return number
        if number not in self._hurried:
            state = self._states[number]
            if isinstance(state, Spelled):
                later: AnyState | Spelled = state._replace(hurried=True)
            else:
                later = self.grammar.close(state) if self.grammar else state
            self._hurried[number] = self._number(later)
        return self._hurried[number]

    def _hold(self, row: Floats, last_pitch: int) -> None:
        """Of the pitches leave only the one that is tied."""
        only = row[last_pitch]
        row[self._alike.pitches] = BAR
        row[last_pitch] = only

    def _step(self, state: AnyState | Spelled, token: int) -> AnyState | Spelled | None:
        if isinstance(state, Spelled):
            return self.speller.step(state, self.tokens[token]) if self.speller else None
        return self.grammar.step(state, self.tokens[token]) if self.grammar else None

    def _number(self, state: AnyState | Spelled) -> int:
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
        self._closes = np.concatenate([self._closes, np.zeros(size, dtype=bool)])
        self._given = np.concatenate([self._given, np.full(size, NOT_GIVEN)])

    def _fill(self, number: int, state: AnyState | Spelled) -> None:
        if isinstance(state, Spelled):
            self._fill_spelled(number, state)
            return
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
        self._closes[number] = ends_part(state.place) and bool((self._barred[number, self.lines] == 0).any())
        self._held[number] = state.tie > 0
        self._hole[number] = state.place.hole > 0
        self._cued[number] = (
            state.fresh and not state.place.hole and (begins(state.place) is not None or comes_back(state.place) >= 0)
        )

    def _fill_spelled(self, number: int, state: Spelled) -> None:
        assert self.speller is not None
        may = [self._texts[text] for text in self.speller.open(state) if text in self._texts]
        self._barred[number, may] = 0
        if state.opening and len(may) == 1:
            self._given[number] = may[0]
