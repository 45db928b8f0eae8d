"""The grammar over characters, for a network that spells its words (the first encoding).

It is the one grammar over words, and a word on its way: a character may follow that goes on with a word which the
grammar allows, or that begins one behind the word which is now whole. A word is as long as it can be, as in reading:
a character that some word could go on with does go on with it.

A wish is an *opening*: for each of the first words those it may be. What it leaves no choice in is given, not drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from folkbench.compose.alike import sort_of
from folkbench.compose.form import FREE, Form
from folkbench.compose.grammar import RULES, Grammar
from folkbench.compose.states import AnyState, State
from folkbench.encoding import Token, meaning
from folkbench.encoding.v1 import JOINED, spelling

LONGEST = 1000
"""Characters behind which a tune is brought to its end; about as much music as `request.LONGEST` tokens."""

Characters = tuple[str, ...]
Word = tuple[Token, ...]
Opening = tuple[tuple[str, ...], ...]


class Spelled(NamedTuple):
    """Where a tune stands: before the word that is on its way, and how much of that has come."""

    state: AnyState | None  # of the grammar; None without one
    begun: Characters = ()
    opening: Opening = ()
    pitch: str = ""  # of the last note, while it may be tied or is
    hurried: bool = False  # the tune is long enough: from the next word on it comes to its end


class Open(NamedTuple):
    """The words that may stand somewhere, and which characters go on with each beginning of one."""

    words: frozenset[Characters]
    after: Mapping[Characters, frozenset[str]]


Steps = Callable[[AnyState, Token], AnyState | None]
"""One step of the grammar: in a tune, or within a bar of its own length."""


class Speller:
    """The rules over characters. `grammar` None: whatever comes behind the opening may stand."""

    def __init__(self, grammar: Grammar | None, words: Sequence[Token], steps: Steps | None = None) -> None:
        self.grammar, self._words = grammar, tuple(words)
        self._steps = steps or (grammar.step if grammar else None)
        known = {word.text for word in words}
        joined = {"".join(map("".join, texts)): pair for pair, texts in JOINED.items() if known.issuperset(pair)}
        self._meant: dict[type, dict[Characters, Word]] = {}
        for kind, rules in RULES.items():
            meant = self._meant[kind] = {spelling(word.text): (word,) for word in words if word.kind in rules}
            if kind is State:
                meant.update({tuple(text): (meaning(one), meaning(two)) for text, (one, two) in joined.items()})
        self._alike = {kind: _alike(meant) for kind, meant in self._meant.items()}
        self._known = {kind: _opened(meant) for kind, meant in self._meant.items()}
        self._all = frozenset(text for meant in self._meant.values() for word in meant for text in word)
        self._open: dict[object, Open] = {}
        self._texts: dict[Spelled, frozenset[str]] = {}

    def start(self, form: Form = FREE, opening: Opening = ()) -> Spelled:
        """The state behind `<s>`."""
        return Spelled(self.grammar.start(form) if self.grammar else None, opening=opening)

    def open(self, at: Spelled) -> frozenset[str]:
        """The characters that may stand here."""
        if at not in self._texts:
            self._texts[at] = self._all if at.state is None and not at.opening else self._opened(at)
        return self._texts[at]

    def _opened(self, at: Spelled) -> frozenset[str]:
        may = self._may(at)
        found = may.after.get(at.begun, frozenset())
        behind = self.behind(at) if at.begun else None
        if behind is None:
            return found
        longer = self._known[type(at.state)] if at.state is not None else may
        return found | (self.open(behind) - longer.after.get(at.begun, frozenset()))

    def step(self, at: Spelled, token: Token) -> Spelled | None:
        """The state behind one character; None if it may not stand here."""
        if token.text not in self.open(at):
            return None
        if at.state is None and not at.opening:
            return at
        if token.text in self._may(at).after.get(at.begun, ()):
            return at._replace(begun=(*at.begun, token.text))
        behind = self.behind(at)
        return self.step(behind, token) if behind else None

    def behind(self, at: Spelled) -> Spelled | None:
        """The state behind the word that has come; None if it isn't whole."""
        if at.begun not in self._may(at).words:
            return None
        if at.state is None or self._steps is None:
            return at._replace(begun=(), opening=at.opening[1:])
        word = self._meant[type(at.state)][at.begun]
        state = self._through(at.state, word)
        if at.hurried and state is not None and self.grammar:
            state = self.grammar.close(state)
        pitch = word[-1].text if word[-1].kind == "pitch" else at.pitch
        tied = isinstance(state, State) and (state.tie or (state.note and state.single))
        return Spelled(state, (), at.opening[len(word) :], pitch if tied else "")

    def in_bar(self, ticks: int) -> Speller:
        """The rules inside a bar that is to last exactly `ticks`. Raises ValueError without a grammar."""
        grammar = self.grammar
        if grammar is None:
            raise ValueError("a bar is held to its length by the grammar")

        def step(state: AnyState, token: Token) -> AnyState | None:
            return grammar.step_in_bar(state, token, ticks) if isinstance(state, State) else None

        return Speller(grammar, self._words, step)

    def _through(self, state: AnyState | None, word: Sequence[Token]) -> AnyState | None:
        for token in word:
            state = self._steps(state, token) if state is not None and self._steps else None
        return state

    def _may(self, at: Spelled) -> Open:
        """What may stand behind `at.state`, by opening, tie and grammar."""
        state = at.state
        held = at.pitch if isinstance(state, State) and state.tie else ""
        key = (state, held, at.opening[:2])
        found = self._open.get(key)
        if found is None:
            found = self._open[key] = _opened(self._allowed(state, held, at.opening))
        return found

    def _allowed(self, state: AnyState | None, held: str, opening: Opening) -> list[Characters]:
        if state is None:
            return [spelling(word) for word in opening[0]] if opening else []
        found = []
        for alike in self._alike[type(state)]:
            if self._through(state, alike[0][1]) is None:
                continue
            for characters, word in alike:
                asked = all(token.text in wanted for token, wanted in zip(word, opening, strict=False))
                if asked and not (held and word[0].kind == "pitch" and word[0].text != held):
                    found.append(characters)
        # a network that has miscounted and means `|` would find nothing behind it but `1`, all over the tune
        splits = isinstance(state, State) and state.end != state.place.meter and len(found) > 1
        return [characters for characters in found if not (splits and characters == _FIRST_ENDING)]


_FIRST_ENDING = spelling("|1")
"""Within a bar it stands only where nothing else can."""


class SpelledState(State):
    """Within a bar: the grammar's state if the word that is on its way ended now, and the word."""

    at_word: Spelled

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SpelledState) and tuple(self) == tuple(other) and self.at_word == other.at_word

    def __hash__(self) -> int:
        return hash((tuple(self), self.at_word))


class SpelledBars:
    """`Grammar.step_in_bar` over characters. `tokens` are the characters."""

    def __init__(self, speller: Speller, tokens: Sequence[Token]) -> None:
        self.tokens = tuple(tokens)
        self._speller = speller
        self._by_length: dict[int, Speller] = {}

    def step_in_bar(self, state: State, token: Token, ticks: int) -> State | None:
        """The state behind a character inside a bar that is to last exactly `ticks`; None if it may not stand here."""
        if ticks not in self._by_length:
            self._by_length[ticks] = self._speller.in_bar(ticks)
        speller = self._by_length[ticks]
        after = speller.step(state.at_word if isinstance(state, SpelledState) else Spelled(state), token)
        if after is None:
            return None
        behind = speller.behind(after)
        now = behind.state if behind else after.state
        assert isinstance(now, State)
        found = SpelledState(*(now if behind else now._replace(chord=1)))  # no bar ends within a word
        found.at_word = after
        return found


def _alike(meant: Mapping[Characters, Word]) -> list[list[tuple[Characters, Word]]]:
    """The words that the grammar doesn't tell apart, together."""
    found: dict[object, list[tuple[Characters, Word]]] = {}
    for characters, word in meant.items():
        found.setdefault(tuple(map(sort_of, word)), []).append((characters, word))
    return list(found.values())


def _opened(words: Collection[Characters]) -> Open:
    after: dict[Characters, set[str]] = {}
    for word in words:
        for length, text in enumerate(word):
            after.setdefault(word[:length], set()).add(text)
    return Open(frozenset(words), {begun: frozenset(texts) for begun, texts in after.items()})
