"""The grammar: which token may follow, so that every bar counts and every repeat closes.

One state machine over tokens. A `State` says where in its bar the music stands, in exact ticks, and what is
open there: a chord, a tuplet with notes left, the second half of a broken rhythm, a tie. Its `Place` says where
the bar stands in the tune; only bar lines move it (`lines.py`). `Head` and `Tail` stand before and behind the music.

What is promised is what `check --strict` asks for (`folkbench.check.bars`), and a little more: every bar is
whole; a pickup is at most half a bar, and the last bar of its part, in either ending, lacks exactly that much;
`:|` closes each `|:`, and a first ending is followed by a second. `step` never gives a state from which this
can't be reached.

A length comes after its note, so a note isn't over until the next token says so: `State.note` is what it would
last if it ended now, and a state lives if the bar can be filled with the note as it is or with a length that it
may still take.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from folkbench.compose.form import FREE, Form
from folkbench.compose.lines import LINES, Place, begins, goals, turn
from folkbench.compose.states import EIGHTH, LONGEST_TITLE, TIE, TIE_INSIDE, AnyState, Head, Over, State, Tail
from folkbench.encoding.tokens import Token, default_time, meaning

MOST_IN_CHORD = 4

_EVEN = (EIGHTH,)

Goals = tuple[int, ...]


class Grammar:
    """The rules over one vocabulary, given as what its tokens mean. Pure but for what it remembers.

    Raises ValueError if the vocabulary can't write a repeated tune in whole bars.
    """

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tuple(tokens)
        texts = {token.text for token in self.tokens}
        if not texts >= {*LINES[:3], "</s>", "/2"}:
            raise ValueError("a network without the tokens | |: :| /2 and </s> can't be held to whole bars")
        self.endings = texts >= {"|1", "|2"}
        self.doubles = "||" in texts
        self.absolute = all(token.alter is not None for token in self.tokens if token.kind == "pitch")
        lengths = {EIGHTH} | {_ticks(token) for token in self.tokens if token.kind == "length"}
        self.lengths = tuple(sorted((length for length in lengths if length > 0), reverse=True))
        self._known: dict[object, bool] = {}
        self._filled_to, self._fillable = -1, frozenset[int]()

    def start(self, form: Form = FREE) -> Head:
        """The state behind `<s>`."""
        return Head(form)

    def close(self, state: AnyState) -> AnyState:
        """The same state in a tune that is long enough: from the next bar on it ends at the first chance. A tune
        whose form was asked for has its length from that."""
        if isinstance(state, State) and not state.place.form.parts:
            return state._replace(place=state.place._replace(hurried=True))
        return state

    def step(self, state: AnyState, token: Token) -> AnyState | None:
        """The state behind `token`; None if it may not stand here.

        That a tie's second note has the pitch of its first is left to whoever walks: no state knows pitches.
        """
        if isinstance(state, State) and state.place.hole and token.text == state.place.then and self.filled(state):
            state = state._replace(place=state.place._replace(hole=0, then="", plain=False))
        rule = RULES[type(state)].get(token.kind)
        after = rule(self, state, token) if rule else None
        return None if isinstance(after, State) and not self.lives(after) else after

    def filled(self, state: State) -> bool:
        """Whether what is given may go on here, behind a hole."""
        return state.end == state.place.hole and not (state.open or state.tie)

    def into_hole(self, state: State, ticks: int, then: str, plain: bool) -> State | None:
        """The same state where the bar is to be filled up to `ticks`, before the token `then`; None if it can't be."""
        after = state._replace(place=state.place._replace(hole=ticks, then=then, plain=plain))
        return after if ticks > state.end and not state.open and self.lives(after) else None

    def lasting(self, tokens: Sequence[Token], compound: bool) -> int | None:
        """What `tokens` of one bar last, in ticks; None if something stays open in them, or they are no such music."""
        state: AnyState | None = State(Place(FREE, 0, 1, compound))
        for token in tokens:
            rule = RULES[State].get(token.kind) if token.kind not in _BOUNDS else None
            state = rule(self, state, token) if rule and state else None
        return state.end if isinstance(state, State) and not state.open else None

    def step_in_bar(self, state: State, token: Token, ticks: int) -> State | None:
        """The state behind a token inside a bar that is to last exactly `ticks`; None if it may not stand here."""
        rule = RULES[State].get(token.kind) if token.kind not in _BOUNDS else None
        after = rule(self, state, token) if rule else None
        return after if isinstance(after, State) and self._fits(after, (ticks,)) else None

    def lives(self, state: State) -> bool:
        """Whether the bar can be filled from here, and what is open closed."""
        ends = goals(state.place)
        if not ends:
            return state == State(state.place, at=state.place.offset)
        if self._fits(state, ends):
            return True
        over_the_line = _line(self, state, _PLAIN) if state.tie == TIE and state.at > state.place.offset else None
        return over_the_line is not None and self.lives(over_the_line)

    def _fits(self, state: State, ends: Goals) -> bool:
        """Whether the bar can be filled to one of `ends`. What is tied must go on inside it."""
        pairs = _EVEN if _uneven_counts_twice(state.place) else self.lengths
        if state.chord or (state.note and not state.sized):
            return any(
                length * state.scale[0] % state.scale[1] == 0
                and self._room(
                    state.at + length * state.scale[0] // state.scale[1],
                    ends,
                    state.left,
                    state.tuplet,
                    (1, 1),
                    False,
                    pairs,
                )
                for length in (pairs if state.scale != state.tuplet else self.lengths)
            )
        return self._room(state.end, ends, state.left, state.tuplet, state.after, state.tie > 0, pairs)

    def _room(
        self,
        at: int,
        ends: Goals,
        left: int,
        tuplet: tuple[int, int],
        after: tuple[int, int],
        more: bool,
        pairs: tuple[int, ...],
    ) -> bool:
        """Whether notes from `at` on can reach one of `ends`: first what is asked for (the notes that the
        tuplet still wants, the second of a broken pair, one of the lengths `pairs`, one `more`), then any."""
        if at > ends[-1]:
            return False
        key = (at, ends, left, tuplet, after, more, pairs)
        known = self._known.get(key)
        if known is None:
            if left or more or after != (1, 1):
                num, den = (after[0] * tuplet[0], after[1] * tuplet[1]) if left else after
                known = any(
                    length * num % den == 0
                    and self._room(at + length * num // den, ends, max(left - 1, 0), tuplet, (1, 1), False, pairs)
                    for length in (pairs if after != (1, 1) else self.lengths)
                )
            else:
                known = any(end >= at and self._fills(end - at) for end in ends)
            self._known[key] = known
        return known

    def _fills(self, ticks: int) -> bool:
        """Whether so many ticks can be filled with plain notes."""
        if ticks > self._filled_to:
            self._filled_to = 2 * ticks
            self._fillable = _sums(self.lengths, self._filled_to)
        return ticks in self._fillable


def _sums(lengths: Sequence[int], most: int) -> frozenset[int]:
    """What any number of `lengths` can add up to, as far as `most`."""
    found = {0}
    fresh = [0]
    while fresh:
        fresh = [total for total in {t + n for t in fresh for n in lengths if t + n <= most} if total not in found]
        found.update(fresh)
    return frozenset(found)


def _head(grammar: Grammar, head: Head, token: Token) -> AnyState | None:
    """`<s>` has come, or a letter of the title, or the rhythm, or the meter."""
    if token.kind == "marker":
        barred = head.last != "start" or head.form.title in ("behind", "none")
        return None if barred else head._replace(last="marker")
    if token.kind == "letter":
        if head.last not in ("marker", "letter") or head.letters >= LONGEST_TITLE:
            return None
        space = token.value == " "
        if space and (head.space or head.last == "marker" or head.letters + 1 >= LONGEST_TITLE):
            return None
        return head._replace(last="letter", letters=head.letters + 1, space=space)
    if head.space or head.last == "marker" or (head.last == "start" and head.form.title == "before"):
        return None
    if token.kind == "rhythm":
        return head._replace(last="rhythm") if head.last in ("start", "letter") else None
    if token.kind == "meter":
        ticks, rest = divmod(8 * EIGHTH * token.num, token.den)
        whole = not rest and ticks % (EIGHTH // 2) == 0 and head.last != "meter"
        return head._replace(last="meter", meter=(token.num, token.den)) if whole else None
    if head.last != "meter":
        return None
    num, den = head.meter
    compound = den >= 8 and num > 3 and num % 3 == 0
    return State(Place(head.form, 8 * EIGHTH * num // den, EIGHTH // 2, compound, titled=head.letters > 0))


def _tail(grammar: Grammar, tail: Tail, token: Token) -> AnyState | None:
    """A title behind the music."""
    if token.kind == "end":
        return Over() if tail.letters and not tail.space else None
    space = token.value == " "
    room = tail.letters + space < LONGEST_TITLE
    return Tail(tail.letters + 1, space) if room and not (space and (tail.space or not tail.letters)) else None


def _pitch(grammar: Grammar, state: State, token: Token) -> State | None:
    marked = token.alter is not None
    if marked and state.place.plain and not grammar.absolute:
        return None
    if state.chord:
        if state.chord > MOST_IN_CHORD:
            return None
        return state._replace(chord=state.chord + 1, altered=state.altered or marked)
    return _event(state)._replace(note=EIGHTH, single=True, marked=marked, altered=state.altered or marked)


def _rest(grammar: Grammar, state: State, token: Token) -> State | None:
    return _event(state)._replace(note=EIGHTH) if not state.chord and not state.tie else None


def _open(grammar: Grammar, state: State, token: Token) -> State | None:
    return _event(state)._replace(chord=1) if not state.chord and not state.tie else None


def _close(grammar: Grammar, state: State, token: Token) -> State | None:
    return state._replace(chord=0, note=EIGHTH) if state.chord > 2 else None


def _event(state: State) -> State:
    """A note, chord or rest begins where the one before it ends."""
    tuplet = state.tuplet if state.left else (1, 1)
    return State(
        place=state.place,
        at=state.end,
        scale=(state.after[0] * tuplet[0], state.after[1] * tuplet[1]),
        tuplet=tuplet,
        left=max(state.left - 1, 0),
        altered=state.altered,
    )


def _length(grammar: Grammar, state: State, token: Token) -> State | None:
    ticks = _ticks(token)
    if not state.note or state.sized or ticks * state.scale[0] % state.scale[1] or state.tie or ticks <= 0:
        return None
    if state.scale != state.tuplet and _uneven_counts_twice(state.place):
        return None
    return state._replace(note=ticks, sized=True)


def _broken(grammar: Grammar, state: State, token: Token) -> State | None:
    """`>` and its like: the two notes around it are of one tuplet or of none, and not of another pair."""
    long, short = (2 ** (abs(token.dots) + 1) - 1, 2 ** abs(token.dots)), (1, 2 ** abs(token.dots))
    first, second = (long, short) if token.dots > 0 else (short, long)
    own = _ticks(token)
    note = own if own != EIGHTH else state.note
    if not state.note or (own != EIGHTH and state.sized) or state.tie or state.scale != state.tuplet:
        return None
    if state.tuplet != (1, 1) and not state.left:
        return None
    if note != EIGHTH and _uneven_counts_twice(state.place):
        return None
    ticks, rest = divmod(note * first[0] * state.scale[0], first[1] * state.scale[1])
    if rest or not ticks:
        return None
    return State(
        place=state.place,
        at=state.at + ticks,
        tuplet=state.tuplet,
        left=state.left,
        after=second,
        altered=state.altered,
    )


def _uneven_counts_twice(place: Place) -> bool:
    """Whether a broken rhythm between notes of two lengths might make `check` think a bar whole that makes up a pickup:
    the standard leaves open how much each takes (`folkbench.check.bars`)."""
    return place.pickup > 0 or place.split > 0


def _tie(grammar: Grammar, state: State, token: Token) -> State | None:
    """`-` behind a single note. Over the bar line it holds the pitch only if no accidental ends there."""
    if not state.note or not state.single or state.tie:
        return None
    inside = state.altered and not state.marked
    return state._replace(at=state.end, note=0, tie=TIE_INSIDE if inside else TIE)


def _tuplet(grammar: Grammar, state: State, token: Token) -> State | None:
    if state.chord or state.left or state.tie or state.after != (1, 1):
        return None
    time = token.den or default_time(token.num, state.place.compound)
    return State(place=state.place, at=state.end, tuplet=(time, token.num), left=token.span, altered=state.altered)


def _line(grammar: Grammar, state: State, token: Token) -> State | None:
    if state.chord or state.left or state.after != (1, 1) or state.tie == TIE_INSIDE or token.text not in LINES:
        return None
    if (state.tie and token.text not in ("|", "||")) or (token.text == "|1" and not grammar.endings):
        return None
    at = state.end if state.note or state.at != state.place.offset else 0
    place = turn(state.place, at, token.text)
    if place is None or (state.tie and (place.must_end or _stands_alone(state.place, place))):
        return None
    if grammar.doubles and token.text == "|" and place.part > state.place.part and not place.must_end:
        return None  # where one part that is played once meets another
    return State(place, at=place.offset, tie=state.tie)


def _stands_alone(before: Place, place: Place) -> bool:
    """Whether no tie may lead over the line between two places: where given music begins behind it, or a part comes
    back somewhere that has no such tie before it or behind it."""
    return begins(place) == place.offset or (place.part != before.part and place.form.returns)


def _end(grammar: Grammar, state: State, token: Token) -> AnyState | None:
    """The music is over: `</s>`, or `T:` and the title. Not in a hole: more is given."""
    if not state.place.may_end or state.place.hole or state.at or state.note or state.tie or state.left or state.chord:
        return None
    asked = state.place.form.title
    if token.kind == "end":
        return Over() if asked != "behind" else None
    return Tail() if not state.place.titled and asked in (None, "behind") else None


def _ticks(token: Token) -> int:
    """Length of a length or broken token; 0 if ticks can't say it."""
    ticks, rest = divmod(EIGHTH * token.num, token.den)
    return 0 if rest else ticks


_PLAIN = meaning("|")
_BOUNDS = ("bar", "ending", "marker", "end")

RULES: Mapping[type, Mapping[str, Callable[..., AnyState | None]]] = {
    Head: dict.fromkeys(("marker", "letter", "rhythm", "meter", "mode"), _head),
    State: {
        "pitch": _pitch,
        "rest": _rest,
        "open": _open,
        "close": _close,
        "length": _length,
        "broken": _broken,
        "tie": _tie,
        "tuplet": _tuplet,
        "bar": _line,
        "ending": _line,
        "marker": _end,
        "end": _end,
    },
    Tail: dict.fromkeys(("letter", "end"), _tail),
    Over: {},
}
"""State and kind of token -> the rule that says what comes of them. What isn't here may not stand."""
