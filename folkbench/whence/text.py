"""The one text that is searched: all tunes of a corpus behind one another, and what stands where in it.

Every tune is `|`, its tokens, `|`, end: its edges are bar lines, and all bar-line signs that stand together
(`:| |:`, `| |1`) are one bar line. Which signs those were is kept beside the text, so that `:|` can be asked for.
Symbols are numbers: 0 ends a tune, 1 is the bar line, the others are tokens (`Text.words`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from folkbench.corpus import Corpus
from folkbench.encoding.timing import EIGHTH
from folkbench.encoding.tokens import Token, default_time, meaning
from folkbench.notation import form
from folkbench.notation.tune import Bar, BarLine, Key, Meter, Tune, Voice

END, LINE = 0, 1
"""The symbols for a tune's end and for a bar line."""

ENDS, BEGINS, DOUBLE, FIRST_ENDING = 1, 2, 4, 8
"""Bits of a bar line: a repeat ends, a repeat begins, it is double, ending 1 begins (ending n: `8 << n - 1`)."""

MODES = ("maj", "min", "dor", "mix")

Array = npt.NDArray[np.generic]
Symbols = npt.NDArray[np.uint16]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Text:
    """The text of n tunes and b bars as arrays, as they stand in the index file.

    `bar_at` is where each bar's opening line stands in the text; a place in the text is an index of `symbols`.
    """

    words: tuple[str, ...]  # symbol -> token; the first two are "" and "|"
    symbols: Symbols
    tune_at: npt.NDArray[np.uint32]  # (n + 1,) where each tune's first bar line stands
    group: npt.NDArray[np.uint32]  # (n,)
    meter: npt.NDArray[np.uint8]  # (n, 2)
    mode: npt.NDArray[np.uint8]  # (n,) in MODES
    line_at: npt.NDArray[np.uint32]  # (b + n,)
    line_bits: npt.NDArray[np.uint16]  # (b + n,)
    bar_part: npt.NDArray[np.uint8]  # (b + n,), as the next two: what bar the line opens; a tune's last opens none
    bar_number: npt.NDArray[np.uint16]
    bar_ending: npt.NDArray[np.uint8]
    line_tune: npt.NDArray[np.uint32]  # (b + n,) the tune it stands in
    line: npt.NDArray[np.uint32]  # per symbol: the ordinal of the bar line at or before it
    onset: npt.NDArray[np.uint32]  # per symbol: ticks from the start of its bar, full of what a pickup leaves out

    @cached_property
    def index(self) -> dict[str, int]:
        """Token -> symbol."""
        return {word: symbol for symbol, word in enumerate(self.words) if symbol > LINE}

    def tunes_of(self, places: npt.NDArray[np.integer]) -> Places:
        """The tune in which each place stands."""
        tunes: Places = self.line_tune[self.line[places]].astype(np.int64)
        return tunes

    def lines_of(self, places: npt.NDArray[np.integer]) -> Places:
        """The number of the bar line that opens the bar in which each place stands (itself, if it is a line)."""
        lines: Places = self.line[places].astype(np.int64)
        return lines

    def label(self, line: int) -> str:
        """`A5`, `A8.2`: the bar that bar line `line` opens."""
        ending = int(self.bar_ending[line])
        return f"{letter(int(self.bar_part[line]))}{self.bar_number[line]}" + (f".{ending}" if ending else "")

    def beats(self, places: Places) -> list[float]:
        """On which beat of its bar each place stands, counted from 1: a dotted quarter in 6/8, else as M: says."""
        beats: list[float] = np.round(1 + self.onset[places] / self.beat_ticks(self.tunes_of(places)), 3).tolist()
        return beats

    def beat_ticks(self, tunes: Places) -> Places:
        """Ticks in a beat of each of these tunes: three eighths in 6/8, 9/8, 12/8, else the note that M: names."""
        num, den = self.meter[tunes].astype(np.int64).T
        compound = (den >= 8) & (num > 3) & (num % 3 == 0)
        return np.where(compound, 3 * EIGHTH, 8 * EIGHTH // den)

    def spell(self, first: int, last: int) -> list[str]:
        """The tokens from place `first` to before `last`, their bar lines as they are written."""
        line = int(np.searchsorted(self.line_at, first))
        found = []
        for symbol in self.symbols[first:last].tolist():
            if symbol == LINE:
                found.append(line_text(int(self.line_bits[line])))
                line += 1
            elif symbol != END:
                found.append(self.words[symbol])
        return found


def line_text(bits: int) -> str:
    """A bar line's signs, `:| |:`, from its bits."""
    signs = [sign for bit, sign in ((ENDS, ":|"), (DOUBLE, "||"), (BEGINS, "|:")) if bits & bit]
    signs += [f"|{number}" for number in range(1, 10) if bits & FIRST_ENDING << number - 1]
    return " ".join(signs) or "|"


def line_bits(token: Token) -> int:
    """The bits of one bar-line token; 0 for a plain `|`."""
    bits = ENDS * token.ends | BEGINS * token.begins | DOUBLE * (token.value == "double")
    return bits | FIRST_ENDING << token.number - 1 if token.number else bits


def letter(number: int) -> str:
    """A part's letter: A, B, ... Z, AA ..."""
    return (letter(number // 26 - 1) if number > 25 else "") + chr(65 + number % 26)


def part_number(letters: str) -> int:
    """The number of a part's letter, from 0."""
    number = 0
    for character in letters.upper():
        number = number * 26 + ord(character) - 64
    return number - 1


def text_of(corpus: Corpus) -> Text:
    """The text of a corpus."""
    codes = np.frombuffer(corpus.codes, np.uint16)
    return make_text(corpus.words, codes, np.array(corpus.starts), np.array([row[5] for row in corpus.rows]))


def text_of_tune(meter: str, mode: str, music: Sequence[str]) -> Text:
    """The text of one tune, such as is to be traced."""
    sequence = (meter, mode, *music)
    words = tuple(dict.fromkeys(sequence))
    index = {word: code for code, word in enumerate(words)}
    codes = np.array([index[word] for word in sequence], np.uint16)
    return make_text(words, codes, np.array([0, len(codes)]), np.zeros(1))


def make_text(words: Sequence[str], codes: Symbols, starts: Array, group: Array) -> Text:
    """The text of tunes that are `codes[starts[k] : starts[k + 1]]`: meter, mode and music, by number in `words`."""
    starts = np.asarray(starts, np.int64)
    tokens = [meaning(word) for word in words]
    heads = codes[starts[:-1]], codes[starts[:-1] + 1]
    # every tune gets a line where meter and mode stand, and line and end behind it; then lines on end become one
    line_code, end_code = len(words), len(words) + 1
    stream = np.insert(codes.astype(np.uint16), np.repeat(starts[1:], 2), [line_code, end_code] * (len(starts) - 1))
    kinds = [token.kind for token in tokens]
    lines = np.array([kind in ("bar", "ending", "meter", "mode") for kind in kinds] + [True, False])
    bits = np.array([line_bits(token) for token in tokens] + [0, 0], np.uint16)
    is_line = lines[stream]
    kept = ~(is_line & np.concatenate([[False], is_line[:-1]]))
    kept_at = np.flatnonzero(kept)
    listed = [place for place, kind in enumerate(kinds) if not lines[place]]
    numbers = np.ones(len(words) + 2, np.uint16)
    numbers[listed] = np.arange(2, len(listed) + 2)
    numbers[end_code] = END
    symbols = numbers[stream[kept_at]]
    line_at = np.flatnonzero(symbols == LINE)
    line_bit = np.bitwise_or.reduceat(bits[stream], kept_at)[line_at]
    tune_at = np.concatenate([[0], np.flatnonzero(symbols == END) + 1])
    # lengths may be longer than any meter
    fractions = np.array([(token.num, token.den) for token in tokens], np.int64).reshape(-1, 2)
    meters = fractions[heads[0]].astype(np.uint8)
    modes = np.array([MODES.index(token.value) if token.value in MODES else 0 for token in tokens], np.uint8)
    spelled = ("", "|", *[words[place] for place in listed])
    line = np.cumsum(symbols == LINE) - 1
    line_tune = np.searchsorted(tune_at, line_at, "right") - 1
    onset, lengths = _onsets(spelled, symbols, line_at, line, tune_at, meters)
    labels = _labels(tune_at, line_at, line_bit, lengths, meters)
    full = (8 * EIGHTH * meters[:, 0].astype(np.int64) // meters[:, 1])[line_tune]
    missing = np.where((labels[1] == 0) & (lengths < full), full - lengths, 0)
    onset += missing[line]
    return Text(
        words=spelled,
        symbols=symbols,
        tune_at=tune_at.astype(np.uint32),
        group=np.asarray(group).astype(np.uint32),
        meter=meters,
        mode=modes[heads[1]],
        line_at=line_at.astype(np.uint32),
        line_bits=line_bit,
        bar_part=labels[0].astype(np.uint8),
        bar_number=labels[1].astype(np.uint16),
        bar_ending=labels[2].astype(np.uint8),
        line_tune=line_tune.astype(np.uint32),
        line=line.astype(np.uint32),
        onset=onset.astype(np.uint32),
    )


def _onsets(
    words: tuple[str, ...], symbols: Symbols, line_at: Array, line: Places, tune_at: Array, meters: Array
) -> tuple[Places, Places]:
    """Ticks from the start of the bar for every symbol, and the length in ticks of the bar that each line opens."""
    tokens = [Token("", "end"), Token("|", "bar"), *[meaning(word) for word in words[2:]]]
    kinds = np.array([token.kind for token in tokens])

    def where(*names: str) -> npt.NDArray[np.bool_]:
        return np.isin(kinds, names)[symbols]

    inside = np.cumsum(where("open").astype(np.int32) - where("close"))
    sounding = (where("pitch", "rest") & (inside == 0)) | where("open")
    starts = sounding | where("tuplet", "bar", "end")
    event_of = np.cumsum(starts) - 1
    heads = np.flatnonzero(sounding)  # a sounding event is known by its ordinal in here
    ordinal = np.cumsum(sounding) - 1  # of the last head at or before each symbol
    ticks = np.full(len(heads) + 1, float(EIGHTH))
    timing = np.flatnonzero(where("length", "broken") & (ordinal >= 0))
    ratio = np.array([token.num / max(token.den, 1) for token in tokens])
    np.multiply.at(ticks, ordinal[timing], np.where(where("length", "broken"), ratio[symbols], 1)[timing])
    broken = np.flatnonzero(where("broken") & (ordinal >= 0))
    short = np.array([0.5 ** abs(token.dots) for token in tokens])
    longer = np.array([token.dots > 0 for token in tokens])[symbols[broken]]
    less = short[symbols[broken]]
    np.multiply.at(ticks, ordinal[broken], np.where(longer, 2 - less, less))
    np.multiply.at(ticks, np.minimum(ordinal[broken] + 1, len(heads)), np.where(longer, less, 2 - less))
    _squeeze(ticks, tokens, symbols, ordinal, np.flatnonzero(where("tuplet")), tune_at, meters)
    lasting = np.zeros(int(starts.sum()) + 1)
    lasting[event_of[heads] + 1] = np.rint(ticks[:-1])
    begins = np.cumsum(lasting).astype(np.int64)[event_of]
    at_line = begins[line_at]
    lengths = np.diff(at_line, append=begins[-1:])
    return begins - at_line[line], lengths


def _squeeze(
    ticks: npt.NDArray[np.float64],
    tokens: list[Token],
    symbols: Symbols,
    ordinal: Places,
    tuplets: Places,
    tune_at: Array,
    meters: Array,
) -> None:
    """Shorten the notes of every tuplet."""
    tune = np.searchsorted(tune_at, tuplets, "right") - 1
    simple = np.array([(token.den or default_time(token.num, False)) / max(token.num, 1) for token in tokens])
    dotted = np.array([(token.den or default_time(token.num, True)) / max(token.num, 1) for token in tokens])
    compound = np.array([den >= 8 and num > 3 and num % 3 == 0 for num, den in meters.tolist()], bool)[tune]
    factor = np.where(compound, dotted[symbols[tuplets]], simple[symbols[tuplets]])
    span = np.array([token.span for token in tokens])[symbols[tuplets]]
    for offset in range(int(span.max(initial=0))):
        reached = span > offset
        np.multiply.at(ticks, np.minimum(ordinal[tuplets[reached]] + 1 + offset, len(ticks) - 1), factor[reached])


_KEY = Key("C", "maj", (0, 0, 0, 0, 0, 0, 0), "C", "", 0)


def _labels(tune_at: Array, line_at: Array, bits: Array, lengths: Places, meters: Array) -> Places:
    """Part, number and ending of the bar that each line opens, as `notation.form` counts them; shape (3, lines)."""
    found = np.zeros((3, len(line_at)), np.int64)
    bounds = np.searchsorted(line_at, tune_at).tolist()
    values, ticks = bits.tolist(), lengths.tolist()
    counted: dict[tuple[object, ...], list[list[int]]] = {}
    for tune, (first, last) in enumerate(pairwise(bounds)):
        num, den = meters[tune].tolist()
        # half of all tunes are built like one before them
        built = (num, den, tuple(values[first:last]), tuple(ticks[first : last - 1]))
        if built not in counted:
            counted[built] = _count(*built)
        found[:, first : last - 1] = counted[built]
    return found


def _count(num: int, den: int, bits: tuple[int, ...], ticks: tuple[int, ...]) -> list[list[int]]:
    """Parts, numbers and endings of the bars of one tune."""
    meter = Meter(num, den, "")
    lines = [_bar_line(value) for value in bits]
    bars = [
        Bar((), ticks[nth], lines[nth], lines[nth + 1], _ending(bits[nth]), meter, _KEY, ())
        for nth in range(len(ticks))
    ]
    found = [[0] * len(ticks) for _ in range(3)]
    for part, described in enumerate(form(Tune((), (Voice("", tuple(bars)),), _KEY, meter, Fraction(1, 8)))):
        for place in described.places:
            for row, value in zip(found, (part, place.bar, place.ending), strict=True):
                row[place.nth] = value
    return found


def _bar_line(bits: int) -> BarLine:
    ends, begins = bits & ENDS, (bits & BEGINS) // BEGINS
    style = "repeat" if ends or begins else "double" if bits & DOUBLE else "single"
    return BarLine(0, 0, line_text(bits), style, ends, begins)


def _ending(bits: int) -> tuple[int, ...]:
    return tuple([number for number in range(1, 10) if bits & FIRST_ENDING << number - 1])
