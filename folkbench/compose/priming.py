"""Priming: from what a musician asks for to the tokens that a tune begins with.

    <s> [T: the title's letters] [R:reel] M:4/4 K:Cmaj [the prefix ...

What isn't asked for the network chooses: the meter among those of the dance and those that the prefix fits, the
mode, and the title, which it then writes behind the music. A prefix in spaced tokens (`G, C C 2`) is in root C; one
in plain ABC is in the tune's key, which must then be given. Either stands in the tune exactly, transposed once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from folkbench.compose.form import FREE, Form
from folkbench.compose.grammar import LONGEST_TITLE, AnyState
from folkbench.compose.masks import Masks
from folkbench.compose.request import DRAWN, Request
from folkbench.compose.sampling import walk
from folkbench.encoding import ENCODINGS, Encoding, Token, Vocabulary, encode, meaning, rhythm_token, spell
from folkbench.encoding.v2 import METERS
from folkbench.errors import FolkbenchError
from folkbench.notation import parse_key, parse_meter, read
from folkbench.notation.dances import dance
from folkbench.notation.titles import plain
from folkbench.notation.tune import Chord, Note, Unknown

LONGEST_TYPED = 120
"""Characters of a title; a longer one is refused."""

Numbers = tuple[int, ...]

_MUSIC = frozenset(("pitch", "rest", "length", "broken", "tie", "tuplet", "open", "close", "bar", "ending"))
_CHANGES_A_NOTE = frozenset(("length", "broken", "tie"))
"""Kinds of token that would change the note before them."""
_UNFINISHED = frozenset(("tuplet-too-short", "broken-at-bar-line"))


@dataclass(frozen=True)
class Wish:
    """What is asked for, as it was typed; "" is no wish."""

    title: str = ""
    rhythm: str = ""
    meter: str = ""
    key: str = ""
    prefix: str = ""
    form: Form = FREE


@dataclass(frozen=True)
class Primed:
    """A wish made ready: what `Request` needs but for seed and stream, and how the tune gets its key."""

    wish: Wish
    prime: tuple[int, ...]
    choices: tuple[tuple[int, tuple[int, ...]], ...]
    form: Form
    tonic: str  # "" where it is to be drawn
    semitones: int | None  # from root C, where the prefix says how far
    root: int | None = None  # half-steps above C that the network is to stand on; None: it chooses

    def request(self, seed: int, k: int) -> Request:
        """The request for tune k of a seed."""
        return Request(seed, k, self.prime, self.form, self.choices)


def prime(
    wish: Wish, vocabulary: Vocabulary, masks: Masks, say: Callable[[str], None], encoding: Encoding = ENCODINGS["v2"]
) -> Primed:
    """Make a wish ready for the network, whose words are `vocabulary` in an encoding that has a token for each. `say`
    is given a line where a title had to be changed for it.

    Raises FolkbenchError for a title too long, a dance, meter or key that doesn't exist or that the network doesn't
    know, a prefix that is no music or that no tune of this meter and form can begin with.
    """
    title = _title(wish.title, vocabulary, say)
    meters = _meters(wish.meter, vocabulary)
    dances = _dances(wish.rhythm, vocabulary)
    tonic, modes = _key(wish.key, vocabulary)
    form = wish.form._replace(title="none" if wish.title and not title else None if title else "behind")
    words, semitones = _prefix(wish, vocabulary, encoding)
    music, modes = _in_mode(words, modes, vocabulary, encoding)
    if music:
        meters = _fitting(masks, form, meters, modes[0], music, vocabulary)
    if not (wish.rhythm and wish.meter):
        dances, meters = _agreeing(dances, meters, vocabulary)
    prime: list[int] = [*title]
    choices = []
    for tokens in (dances, meters, modes):
        if len(tokens) > 1:
            choices.append((len(prime), tokens))
        prime.extend(tokens if len(tokens) == 1 else [DRAWN] * bool(tokens))
    prime.extend(music)
    if music:
        kept = tuple(n for n, token in enumerate(vocabulary.tokens) if token.kind not in _CHANGES_A_NOTE)
        choices.append((len(prime), kept))
    return Primed(wish, tuple(prime), tuple(choices), form, tonic, semitones, 0 if music else None)


def _title(title: str, vocabulary: Vocabulary, say: Callable[[str], None]) -> Numbers:
    """The title's tokens; () if there is none that the network can read."""
    if len(title) > LONGEST_TYPED:
        raise FolkbenchError(f"the title has {len(title)} characters", f"{LONGEST_TYPED} are the most")
    if any(unicodedata.category(character) == "Cc" for character in title):
        raise FolkbenchError("the title has a line break or another control character in it", "give it as one line")
    if title and not title.strip():
        raise FolkbenchError("the title is empty", "leave --title away, and the network writes one")
    letters = {token.value for token in vocabulary.tokens if token.kind == "letter"}
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


def _prefix(wish: Wish, vocabulary: Vocabulary, encoding: Encoding) -> tuple[tuple[str, ...], int | None]:
    """The prefix as words in root C, and how many semitones lie between root C and the key it was written in."""
    words = wish.prefix.split()
    if not words:
        if wish.prefix:
            raise FolkbenchError("the prefix is empty", "give some notes, as in 'G, C C 2'")
        return (), None
    if all(meaning(word).kind in _MUSIC for word in words) and vocabulary.knows(encoding.tokens(words)):
        return tuple(words), None
    tune = read(f"X:1\nM:{wish.meter or '4/4'}\nL:1/8\nK:{wish.key or 'C'}\n{wish.prefix}\n")
    strange = [remark.text for remark in tune.remarks if remark.code not in _UNFINISHED]
    strange += [event.text for bar in tune.bars for event in bar.events if isinstance(event, Unknown)]
    if strange or not any(isinstance(event, Note | Chord) for bar in tune.bars for event in bar.events):
        what = f": {strange[0].strip()!r} isn't" if strange and strange[0].strip() else ""
        raise FolkbenchError(f"the prefix is no ABC{what}", "write it as in 'GABc d2' or 'G, C C 2'")
    if not wish.key:
        raise FolkbenchError("a prefix in plain ABC needs a key to stand in", "say --key, as in --key G")
    encoded = encode(tune, octave=0)
    music = encoded.music
    if tune.bars and not tune.bars[-1].close.text:
        music = music[:-1]  # encode closes the last bar, which the tune is to go on with
    return music, -encoded.semitones


def _in_mode(
    words: tuple[str, ...], modes: Numbers, vocabulary: Vocabulary, encoding: Encoding
) -> tuple[Numbers, Numbers]:
    """The prefix as tokens, and the modes in which it sounds so: major where nobody says which, if that is one."""
    ways = {mode: encoding.tokens((f"K:C{vocabulary.tokens[mode].value}", *words))[1:] for mode in modes}
    music = ways[next((mode for mode in modes if vocabulary.tokens[mode].value == "maj"), modes[0])]
    unknown = [text for text in music if text not in vocabulary.index]
    if unknown:
        raise FolkbenchError(f"the network doesn't know {unknown[0]!r} (in root C)", "begin with simpler music")
    return tuple(vocabulary.numbers(music)), tuple(mode for mode in modes if ways[mode] == music)


def _fitting(masks: Masks, form: Form, meters: Numbers, mode: int, music: Numbers, vocabulary: Vocabulary) -> Numbers:
    """The meters in which the grammar lets a tune begin with `music`."""
    walks = {meter: walk(masks, form, (meter, mode, *music)) for meter in meters}
    fitting = tuple(
        meter
        for meter, (count, state) in walks.items()
        if count == len(music) + 2 and (state is None or _goes_on(masks, state))
    )
    if fitting:
        return fitting
    meter, (count, _) = max(walks.items(), key=lambda pair: pair[1][0])
    texts = [*(vocabulary.texts[number] for number in music), "its end"]
    place = " ".join([*texts[max(count - 8, 0) : count - 2], f"[{texts[count - 2]}]"])
    where = vocabulary.texts[meter].removeprefix("M:")
    raise FolkbenchError(f"no tune in {where} begins so: it can't go on at {place}", "count its bars, or --no-grammar")


def _goes_on(masks: Masks, state: AnyState) -> bool:
    """Whether something may follow that leaves the prefix's last note as it is."""
    return masks.grammar is None or any(
        token.kind not in _CHANGES_A_NOTE and masks.grammar.step(state, token) is not None for token in masks.tokens
    )
