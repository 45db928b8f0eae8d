"""Making sense of the network: its weights and what it does with a tune, in plain numpy.

`record` runs a tune through the network and writes everything down.
"""
