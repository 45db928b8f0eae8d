"""What every test stands on: the real tunes, and a bench of its own."""

from __future__ import annotations

import re
import shutil
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

BOOKS = ("oneills1850", "ryansMammoth", "airdsAirs")
SEED = Path(__file__).parent.parent / "tunes" / "seed-transcription.abc"


@cache
def printed_tunes() -> tuple[str, ...]:
    """The text of every tune in the three printed books that ship inside music21, as it stands there."""
    music21 = find_spec("music21")
    assert music21 is not None
    assert music21.origin is not None
    folder = Path(music21.origin).parent / "corpus"
    texts: list[str] = []
    for book in BOOKS:
        for path in sorted((folder / book).glob("*.abc")):
            data = path.read_bytes()
            try:
                text = data.decode()
            except UnicodeDecodeError:
                text = data.decode("latin-1")
            pieces = re.split(r"(?m)^(?=X:)", text.replace("\r\n", "\n"))
            texts.extend(piece.split("\n\n")[0] for piece in pieces if piece.startswith("X:"))
    return tuple(texts)


@pytest.fixture(scope="session")
def sample() -> tuple[str, ...]:
    """Every fourteenth printed tune: some 300 from all three books."""
    return printed_tunes()[::14]


@pytest.fixture(autouse=True)
def own_bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bench that is empty, so that no test touches the user's."""
    home = tmp_path / "bench"
    home.mkdir()
    monkeypatch.setenv("FOLKBENCH_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def session_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cached session corpus, made once for all tests."""
    from folkbench.corpus import load

    home = tmp_path_factory.mktemp("made-once")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FOLKBENCH_HOME", str(home))
        load()
    return home / "cache" / "session.corpus"


@pytest.fixture
def session_corpus(own_bench: Path, session_file: Path) -> Path:
    """The test's own bench, with the session corpus in its cache."""
    (own_bench / "cache").mkdir(exist_ok=True)
    shutil.copy(session_file, own_bench / "cache")
    return own_bench
