"""The real host, which crashes each time it hears one and the same sound.

Files in the profile's folder tell it what to do: once `poison` is there, the next sound of a
session is the poison, and its sample is kept there. Each death adds a line to `deaths`.
"""

import os
import signal
import sys
from pathlib import Path

from wlk_host import cli
from wlk_host.core.session import Session
from wlk_host.core.types import AudioChunk, Event, Work

FOLDER = Path(os.environ["FAULT_FOLDER"])
POISON = FOLDER / "poison"


def _is_poison(chunk: AudioChunk) -> bool:
    if not POISON.exists():
        return False
    sample = POISON.read_text()
    if not sample:
        POISON.write_text(str(chunk.start))
    return not sample or chunk.start <= int(sample) < chunk.start + len(chunk.pcm)


_feed, _run = Session.feed, Session.run
_heard: set[int] = set()


def _poisoned_feed(self: Session, chunk: AudioChunk) -> list[Event]:
    if _is_poison(chunk):
        _heard.add(chunk.start)
    return _feed(self, chunk)


def _poisoned_run(self: Session, work: Work) -> list[Event]:
    if _heard:
        with (FOLDER / "deaths").open("a") as deaths:
            deaths.write(f"{min(_heard)}\n")
        os.kill(os.getpid(), signal.SIGSEGV)
    return _run(self, work)


if __name__ == "__main__":
    Session.feed, Session.run = _poisoned_feed, _poisoned_run  # type: ignore[method-assign]
    sys.exit(cli.main(sys.argv[1:]))
