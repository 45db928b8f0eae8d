"""A musician's workbench for machine folk tunes: make them, check them, hear them, see them, trace them.

Every room of the house is a package of its own; see the docstring of each. Nothing is imported here,
so that `import folkbench` costs nothing.
"""

__version__ = "0.1.0"
