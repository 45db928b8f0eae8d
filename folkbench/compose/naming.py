"""Titles for a tune that is there, by the same network: it has learnt to write a title behind the music as well."""

from __future__ import annotations

from folkbench.compose.composer import Composer
from folkbench.compose.form import FREE
from folkbench.compose.masks import Masks
from folkbench.compose.request import Request, Taste
from folkbench.compose.sampling import sample
from folkbench.compose.states import LONGEST_TITLE
from folkbench.encoding import TITLE, encode, rhythm_token, title_of
from folkbench.errors import FolkbenchError
from folkbench.notation import Tune
from folkbench.notation.dances import dance
from folkbench.notation.titles import clean

_TRIES = 4  # titles drawn for each that is wanted; some come twice


def titles(composer: Composer, tune: Tune, seed: int, count: int = 5, taste: Taste | None = None) -> tuple[str, ...]:
    """Up to `count` different titles for a tune, in the order in which they were drawn.

    Raises FolkbenchError for a tune that the network can't read, or a network that writes no titles.
    """
    encoded = encode(tune)
    kind = dance(tune.rhythm) if tune.rhythm else None
    named = [rhythm_token(kind.name)] if kind and rhythm_token(kind.name) in composer.words.index else []
    words = (*named, encoded.meter, encoded.mode, *encoded.music, TITLE)
    spell = composer.encoding.tokens
    try:
        prime = tuple(number for numbers in composer.spell(words) for number in numbers)
    except FolkbenchError as error:
        raise FolkbenchError(error.message, "it can't name this tune") from error
    letters = tuple(
        composer.vocabulary.numbers(spell([token.text for token in composer.words.tokens if token.kind == "letter"]))
    )
    end = composer.vocabulary.of_kind("end")
    space = set(spell(("t:_",)))
    solid = tuple(number for number in letters if composer.vocabulary.texts[number] not in space)
    first = len(prime)
    choices = (
        (first, solid),
        *((first + n, (*letters, *end)) for n in range(1, LONGEST_TITLE)),
        (first + LONGEST_TITLE, end),
    )
    requests = [Request(seed, k, prime, FREE, choices) for k in range(1, _TRIES * count + 1)]
    free = Masks(composer.vocabulary.tokens, free=True)
    drawn = sample(composer.network, free, requests, taste, longest=first + LONGEST_TITLE + 2)
    marker = len(spell((TITLE,)))
    written = {}
    for one in drawn:
        texts = [composer.vocabulary.texts[number] for number in one.tokens[first - marker :]]
        written[one.request.k] = title_of(composer.encoding.read(texts, 0))
    found = dict.fromkeys(clean(written[k]).text for k in sorted(written))
    return tuple(name for name in found if name)[:count]
