"""What joins notes: ties and slurs. And decorations, which belong to one."""

from __future__ import annotations

from folkbench.check.problem import Findings
from folkbench.notation.tune import Bar, Chord, Mark, Note, Rest, Voice

# fmt: off
DECORATIONS = frozenset((
    "trill", "trill(", "trill)", "lowermordent", "uppermordent", "mordent", "pralltriller", "roll", "turn", "turnx",
    "invertedturn", "invertedturnx", "arpeggio", ">", "accent", "emphasis", "fermata", "invertedfermata", "tenuto",
    "0", "1", "2", "3", "4", "5", "+", "plus", "snap", "slide", "wedge", "upbow", "downbow", "open", "thumb",
    "breath", "pppp", "ppp", "pp", "p", "mp", "mf", "f", "ff", "fff", "ffff", "sfz", "crescendo(", "<(", "crescendo)",
    "<)", "diminuendo(", ">(", "diminuendo)", ">)", "segno", "coda", "D.S.", "D.C.", "dacoda", "dacapo", "fine",
    "shortphrase", "mediumphrase", "longphrase", "staccato", "D.C.alcoda", "D.C.alfine", "D.S.alcoda", "D.S.alfine",
    "doit", "fall", "scoop", "dot", "tremolo", "marcato", "^", "ped", "ped-up", "8va(", "8va)", "8vb(", "8vb)",
    "15ma(", "15ma)", "15mb(", "15mb)", "courtesy", "editorial", "beambr1", "beambr2", "beamon", "ghost", "/", "//",
    "///", "////", "trem1", "trem2", "trem3", "trem4", "xstem", "rbstop", "cut", "tap", "drag", "cr", "gmark",
    "lphrase", "mphrase", "sphrase", "invisible", "~(", "~)", "-(", "-)", "slide(", "slide)",
))
# fmt: on
"""Names that the standard knows (2.1, section 4.14), and those that abcm2ps and abcjs add to them."""


def judge(voice: Voice, findings: Findings) -> None:
    """Note ties that lead elsewhere, slurs that don't close, and decorations that nobody knows."""
    slurs: list[Mark] = []
    for mark in [event for bar in voice.bars for event in bar.events if type(event) is Mark]:
        if mark.kind == "slur":
            _slur(mark, slurs, findings)
        elif mark.kind == "decoration" and mark.text not in DECORATIONS:
            message = f"the standard knows no decoration {mark.text}"
            findings.add("unknown-decoration", mark.at, mark.end, message, "", findings.place(mark.at))
    for mark in slurs:
        findings.add(
            "unclosed-slur", mark.at, mark.end, "( opens a slur and no ) closes it", "add )", findings.place(mark.at)
        )
    if "-" in findings.tune.source:
        _judge_ties(voice, findings)


def _judge_ties(voice: Voice, findings: Findings) -> None:
    tied: Note | Chord | None = None
    for bar in voice.bars:
        for event in bar.events:
            kind = type(event)
            if kind is Note or kind is Chord:
                assert isinstance(event, Note | Chord)
                if tied is not None and not _held(tied, event):
                    _tied_elsewhere(tied, event, findings)
                tied = event if event.tie or (kind is Chord and _tie(event)) else None
            elif tied is not None and kind is Rest:
                _tied_elsewhere(tied, None, findings)
                tied = None
        if tied is not None and _turns(bar):
            tied = None  # the note that it leads to depends on the way that is taken


def _turns(bar: Bar) -> bool:
    return bool(bar.close.ends or bar.close.begins or not bar.close.text)


def _slur(mark: Mark, slurs: list[Mark], findings: Findings) -> None:
    if mark.text == "(":
        slurs.append(mark)
    elif slurs:
        slurs.pop()
    else:
        findings.add(
            "slur-not-opened",
            mark.at,
            mark.end,
            ") closes a slur that no ( opened",
            "add ( where it begins, or take ) out",
            findings.place(mark.at),
        )


def _tie(event: Note | Chord) -> bool:
    return event.tie or (isinstance(event, Chord) and any(note.tie for note in event.notes))


def _notes(event: Note | Chord) -> tuple[Note, ...]:
    return event.notes if isinstance(event, Chord) else (event,)


def _held(tied: Note | Chord, event: Note | Chord) -> bool:
    heard = {(note.step, note.alter) for note in _notes(event)}
    held = [note for note in _notes(tied) if note.tie or tied.tie]
    return any((note.step, note.alter) in heard for note in held)


def _tied_elsewhere(tied: Note | Chord, event: Note | Chord | None, findings: Findings) -> None:
    where = "a rest" if event is None else "a note of another pitch"
    at = tied.end - 1
    if findings.tune.source[at : at + 1] != "-":
        at = findings.tune.source.find("-", tied.at)
    findings.add(
        "tie-to-another-pitch",
        at,
        at + 1,
        f"this tie leads to {where}",
        "" if event is None else "make it a slur: ( before the first note, ) behind the last",
        findings.place(tied.at),
    )
