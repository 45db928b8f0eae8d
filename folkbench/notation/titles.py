"""Titles: from what a book, a database or the network writes to what a printer would set, and to the network's letters.

    ADMIRAL'S -- HORNPIPE      Admiral's Hornpipe, a hornpipe
    Acacia -- Reel             Acacia, a reel
    Kesh, The                  The Kesh
    LITTLE BROTHER OF MY HEART Little Brother Of My Heart
    the rakes of mallow        The Rakes of Mallow

Capitals go by one rule: every word begins with one, except that a small word inside the title (of, the, and ...) keeps
the letter it was typed with. So a title in capitals keeps a capital on each word, as the books print it that set
their titles in capitals; a title in lower case (the network's) gets the small words of a printer; and the words of a
title in mixed case stay as somebody chose them.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import NamedTuple

from folkbench.notation.dances import dance

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789 '-,.&!?()/"
"""The characters of the network's titles."""


class Title(NamedTuple):
    """A title for reading, and the dance it named behind a dash: "reel", "slip jig", "" for none."""

    text: str
    rhythm: str


class Plain(NamedTuple):
    """A title in the network's letters, and the characters that have no place there, each once."""

    text: str
    left_out: str


def clean(title: str) -> Title:
    """A title as a printer would set it, without the marks of the file it came from."""
    text = _typed(title)
    text, rhythm = _split(_turned(text))
    return Title(_cased(_turned(text)), rhythm)


def plain(title: str) -> Plain:
    """A title in the network's letters: lower case, é as e, ø as o, ß as ss; a run of spaces is one space."""
    kept: list[str] = []
    left_out: list[str] = []
    for character in unicodedata.normalize("NFC", title):
        letters = _letters(character)
        kept += letters
        if not letters and not unicodedata.combining(character) and character not in left_out:
            left_out.append(character)
    return Plain(" ".join("".join(kept).split()), "".join(left_out))


# Words that a printer sets small inside a title, if they were typed small.
_SMALL = re.compile(
    r"an?|the|and|but|nor|or|as|than|alias|aka|at|by|for|from|in|into|i'|of|o'|on|onto|over|per|to|upon|with|wi'"
)
_STRAIGHT = str.maketrans("’‘‛`´ʼ“”„«»–—‒―", "''''''\"\"\"\"\"----")
_NEAREST = {
    **dict(zip("øłđðħıĸ+⁄", "olddhik&/", strict=True)),
    **dict.fromkeys("’‘‛`´ʼ", "'"),
    **dict.fromkeys("–—‒―_", "-"),
    **dict.fromkeys("[{", "("),
    **dict.fromkeys("]}", ")"),
    **dict.fromkeys(";:", ","),
    "æ": "ae",
    "œ": "oe",
    "ĳ": "ij",
    "ß": "ss",
    "þ": "th",
    "ŋ": "ng",
}
# ABC standard 2.1, section 8.2: accents are typed as a backslash, the accent's sign and the letter.
_ACCENTS = {"`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", '"': "\u0308", ",": "\u0327", "=": "\u0304"}
_LIGATURES = {"AA": "Å", "aa": "å", "AE": "Æ", "ae": "æ", "OE": "Œ", "oe": "œ", "ss": "ß", "/O": "Ø", "/o": "ø"}
_ARTICLE = re.compile(r"^(?P<rest>.*\w.*?)(?:[\s.]*,\s*(?P<article>the|an?)|[\s.]+(?P<the>the))$", re.IGNORECASE)
_DASH = re.compile(r"^(?P<left>.*[^\s-])(?:\s+-+|--+|-(?=\s))\s*(?P<right>[^\s-].*)$")
_RIGHT = re.compile(r"^(?P<dance>[\w' -]+?)\.?(?P<more>(?:\s+No\.?\s*\d+)|\s*\(.*\))?$", re.IGNORECASE)
_ABBREVIATED = {"bros", "co", "do", "etc", "jr", "no", "regt", "sr", "st", "&c"}
_ROMAN = re.compile(r"(?=[ivx]{2})x{0,3}(?:ix|iv|v?i{0,3})", re.IGNORECASE)
# Mc always begins a name; Mac also other words (macaroni, machree, mackerel, Macroom).
_MC = re.compile(r"^Mc([a-z])")
_MAC = re.compile(r"^Mac(?!room|rame)([bcdfglmnpqrstvw])(?=[a-z]{3})")
_WORD = re.compile(r"[^\W_]+(?:['.][^\W_]+)*'?")


def _typed(title: str) -> str:
    """The title with straight quotes and single spaces, its escapes resolved and the residue of old mail gone."""
    text = html.unescape(title)
    text = re.sub(r"\\(AA|aa|AE|ae|OE|oe|ss|/O|/o)", lambda m: _LIGATURES[m[1]], text)
    text = re.sub(r"\\([`'^~\",=])([A-Za-z])", lambda m: m[2] + _ACCENTS[m[1]], text)
    text = unicodedata.normalize("NFC", text.replace("\\", "")).translate(_STRAIGHT)
    text = re.sub(r"=20|=$", " ", text)
    text = re.sub(r"(?<=\w)=(?=\w)", "-", text)  # the double hyphen of old print: Dorset=Shire
    text = re.sub(r"(?<=at):", "", text)  # Ryan's files have "Wat:erloo" and "Great: Eastern"
    text = re.sub(r"^\s*T:", "", text)
    text = re.sub(r"\bNo\.(?=\d)", "No. ", text, flags=re.IGNORECASE)
    return " ".join(text.split())


def _turned(text: str) -> str:
    """An article at the end put in front, and the last full stop or comma taken off."""
    text = _ended(text)
    if found := _ARTICLE.match(text):
        article = found["article"] or found["the"]
        return f"{article} {_ended(found['rest'])}"
    return text


def _ended(text: str) -> str:
    text = text.rstrip(" ,;:-" if text.rstrip(" ,;:-") else "")
    if found := re.fullmatch(r"(.*?([^\s.]*))\.([\")]?)", text):
        body, last, closing = found.groups()
        if last.lower().strip("'\"(") not in _ABBREVIATED and not re.search(r"(?:^|[\s.])[^\W\d]$|\.\.$", body):
            return f"{body.rstrip(' ,;:')}{closing}"
    return text


def _split(text: str) -> tuple[str, str]:
    """The title without the dance that stands before or behind its dash, and that dance's name."""
    if not (found := _DASH.match(text)):
        return text, ""
    left, right = _turned(found["left"]), found["right"]
    kind = _RIGHT.match(right)
    if kind and len(kind["dance"].split()) <= 2 and (named := dance(kind["dance"])):
        if left.endswith(("'s", "'S", "s'", "S'")):  # a possessive wants its noun: Fisher's Hornpipe
            left = f"{left} {kind['dance'].title()}"
        return f"{left} {(kind['more'] or '').strip()}".strip(), named.name
    if len(left.split()) <= 2 and (named := dance(left)):
        return right, named.name
    return text, ""


def _cased(text: str) -> str:
    words = [m[0] for m in _WORD.finditer(text) if len(m[0].replace("'", "")) > 1]
    loud = [w for w in words if _shouted(w)]
    shouted = 2 * len(loud) >= len(words) and (len(loud) > 1 or len(words) == 1)
    quiet = text == text.lower()
    spans = [m.span() for m in _WORD.finditer(text)]
    parts: list[str] = []
    done = 0
    for index, (start, end) in enumerate(spans):
        word = text[start:end]
        before = text[:start].rstrip()
        inside = bool(before) and before[-1] not in '.!?:("' and index < len(spans) - 1
        if quiet or (_shouted(word) and (shouted or len(word) > 3)):
            small = quiet and inside and _SMALL.fullmatch(word)
            word = word if small else _printed(word)
        elif not before:
            word = word[0].upper() + word[1:]
        parts += (text[done:start], _MC.sub(lambda m: f"Mc{m[1].upper()}", word))
        done = end
    return "".join(parts) + text[done:]


def _shouted(word: str) -> bool:
    """All in capitals, but for the c of Mc and a possessive s; initials and Roman numerals are meant so."""
    if "." in word.rstrip(".") or _ROMAN.fullmatch(word):
        return False
    return re.sub(r"^Ma?c|'s$", "", word).isupper()


def _printed(word: str) -> str:
    """One word with its capitals: O'Neill's, McLeod's, I'll, 1st, II, W.F.R."""
    if _ROMAN.fullmatch(word) or re.fullmatch(r"(?:\w\.)+\w?", word):
        return word.upper()
    word = _MAC.sub(lambda m: f"Mac{m[1].upper()}", word[0].upper() + word[1:].lower())
    # O'Neill and D'Arcy, but o'er, e'en, o'clock, I'm and d'ye
    return re.sub(r"^([ADLMO])'(?!er\b|en\b|clock)(\w{3})", lambda m: f"{m[1]}'{m[2].capitalize()}", word)


def _letters(character: str) -> str:
    if character.isspace():
        return " "
    spelled = _NEAREST.get(character.lower()) or unicodedata.normalize("NFKD", character).lower()
    spelled = "".join(_NEAREST.get(c, c) for c in spelled)
    return "".join(c for c in spelled if c in LETTERS)
