"""ABC text to `Tune` and back, and what an ABC field, a key, a dance or an instrument is.

Imports nothing of folkbench but its errors, and neither numpy nor anything slow.
"""
