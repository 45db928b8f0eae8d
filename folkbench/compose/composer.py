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

from folkbench.compose import spelled
from folkbench.compose.drawing import dice
from folkbench.compose.fence import Guarding
from folkbench.compose.form import Form, form_words
from folkbench.compose.grammar import AnyState, Grammar, State
from folkbench.compose.masks import Masks
from folkbench.compose.priming import Primed, Wish, prime
from folkbench.compose.request import LONGEST, STREAMS, Drawn, Network, Taste
from folkbench.compose.rooted import Rooted
from folkbench.compose.sampling import sample
from folkbench.compose.spelled import SpelledBars, Speller
from folkbench.encoding import ENCODINGS, Vocabulary, decode, encoding_of, meaning, title_of
from folkbench.errors import Damaged, FolkbenchError
from folkbench.model.checkpoint import find
from folkbench.model.engine import Engine
from folkbench.notation import layout, to_key, transpose, write
from folkbench.notation.titles import clean
from folkbench.notation.tune import Field, Tune
from folkbench.whence import Index, open_guard, open_index

_TONIC = 1
"""The use of a tune's random numbers that draws its tonic; use 0 draws its tokens."""


class Made(NamedTuple):
    """A tune, and how it came about.

    abc: as a player writes it, X: to the final bar line. tokens: what the network wrote, as words in root C.
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
    written: tuple[str, ...] = ()

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
        self.encoding = encoding_of(engine.encoding)
        self.vocabulary = Vocabulary(engine.vocabulary)
        # what the grammar steps over: tokens, or the words that characters spell
        self.words = self.vocabulary
        if self.encoding.spells:
            if not self.corpus.get("words"):
                raise Damaged(f"the network {engine.hash} doesn't say which words it spells", "train it again")
            self.words = Vocabulary(tuple(self.corpus["words"]))
        self.masks = rules = Masks(self.words.tokens, free=not grammar)
        if self.encoding.spells:
            self.masks = Masks(
                self.vocabulary.tokens, free=not grammar, speller=Speller(rules.grammar, self.words.tokens)
            )
        self._rules = rules
        self._guards: dict[int, Guarding] = {}

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
        by_word = ENCODINGS["v2"] if self.encoding.spells else self.encoding
        primed = prime(wish, self.words, self._rules, say, by_word)
        return self._in_order(primed, seed, first, count, taste, original)

    @property
    def bars(self) -> Grammar | SpelledBars | None:
        """The grammar over the network's own tokens, bar by bar; None without one."""
        speller = self.masks.speller
        return SpelledBars(speller, self.vocabulary.tokens) if speller and speller.grammar else self.masks.grammar

    def spell(self, words: Sequence[str]) -> tuple[tuple[int, ...], ...]:
        """Each word's tokens, by number; words are in root C. Raises FolkbenchError for one that it doesn't know."""
        groups = self.encoding.write(words, 0)
        for word, said in zip(words, words if self.encoding.spells else map("".join, groups), strict=True):
            if said not in self.words.index:
                raise FolkbenchError(f"the network doesn't know {word!r} (in root C), which stands in this tune")
        return tuple(tuple(self.vocabulary.numbers(group)) for group in groups)

    def hear(self, tokens: Sequence[int], mode: str) -> tuple[str, ...]:
        """The words, in root C and in `mode` ("dor"), of tokens of music."""
        head = self.encoding.tokens((f"K:C{mode}",))
        return self.encoding.read((*head, *(self.vocabulary.texts[number] for number in tokens)), 0)[1:]

    def index(self) -> Index:
        """The index of the corpus that the network was trained on. Raises what `open_index` raises."""
        return open_index(str(self.corpus.get("name", "session")))

    @property
    def guards(self) -> bool:
        """Whether `original` can be asked of this network. One that spells begins a bar line before it can be told
        that it must not.
        """
        return not self.encoding.spells

    def _guard(self, bars: int) -> Guarding | None:
        if not bars:
            return None
        if not self.guards:
            raise FolkbenchError("a network of characters can't be kept from copying", "say --original 0")
        if bars not in self._guards:
            texts, index = self.vocabulary.texts, self.index()
            absolute = len(self.encoding.roots) > 1
            self._guards[bars] = Rooted(texts, bars, index) if absolute else open_guard(texts, bars=bars, index=index)
        return self._guards[bars]

    def _in_order(
        self, primed: Primed, seed: int, first: int, count: int, taste: Taste, original: int
    ) -> Iterator[Made]:
        requests = (primed.request(seed, k) for k in range(first, first + count))
        longest = LONGEST
        if self.encoding.spells:
            requests, longest = (request.spelled(self.words.texts) for request in requests), spelled.LONGEST
        waiting: dict[int, Drawn] = {}
        wanted = first
        streams, guard = min(STREAMS, count), self._guard(original)
        for drawn in sample(self.network, self.masks, requests, taste, streams=streams, longest=longest, guard=guard):
            waiting[drawn.request.k] = drawn
            while wanted in waiting:
                yield self._made(waiting.pop(wanted), primed, taste, wanted - first + 1, original)
                wanted += 1

    def _made(self, drawn: Drawn, primed: Primed, taste: Taste, x: int, original: int) -> Made:
        written = tuple(self.vocabulary.texts[number] for number in drawn.tokens)
        texts = self.encoding.read(written, primed.root)
        kinds = [meaning(text).kind for text in texts]
        start = kinds.index("mode") + 1
        stop = min(
            (place for place in range(start, len(kinds)) if kinds[place] in ("marker", "end")), default=len(kinds)
        )
        rhythm = next((meaning(text).value.replace("_", " ") for text in texts if text.startswith("R:")), "")
        meter = texts[kinds.index("meter")]
        mode = texts[start - 1]
        tune = decode(self._music(texts, start, stop, drawn.request.form), meter=meter, mode=mode, rhythm=rhythm)
        request = drawn.request
        tonic = primed.tonic or self._tonic(meaning(mode).value, rhythm, request.seed, request.k)
        tune = to_key(tune, tonic) if primed.semitones is None else transpose(tune, primed.semitones, tonic)
        title = primed.wish.title or clean(title_of(texts)).text or "Untitled"
        tune = _headed(layout(tune), x, title, self._notes(primed.wish, request.seed, request.k, taste, original))
        k, counted = request.k, (drawn.logprob, drawn.masked, drawn.backs)
        return Made(write(tune), tune, title, request.seed, k, texts, *counted, written=written)

    def _music(self, texts: Sequence[str], start: int, stop: int, form: Form) -> list[str]:
        """The music with the bar lines that a player expects and the network leaves out, or hasn't got."""
        music = list(texts[start:stop])
        grammar = self.masks.grammar
        if grammar is None:
            return music
        if not grammar.doubles and any(not one.repeated and not two.repeated for one, two in pairwise(form.parts)):
            state: AnyState | None = grammar.start(form)
            for place, text in enumerate(texts[: stop - 1]):
                state = grammar.step(state, meaning(text)) if state else None
                if text == "|" and isinstance(state, State) and state.place.part and not state.place.bar:
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
    second = False  # whether its second ending has begun
    for text, after in zip(music, [*music[1:], ""], strict=True):
        if text == "|:":
            opened, second = True, False
        if text == ":|" and not opened and not first:
            found.insert(begin, "|:")
            opened = True
        found.append(text)
        second = second or text == "|2"
        if (text == ":|" and after != "|2") or (text == "||" and (second or not opened)):
            begin, opened, first, second = len(found), False, False, False
    return found


def _headed(tune: Tune, x: int, title: str, notes: Sequence[str]) -> Tune:
    """The tune with its number, title and notes in place of those it had."""
    kept = [field for field in tune.fields if field.name not in ("X", "T")]
    place = next((n for n, field in enumerate(kept) if field.name not in ("R",)), len(kept))
    added = [Field(0, 0, "N", note) for note in notes]
    head = [Field(0, 0, "X", str(x)), Field(0, 0, "T", title)]
    return replace(tune, fields=(*head, *kept[:place], *added, *kept[place:]))
