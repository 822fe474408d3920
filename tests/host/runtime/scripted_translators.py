"""The real translator process around engines that misbehave as their names say.

Those that end with "for a while" do so until there is a file of the name in `MENDED`.
"""

import os
import resource
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from wlk_host.core.errors import WlkError
from wlk_host.core.translation.translators import TranslatorEntry
from wlk_host.runtime.translators.child import Translators, main

MENDED: Final = "WLK_TEST_MENDED"
"""Environment variable."""

_ROOM_BYTES: Final = 256 << 20


def is_mended() -> bool:
    return Path(os.environ[MENDED]).exists()


def fill_memory() -> None:
    """Need more than the system grants, as a large model does."""
    in_use = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (in_use + _ROOM_BYTES, in_use + _ROOM_BYTES))
    np.ones(2 * _ROOM_BYTES, np.uint8)
    raise AssertionError("it was granted")


class Scripted:
    def __init__(self, name: str) -> None:
        self.name = name

    def translate(self, texts: Sequence[str], source: str, target: str, context: str) -> list[str]:
        match self.name:
            case "prints":
                print("from Python", flush=True)
                os.write(1, b"from C\n")
            case "crashes":
                os.abort()
            case "runs out of memory":
                raise MemoryError
            case "fails":
                raise ZeroDivisionError
            case "needs more memory for a while" if not is_mended():
                fill_memory()
            case "hangs":
                threading.Event().wait()
        return [text.upper() for text in texts]


def load(name: str) -> Scripted:
    if name == "is loaded for ever":
        threading.Event().wait()
    return Scripted(name)


def choose(name: str | None, source: str | None, target: str) -> TranslatorEntry:
    chosen = name or "upper"
    if chosen == "is missing for a while" and not is_mended():
        raise WlkError("translator_missing", "it is not installed", "install it")
    return TranslatorEntry(
        name=chosen,
        targets=(),
        supports=lambda _source, _target: True,
        is_installed=lambda: True,
        load=lambda: load(chosen),
        install="",
    )


if __name__ == "__main__":
    sys.exit(main(Translators(choose)))
