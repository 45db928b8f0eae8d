"""Headers, and what the reader didn't understand: each remark in words."""

from __future__ import annotations

from folkbench.check.bars import usual_length
from folkbench.check.faults import meter_name
from folkbench.check.kinds import KINDS
from folkbench.check.problem import Findings
from folkbench.notation.tune import Remark, Tune

_WORDS = {
    "bad-key": ("K:{} names no key", "write the tonic and the mode, as in K:D, K:Edor or K:Amix"),
    "bad-meter": ("M:{} names no meter", "write it as in M:6/8, M:C or M:none"),
    "bad-unit-length": ("L:{} names no note length", "write it as in L:1/8"),
    "text-in-header": ("a line that is neither a field nor music", "put % before it, or N: to keep it as a note"),
    "unclosed-chord": ("[ opens a chord and no ] closes it", "add ] behind its last note"),
    "unclosed-grace": ("{{ opens grace notes and no }} closes them", "add }} before the note they belong to"),
    "unclosed-field": ("{} has no ]", "add ] behind the field"),
    "unclosed-quote": ('" opens a chord symbol or a text and no " closes it', 'add " behind it'),
    "unclosed-decoration": ("{} opens a decoration and nothing closes it", "add ! behind its name"),
    "tuplet-too-short": (
        "this tuplet lacks {} of its notes when the bar ends",
        "add what is missing, or say how many: (3:2:2",
    ),
    "bad-tuplet": ("({} is no tuplet", "write it as in (3abc or (3:2:4a2bcd"),
    "broken-at-bar-line": (
        "a broken rhythm stands at a bar line; its second note is missing",
        "take it out, or move it before the last note",
    ),
    "broken-without-note": ("{} has no note that it could lengthen or shorten", "take it out"),
    "absurd-length": (
        "a note length of {} is beyond all measure; it counts as one unit",
        "write the length as in A2, A/ or A3/2",
    ),
    "stray-tie": ("this tie belongs to no note", "write it behind the note that is held, or take it out"),
    "unknown-character": ("{} means nothing in ABC", "take it out"),
}
"""Remark code -> the message ({} is the remark's text) and the hint."""


def judge(tune: Tune, findings: Findings) -> None:
    """Note missing fields, and what the reader remarked on."""
    music = _music_begins(tune)
    names = {field.name for field in tune.fields} | {field.name for field in tune.defaults if field.name in "MLK"}
    if "K" not in names:
        findings.add("missing-key", music, music + 1, "K: is missing", "end the header with the key, as in K:D")
    first = next((field.at for field in tune.fields if field.name == "K"), music)
    if "M" not in names:
        usual = usual_length(tune.bars)
        looks = f"the bars look like {meter_name(usual, tune, tune.bars)}" if usual else "as in M:4/4"
        findings.add("missing-meter", first, first + 2, "M: is missing", f"say the meter before K:; {looks}")
    if "L" not in names:
        unit = f"L:{tune.unit.numerator}/{tune.unit.denominator}"
        findings.add(
            "missing-unit-length",
            first,
            first + 2,
            f"L: is missing; the meter makes it {unit}",
            f"add {unit} before K:",
        )
    if not tune.bars and all(remark.code not in _WORDS for remark in tune.remarks):
        at = tune.fields[0].at if tune.fields else 0
        findings.add("no-music", at, at + 1, "there is no music here")
    said: dict[tuple[str, str], int] = {}
    for remark in tune.remarks:
        said[remark.code, remark.text] = said.get((remark.code, remark.text), 0) + 1
    for remark in tune.remarks:
        # a sign that is used all through a tune is named once
        times = said.pop((remark.code, remark.text), 0) if remark.code == "unknown-character" else 1
        if times:
            _say(remark, times, findings)


def _say(remark: Remark, times: int, findings: Findings) -> None:
    code = remark.code if remark.code in KINDS else "unknown-character"
    message, hint = _WORDS[code]
    text = remark.text if len(remark.text) <= 24 else remark.text[:23] + "…"
    words = message.format(text) + (f"; it stands in {times} places" if times > 1 else "")
    findings.add(code, remark.at, remark.end, words, hint.format(), findings.place(remark.at))


def _music_begins(tune: Tune) -> int:
    """Offset of the line on which the music begins; of the last header line if there is none."""
    for voice in tune.voices:
        for bar in voice.bars:
            at = bar.open.at if bar.open.text else next((event.at for event in bar.events), bar.close.at)
            return tune.source.rfind("\n", 0, at) + 1
    return tune.fields[-1].at if tune.fields else 0
