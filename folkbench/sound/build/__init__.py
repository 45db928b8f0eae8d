"""How `soundfonts/session.sf2` is made: instruments from first principles, and the file that holds them.

    python -m folkbench.sound.build

writes it again, the same bytes on the same numpy and kind of processor. Nothing that plays imports this.
"""
