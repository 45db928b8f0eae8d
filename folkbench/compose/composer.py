"""The composer: a loaded network that makes tunes, and what it made as a player's ABC.

composer = Composer()
for made in composer.make(Wish(title="The Cunning Storm"), seed=1):
    print(made.abc)
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

from folkbench.compose import spelled
from folkbench.compose.drawing import dice
from folkbench.compose.fence import Guarding
from folkbench.compose.form import FREE, Form, form_words
from folkbench.compose.grammar import Grammar
from folkbench.compose.masks import Masks
from folkbench.compose.names import made_name
from folkbench.compose.priming import Primed, Wish, prime
from folkbench.compose.reach import Reach, ways
from folkbench.compose.request import LONGEST, STREAMS, Drawn, Network, Request, Taste
from folkbench.compose.rooted import Rooted
from folkbench.compose.sampling import sample
from folkbench.compose.spelled import SpelledBars, Speller
from folkbench.compose.states import AnyState, State
from folkbench.compose.typed import as_typed, sounding
from folkbench.corpus import DEFAULT
from folkbench.corpus import names as corpora
from folkbench.encoding import Vocabulary, decode, encoding_of, meaning, title_of
from folkbench.errors import Damaged, FolkbenchError
from folkbench.model.checkpoint import find
from folkbench.model.engine import Engine
from folkbench.notation import layout, read, to_key, transpose, write
from folkbench.notation.titles import clean
from folkbench.notation.tune import Field, Tune
from folkbench.whence import Index, can_guard, is_ready, open_guard, open_index

_T = TypeVar("_T")

USUAL_BARS = 4
"""Whole bars on end that no tune shares with a human one, unless something else is asked for."""

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

    def __init__(
        self, model: str | None = None, *, grammar: bool = True, threads: int = 0, corpus: str | None = None
    ) -> None:
        """Load the network called `model` (None: the one that comes with folkbench). `corpus`: the human tunes that
        its tunes are held against, None for those that it was trained on.

        Raises NotFound or Damaged.
        """
        engine = Engine(find(model), threads=threads)
        self.model = model or ""
        self.hash, self.corpus = engine.hash, engine.corpus
        self._asked_corpus = corpus or ""
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
        original: int | None = 0,
    ) -> Iterator[Made]:
        """Tunes `first`, `first` + 1, ... of a seed, in order. `say` is given a line where a wish had to be bent.

        `original` N above 0: no N whole bars on end stand in the network's corpus, and no run of tokens that is
        longer than human tunes share with each other; None: the usual 4. Where that corpus isn't on this bench, the
        session corpus stands in, which is said.

        Raises FolkbenchError for a wish that can't be met, before anything is made.
        """
        taste = taste or Taste()
        primed = prime(wish, self.words, self._rules, say, self.encoding)
        self._ways(primed)
        return self._in_order(primed, seed, first, count, taste, self._kept(original, say))

    def left_alone(self, seed: int, first: int, count: int) -> Iterator[Drawn]:
        """Tunes `first`, `first` + 1, ... of a seed as the network itself would have them, with title, dance, meter
        and mode of its own; they come as they are finished."""
        requests = (Request(seed, k, (), FREE._replace(title=None)) for k in range(first, first + count))
        longest = spelled.LONGEST if self.encoding.spells else LONGEST
        return sample(self.network, self.masks, requests, streams=min(STREAMS, count), longest=longest)

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
                raise FolkbenchError(f"the network doesn't know {word!r} (in root C)")
        return tuple(tuple(self.vocabulary.numbers(group)) for group in groups)

    def hear(self, tokens: Sequence[int], mode: str) -> tuple[str, ...]:
        """The words, in root C and in `mode` ("K:Cdor"), of tokens of music."""
        head = self.encoding.tokens((mode,))
        return self.encoding.read((*head, *(self.vocabulary.texts[number] for number in tokens)), 0)[1:]

    def index(self) -> Index:
        """The index of the human tunes `beside`. Raises what `open_index` raises."""
        return open_index(self.beside)

    def _kept(self, bars: int | None, say: Callable[[str], None]) -> int:
        """How many bars on end the guard keeps off: what is asked for, or the usual number. It is made ready."""
        wanted = USUAL_BARS if bars is None else bars
        if not wanted:
            return 0
        if self.encoding.spells:
            if bars is None:
                say("a network of characters isn't kept from copying; folkbench whence says how original a tune is")
                return 0
            raise FolkbenchError("a network of characters can't be kept from copying", "say --original 0")
        can_guard(wanted)
        if not self._asked_corpus and str(self.corpus.get("name", "")) not in corpora():
            say(f"the human tunes of this network aren't on this bench; it is kept from copying those of {DEFAULT}")
        if self.beside in corpora() and not is_ready(self.beside):
            say("reading the human tunes, once, so that none is copied")
        self._guard(wanted)
        return wanted

    @property
    def beside(self) -> str:
        """The human tunes that tunes are held against: those asked for, else the network's own, or the session corpus
        where these aren't on this bench.
        """
        name = str(self.corpus.get("name", ""))
        return self._asked_corpus or (name if name in corpora() else DEFAULT)

    def _guard(self, bars: int) -> Guarding | None:
        if bars and bars not in self._guards:
            texts, index = self.vocabulary.texts, self.index()
            absolute = len(self.encoding.roots) > 1
            self._guards[bars] = Rooted(texts, bars, index) if absolute else open_guard(texts, bars=bars, index=index)
        return self._guards.get(bars)

    def _in_order(
        self, primed: Primed, seed: int, first: int, count: int, taste: Taste, original: int
    ) -> Iterator[Made]:
        ways = self._ways(primed)
        requests = (primed.request(seed, k, _pick(ways, seed, k)) for k in range(first, first + count))
        longest = LONGEST
        if self.encoding.spells:
            requests, longest = (request.spelled(self.words.texts) for request in requests), spelled.LONGEST
        waiting: dict[int, Drawn] = {}
        wanted = first
        streams, guard = min(STREAMS, count), self._guard(original)
        for drawn in sample(self.network, self.masks, requests, taste, streams=streams, longest=longest, guard=guard):
            waiting[drawn.request.k] = drawn
            while wanted in waiting:
                yield self._made(waiting.pop(wanted), primed, taste, wanted - first + 1, original, ways)
                wanted += 1

    def _made(
        self, drawn: Drawn, primed: Primed, taste: Taste, x: int, original: int, ways: Mapping[Reach, int]
    ) -> Made:
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
        stepped = texts if self.encoding.spells else written
        music = self._music(texts, stepped, start, stop, drawn.request.form)
        tune = decode(music, meter=meter, mode=mode, rhythm=rhythm)
        request = drawn.request
        reach = _pick(ways, request.seed, request.k)
        tonic = primed.tonic or (
            reach.tonic if reach else self._tonic(meaning(mode).value, rhythm, request.seed, request.k)
        )
        semitones = reach.semitones if reach else primed.semitones
        tune = to_key(tune, tonic) if semitones is None else transpose(tune, semitones, tonic)
        title = primed.wish.title or clean(title_of(texts)).text or made_name(request.seed, request.k, rhythm)
        tune = _headed(layout(tune), x, title, self._notes(primed.wish, request.seed, request.k, taste, original))
        abc = write(tune)
        own = request.owns(len(texts)) if self.encoding.spells else drawn.own
        if primed.typed and own:
            abc = as_typed(abc, sounding(texts[start:stop], own[start:stop]), primed.typed)
            tune = read(abc)
        k, counted = request.k, (drawn.logprob, drawn.masked, drawn.backs)
        return Made(abc, tune, title, request.seed, k, texts, *counted, written=written)

    def _music(self, words: Sequence[str], stepped: Sequence[str], start: int, stop: int, form: Form) -> list[str]:
        """The music with the bar lines that a player expects and the network leaves out, or hasn't got.

        `stepped`: what the grammar stepped over, as many as the words.
        """
        music = list(words[start:stop])
        grammar = self.masks.grammar
        if grammar is None:
            return music
        if not grammar.doubles and any(not one.repeated and not two.repeated for one, two in pairwise(form.parts)):
            state: AnyState | None = grammar.start(form._replace(coda=()))
            for place, text in enumerate(stepped[: stop - 1]):
                state = grammar.step(state, meaning(text)) if state else None
                if text == "|" and isinstance(state, State) and state.place.part and not state.place.bar:
                    music[place - start] = "||"
        return with_openings(music)

    def _ways(self, primed: Primed) -> Mapping[Reach, int]:
        """The keys and octaves in which the tune can have its notes; {} where it may have any."""
        if primed.notes is None:
            return {}
        tonics = {
            mode: {primed.tonic: 1} if primed.tonic else self._tonics(self.words.tokens[mode].value, primed.wish.rhythm)
            for mode in primed.modes
        }
        found = ways(self.vocabulary, primed.modes, tonics, primed.notes, primed.semitones)
        free = {reach: count for reach, count in found.items() if primed.given.isdisjoint(reach.away)}
        if not free:
            reach = next(iter(found))
            strange = next(self.vocabulary.texts[number] for number in reach.away if number in primed.given)
            raise FolkbenchError(
                f"{primed.notes.of} leaves no room for {strange!r} (in root C), which is given", "give other music"
            )
        return free

    def _tonics(self, mode: str, rhythm: str) -> Mapping[str, int]:
        """How often the corpus has each tonic for this mode and dance; C if it says nothing."""
        table: dict[str, dict[str, int]] = self.corpus.get("tonics", {})
        return table.get(f"{mode} {rhythm}") or table.get(mode) or {"C": 1}

    def _tonic(self, mode: str, rhythm: str, seed: int, k: int) -> str:
        """A tonic drawn as the corpus has them for this mode and dance."""
        return _drawn(self._tonics(mode, rhythm), seed, k)

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
            "--ending": wish.ending,
            "--for": wish.player,
            "--temperature": "" if taste.temperature == 1 else f"{taste.temperature:g}",
            "--original": original,
            "--corpus": self._asked_corpus,
            "--top-p": "" if taste.top_p == 1 else f"{taste.top_p:g}",
        }
        for option, value in asked.items():
            if value or option == "--original":
                words += [option, str(value)]
        for span in wish.avoid:
            words += ["--avoid-range", span]
        words += form_words(wish.form)
        words += ["--no-grammar"] if self.masks.free else []
        guard = self._guard(original)
        corpus = self.corpus.get("fingerprint")
        trained = f", trained on {self.corpus.get('name', 'a corpus')} {corpus}" if corpus else ""
        kept = f", kept from copying {self.beside} {guard.fingerprint}" if guard else ""
        if guard and guard.fingerprint == corpus:
            kept = ", which it is kept from copying"
        return shlex.join(words), f"network {self.hash}{trained}{kept}"


def _pick(ways: Mapping[Reach, int], seed: int, k: int) -> Reach | None:
    """One of the ways, drawn; None if there are none."""
    return _drawn(ways, seed, k) if ways else None


def _drawn(counts: Mapping[_T, int], seed: int, k: int) -> _T:
    """One of several things, drawn by how often each is there."""
    at = dice(seed, k, _TONIC).random() * sum(counts.values())
    for one, count in counts.items():
        at -= count
        if at < 0:
            return one
    return next(iter(counts))


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
