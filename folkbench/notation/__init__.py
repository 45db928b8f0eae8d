"""ABC text to `Tune` and back, and what an ABC field, a key, a dance or an instrument is.

Imports nothing of folkbench but its errors, and neither numpy nor anything slow.
"""

from folkbench.notation.keys import parse_key, parse_meter
from folkbench.notation.reader import read

__all__ = ["parse_key", "parse_meter", "read"]
