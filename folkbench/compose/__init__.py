"""The network put to work: a grammar that keeps bars whole, sampling of many tunes at once, priming.

`Composer` makes tunes from a `Wish`; `grammar` says which token may follow, `masks` makes tables of it, `sampling`
draws with them, `priming` turns a wish into the tokens that a tune begins with.
"""

from folkbench.compose.composer import Composer, Made
from folkbench.compose.form import FREE, Form, Part, parse_form
from folkbench.compose.priming import ANY, Wish
from folkbench.compose.request import Taste

__all__ = ["ANY", "FREE", "Composer", "Form", "Made", "Part", "Taste", "Wish", "parse_form"]
