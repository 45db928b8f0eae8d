"""Any set of tunes measured: well made, in style, told apart from human tunes.

`well_made` counts what a player would complain of, `style` compares what tunes are made of with a corpus,
`told_apart` says how well a machine can tell two sets of tunes from each other.
"""

from folkbench.evaluate.made import Made, well_made
from folkbench.evaluate.share import Share, share

__all__ = ["Made", "Share", "share", "well_made"]
