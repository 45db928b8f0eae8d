"""Every kind of problem that `check` knows: its stable name, how bad it is, and what it means.

Severities are those of ABC as musicians use it: an *error* changes what is played or can't be played at all,
a *warning* is text that a program may read otherwise than it was meant, a *note* is worth knowing.
The names are promised: scripts and CI rely on them.
"""

from __future__ import annotations

from typing import NamedTuple

ERROR, WARNING, NOTE = "error", "warning", "note"


class Kind(NamedTuple):
    """How bad a problem is, whether --strict makes it an error, and what `--explain` says of it."""

    severity: str
    strict: bool
    explanation: str


KINDS = {
    # bars
    "bar-too-long": Kind(ERROR, False, "A bar lasts longer than its meter says."),
    "bar-too-short": Kind(
        ERROR,
        False,
        "A bar lasts shorter than its meter says, and neither a pickup nor the other half of a bar that a repeat "
        "sign, an ending or a double bar splits makes it whole.",
    ),
    "pickup-not-made-up": Kind(
        NOTE,
        True,
        "A pickup and the last bar that leads to it don't make one whole bar: after a pickup of one eighth the last "
        "bar should lack one eighth, or the beat is lost when the part is played again. With --strict an error.",
    ),
    "meter-mismatch": Kind(
        ERROR,
        False,
        "Most bars agree with each other but not with M:. Said once; the bars are then held against "
        "the meter they agree on.",
    ),
    "overlay-out-of-step": Kind(ERROR, False, "A layer behind & doesn't last as long as the bar's first layer."),
    "voice-out-of-step": Kind(
        ERROR, False, "A voice lasts longer or shorter than the first one, though its bars count."
    ),
    # repeats and endings
    "repeat-opened-twice": Kind(ERROR, False, "A repeat begins with |: while the one before it is still open."),
    "repeat-never-closed": Kind(ERROR, False, "A repeat begins with |: and no :| closes it."),
    "ending-without-first": Kind(ERROR, False, "A second (or later) ending stands where there is no first one."),
    "ending-alone": Kind(WARNING, False, "A first ending has no second one to follow it."),
    "missing-opening-repeat": Kind(
        NOTE,
        False,
        "A part ends with :| and doesn't begin with |:. Players read it rightly, and leave it out "
        "themselves at the start of a tune.",
    ),
    # fields
    "missing-key": Kind(ERROR, False, "There is no K: field; the music has no key, and by the standard no beginning."),
    "bad-key": Kind(ERROR, False, "K: names no key."),
    "missing-meter": Kind(
        WARNING,
        False,
        "There is no M: field. Without one the meter is free and no bar can be wrong; where the bars "
        "agree with each other they are held against what they agree on.",
    ),
    "bad-meter": Kind(ERROR, False, "M: names no meter."),
    "missing-unit-length": Kind(
        WARNING,
        False,
        "There is no L: field, so the unit note length follows from the meter: a sixteenth below "
        "3/4, else an eighth. Programs differ in this when the meter changes.",
    ),
    "bad-unit-length": Kind(ERROR, False, "L: names no note length."),
    "text-in-header": Kind(WARNING, False, "A line in the header is neither a field nor music; ABC ignores it."),
    "no-music": Kind(ERROR, False, "There is a header, but not one note or rest."),
    # notation that isn't finished
    "unclosed-chord": Kind(ERROR, False, "A [ opens a chord and no ] closes it on its line."),
    "unclosed-grace": Kind(ERROR, False, "A { opens grace notes and no } closes them on their line."),
    "unclosed-field": Kind(ERROR, False, "An inline field such as [K:D] has no ] on its line."),
    "unclosed-quote": Kind(ERROR, False, 'A " opens a chord symbol or a text and no " closes it on its line.'),
    "unclosed-decoration": Kind(WARNING, False, "A ! or + opens the name of a decoration and nothing closes it."),
    "unclosed-slur": Kind(WARNING, False, "A ( opens a slur and no ) closes it."),
    "slur-not-opened": Kind(WARNING, False, "A ) closes a slur that no ( opened."),
    "tuplet-too-short": Kind(ERROR, False, "A tuplet has fewer notes than it says before its bar ends."),
    "bad-tuplet": Kind(ERROR, False, "A tuplet of so many notes can't be."),
    "broken-at-bar-line": Kind(
        ERROR, False, "A broken rhythm (> or <) stands at a bar line: its second note is missing."
    ),
    "broken-without-note": Kind(ERROR, False, "A broken rhythm (> or <) has no note before it, or too many signs."),
    "absurd-length": Kind(ERROR, False, "A note length beyond all measure. The note is counted as one unit."),
    # notes and signs
    "tie-to-another-pitch": Kind(
        WARNING,
        False,
        "A tie (-) leads to a note of another pitch. Where the notes are to be joined by bow or "
        "breath, that is a slur: (AB).",
    ),
    "stray-tie": Kind(WARNING, False, "A tie (-) that belongs to no note."),
    "unknown-character": Kind(WARNING, False, "A character that means nothing in ABC; programs skip it."),
    "unknown-decoration": Kind(WARNING, False, "A decoration that the standard doesn't know (section 4.14)."),
}
"""Name -> Kind, for every problem that `check` can report."""
