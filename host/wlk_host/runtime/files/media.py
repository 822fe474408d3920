"""Sound from files of any format that PyAV (ffmpeg) reads, as 16 kHz mono chunks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import av
import numpy as np

from wlk_host.core.errors import WlkError
from wlk_host.core.types import SAMPLE_RATE, AudioChunk, Pcm

CHUNK: Final = SAMPLE_RATE // 10
"""The samples of a chunk, as many as the extension sends at a time (100 ms)."""


def read_chunks(path: Path) -> Iterator[AudioChunk]:
    """The file's first sound track, chunk by chunk. The last chunk can be shorter.

    Raises:
        WlkError: `file_missing`, `file_unreadable`.
    """
    position = 0
    pending = np.empty(0, np.float32)
    for pcm in _frames(path):
        pending = np.concatenate([pending, pcm])
        while len(pending) >= CHUNK:
            yield AudioChunk(position, pending[:CHUNK])
            position, pending = position + CHUNK, pending[CHUNK:]
    if len(pending):
        yield AudioChunk(position, pending)


def _frames(path: Path) -> Iterator[Pcm]:
    if not path.is_file():
        raise WlkError("file_missing", f"there is no file {path}", "check the path")
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise WlkError(
                    "file_unreadable", f"{path} has no sound track", "choose another file"
                )
            resampler = av.AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)
            for frame in container.decode(audio=0):
                for resampled in resampler.resample(frame):
                    yield resampled.to_ndarray().reshape(-1).astype(np.float32, copy=False)
            for resampled in resampler.resample(None):
                yield resampled.to_ndarray().reshape(-1).astype(np.float32, copy=False)
    except av.FFmpegError as error:
        raise WlkError(
            "file_unreadable",
            f"{path} cannot be decoded: {error}",
            "check that a player can play it, then convert it with ffmpeg",
        ) from error
