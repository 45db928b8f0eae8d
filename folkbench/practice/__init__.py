"""A network practises: it writes tunes by itself, they are heard, and it learns from them.

What is well made and can't be told from the corpus is learnt like the corpus; the bars that don't count are unlearnt
(`hearing`, `ear`, `lessons`). A corpus of four thousand tunes shows too seldom what must not come: from it alone a
network learns to make nearly every bar whole, and in one tune of five there is one that isn't.
"""

from folkbench.practice.lessons import Practice

__all__ = ["Practice"]
"""Lessons for `folkbench.model.training.train`."""
