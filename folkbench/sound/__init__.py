"""A tune as sound: how it is performed, written as MIDI, and played through FluidSynth.

Nothing of FluidSynth or numpy is imported before something is to be heard.
"""
