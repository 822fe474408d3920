"""The real translator process around engines that misbehave as their names say."""

import os
import sys
import threading
from collections.abc import Sequence

from wlk_host.core.translators import TranslationEngine
from wlk_host.runtime.translator_child import Engines, main


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
            case "hangs":
                threading.Event().wait()
        return [text.upper() for text in texts]


def choose(name: str | None, source: str | None, target: str) -> TranslationEngine:
    chosen = name or "upper"
    return TranslationEngine(
        name=chosen,
        targets=(),
        supports=lambda _source, _target: True,
        is_installed=lambda: True,
        load=lambda: Scripted(chosen),
        install="",
    )


if __name__ == "__main__":
    sys.exit(main(Engines(choose)))
