"""A tune as sound: how it is performed, written as MIDI, and played through FluidSynth.

`perform` makes notes in time of a tune; `midi` writes them, `files.write` renders them, `live.play` plays them.
Nothing of FluidSynth or numpy is imported before something is to be heard.
"""

from folkbench.sound.midi import midi
from folkbench.sound.performance import Performance, in_turn
from folkbench.sound.performer import Style, perform

__all__ = ["Performance", "Style", "in_turn", "midi", "perform"]
