"""Keys and meters: what stands in K: and M:, and what it means for the notes.

ABC standard 2.1, sections 3.1.6 (M:) and 3.1.14 (K:).
"""

from __future__ import annotations

import re

from folkbench.notation.tune import Key, Meter

STEPS = "CDEFGAB"
_FIFTHS = {"F": -1, "C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5}
_SHARPS = "FCGDAEB"  # the order in which sharps enter a signature

MODES = {"maj": 0, "ion": 0, "lyd": 1, "mix": -1, "dor": -2, "min": -3, "aeo": -3, "m": -3, "phr": -4, "loc": -5}
"""Mode -> fifths that its signature lies above the major key on the same tonic."""

_CANONICAL = {"ion": "maj", "aeo": "min", "m": "min"}
ACCIDENTALS = {"^": 1, "^^": 2, "_": -1, "__": -2, "=": 0}

_KEY = re.compile(r"\s*([A-G])([#b♯♭]?)\s*([A-Za-z]*)")
_EXPLICIT = re.compile(r"(?<![\w=])(\^\^?|__?|=)([A-Ga-g])(?![\w])")
_CLEF = re.compile(r"(?:clef\s*=\s*)?\b(treble|alto|tenor|bass|perc|baritone|soprano|mezzosoprano)([+-]8)?", re.I)
_OCTAVE = re.compile(r"octave\s*=\s*(-?\d)")
_CLEF_WORDS = (
    "clef",
    "treble",
    "bass",
    "alto",
    "tenor",
    "perc",
    "octave",
    "middle",
    "transpose",
    "staff",
    "stafflines",
)

NO_KEY = Key("", "none", (0, 0, 0, 0, 0, 0, 0), "none", "", 0)
FREE = Meter(0, 1, "none")


def fifths(tonic: str, mode: str) -> int:
    """Sharps (positive) or flats (negative) in the signature of `tonic` and `mode`."""
    shift = {"#": 7, "b": -7}.get(tonic[1:], 0)
    return _FIFTHS[tonic[0]] + shift + MODES[mode]


def signature(tonic: str, mode: str) -> tuple[int, int, int, int, int, int, int]:
    """What each of the steps C D E F G A B is altered by in `tonic` and `mode`, in semitones."""
    count = fifths(tonic, mode)
    alters = [0] * 7
    for k in range(abs(count)):
        letter = _SHARPS[k % 7] if count > 0 else _SHARPS[6 - k % 7]
        alters[STEPS.index(letter)] += 1 if count > 0 else -1
    return (alters[0], alters[1], alters[2], alters[3], alters[4], alters[5], alters[6])


def parse_key(text: str, before: Key = NO_KEY) -> Key | None:
    """The key that K: names, or None if it can't be read. What it says nothing of (octaves) stays as `before`.

    Understands `G`, `Gm`, `Gmajor`, `E dor`, `A Mixolydian`, `F#`, `HP`, `Hp`, `none`, explicit accidentals
    (`D =c`, `D exp ^f _b`), clefs and octave=.
    """
    bare = text.strip()
    found = _parse_key(bare)
    return found and at_octave(found._replace(octave=before.octave, ottava=before.ottava), bare)


def at_octave(key: Key, words: str) -> Key:
    """The key with the octaves that the words of K: or V: name (section 4.6): `octave=-1`, `clef=treble-8`."""
    octave = _OCTAVE.search(words)
    clefs = [match.group(2) for match in _CLEF.finditer(words)]
    eight = next(filter(None, clefs), "")
    return key._replace(
        octave=int(octave.group(1)) if octave else key.octave,
        ottava={"": 0, "+8": 1, "-8": -1}[eight] if clefs else key.ottava,
    )


def key_behind(key: Key, name: str, value: str) -> Key:
    """The key in force behind a field in the music: another behind K: and V:."""
    if name == "K":
        return parse_key(value, key) or key
    return at_octave(key, value) if name == "V" else key


def _parse_key(bare: str) -> Key | None:
    clef_match = _CLEF.search(bare)
    clef = clef_match.group(1).lower() if clef_match else ""
    if bare[:2] in ("HP", "Hp"):
        # the pipes sound F and C sharp either way; Hp prints them, HP doesn't
        return Key("A", bare[:2], (1, 0, 0, 1, 0, 0, 0), bare, clef, 0)
    if not bare or bare.lower().startswith("none") or bare.lower().startswith(_CLEF_WORDS):
        return Key("", "none", _explicit((0,) * 7, bare), bare, clef, 0)
    match = _KEY.match(bare)
    if match is None:
        if _EXPLICIT.match(bare):
            return Key("", "none", _explicit((0,) * 7, bare), bare, clef, 0)
        return None
    letter, accidental, word = match.groups()
    mode = _mode(word)
    if mode is None:
        return None
    tonic = letter + {"♯": "#", "♭": "b"}.get(accidental, accidental)
    rest = bare[match.end() :] if word.lower() != "exp" else " " + bare[match.end() :]
    base = (0,) * 7 if "exp" in (word.lower(), *rest.lower().split()) else signature(tonic, mode)
    return Key(tonic, mode, _explicit(base, rest), bare, clef, 0)


def _mode(word: str) -> str | None:
    lower = word.lower()
    if not lower or lower == "exp" or lower.startswith(_CLEF_WORDS):
        return "maj"
    short = "m" if lower == "m" else lower[:3]
    if short not in MODES or (len(lower) < 3 and lower != "m"):
        return None
    return _CANONICAL.get(short, short)


def _explicit(base: tuple[int, ...], text: str) -> tuple[int, int, int, int, int, int, int]:
    alters = list(base)
    for sign, letter in _EXPLICIT.findall(text):
        alters[STEPS.index(letter.upper())] = ACCIDENTALS[sign]
    return (alters[0], alters[1], alters[2], alters[3], alters[4], alters[5], alters[6])


_METER = re.compile(r"\(?\s*(\d{1,3}(?:\s*\+\s*\d{1,3})*)\s*\)?\s*/\s*(\d{1,4})\s*$")


def parse_meter(text: str) -> Meter | None:
    """The meter that M: names, or None if it can't be read. `C` is 4/4, `C|` 2/2, `none` and nothing are free."""
    bare = text.strip()
    if bare == "C":
        return Meter(4, 4, "C")
    if bare == "C|":
        return Meter(2, 2, "C|")
    if not bare or bare.lower() == "none":
        return FREE
    match = _METER.match(bare)
    if match is None:
        return None
    beats = sum(int(part) for part in match.group(1).split("+"))
    unit = int(match.group(2))
    if beats == 0 or unit not in (1, 2, 4, 8, 16, 32, 64, 128):
        return None
    return Meter(beats, unit, bare)
