"""Priming: from what a musician asks for to the tokens that a tune begins with.

    <s> [T: the title's letters] [R:reel] M:4/4 K:Cmaj [the prefix ...

What isn't asked for the network chooses: the meter among those of the dance and those that the prefix fits, the
mode, and the title, which it then writes behind the music. Music that is given (`given`) stands in the tune exactly,
transposed once; `plan` finds out whether it can.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from folkbench.compose.form import FREE, Form, form_words, parse_form
from folkbench.compose.given import CHANGES_A_NOTE, HOLE, Given, Numbers, Stretch, Words, read_given
from folkbench.compose.masks import Masks
from folkbench.compose.plan import CROWDED, ENDING, RETURNS, Misfit, Plan, plan
from folkbench.compose.reach import Notes, Reach, avoided
from folkbench.compose.request import DRAWN, Request
from folkbench.compose.states import LONGEST_TITLE
from folkbench.encoding import ENCODINGS, Encoding, Token, Vocabulary, rhythm_token, spell
from folkbench.encoding.v2 import METERS
from folkbench.errors import FolkbenchError
from folkbench.notation import parse_key, parse_meter
from folkbench.notation.dances import dance
from folkbench.notation.instruments import instrument
from folkbench.notation.titles import plain

LONGEST_TYPED = 120
"""Characters of a title; a longer one is refused."""

ANY = "any"
"""The dance of a wish that leaves it to the network whether it names one; a network of characters always does."""

USUAL = (("AABB", 8), ("AB", 8), ("AABB", 4), ("AABB", 16), ("AB", 16), ("AABBCC", 8), ("ABC", 8), ("AABB", 12))
"""Forms for a tune whose ending is given and whose form isn't, the usual ones first."""

_ON_C = ("=C", "=D", "=F", "=G")
_COMMON = ("M:4/4", "M:6/8", "M:2/4", "M:3/4", "M:9/8")  # where several meters fit, the first is meant


@dataclass(frozen=True)
class Wish:
    """What is asked for, as it was typed; "" is no wish. A tune is given a dance, unless `rhythm` is ANY."""

    title: str = ""
    rhythm: str = ""
    meter: str = ""
    key: str = ""
    prefix: str = ""
    form: Form = FREE
    ending: str = ""
    player: str = ""  # an instrument
    avoid: tuple[str, ...] = ()  # ranges of notes


@dataclass(frozen=True)
class Primed:
    """A wish made ready: the request but for seed and stream, and how the tune gets its key.

    tonic: "" where it is to be drawn. semitones: from root C, where music in plain ABC says how far. modes: tokens, of
    which one stands at `mode_at` in the prime. given: all pitches and other tokens of the user's. typed: what the user
    gave in plain ABC, bar by bar. root: half-steps above C that the network is to stand on; None: it chooses.
    """

    wish: Wish
    asked: Request
    tonic: str
    semitones: int | None
    modes: Numbers
    mode_at: int
    notes: Notes | None
    given: frozenset[int]
    typed: tuple[Stretch, ...]
    root: int | None

    def request(self, seed: int, k: int, reach: Reach | None = None) -> Request:
        """The request for tune k of a seed, in a key that was chosen for its notes or in any."""
        asked = self.asked._replace(seed=seed, k=k)
        if reach is None:
            return asked
        tokens = list(asked.prime)
        tokens[self.mode_at] = reach.mode
        choices = tuple(choice for choice in asked.choices if choice[0] != self.mode_at)
        return asked._replace(prime=tuple(tokens), choices=choices, away=reach.away)


def prime(
    wish: Wish, vocabulary: Vocabulary, masks: Masks, say: Callable[[str], None], encoding: Encoding = ENCODINGS["v2"]
) -> Primed:
    """Make a wish ready for the network. `say` is given a line where a title was changed for it, or a form chosen.

    `vocabulary` and `masks` are over what the grammar steps over: the network's tokens, or the words that it spells.

    Raises FolkbenchError for a title too long, a dance, meter or key that doesn't exist or that the network doesn't
    know, a prefix or ending that is no music or that no tune of this meter and form can have, too few notes, and for
    what a network that spells can't be asked.
    """
    title = _title(wish.title, vocabulary, say)
    meters = _meters(wish.meter, vocabulary)
    anyhow = wish.rhythm.strip().lower() == ANY
    dances = _dances("" if anyhow else wish.rhythm, vocabulary)
    tonic, modes = _key(wish.key, vocabulary)
    form = wish.form._replace(title="none" if wish.title and not title else None if title else "behind")
    if not vocabulary.of_kind("marker"):
        form = form._replace(title="none")  # a network without titles would wait for one at the tune's end
    by_word = ENCODINGS["v2"] if encoding.spells else encoding

    def knows(words: Sequence[str]) -> bool:
        return vocabulary.knows(by_word.tokens(words))

    given = read_given(wish.prefix, "prefix", wish.meter, wish.key, knows)
    last = read_given(wish.ending, "ending", wish.meter, wish.key, knows)
    if encoding.spells:
        _refuse_spelled(wish, given, last)
    if len(last.pieces) > 1:
        raise FolkbenchError("the ending has a hole", "... stands in a prefix; an ending is given whole")
    if masks.free and (len(given.pieces) > 1 or last or form.returns):
        raise FolkbenchError("holes, endings and parts that come back need the grammar", "leave --no-grammar away")
    if last and form.parts and form.parts[-1].again >= 0:
        letter = form.parts[-1].letter
        raise FolkbenchError(f"the last part, {letter}, comes back as it was, and can't have an ending of its own")
    pieces, modes = _in_mode(given.pieces, modes, vocabulary, by_word)
    closing, modes = _in_mode(last.pieces, modes, vocabulary, by_word)
    planned = Plan(pieces[0] if given else (), (), form, ())
    if (given or last) and not masks.free:
        music = (pieces, closing[0] if last else ())
        planned, meters = _planned(masks, wish, form, meters, modes[0], music, given, vocabulary)
        if last and not form.parts:
            say(f"no form was asked for: the tune is made with {' '.join(form_words(planned.form))}")
    semitones = given.semitones if given.semitones is not None else last.semitones
    undanced = anyhow and bool(dances) and not encoding.spells
    if undanced:
        dances, _ = _agreeing(dances, meters, vocabulary)
    elif not (wish.rhythm and wish.meter):
        dances, meters = _agreeing(dances, meters, vocabulary)
    tokens: list[int] = [*title]
    choices = []
    for some in ((*dances, *meters) if undanced else dances, meters, modes):
        if len(some) > 1:
            choices.append((len(tokens), some))
        tokens.extend(some if len(some) == 1 else [DRAWN] * bool(some))
    mode_at = len(tokens) - 1
    tokens.extend(planned.music)
    if planned.music and (masks.free or encoding.spells):  # the grammar sees to it elsewhere
        kept = tuple(n for n, token in enumerate(vocabulary.tokens) if token.kind not in CHANGES_A_NOTE)
        choices.append((len(tokens), kept))
    notes = _notes(wish)
    root = 0 if given or last or notes else None
    if root is not None and len(encoding.roots) > 1:
        choices += _on_c(len(tokens), planned.music, vocabulary)
    all_given = frozenset((*planned.music, *planned.ending, *(n for gap in planned.gaps for n in gap.tokens)))
    typed = (*given.typed, *last.typed) if bool(given.typed) == bool(given) and bool(last.typed) == bool(last) else ()
    request = Request(0, 0, tuple(tokens), planned.form, tuple(choices), planned.gaps, planned.ending)
    request = request._replace(dance_at=len(title)) if undanced else request
    return Primed(wish, request, tonic, semitones, modes, mode_at, notes, all_given, typed, root)


def _refuse_spelled(wish: Wish, given: Given, last: Given) -> None:
    """Raise for what only tokens can be asked for."""
    asked = {
        "holes": len(given.pieces) > 1,
        "an ending": bool(last),
        "parts that come back": wish.form.returns,
        "notes to keep to": bool(wish.player or wish.avoid),
    }
    names = [name for name, there in asked.items() if there]
    if names:
        raise FolkbenchError(
            f"a network of characters can't be asked for {' and '.join(names)}", "take a network of tokens with --model"
        )


def _in_mode(
    pieces: Sequence[Words], modes: Numbers, vocabulary: Vocabulary, encoding: Encoding
) -> tuple[tuple[Numbers, ...], Numbers]:
    """Given music as tokens, and the modes in which it sounds so: major where nobody says which, if that is one."""
    words = [word for piece in pieces for word in piece]
    ways = {mode: encoding.tokens((f"K:C{vocabulary.tokens[mode].value}", *words))[1:] for mode in modes}
    texts = ways[next((mode for mode in modes if vocabulary.tokens[mode].value == "maj"), modes[0])]
    unknown = [word for word, text in zip(words, texts, strict=True) if text not in vocabulary.index]
    if unknown:
        raise FolkbenchError(f"the network doesn't know {unknown[0]!r} (in root C)", "give simpler music")
    numbers = iter(vocabulary.numbers(texts))
    said = tuple(tuple(islice(numbers, len(piece))) for piece in pieces)
    return said, tuple(mode for mode in modes if ways[mode] == texts)


def _on_c(place: int, music: Numbers, vocabulary: Vocabulary) -> list[tuple[int, Numbers]]:
    """What a network that might stand on C# is led to C by, where no note is given at first: C, D, F or G, which are
    in every scale on C and in none on C#."""
    if any(vocabulary.tokens[number].kind == "pitch" for number in music):
        return []
    firsts = [n for n in vocabulary.of_kind("pitch") if vocabulary.texts[n].strip(",'").upper() in _ON_C]
    return [(place, tuple(firsts))]


def _notes(wish: Wish) -> Notes | None:
    """The notes that the tune may have; None for any."""
    if not (wish.player or wish.avoid):
        return None
    played = instrument(wish.player) if wish.player else None
    allowed = (played.notes if played else frozenset(range(128))) - avoided(wish.avoid)
    names = [f"the {played.name}"] if played else []
    names += [f"avoiding {' and '.join(wish.avoid)}"] if wish.avoid else []
    return Notes(allowed, " ".join(names))


def _title(title: str, vocabulary: Vocabulary, say: Callable[[str], None]) -> Numbers:
    """The title's tokens; () if there is none that the network can read."""
    if len(title) > LONGEST_TYPED:
        raise FolkbenchError(f"the title has {len(title)} characters", f"{LONGEST_TYPED} are the most")
    if any(unicodedata.category(character) == "Cc" for character in title):
        raise FolkbenchError("the title has a line break or another control character in it", "give it as one line")
    if title and not title.strip():
        raise FolkbenchError("the title is empty", "leave --title away, and the network writes one")
    letters = {token.value for token in vocabulary.tokens if token.kind == "letter"}
    if title and not letters:
        say("the network reads no titles; T: keeps this one")
        return ()
    near = plain(title)
    left_out = near.left_out + "".join(sorted(set(near.text) - letters))
    if left_out:
        say(f"the network doesn't know {' '.join(left_out)}: it reads the title without, T: keeps it")
    known = " ".join("".join(letter for letter in near.text if letter in letters).split())
    if len(known) > LONGEST_TITLE:
        say(f"the network reads the first {LONGEST_TITLE} letters of the title, T: keeps all")
    return tuple(vocabulary.numbers(spell(known[:LONGEST_TITLE].strip())))


def _dances(rhythm: str, vocabulary: Vocabulary) -> Numbers:
    known = vocabulary.of_kind("rhythm")
    if not rhythm:
        return known
    found = dance(rhythm)
    token = rhythm_token(found.name) if found else ""
    if token in vocabulary.index:
        return (vocabulary.index[token],)
    names = ", ".join(_name(vocabulary.tokens[number]) for number in known)
    what = f"the network knows no {found.name}" if found else f"there is no dance {rhythm!r}"
    raise FolkbenchError(what, f"it knows {names}" if names else "it knows none by name")


def _name(token: Token) -> str:
    return token.value.replace("_", " ")


def _meters(meter: str, vocabulary: Vocabulary) -> Numbers:
    known = vocabulary.of_kind("meter")
    if not meter:
        return known
    found = parse_meter(meter)
    if found is None or not found.beats:
        raise FolkbenchError(f"{meter!r} is no meter to make a tune in", "write it as 4/4, 6/8 or C|")
    beats, unit = METERS.get((found.beats, found.unit), (found.beats, found.unit))
    text = f"M:{beats}/{unit}"
    if text not in vocabulary.index:
        names = ", ".join(vocabulary.texts[number].removeprefix("M:") for number in known)
        raise FolkbenchError(f"the network knows no tunes in {meter}", f"it knows {names}")
    return (vocabulary.index[text],)


def _key(key: str, vocabulary: Vocabulary) -> tuple[str, Numbers]:
    """The tonic, and the mode's token; "" and all modes if no key is asked for."""
    known = vocabulary.of_kind("mode")
    if not key:
        return "", known
    found = parse_key(key)
    if found is None or not found.tonic or not re.fullmatch(r"\s*[A-G][#b♯♭]?\s*[A-Za-z]*\s*", key):
        raise FolkbenchError(f"{key!r} is no key", "write it as D, Em, Edor or Amix")
    modes = tuple(number for number in known if vocabulary.tokens[number].value == found.mode)
    if not modes:
        names = ", ".join(vocabulary.tokens[number].value for number in known)
        raise FolkbenchError(f"the network writes no tunes in {found.mode}", f"its modes are {names}")
    return found.tonic, modes


def _agreeing(dances: Numbers, meters: Numbers, vocabulary: Vocabulary) -> tuple[Numbers, Numbers]:
    """The dances that have one of the meters, and the meters of the dances; as they were where none agree."""
    texts = {number: set[str]() for number in dances}
    for number in dances:
        kind = dance(_name(vocabulary.tokens[number]))
        for text, _ in kind.meters if kind else ():
            num, _, den = text.partition("/")
            beats, unit = METERS.get((int(num), int(den)), (int(num), int(den)))
            texts[number].add(f"M:{beats}/{unit}")
    wanted = {vocabulary.texts[number] for number in meters}
    some_dances = tuple(number for number in dances if texts[number] & wanted)
    some_meters = tuple(n for n in meters if any(vocabulary.texts[n] in found for found in texts.values()))
    return some_dances or dances, some_meters or meters


def _planned(
    masks: Masks,
    wish: Wish,
    form: Form,
    meters: Numbers,
    mode: int,
    music: tuple[tuple[Numbers, ...], Numbers],
    given: Given,
    vocabulary: Vocabulary,
) -> tuple[Plan, Numbers]:
    """How the tune can hold the music that is given, prefix and ending, and the meters in which it can.

    Raises FolkbenchError if it can't.
    """
    pieces, last = music
    found: dict[int, Plan | Misfit] = {}
    for asked in (
        [form] if form.parts or not last else [parse_form(*usual, form.pickup, form.endings) for usual in USUAL]
    ):
        asked = asked._replace(title=form.title)
        found = {meter: plan(masks, asked, (meter, mode), pieces, last) for meter in meters}
        plans = {meter: one for meter, one in found.items() if isinstance(one, Plan)}
        if plans:
            best = min(plans, key=lambda meter: _rank(vocabulary.texts[meter]))
            return plans[best], tuple(meter for meter, one in plans.items() if one == plans[best])
    raise _misfit(found, wish, given, vocabulary)


def _rank(meter: str) -> int:
    return _COMMON.index(meter) if meter in _COMMON else len(_COMMON)


def _misfit(found: dict[int, Plan | Misfit], wish: Wish, given: Given, vocabulary: Vocabulary) -> FolkbenchError:
    """Why nothing that is given can stand in the tune."""
    misfits = [(one, meter) for meter, one in found.items() if isinstance(one, Misfit)]
    furthest, meter = max(misfits, key=lambda pair: (pair[0].fits, -_rank(vocabulary.texts[pair[1]])))
    where = vocabulary.texts[meter].removeprefix("M:")
    if furthest.reason == ENDING:
        return FolkbenchError(
            f"no tune in {where} of this form ends with {wish.ending.strip()!r}", "count its bars, and the form's"
        )
    texts: list[str] = []
    seen = 0
    for piece in given.pieces:
        for text in piece:
            seen += 1
            texts.append(f"[{text}]" if seen == furthest.fits + 1 else text)
        texts.append(HOLE)
    texts[-1] = "" if furthest.fits < seen else "[its end]"
    at = next((place for place, text in enumerate(texts) if text.startswith("[")), len(texts))
    place = " ".join(texts[max(at - 6, 0) : at + 1])
    if furthest.reason == RETURNS:
        return FolkbenchError(f"the prefix reaches into a part that comes back of itself, at {place}", "end it before")
    if furthest.reason == CROWDED:
        return FolkbenchError(f"a hole has no room in its bar of {where}, before {place}", "count the bar")
    return FolkbenchError(f"no tune in {where} begins so: it can't go on at {place}", "count its bars, or --no-grammar")
