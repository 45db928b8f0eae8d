"""A corpus in memory, and as one file that is read in a few hundredths of a second.

The file: a line that names the format, a line of JSON that says what follows, a line of JSON with the tunes, and
their tokens as numbers of two bytes, little-endian. Writing and reading need nothing but Python.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from folkbench.encoding.tokens import order
from folkbench.errors import Damaged

_KIND = b"folkbench corpus "
_FORMAT = _KIND + b"2\n"


@dataclass(frozen=True, slots=True)
class Entry:
    """One tune of a corpus."""

    number: int  # its place in the corpus, from 0
    title: str
    titles: tuple[str, ...]  # all that it goes by, also those of identical music that was dropped
    source: str  # the book or file it stands in
    index: int  # its number there
    rhythm: str  # "reel", "slip jig" ...; "" where nobody knows
    group: int  # settings of one tune have the same
    tonic: str  # "D", "Bb": of the tune as it was
    semitones: int  # from the tune as it was to root C
    meter: str  # the token: "M:6/8"
    mode: str  # the token: "K:Cdor"
    changes: tuple[str, ...]  # what was made different when it came in
    abc: str  # the tune as it came in, with those changes
    music: tuple[str, ...]  # its tokens in root C, without meter and mode
    family: str = ""  # what its source calls the tune that it is a setting of: a number in a database


@dataclass(frozen=True)
class LeftOut:
    """A tune that was read but isn't in the corpus, and why."""

    reason: str
    source: str
    index: int
    title: str


@dataclass(frozen=True)
class Corpus:
    """A collection of tunes, in a fixed order. `codes` are all tunes' tokens one after the other, by number in
    `words`: meter, mode, music; tune k is `codes[starts[k] : starts[k + 1]]`.
    """

    name: str
    stamp: str  # what it was read from
    left_out: tuple[LeftOut, ...]
    words: tuple[str, ...]
    codes: array[int]
    starts: tuple[int, ...]
    rows: tuple[tuple[Any, ...], ...]  # per tune all of Entry but number, meter, mode and music

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The tunes."""
        return tuple(self.entry(number) for number in range(len(self.rows)))

    def entry(self, number: int) -> Entry:
        """Tune `number`, from 0."""
        title, titles, source, index, rhythm, group, tonic, semitones, changes, abc, family = self.rows[number]
        words = self.words
        meter, mode, *music = [words[code] for code in self.codes[self.starts[number] : self.starts[number + 1]]]
        return Entry(
            number=number,
            title=title,
            titles=tuple(titles),
            source=source,
            index=index,
            rhythm=rhythm,
            group=group,
            tonic=tonic,
            semitones=semitones,
            meter=meter,
            mode=mode,
            changes=tuple(changes),
            abc=abc,
            music=tuple(music),
            family=family,
        )

    @cached_property
    def fingerprint(self) -> str:
        """Sixteen hex digits that change with any tune's music, title, type, group or place."""
        digest = hashlib.sha256(repr((self.words, self.starts)).encode())
        digest.update(_little(self.codes))
        for row in self.rows:
            digest.update(repr((row[0], row[4], row[5])).encode())
        return digest.hexdigest()[:16]

    @property
    def reasons(self) -> dict[str, int]:
        """How many tunes were left out, by reason."""
        counts: dict[str, int] = {}
        for tune in self.left_out:
            counts[tune.reason] = counts.get(tune.reason, 0) + 1
        return counts


def assemble(name: str, stamp: str, entries: Sequence[Entry], left_out: Sequence[LeftOut]) -> Corpus:
    """A corpus of `entries`, which are renumbered in their order."""
    words = tuple(sorted({word for entry in entries for word in (entry.meter, entry.mode, *entry.music)}, key=order))
    index = {word: number for number, word in enumerate(words)}
    codes = array("H")
    starts = [0]
    rows: list[tuple[Any, ...]] = []
    for entry in entries:
        codes.extend([index[word] for word in (entry.meter, entry.mode, *entry.music)])
        starts.append(len(codes))
        rows.append(
            (
                *(entry.title, entry.titles, entry.source, entry.index, entry.rhythm, entry.group, entry.tonic),
                *(entry.semitones, entry.changes, entry.abc, entry.family),
            )
        )
    return Corpus(name, stamp, tuple(left_out), words, codes, tuple(starts), tuple(rows))


def pack(corpus: Corpus) -> bytes:
    """A corpus as the bytes of its file."""
    codes = _little(corpus.codes)
    left_out = [[tune.reason, tune.source, tune.index, tune.title] for tune in corpus.left_out]
    head = {
        "name": corpus.name,
        "stamp": corpus.stamp,
        "fingerprint": corpus.fingerprint,
        "left_out": left_out,
        "words": corpus.words,
        "starts": corpus.starts,
    }
    body = json.dumps(corpus.rows, ensure_ascii=False, separators=(",", ":")).encode()
    first = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    sizes = json.dumps([len(first), len(body), len(codes), zlib.crc32(codes, zlib.crc32(body, zlib.crc32(first)))])
    return b"".join([_FORMAT, sizes.encode(), b"\n", first, body, codes])


def older(data: bytes) -> bool:
    """Whether the bytes are a corpus as another version of folkbench wrote it."""
    return data.startswith(_KIND) and not data.startswith(_FORMAT)


def unpack(data: bytes, name: str) -> Corpus:
    """The corpus in the bytes of a file. Raises Damaged where they aren't what `pack` wrote."""
    if older(data):
        raise Damaged(f"the corpus {name} was made by another version of folkbench", "remove it and add it again")
    try:
        if not data.startswith(_FORMAT):
            raise ValueError("format")
        end = data.index(b"\n", len(_FORMAT))
        first, body, codes, check = json.loads(data[len(_FORMAT) : end])
        parts = memoryview(data)[end + 1 :]
        if len(parts) != first + body + codes or zlib.crc32(parts) != check:
            raise ValueError("size")
        head = json.loads(bytes(parts[:first]))
        tokens = array("H", bytes(parts[first + body :]))
        if sys.byteorder == "big":
            tokens.byteswap()
        corpus = Corpus(
            head["name"],
            head["stamp"],
            tuple(LeftOut(*row) for row in head["left_out"]),
            tuple(head["words"]),
            tokens,
            tuple(head["starts"]),
            tuple(json.loads(bytes(parts[first : first + body]))),
        )
        corpus.__dict__["fingerprint"] = head["fingerprint"]
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged(f"the corpus file of {name} is damaged", "remove it and add the corpus again") from error
    return corpus


def _little(codes: array[int]) -> bytes:
    if sys.byteorder == "little":
        return codes.tobytes()
    swapped = array("H", codes)
    swapped.byteswap()
    return swapped.tobytes()
