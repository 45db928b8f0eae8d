"""Problems and portraits in words, for a terminal, for CI and for scripts.

A problem is one line that editors can jump to, the line of ABC with a mark under the very notes, and a hint.
"""

from __future__ import annotations

from typing import Any

from folkbench.check.kinds import ERROR, NOTE, WARNING
from folkbench.check.portrait import Portrait
from folkbench.check.problem import Problem
from folkbench.notation.form import Part
from folkbench.notation.tune import Tune

_WIDTH = 100  # of a source line that is shown; longer ones are cut around the mark
_MODES = {
    "maj": "major",
    "min": "minor",
    "dor": "dorian",
    "mix": "mixolydian",
    "phr": "phrygian",
    "lyd": "lydian",
    "loc": "locrian",
}
_GITHUB = {ERROR: "error", WARNING: "warning", NOTE: "notice"}
_FEW = 4  # notes outside the mode that are named one by one


def problem_text(problem: Problem, tune: Tune, path: str) -> str:
    """A problem as a person reads it: place and message, the line, the mark, the hint."""
    lines = [f"{path}:{problem.line}:{problem.column}: {problem.severity}[{problem.code}]: {problem.message}"]
    shown, mark = _marked(tune.source, problem)
    if shown:
        lines += [f"    {shown}", f"    {mark}"]
    if problem.hint:
        lines.append(f"    hint: {problem.hint}")
    return "\n".join(lines)


def _marked(source: str, problem: Problem) -> tuple[str, str]:
    """The source line around a problem, and the line that marks it."""
    first = source.rfind("\n", 0, problem.at) + 1
    last = source.find("\n", problem.at)
    last = len(source) if last < 0 else last
    start = max(first, min(problem.at - _WIDTH // 3, last - _WIDTH)) if last - first > _WIDTH else first
    stop = min(last, start + _WIDTH)
    width = max(1, min(problem.end, stop) - problem.at)
    left = "…" if start > first else ""
    right = "…" if stop < last else ""
    shown = "".join([sign if sign.isprintable() or sign == "\t" else "·" for sign in source[start:stop]])
    before = "".join(["\t" if sign == "\t" else " " for sign in source[start : problem.at]])
    return left + shown + right, " " * len(left) + before + "^" * width


def problem_github(problem: Problem, path: str) -> str:
    """A problem as a GitHub workflow command, which puts it beside the line it is about."""
    message = problem.message + (f"; {problem.hint}" if problem.hint else "")
    return (
        f"::{_GITHUB[problem.severity]} file={_escaped(path, ':,')},line={problem.line},col={problem.column},"
        f"endColumn={problem.end_column},title={problem.code}::{_escaped(message)}"
    )


def _escaped(text: str, more: str = "") -> str:
    for sign in "%\r\n" + more:
        text = text.replace(sign, f"%{ord(sign):02X}")
    return text


def problem_object(problem: Problem) -> dict[str, Any]:
    """A problem as `--json` gives it."""
    return {
        "code": problem.code,
        "severity": problem.severity,
        "line": problem.line,
        "column": problem.column,
        "end_column": problem.end_column,
        "part": problem.part or None,
        "bar": problem.bar,
        "ending": problem.ending or None,
        "message": problem.message,
        "hint": problem.hint,
    }


def portrait_object(portrait: Portrait) -> dict[str, Any]:
    """A portrait as `--json` gives it, under "form"."""
    return {
        "structure": portrait.structure,
        "parts": [
            {
                "name": part.name,
                "again": part.again or None,
                "bars": part.bars,
                "repeated": part.repeated,
                "pickup": part.pickup,
                "ends_on_tonic": tonic,
                "sketch": sketch.text,
            }
            for part, tonic, sketch in zip(portrait.parts, portrait.on_tonic, portrait.sketches, strict=True)
        ],
        "opening_repeat_left_out": portrait.opening_left_out,
        "lowest": portrait.lowest,
        "lowest_at": portrait.lowest_at,
        "highest": portrait.highest,
        "highest_at": list(portrait.highest_at),
        "range": portrait.span,
        "outside_mode": [
            {
                "note": note.note,
                "at": note.place,
                "degree": note.degree,
                "leads_to": note.leads_to or None,
                "which_is": note.as_degree or None,
            }
            for note in portrait.outside
        ],
        "shared_bars": portrait.shared if portrait.shared >= 0 else None,
    }


def portrait_text(portrait: Portrait, tune: Tune, problems: tuple[Problem, ...]) -> str:
    """A portrait as a person reads it."""
    x = tune.text("X").strip()
    name = (tune.title or "untitled") + (f" (X:{x})" if x else "")
    if not portrait.parts:
        return f"{name}: no music"
    bars = " + ".join([str(part.bars) for part in portrait.parts])
    about = [portrait.structure, f"{bars} bar{'' if bars == '1' else 's'}", f"M:{tune.meter.text}", _key(tune)]
    lines = [f"{name}: {', '.join([word for word in about if word])}"]
    lines.append(f"{_counts(problems, tune)}; {_pickups(portrait.parts)}.")
    if portrait.opening_left_out:
        lines.append("The opening |: is missing, as a human transcriber would leave it out.")
    lines += _home(portrait, tune)
    if portrait.highest:
        lines.append(
            f"From {portrait.lowest} to {portrait.highest}, {portrait.span}; the highest note stands in "
            f"{_places(portrait.highest_at)}{_in_the_turn(portrait)}."
        )
    lines += _outside(portrait)
    lines += [
        f"{part.name}: {f'as {part.again}' if part.again else sketch.text}"
        for part, sketch in zip(portrait.parts, portrait.sketches, strict=True)
    ]
    if portrait.shared >= 0:
        total = len(portrait.sketches[1].letters)
        shared = "no bar" if not portrait.shared else f"{portrait.shared} of its {total} bars"
        lines.append(f"Part B has {shared} from part A.")
    return "\n  ".join(lines)


def _key(tune: Tune) -> str:
    key = tune.key
    return f"{key.tonic} {_MODES.get(key.mode, key.mode)}" if key.tonic and key.mode in _MODES else ""


def _counts(problems: tuple[Problem, ...], tune: Tune) -> str:
    wrong = [p for p in problems if p.code.startswith(("bar-", "meter-", "pickup-", "overlay-", "voice-"))]
    if wrong:
        return "Not every bar counts"
    return "Every bar counts" if tune.meter.beats else "The meter is free"


def _pickups(parts: tuple[Part, ...]) -> str:
    with_pickup = [part.name for part in parts if part.pickup]
    if not with_pickup:
        return "no pickups"
    if len(parts) == 1:
        return "a pickup"
    if len(with_pickup) == len(parts):
        return f"{_number(len(parts))} pickups, one to each part"
    return f"a pickup to {_and(with_pickup)}"


def _home(portrait: Portrait, tune: Tune) -> list[str]:
    if not tune.key.tonic or None in portrait.on_tonic:
        return []
    names = [part.name for part in portrait.parts]
    home = [name for name, tonic in zip(names, portrait.on_tonic, strict=True) if tonic]
    tonic = tune.key.tonic
    if len(home) == len(names):
        which = "It ends" if len(names) == 1 else f"{'Both' if len(names) == 2 else 'All'} parts end"
        return [f"{which} on the tonic, {tonic}."]
    if not home:
        return [f"{'It does' if len(names) == 1 else 'The parts do'} not end on the tonic, {tonic}."]
    away = _and([name for name in names if name not in home])
    return [f"{_and(home)} end{'s' if len(home) == 1 else ''} on the tonic, {tonic}; {away} not."]


def _in_the_turn(portrait: Portrait) -> str:
    if len(portrait.parts) != 2:
        return ""
    in_parts = {place[0] for place in portrait.highest_at}
    return {"A": ", in the tune (A)", "B": ", in the turn (B)"}.get("".join(sorted(in_parts)), "")


def _outside(portrait: Portrait) -> list[str]:
    lines = []
    for note in portrait.outside[:_FEW]:
        leads = f" leads to {note.leads_to}, the {note.as_degree}" if note.leads_to else " lies outside the mode"
        lines.append(f"{note.note} in {note.place}, the {note.degree},{leads}.".replace(",  ", ", "))
    if len(portrait.outside) > _FEW:
        more = len(portrait.outside) - _FEW
        lines.append(f"{more} more {'note' if more == 1 else 'notes'} outside the mode.")
    return lines


def _places(places: tuple[str, ...]) -> str:
    shown = list(places[:_FEW])
    more = len(places) - len(shown)
    return f"{', '.join(shown)} and {more} more {'bar' if more == 1 else 'bars'}" if more else _and(shown)


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _number(count: int) -> str:
    words = ("no", "one", "two", "three", "four", "five", "six")
    return words[count] if count < len(words) else str(count)
