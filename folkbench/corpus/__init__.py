"""Collections of human tunes: the session corpus of three printed books, and what the user adds.

`load` gives a Corpus, made once and then read from the cache; `corpus.material` turns one into what the network
trains on, `corpus.tonics` says in which keys its tunes stand.
"""

from folkbench.corpus.entry import Corpus, Entry, LeftOut
from folkbench.corpus.store import DEFAULT, add, load, names, remove, signature

__all__ = ["DEFAULT", "Corpus", "Entry", "LeftOut", "add", "load", "names", "remove", "signature"]
