"""`python -m folkbench.sound.build [FILE]`: write the session soundfont, by default the one that ships."""

from __future__ import annotations

import sys
from pathlib import Path

from folkbench.bench import shipped, write_whole
from folkbench.sound.build.font import session

target = Path(sys.argv[1]) if len(sys.argv) > 1 else shipped("soundfonts", "session.sf2")
data = session()
write_whole(target, data, force=True)
print(f"{target}: {len(data) / 1e6:.1f} MB", file=sys.stderr)
