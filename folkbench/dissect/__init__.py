"""Making sense of the network: its weights, what it does with a tune, and what it loses when it is operated on.

`record` runs a tune through the network in numpy and writes everything down; each analysis is a function from arrays
to a result with named numbers; `folkbench.dissect.figures` draws them (only there is matplotlib imported).

    from folkbench.dissect import expectations, record, walk
    from folkbench.dissect.figures import PICTURES, draw
    along = walk(tune, checkpoint.vocabulary)
    found = expectations(record(checkpoint, along.tokens), along, checkpoint.vocabulary)
    figure = draw(PICTURES["posterior"][0], found)
"""

from folkbench.dissect.ablation import ablate
from folkbench.dissect.altered import Altered, Change, Memory, losses, states
from folkbench.dissect.beam import branches
from folkbench.dissect.gates import gate_weights
from folkbench.dissect.gramian import gramians
from folkbench.dissect.lobotomy import beating, operate
from folkbench.dissect.posterior import expectations
from folkbench.dissect.probe import probes
from folkbench.dissect.record import PARTS, Record, record
from folkbench.dissect.softmax import softmax_layer, voice
from folkbench.dissect.spectrum import many, periods
from folkbench.dissect.svd import singular_values
from folkbench.dissect.units import activity
from folkbench.dissect.walk import Walk, place, stand, walk

__all__ = [
    "PARTS",
    "Altered",
    "Change",
    "Memory",
    "Record",
    "Walk",
    "ablate",
    "activity",
    "beating",
    "branches",
    "expectations",
    "gate_weights",
    "gramians",
    "losses",
    "many",
    "operate",
    "periods",
    "place",
    "probes",
    "record",
    "singular_values",
    "softmax_layer",
    "stand",
    "states",
    "voice",
    "walk",
]
