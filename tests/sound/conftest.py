from __future__ import annotations

from ctypes.util import find_library

import pytest

from folkbench.bench import shipped
from tests.sound.listening import Ear


@pytest.fixture(scope="session")
def ear():
    """Our soundfont, through FluidSynth."""
    if find_library("fluidsynth") is None:
        pytest.skip("libfluidsynth isn't on this machine")
    ear = Ear(shipped("soundfonts", "session.sf2"))
    yield ear
    ear.close()
