"""The network put to work: a grammar that keeps bars whole, sampling of many tunes at once, priming.

`grammar` says which token may follow, `masks` makes tables of it, `sampling` draws with them.
"""
