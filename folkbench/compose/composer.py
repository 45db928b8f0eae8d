"""The composer: a loaded network that makes tunes, and what it made as a player's ABC.

composer = Composer()
for made in composer.make(Wish(title="The Cunning Storm"), seed=1):
    print(made.abc)
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, NamedTuple

from folkbench.compose.drawing import dice
from folkbench.compose.form import form_words
from folkbench.compose.grammar import AnyState, State
from folkbench.compose.masks import Masks
from folkbench.compose.priming import Primed, Wish, prime
from folkbench.compose.request import STREAMS, Drawn, Network, Taste
from folkbench.compose.sampling import sample
from folkbench.encoding import Vocabulary, decode, meaning, title_of
from folkbench.model.checkpoint import find
from folkbench.model.engine import Engine
from folkbench.notation import layout, to_key, transpose, write
from folkbench.notation.titles import clean
from folkbench.notation.tune import Field, Tune
from folkbench.whence import Guard, Index, open_guard, open_index

_TONIC = 1
"""The use of a tune's random numbers that draws its tonic; use 0 draws its tokens."""


class Made(NamedTuple):
    """A tune, and how it came about.

    abc: as a player writes it, X: to the final bar line. tokens: as the network wrote it, in root C.
    logprob: nats. masked: mean probability that grammar and guard took away, 0..1 a token. backs: see `Drawn`.
    """

    abc: str
    tune: Tune
    title: str
    seed: int
    k: int
    tokens: tuple[str, ...]
    logprob: float
    masked: float
    backs: int

    @property
    def stream(self) -> str:
        """`S:k`, which --seed takes."""
        return f"{self.seed}:{self.k}"


class Composer:
    """A network and its grammar. What the grammar has worked out is kept from tune to tune."""

    def __init__(self, model: str | None = None, *, grammar: bool = True, threads: int = 0) -> None:
        """Load the network called `model` (None: the one that comes with folkbench).

        Raises NotFound or Damaged.
        """
        engine = Engine(find(model), threads=threads)
        self.model = model or ""
        self.hash, self.corpus = engine.hash, engine.corpus
        self.network: Network = engine
        self.vocabulary = Vocabulary(engine.vocabulary)
        self.masks = Masks(self.vocabulary.tokens, free=not grammar)
        self._guards: dict[int, Guard | None] = {}

    def make(
        self,
        wish: Wish,
        seed: int,
        first: int = 1,
        count: int = 1,
        taste: Taste | None = None,
        say: Callable[[str], None] = lambda line: None,
        *,
        original: int = 0,
    ) -> Iterator[Made]:
        """Tunes `first`, `first` + 1, ... of a seed, in order. `say` is given a line where a wish had to be bent.

        `original` N above 0: no N whole bars on end stand in the network's corpus, and no run of tokens that is
        longer than human tunes share with each other.

        Raises FolkbenchError for a wish that can't be met, before anything is made.
        """
        taste = taste or Taste()
        self._guard(original)
        primed = prime(wish, self.vocabulary, self.masks, say)
        return self._in_order(primed, seed, first, count, taste, original)

    def index(self) -> Index:
        """The index of the corpus that the network was trained on. Raises what `open_index` raises."""
        return open_index(str(self.corpus.get("name", "session")))

    def _guard(self, bars: int) -> Guard | None:
        if bars and bars not in self._guards:
            self._guards[bars] = open_guard(self.vocabulary.texts, bars=bars, index=self.index())
        return self._guards.get(bars)

    def _in_order(
        self, primed: Primed, seed: int, first: int, count: int, taste: Taste, original: int
    ) -> Iterator[Made]:
        requests = (primed.request(seed, k) for k in range(first, first + count))
        waiting: dict[int, Drawn] = {}
        wanted = first
        for drawn in sample(
            self.network, self.masks, requests, taste, streams=min(STREAMS, count), guard=self._guard(original)
        ):
            waiting[drawn.request.k] = drawn
            while wanted in waiting:
                yield self._made(waiting.pop(wanted), primed, taste, wanted - first + 1, original)
                wanted += 1

    def _made(self, drawn: Drawn, primed: Primed, taste: Taste, x: int, original: int) -> Made:
        texts = tuple(self.vocabulary.texts[number] for number in drawn.tokens)
        kinds = [meaning(text).kind for text in texts]
        start = kinds.index("mode") + 1
        stop = min(
            (place for place in range(start, len(kinds)) if kinds[place] in ("marker", "end")), default=len(kinds)
        )
        rhythm = next((meaning(text).value.replace("_", " ") for text in texts if text.startswith("R:")), "")
        meter = texts[kinds.index("meter")]
        mode = texts[start - 1]
        tune = decode(self._music(drawn, texts, start, stop), meter=meter, mode=mode, rhythm=rhythm)
        request = drawn.request
        tonic = primed.tonic or self._tonic(meaning(mode).value, rhythm, request.seed, request.k)
        tune = to_key(tune, tonic) if primed.semitones is None else transpose(tune, primed.semitones, tonic)
        title = primed.wish.title or clean(title_of(texts)).text or "Untitled"
        tune = _headed(layout(tune), x, title, self._notes(primed.wish, request.seed, request.k, taste, original))
        return Made(write(tune), tune, title, request.seed, request.k, texts, drawn.logprob, drawn.masked, drawn.backs)

    def _music(self, drawn: Drawn, texts: Sequence[str], start: int, stop: int) -> list[str]:
        """The music with the bar lines that a player expects and the network leaves out, or hasn't got."""
        music = list(texts[start:stop])
        grammar, form = self.masks.grammar, drawn.request.form
        if grammar is None:
            return music
        if not grammar.doubles and any(not one.repeated and not two.repeated for one, two in pairwise(form.parts)):
            state: AnyState | None = grammar.start(form)
            for place, number in enumerate(drawn.tokens[: stop - 1]):
                state = grammar.step(state, self.masks.tokens[number]) if state else None
                if texts[place] == "|" and isinstance(state, State) and state.place.part and not state.place.bar:
                    music[place - start] = "||"
        return with_openings(music)

    def _tonic(self, mode: str, rhythm: str, seed: int, k: int) -> str:
        """A tonic drawn as the corpus has them for this mode and dance; C if it says nothing."""
        table: dict[str, dict[str, int]] = self.corpus.get("tonics", {})
        counts = table.get(f"{mode} {rhythm}") or table.get(mode) or {"C": 1}
        at = dice(seed, k, _TONIC).random() * sum(counts.values())
        for tonic, count in counts.items():
            at -= count
            if at < 0:
                return tonic
        return next(iter(counts))

    def _notes(self, wish: Wish, seed: int, k: int, taste: Taste, original: int) -> tuple[str, str]:
        """What makes the tune again: the command, and the network it needs."""
        words = ["folkbench", "new", "--seed", f"{seed}:{k}"]
        asked: dict[str, Any] = {
            "--model": self.model,
            "--title": wish.title,
            "--rhythm": wish.rhythm,
            "--meter": wish.meter,
            "--key": wish.key,
            "--prefix": wish.prefix,
            "--temperature": "" if taste.temperature == 1 else f"{taste.temperature:g}",
            "--original": original,
            "--top-p": "" if taste.top_p == 1 else f"{taste.top_p:g}",
        }
        for option, value in asked.items():
            if value:
                words += [option, str(value)]
        words += form_words(wish.form)
        words += ["--no-grammar"] if self.masks.free else []
        corpus = self.corpus.get("fingerprint")
        trained = f", trained on {self.corpus.get('name', 'a corpus')} {corpus}" if corpus else ""
        return shlex.join(words), f"network {self.hash}{trained}"


def with_openings(music: Sequence[str]) -> list[str]:
    """The music with a `|:` before every part but the first that ends with `:|`; players leave only that one out."""
    found: list[str] = []
    begin, opened, first = 0, False, True  # where this part begins in `found`, and whether `|:` stands there
    for text, after in zip(music, [*music[1:], ""], strict=True):
        if text == "|:":
            opened = True
        if text == ":|" and not opened and not first:
            found.insert(begin, "|:")
            opened = True
        found.append(text)
        if (text == ":|" and after != "|2") or (text == "||" and not opened):
            begin, opened, first = len(found), False, False
    return found


def _headed(tune: Tune, x: int, title: str, notes: Sequence[str]) -> Tune:
    """The tune with its number, title and notes in place of those it had."""
    kept = [field for field in tune.fields if field.name not in ("X", "T")]
    place = next((n for n, field in enumerate(kept) if field.name not in ("R",)), len(kept))
    added = [Field(0, 0, "N", note) for note in notes]
    head = [Field(0, 0, "X", str(x)), Field(0, 0, "T", title)]
    return replace(tune, fields=(*head, *kept[:place], *added, *kept[place:]))
