"""Where a figure, or every bar of a tune, stands in a corpus.

`open_index` gives the index of a corpus, `find` and `find_nearly` the places of a figure in a kind of likeness (a
`View`), `trace` where a whole tune comes from, `originality` the same in one line, `open_guard` what keeps compose
from copying.
"""

from folkbench.whence.figures import Hits, Position, find
from folkbench.whence.guard import Guard, Watch, can_guard, open_guard
from folkbench.whence.index import Index, Source, index_of, is_ready, open_index
from folkbench.whence.nearly import Near, find_nearly
from folkbench.whence.trace import Originality, Trace, originality, shared_bars, trace
from folkbench.whence.views import KINDS, View

__all__ = [
    "KINDS",
    "Guard",
    "Hits",
    "Index",
    "Near",
    "Originality",
    "Position",
    "Source",
    "Trace",
    "View",
    "Watch",
    "can_guard",
    "find",
    "find_nearly",
    "index_of",
    "is_ready",
    "open_guard",
    "open_index",
    "originality",
    "shared_bars",
    "trace",
]
