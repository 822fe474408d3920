"""Load a model in a fresh process, and print whether PyTorch is imported: when CTranslate2 begins
to read, and at the end.

Run as `python -m host.runtime.loading.load_and_tell FOLDER`.
"""

import sys
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from wlk_host.backends.whisper.ct2 import model as ct2_model
from wlk_host.core.options import SessionOptions
from wlk_host.runtime.files.clocks import SoundClock
from wlk_host.runtime.loading.loader import ModelLoader

begin = ct2_model.begin


def begin_and_tell(
    folder: Path, threads: int, device: str = "cpu", n_passes: int = 2
) -> Future[Any]:
    print("torch" in sys.modules)
    return begin(folder, threads, device, n_passes)


if __name__ == "__main__":
    ct2_model.begin = begin_and_tell
    ModelLoader(SoundClock(), device="cpu").load(SessionOptions(model=sys.argv[1]))
    print("torch" in sys.modules)
