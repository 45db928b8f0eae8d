"""Rework: some bars of a tune anew, everything else as it was.

Every candidate is drawn from left to right: what stands before a bar is given, the bar is drawn, what stands behind it
is given again. It is weighed by the likelihood of the whole tune from the first new bar on, so that the new bars lead
into what follows. The new bars replace the old ones in the tune's own text, which is else untouched to the byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from folkbench.compose.composer import Composer
from folkbench.compose.drawing import dice, draw
from folkbench.compose.form import FREE
from folkbench.compose.grammar import EIGHTH, Grammar, State
from folkbench.compose.lines import Place
from folkbench.compose.masks import BAR, Floats
from folkbench.compose.request import Taste
from folkbench.compose.spelled import SpelledBars
from folkbench.encoding import decode, encode, meaning, rhythm_token
from folkbench.encoding.v2 import MODES
from folkbench.errors import FolkbenchError
from folkbench.notation import escaped, form, layout, transpose, write_bar
from folkbench.notation.dances import dance
from folkbench.notation.places import named_bars
from folkbench.notation.tune import Bar, Broken, Chord, Event, Grace, Note, Rest, Tune, Tuplet

CANDIDATES = 48
"""Drawn for each rework; the best by likelihood are the choices."""

_USE = 2
"""The use of a seed's random numbers that draws candidates."""
_MOST = 64  # tokens in one bar


class Choice(NamedTuple):
    """One way to rework a tune. `bars`: each new bar's label and ABC; `score`: nats, higher is likelier."""

    text: str
    bars: tuple[tuple[str, str], ...]
    score: float


@dataclass(frozen=True)
class _Job:
    """A tune in tokens: by bar what stands there, and the sign behind it."""

    head: tuple[int, ...]
    bars: tuple[tuple[int, ...], ...]
    signs: tuple[tuple[int, ...], ...]  # signs[n] stands before bar n; the last one behind the last bar
    wanted: frozenset[int]
    ticks: tuple[int, ...]  # of each bar
    compound: bool
    keep_rhythm: bool


def rework(
    composer: Composer,
    tune: Tune,
    bars: str,
    seed: int,
    *,
    choices: int = 1,
    taste: Taste | None = None,
    keep_rhythm: bool = False,
) -> tuple[Choice, ...]:
    """The likeliest `choices` ways to make `bars` ("5,7,8", "B5-8", "A8.2") anew, best first; none has an old bar.

    Raises FolkbenchError for bars that aren't there, a tune that can't be said in tokens, a tie into or out of the
    bars; and where no candidate is left that differs.
    """
    grammar = composer.bars
    if grammar is None:
        raise FolkbenchError("a rework needs the grammar", "leave --no-grammar away")
    if keep_rhythm and composer.encoding.spells:
        raise FolkbenchError("a network of characters can't keep the rhythm", "take a network of tokens")
    named = named_bars(tune, bars)
    job, semitones, tonic = _job(composer, tune, named, keep_rhythm)
    drawn = _candidates(composer, grammar, job, seed, taste or Taste())
    best = sorted(set(drawn), key=lambda pair: (-pair[1], pair[0]))[:choices]
    if not best:
        raise FolkbenchError("no other music was found for these bars", "name more bars, or a higher temperature")
    mode = MODES[tune.key.mode]
    return tuple(_choice(composer, tune, named, new, score, semitones, tonic, mode) for new, score in best)


def _job(composer: Composer, tune: Tune, named: Sequence[int], keep_rhythm: bool) -> tuple[_Job, int, str]:
    encoded = encode(tune)
    sounding = [n for n, bar in enumerate(tune.bars) if any(isinstance(e, Note | Chord | Rest) for e in bar.events)]
    for n in named:
        _refuse_ties(tune, n)
    kind = dance(tune.rhythm) if tune.rhythm else None
    rhythm = [rhythm_token(kind.name)] if kind and rhythm_token(kind.name) in composer.words.index else []
    head = (*rhythm, encoded.meter, encoded.mode)
    spelled = composer.spell((*head, *encoded.music))
    bars: list[list[int]] = []
    signs: list[list[int]] = [[]]
    for text, numbers in zip(encoded.music, spelled[len(head) :], strict=True):
        if meaning(text).kind in ("bar", "ending"):
            if len(signs) == len(bars):
                signs.append([])
            signs[-1] += numbers
        else:
            if len(bars) < len(signs):
                bars.append([])
            bars[-1] += numbers
    job = _Job(
        head=tuple(number for numbers in spelled[: len(head)] for number in numbers),
        bars=tuple(tuple(bar) for bar in bars),
        signs=tuple(tuple(sign) for sign in signs),
        wanted=frozenset(sounding.index(n) for n in named if n in sounding),
        ticks=tuple(tune.bars[n].ticks * 8 * EIGHTH // tune.whole for n in sounding),
        compound=tune.meter.compound,
        keep_rhythm=keep_rhythm,
    )
    return job, -encoded.semitones, encoded.tonic


def _refuse_ties(tune: Tune, n: int) -> None:
    for place, what in ((n - 1, "into"), (n, "out of")):
        sounds = [e for e in tune.bars[place].events if isinstance(e, Note | Chord | Rest)] if place >= 0 else []
        if sounds and not isinstance(sounds[-1], Rest) and sounds[-1].tie:
            raise FolkbenchError(f"a tie leads {what} a bar that is to be made anew", "name the bar beside it as well")


def _candidates(
    composer: Composer, grammar: Grammar | SpelledBars, job: _Job, seed: int, taste: Taste
) -> list[tuple[tuple[tuple[int, ...], ...], float]]:
    """What was drawn for the wanted bars, and the log probability of all from the first of them on."""
    scripts = [_Script(grammar, job, composer.vocabulary.of_kind("end")[0]) for _ in range(CANDIDATES)]
    rooms = (len(job.wanted) + 1) * _MOST
    chances = np.stack([dice(seed, k + 1, _USE).random(rooms, dtype=np.float32) for k in range(CANDIDATES)])
    h, c = composer.network.rest(CANDIDATES)
    tokens = np.full(CANDIDATES, composer.vocabulary.of_kind("start")[0])
    scores = np.zeros(CANDIDATES)
    while not all(script.over for script in scripts):
        logits, h, c = composer.network.step(tokens, h, c)
        likely = logits - logits.max(axis=1, keepdims=True)
        likely -= np.log(np.exp(likely).sum(axis=1, keepdims=True))
        picked = np.array([row[min(s.drawn, rooms - 1)] for row, s in zip(chances, scripts, strict=True)], np.float32)
        barred = np.stack([script.barred() for script in scripts])
        tokens, _, _ = draw(logits / np.float32(taste.temperature), barred, picked, taste.top_p)
        for n, script in enumerate(scripts):
            if not script.over:
                script.take(int(tokens[n]))
                scores[n] += float(likely[n, tokens[n]]) if script.made else 0
    new = [tuple(tuple(bar) for bar in script.made) for script in scripts]
    return [(bars, round(score, 4)) for bars, score, s in zip(new, scores.tolist(), scripts, strict=True) if s.differs]


class _Script:
    """One candidate on its way: tokens that are given, and bars that are drawn (in `_items` as -1 - their number)."""

    def __init__(self, grammar: Grammar | SpelledBars, job: _Job, end: int) -> None:
        self.grammar, self.job = grammar, job
        items = [*job.head]
        for n, bar in enumerate(job.bars):
            items += job.signs[n]
            items += [-1 - n] if n in job.wanted else bar
        self._items = [*items, *(job.signs[-1] if len(job.signs) > len(job.bars) else ()), end]
        self._at = 0
        self.made: list[list[int]] = []
        self.drawn = 0
        self._fresh = True  # whether the bar that is drawn next hasn't begun
        self._state = State(Place(FREE, 0, 1, job.compound))

    @property
    def over(self) -> bool:
        """Whether all has been taken."""
        return self._at >= len(self._items)

    @property
    def differs(self) -> bool:
        """Whether every new bar differs from the one that stood there."""
        old = [self.job.bars[n] for n in sorted(self.job.wanted)]
        return all(tuple(bar) != other for bar, other in zip(self.made, old, strict=True))

    def barred(self) -> Floats:
        """What is taken from the logits, float32 `(vocabulary,)`."""
        tokens = self.grammar.tokens
        row = np.full(len(tokens), BAR, np.float32)
        item = self._items[self._at] if not self.over else self._items[-1]
        if item >= 0:
            row[item] = 0
            return row
        bar = -1 - item
        state, made = self._state_in(item)
        like: int | None = None
        if self.job.keep_rhythm:
            old = self.job.bars[bar]
            like = old[made] if made < len(old) else -1
        for n, token in enumerate(tokens):
            if like is not None and (like < 0 or (n != like and {token.kind, tokens[like].kind} != {"pitch"})):
                continue
            if self.grammar.step_in_bar(state, token, self.job.ticks[bar]) is not None:
                row[n] = 0
        if state.end == self.job.ticks[bar] and not (state.left or state.chord or state.tie or state.after != (1, 1)):
            row[self._items[self._at + 1]] = 0
        return row

    def take(self, token: int) -> None:
        """The token that came."""
        item = self._items[self._at]
        if item >= 0:
            self._at += 1
            return
        state, made = self._state_in(item)
        if made and token == self._items[self._at + 1]:
            self._at += 2
            self._fresh = True
            return
        after = self.grammar.step_in_bar(state, self.grammar.tokens[token], self.job.ticks[-1 - item])
        if after is None:
            raise ValueError("a token was drawn that may not stand there")
        self._state = after
        self.made[-1].append(token)
        self.drawn += 1

    def _state_in(self, item: int) -> tuple[State, int]:
        """The state in the bar that is being drawn, and how many tokens it has."""
        if self._fresh:
            self._fresh = False
            self._state = State(Place(FREE, self.job.ticks[-1 - item], 1, self.job.compound))
            self.made.append([])
        return self._state, len(self.made[-1])


def _choice(
    composer: Composer,
    tune: Tune,
    named: Sequence[int],
    new: tuple[tuple[int, ...], ...],
    score: float,
    semitones: int,
    tonic: str,
    mode: str,
) -> Choice:
    """The tune's text with the new bars in it."""
    labels = {place.nth: place.label for part in form(tune) for place in part.places}
    meter = f"M:{tune.meter.beats}/{tune.meter.unit}"
    edits = []
    for n, bar in zip(named, new, strict=True):
        alone = decode(composer.hear(bar, mode), meter=meter, mode=f"K:C{mode}")
        written = write_bar(_in_unit(layout(transpose(alone, semitones, tonic)).bars[0], tune.unit))
        sounds = [e for e in tune.bars[n].events if isinstance(e, Note | Chord | Rest | Grace | Tuplet | Broken)]
        edits.append((sounds[0].at, sounds[-1].end, labels[n], written))
    text = tune.source
    for begin, end, _, written in reversed(edits):
        text = text[:begin] + written + text[end:]
    return Choice(text, tuple((label, written) for _, _, label, written in edits), score)


def _in_unit(bar: Bar, unit: Fraction) -> Bar:
    """A bar written in eighths, in another unit note length."""
    times = Fraction(1, 8) / unit

    def event(one: Event) -> Event:
        if not isinstance(one, Note | Chord | Rest):
            return one
        length = Fraction(one.num, one.den) * times
        return one._replace(num=length.numerator, den=length.denominator)

    return bar if times == 1 else bar._replace(events=tuple(event(one) for one in bar.events))


def noted(text: str, note: str) -> str:
    """The tune's text with one more N: line, above its key."""
    lines = text.split("\n")
    place = next((n for n, line in enumerate(lines) if line.startswith("K:")), 0)
    return "\n".join([*lines[:place], f"N:{escaped(note)}", *lines[place:]])
