"""ABC text to `Tune` and back, and what an ABC field, a key, a dance or an instrument is.

Imports nothing of folkbench but its errors, and neither numpy nor anything slow.
"""

from folkbench.notation.form import Part, Place, form, play_order, structure
from folkbench.notation.keys import parse_key, parse_meter
from folkbench.notation.layout import layout
from folkbench.notation.lexer import escaped
from folkbench.notation.places import named_bars
from folkbench.notation.reader import read
from folkbench.notation.transpose import to_key, transpose
from folkbench.notation.tune import Tune
from folkbench.notation.tunebook import Draft, decode, read_tunes, split_tunes
from folkbench.notation.writer import write, write_bar

__all__ = [
    "Draft",
    "Part",
    "Place",
    "Tune",
    "decode",
    "escaped",
    "form",
    "layout",
    "named_bars",
    "parse_key",
    "parse_meter",
    "play_order",
    "read",
    "read_tunes",
    "split_tunes",
    "structure",
    "to_key",
    "transpose",
    "write",
    "write_bar",
]
