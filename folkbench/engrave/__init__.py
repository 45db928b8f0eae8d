"""Paper: a tune as a printed page (LilyPond), as MusicXML, and at a glance for the terminal.

`lilypond` writes tunes as LilyPond's input, `printed` makes a page of it. It draws what it is given, in the colours
that it is given, and knows nothing of who made the tune or why a note is coloured.
"""

from folkbench.engrave.lilypond import SIZE, Look, lilypond
from folkbench.engrave.music import Tint
from folkbench.engrave.prepare import excerpt, ready
from folkbench.engrave.printer import ENDINGS, find_press, press, printed
from folkbench.engrave.terminal import glance

__all__ = [
    "ENDINGS",
    "SIZE",
    "Look",
    "Tint",
    "excerpt",
    "find_press",
    "glance",
    "lilypond",
    "press",
    "printed",
    "ready",
]
