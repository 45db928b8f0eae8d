"""Rework: some bars of a tune anew, everything else as it was.

Candidates are drawn and weighed (`candidates`), steered where it was asked (`steer`); the likeliest that hold what is
promised are the choices. The new bars replace the old ones in the tune's own text, which is else untouched to the
byte. A part written out for a variation or a second ending (`written_out`) is a text like any other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import NamedTuple

from folkbench.check import check
from folkbench.compose.candidates import Candidate, Job, candidates
from folkbench.compose.composer import Composer
from folkbench.compose.phrasing import Numbers, as_abc, figure_of, held, phrased, sounds, words_of
from folkbench.compose.request import Taste
from folkbench.compose.steer import Steer, follows, lean, rhythm
from folkbench.errors import FolkbenchError
from folkbench.notation import escaped, form, named_bars, read
from folkbench.notation.tune import Bar, Broken, Chord, Event, Grace, Mark, Note, Rest, Tune, Tuplet
from folkbench.whence import Index, shared_bars

ENOUGH, ROUNDS = 20, 4
"""Candidates are drawn until so many are as they were wished, or in so many rounds."""


class Choice(NamedTuple):
    """One way to rework a tune.

    bars: each new bar's label and ABC; old: what stood there. tokens: of the whole tune, as words in root C. score:
    nats, higher is likelier; masked: mean probability that grammar and wishes took away, 0..1 a token.
    """

    text: str
    bars: tuple[tuple[str, str], ...]
    old: tuple[str, ...]
    tokens: tuple[str, ...]
    score: float
    masked: float


def rework(
    composer: Composer,
    tune: Tune,
    bars: str | Sequence[int],
    seed: int,
    *,
    choices: int = 1,
    taste: Taste | None = None,
    steer: Steer | None = None,
    original: int = 0,
) -> tuple[Choice, ...]:
    """The likeliest `choices` ways to make `bars` ("5,7,8", "B5-8", "A8.2") anew, best first; none has an old bar.

    bars may be indices as well. `original` N above 0: no N whole bars on end that hold a new one stand in the
    network's corpus. What `check --strict` finds in the result it found before.

    Raises FolkbenchError for bars that aren't there, a tune that can't be said in tokens, a tie, slur or broken rhythm
    that leads into or out of the bars; and where nothing is left that is as it was wished.
    """
    grammar = composer.bars
    if grammar is None:
        raise FolkbenchError("a rework needs the grammar", "leave --no-grammar away")
    wish = (steer or Steer()).checked()
    held_to = wish.like or wish.rhythm_of or wish.keep_rhythm
    if held_to and composer.encoding.spells:
        raise FolkbenchError(
            "a network of characters can't be held to a rhythm or a figure", "take a network of tokens with --model"
        )
    named = named_bars(tune, bars) if isinstance(bars, str) else tuple(bars)
    job = _job(composer, tune, named, wish)
    labels = _labels(tune)
    for n in named:
        _refuse_edges(tune, n, frozenset(named), labels)
    old = tuple(job.tune.bars[n] for n in job.wanted)
    figure = sounds(composer, job.tune, job.figure) if job.figure else ()
    before = [sounds(composer, job.tune, bar) for bar in old]
    was = [words_of(composer, job.tune, bar) for bar in old]
    drawn: dict[tuple[Numbers, ...], Candidate] = {}
    for nth in range(ROUNDS):
        for one in candidates(composer, grammar, job, seed, taste or Taste(), nth):
            heard = [sounds(composer, job.tune, bar) for bar in one.bars]
            now = [words_of(composer, job.tune, bar) for bar in one.bars]
            anew = all(a != b for a, b in zip(before, heard, strict=True))
            if anew and all(_holds(bar, figure) for bar in heard) and follows(wish, was, now):
                drawn.setdefault(one.bars, one)
        if len(drawn) >= ENOUGH:
            break
    if wish.like and not drawn:
        raise FolkbenchError(f"{wish.like} has no room in one of these bars, or no music leads there", "choose another")
    best = sorted(drawn.values(), key=lambda one: (-one.score, one.bars))
    index = composer.index() if original else None
    found = tuple(_chosen(composer, tune, job, best, choices, original, index))
    if not found:
        raise FolkbenchError("no other music was found for these bars", "name more bars, wish less, or another --seed")
    return found


def noted(text: str, note: str) -> str:
    """The tune's text with one more N: line, above its key, and a newline at its end."""
    lines = f"{text.removesuffix(chr(10))}\n".split("\n")
    place = next((n for n, line in enumerate(lines) if line.startswith("K:")), 0)
    return "\n".join([*lines[:place], f"N:{escaped(note)}", *lines[place:]])


def _job(composer: Composer, tune: Tune, named: Sequence[int], steer: Steer) -> Job:
    """What the candidates are drawn for."""
    said = phrased(composer, tune)
    tokens = composer.vocabulary.tokens
    wanted = tuple(said.nths.index(n) for n in named if n in said.nths)
    if not wanted:
        raise FolkbenchError("there are no notes in these bars", "name others")
    patterns: dict[int, Numbers] = {}
    if steer.keep_rhythm:
        patterns = {n: rhythm(tokens, said.bars[n]) for n in wanted}
    if steer.rhythm_of:
        labels = _labels(tune)
        like = [said.nths.index(n) for n in named_bars(tune, steer.rhythm_of) if n in said.nths]
        for n, other in zip(wanted, cycle(like), strict=False):
            if said.ticks[n] != said.ticks[other]:
                one, two = labels[said.nths[n]], labels[said.nths[other]]
                raise FolkbenchError(f"{one} can't have the rhythm of {two}: it isn't as long", "name another bar")
            patterns[n] = rhythm(tokens, said.bars[other])
    figure = figure_of(composer, said, steer.like, tune.key.text) if steer.like else ()
    return Job(said, wanted, patterns, figure, lean(steer, tokens))


def _labels(tune: Tune) -> dict[int, str]:
    return {place.nth: place.label for part in form(tune) for place in part.places}


def _refuse_edges(tune: Tune, n: int, named: frozenset[int], labels: dict[int, str]) -> None:
    """Raise for what holds this bar together with one that stays."""
    for one, two, what in ((n - 1, n, "into"), (n, n + 1, "out of")):
        if one < 0 or two >= len(tune.bars) or {one, two} <= named:
            continue
        what_holds = held(tune.bars[one], tune.bars[two])
        if what_holds:
            raise FolkbenchError(
                f"{what_holds} leads {what} bar {labels[n]}, which is to be made anew",
                f"name bar {labels[two if one == n else one]} as well",
            )


def _chosen(
    composer: Composer,
    tune: Tune,
    job: Job,
    best: Sequence[Candidate],
    choices: int,
    original: int,
    index: Index | None,
) -> Iterator[Choice]:
    """The first `choices` candidates that hold what is promised, as text."""
    before = Counter(problem.code for problem in check(tune, strict=True))
    seen: set[str] = set()
    for one in best:
        if len(seen) >= choices:
            return
        choice = _choice(composer, tune, job, one)
        if choice.text in seen:
            continue
        if Counter(problem.code for problem in check(read(choice.text), strict=True)) - before:
            continue
        if index and shared_bars(index, choice.tokens, job.wanted) >= original:
            continue
        seen.add(choice.text)
        yield choice


def _holds(bar: Sequence[object], figure: Sequence[object]) -> bool:
    """Whether the figure is heard in a bar, note for note: an accidental before it may have changed it."""
    return any(tuple(bar[n : n + len(figure)]) == figure for n in range(len(bar) + 1 - len(figure)))


def _choice(composer: Composer, tune: Tune, job: Job, new: Candidate) -> Choice:
    """The tune's text with the new bars in it."""
    labels = _labels(tune)
    said, text = job.tune, tune.source
    bars: list[tuple[str, str]] = []
    old: list[str] = []
    for n, bar in reversed(list(zip(job.wanted, new.bars, strict=True))):
        nth = said.nths[n]
        begin, end = _span(tune.bars[nth])
        written = as_abc(composer, said, bar)
        bars.append((labels[nth], written))
        old.append(text[begin:end])
        text = text[:begin] + written + text[end:]
    music = dict(zip(job.wanted, new.bars, strict=True))
    whole = said._replace(bars=tuple(music.get(n, bar) for n, bar in enumerate(said.bars)))
    tokens = composer.encoding.read([composer.vocabulary.texts[number] for number in whole.numbers], 0)
    return Choice(text, tuple(bars[::-1]), tuple(old[::-1]), tokens, new.score, new.masked)


def _span(bar: Bar) -> tuple[int, int]:
    """Where the music of a bar begins and ends in the text: its notes, and what players write at them."""
    music = [event for event in bar.events if _is_music(event)]
    return music[0].at, music[-1].end


def _is_music(event: Event) -> bool:
    if isinstance(event, Mark):
        return event.kind in ("decoration", "slur")
    return isinstance(event, Note | Chord | Rest | Grace | Tuplet | Broken)
