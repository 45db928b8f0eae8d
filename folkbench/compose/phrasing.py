"""A tune as a network's tokens, bar by bar, and tokens as a bar of that tune again.

What is particular to an encoding stands here: rework knows bars and tokens' numbers, and asks for no more.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import chain
from typing import NamedTuple

from folkbench.compose.composer import Composer
from folkbench.compose.states import EIGHTH
from folkbench.corpus.arrival import like_the_others
from folkbench.encoding import Token, decode, encode, meaning, rhythm_token
from folkbench.encoding.figures import is_spaced
from folkbench.encoding.v2 import plain_bars
from folkbench.errors import FolkbenchError
from folkbench.notation import layout, read, transpose, write_bar
from folkbench.notation.dances import dance
from folkbench.notation.tune import SEMITONES, Bar, Broken, Chord, Event, Mark, Note, Rest, Tune

Numbers = tuple[int, ...]


class Phrased(NamedTuple):
    """A tune in tokens, as the corpus would keep it: its head, and what stands in each bar that sounds.

    nths: which bars of the tune those are. signs[n] stands before bar n, the last one behind the last bar. ticks: of
    each bar, in the grammar's.
    """

    head: Numbers
    bars: tuple[Numbers, ...]
    signs: tuple[Numbers, ...]
    nths: tuple[int, ...]
    ticks: tuple[int, ...]
    compound: bool
    meter: str
    mode: str
    unit: Fraction
    semitones: int  # from the tokens back to the tune
    tonic: str

    @property
    def numbers(self) -> Numbers:
        """All tokens in order, the head included."""
        found = list(self.head)
        for n, sign in enumerate(self.signs):
            found += [*sign, *(self.bars[n] if n < len(self.bars) else ())]
        return tuple(found)


def phrased(composer: Composer, tune: Tune) -> Phrased:
    """A tune in the tokens of a network. Raises FolkbenchError where they can't say it."""
    kept = like_the_others(tune)
    encoded = encode(kept)
    known = composer.words.index
    music = encoded.music if "||" in known else plain_bars(encoded.music)
    kind = dance(tune.rhythm) if tune.rhythm else None
    rhythm = [rhythm_token(kind.name)] if kind and rhythm_token(kind.name) in known else []
    head = (*rhythm, encoded.meter, encoded.mode)
    try:
        spelled = composer.spell((*head, *music))
    except FolkbenchError as error:
        raise FolkbenchError(f"{error.message}, which stands in this tune") from error
    bars: list[list[int]] = []
    signs: list[list[int]] = [[]]
    for text, numbers in zip(music, spelled[len(head) :], strict=True):
        if meaning(text).kind in ("bar", "ending"):
            if len(signs) == len(bars):
                signs.append([])
            signs[-1] += numbers
        else:
            if len(bars) < len(signs):
                bars.append([])
            bars[-1] += numbers
    nths = [n for n, bar in enumerate(kept.bars) if any(isinstance(e, Note | Chord | Rest) for e in bar.events)]
    return Phrased(
        head=tuple(chain.from_iterable(spelled[: len(head)])),
        bars=tuple(tuple(bar) for bar in bars),
        signs=tuple(tuple(sign) for sign in signs),
        nths=tuple(nths),
        ticks=tuple(kept.bars[n].ticks * 8 * EIGHTH // kept.whole for n in nths),
        compound=kept.meter.compound,
        meter=encoded.meter,
        mode=encoded.mode,
        unit=kept.unit,
        semitones=-encoded.semitones,
        tonic=encoded.tonic,
    )


def as_abc(composer: Composer, tune: Phrased, bar: Numbers) -> str:
    """Tokens as one bar of the tune: in its key and unit note length, beamed, without bar lines."""
    alone = decode(composer.hear(bar, tune.mode), meter=tune.meter, mode=tune.mode)
    return write_bar(_in_unit(layout(transpose(alone, tune.semitones, tune.tonic)).bars[0], tune.unit))


def words_of(composer: Composer, tune: Phrased, bar: Numbers) -> tuple[Token, ...]:
    """What the tokens of a bar say, as words in root C."""
    return tuple(meaning(word) for word in composer.hear(bar, tune.mode))


def sounds(composer: Composer, tune: Phrased, bar: Numbers) -> tuple[tuple[tuple[int, ...], Fraction], ...]:
    """What is heard of a bar in root C: the MIDI pitches of each note, chord or rest, and its part of a whole note."""
    alone = decode(composer.hear(bar, tune.mode), meter=tune.meter, mode=tune.mode)
    return tuple(
        (pitches_of(event), Fraction(event.ticks, alone.whole))
        for event in alone.bars[0].events
        if isinstance(event, Note | Chord | Rest)
    )


def figure_of(composer: Composer, tune: Phrased, text: str, key: str) -> Numbers:
    """A figure within one bar as the tune would have it: ABC in its key and unit note length, or spaced tokens in C.

    Raises FolkbenchError for what is neither, holds a bar line, or isn't known to the network.
    """
    words = text.split()
    if is_spaced(words):
        music = tuple(words)
    else:
        alone = read(f"X:1\nM:none\nL:{tune.unit.numerator}/{tune.unit.denominator}\nK:{key}\n{text.strip()}\n")
        strange = next((remark for remark in alone.remarks if remark.code.startswith("unknown")), None)
        if strange or len([bar for bar in alone.bars if bar.events]) != 1:
            raise FolkbenchError(f"{text!r} is no figure of notes within one bar", "such as d2, or in tokens: A 2 B")
        semitones = -tune.semitones + SEMITONES["CDEFGAB".index(tune.tonic[0])]
        octave = (semitones + tune.tonic.count("#") - tune.tonic.count("b")) // 12
        encoded = encode(read(alone.source.replace("M:none", tune.meter, 1)), octave=octave)
        music = tuple(word for word in encoded.music if word != "|")
    try:
        _, *spelled = composer.spell((tune.mode, *music))
        why = "there is a bar line in it" if {meaning(word).kind for word in music} & {"bar", "ending"} else ""
    except FolkbenchError as error:
        why = error.message
    if why:
        raise FolkbenchError(f"{text!r} is no figure that a bar can have: {why}", "such as d2, or in tokens: A 2 B")
    return tuple(chain.from_iterable(spelled))


def held(bar: Bar, after: Bar) -> str:
    """What reaches over the bar line between two bars; "" for nothing."""
    sounds = [event for event in bar.events if isinstance(event, Note | Chord | Rest | Broken)]
    begins = [event for event in after.events if isinstance(event, Note | Chord | Rest | Broken)]
    last = sounds[-1] if sounds else None
    if (isinstance(last, Note | Chord) and last.tie) or (isinstance(last, Chord) and any(n.tie for n in last.notes)):
        return "a tie"
    if isinstance(last, Broken) or (begins and isinstance(begins[0], Broken)):
        return "a broken rhythm"
    slurs = [event.text for event in bar.events if isinstance(event, Mark) and event.kind == "slur"]
    return "a slur" if slurs.count("(") > slurs.count(")") else ""


def pitches_of(event: Note | Chord | Rest) -> tuple[int, ...]:
    """The MIDI pitches that sound; none in a rest."""
    notes = event.notes if isinstance(event, Chord) else (event,) if isinstance(event, Note) else ()
    return tuple(note.midi for note in notes)


def _in_unit(bar: Bar, unit: Fraction) -> Bar:
    """A bar written in eighths, in another unit note length."""
    times = Fraction(1, 8) / unit

    def event(one: Event) -> Event:
        if not isinstance(one, Note | Chord | Rest):
            return one
        length = Fraction(one.num, one.den) * times
        return one._replace(num=length.numerator, den=length.denominator)

    return bar if times == 1 else bar._replace(events=tuple(event(one) for one in bar.events))
