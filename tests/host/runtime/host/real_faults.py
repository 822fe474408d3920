"""Sound that was captioned wrongly once, for tests on real weights.

The recordings lie beside the checkout, in `shared/data/faults`, where there are any. What can be
made of clips that every checkout has is tested with those as well.
"""

from pathlib import Path

import numpy as np

from host.runtime.host.test_real_session import Played
from wlk_host.core.types import SAMPLE_RATE, Line, Pcm
from wlk_host.runtime.files.media import read_chunks

FAULTS = Path(__file__).resolve().parents[5] / "shared" / "data" / "faults"


def recorded(*names: str) -> list[Path]:
    """Those of the recordings that are there."""
    return [path for name in names if (path := FAULTS / name).is_file()]


def named(path: Path) -> str:
    """The name of a test's recording."""
    return path.stem


def final(done: Played) -> list[Line]:
    """The lines as they stand in the end."""
    return [done.lines[i] for i in sorted(done.lines) if done.lines[i].text]


def text(done: Played) -> str:
    """What they say."""
    return " ".join(line.text for line in final(done))


def sound_in(path: Path) -> Pcm:
    """A recording's sound."""
    return np.concatenate([chunk.pcm for chunk in read_chunks(path)])


def silence(length_s: float) -> Pcm:
    """No sound."""
    return np.zeros(round(length_s * SAMPLE_RATE), np.float32)
