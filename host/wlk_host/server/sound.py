"""Encoded sound, decoded on a thread of its own while it comes."""

import asyncio
import queue
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import suppress
from tempfile import SpooledTemporaryFile
from typing import IO, Final

import numpy as np

from wlk_host.core.errors import WlkError
from wlk_host.core.types import SAMPLE_RATE, Pcm, Sample
from wlk_host.runtime.files.media import SoundStream
from wlk_host.server.feed import Feed
from wlk_host.server.wire.containers import MOST_HEAD, container_of

_MOST_PARTS: Final = 32
"""Received and not yet decoded."""

_FULL_SCALE: Final = 32767
_SAMPLE_BYTES: Final = 2
_PIECE_BYTES: Final = SAMPLE_RATE * _SAMPLE_BYTES


class Arriving:
    """Bytes that come over a socket, as a file that is read once (`tracks.ByteStream`).

    Made in the event loop; `read` is another thread's.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._free = asyncio.Semaphore(_MOST_PARTS)
        self._parts: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._rest = b""
        self._is_over = False

    async def put(self, part: bytes) -> None:
        """More has come. Waits while much of it was not read yet."""
        await self._free.acquire()
        self._parts.put(part)

    def end(self) -> None:
        """Nothing more comes. A second call does nothing."""
        self._parts.put(b"")

    def read(self, size: int, /) -> bytes:
        """As soon as there is something."""
        if not self._rest and not self._is_over:
            self._rest = self._parts.get()
            self._is_over = not self._rest
            # Who puts can be gone.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._free.release)
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken

    def raise_stopped(self) -> None:
        """Nothing ends it early."""


class Stored:
    """An upload, as a file that can be sought in."""

    def __init__(self, file: IO[bytes] | SpooledTemporaryFile[bytes]) -> None:
        self._file = file
        self.head = file.read(MOST_HEAD)
        file.seek(0)

    def read(self, size: int, /) -> bytes:
        """At most so many bytes."""
        return self._file.read(size)

    def seek(self, at: int, whence: int = 0, /) -> int:
        """As a file's."""
        return self._file.seek(at, whence)

    def tell(self) -> int:
        """As a file's."""
        return self._file.tell()

    def raise_stopped(self) -> None:
        """Nothing ends it early."""


def pcm_bytes(pcm: Pcm) -> bytes:
    """The sound as s16le."""
    return np.rint(np.clip(pcm, -1, 1) * _FULL_SCALE).astype("<i2").tobytes()


def decode(stream: Arriving | Stored, form: str, take: Callable[[Sample, bytes], None]) -> None:
    """Give all sound of a stream to `take`, in order, with the sample that it begins with.

    What is stored is given in pieces of a second, what arrives at once.

    Raises:
        WlkError: `file_unreadable`, `sound_missing`.
    """
    least = 1 if isinstance(stream, Arriving) else _PIECE_BYTES
    start, pcm = 0, b""
    for chunk in SoundStream(stream, "the sound", form=form).chunks():
        if pcm and chunk.start != start + len(pcm) // _SAMPLE_BYTES:
            take(start, pcm)
            pcm = b""
        start, pcm = start if pcm else chunk.start, pcm + pcm_bytes(chunk.pcm)
        if len(pcm) >= least:
            take(start, pcm)
            pcm = b""
    if pcm:
        take(start, pcm)


async def feed_decoded(stream: Arriving | Stored, form: str, feed: Feed, threads: Executor) -> None:
    """Feed all sound of a stream, decoded on one of these threads.

    Whoever cancels it ends the stream as well, so that the thread comes back.

    Raises:
        WlkError: those of `decode`, and what ended the session early.
    """
    loop = asyncio.get_running_loop()

    def take(start: Sample, pcm: bytes) -> None:
        asyncio.run_coroutine_threadsafe(feed.sound(start, pcm), loop).result()

    await loop.run_in_executor(threads, decode, stream, form, take)


def form_of(head: bytes, *, streamed: bool = False) -> str:
    """The format of these first bytes.

    Raises:
        WlkError: `file_unreadable`.
    """
    form = container_of(head, streamed=streamed)
    if form is None:
        raise WlkError(
            "file_unreadable",
            "got sound of an unknown format, expected WebM, Ogg, WAV, FLAC, MP3, MP4 or AAC",
            "convert it with ffmpeg",
        )
    return form
