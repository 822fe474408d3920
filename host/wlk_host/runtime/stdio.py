"""The two pipes to the browser. Needs only stdlib and `protocol`, because it is imported first.

Chrome does not slow down for a host that does not read. It keeps what it cannot write to the pipe
in its own memory. So nothing is lost while the inbox is full and the reader waits.
"""

import os
import queue
import sys
import threading
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from wlk_host.protocol.framing import FrameDecoder, encode_frame

_READ_BYTES: Final = 64 * 1024

INBOX_MESSAGES: Final = 4096
"""About seven minutes of one tab at 100 ms a message, or 20 MB: longer than any model loads."""


class BrowserGoneError(Exception):
    """The browser no longer reads what the host writes."""


class HungError(Exception):
    """Too many threads work on what does not end (`runtime.host.watchdog`)."""


HUNG_EXIT_CODE: Final = 3
"""Of a process that ended for that."""


class MemoryFullError(Exception):
    """A step got no memory, and what is left lies in pieces (`runtime.host.loop`)."""


MEMORY_EXIT_CODE: Final = 4
"""Of a process that ended for that."""


class Signal(Enum):
    """What the inbox carries besides payloads."""

    WAKE = "something has finished in the background"


Inbox: TypeAlias = "queue.Queue[bytes | Signal | None]"
"""Payloads in order; None is the end of the input."""


@dataclass(frozen=True, slots=True)
class Pipes:
    """Private file descriptors, which no library knows."""

    from_browser: int
    to_browser: int


def claim_pipes() -> Pipes:
    """Take stdin and stdout away from all other code.

    After that fd 1 is stderr, so that a stray print, in Python or in C, cannot break the port, and
    fd 0 is empty. Call it before anything else is imported.
    """
    pipes = Pipes(os.dup(0), os.dup(1))
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing if sys.stderr is None else 2, 1)
    os.close(nothing)
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - exists only on Windows

        msvcrt.setmode(pipes.from_browser, os.O_BINARY)
        msvcrt.setmode(pipes.to_browser, os.O_BINARY)
    return pipes


def read_frames(source: int, inbox: Inbox) -> None:
    """Put every payload into the inbox until the stream ends; wait while the inbox is full.

    The caller puts the end of the input.

    Raises:
        WlkError: `frame_too_large`, `frame_truncated`; the stream cannot be read any further.
    """
    decoder = FrameDecoder()
    while received := os.read(source, _READ_BYTES):
        for payload in decoder.feed(received):
            inbox.put(payload)
    decoder.finish()


class FrameWriter:
    """Write whole frames, from any thread."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._lock = threading.Lock()

    def write(self, payload: bytes) -> None:
        """Send one payload.

        Raises:
            BrowserGoneError: the pipe is broken.
            WlkError: `frame_too_large`; nothing was written.
        """
        frame = memoryview(encode_frame(payload))
        with self._lock:
            while frame:
                try:
                    written = os.write(self._target, frame)
                except OSError as error:  # EPIPE; EINVAL on Windows.
                    raise BrowserGoneError from error
                frame = frame[written:]
