"""Sound from files of any format that PyAV (ffmpeg) reads, as 16 kHz mono chunks.

A chunk is where the container says that it is heard: a track that begins late begins late, and a
gap is a gap. What cannot be decoded is left out and noted (`Damage`).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray

from wlk_host.core.types import SAMPLE_RATE, AudioChunk, Pcm, Sample, seconds
from wlk_host.runtime.files.damage import Damage
from wlk_host.runtime.files.decoding import Lost, TrackReader
from wlk_host.runtime.files.mono import MonoMixer
from wlk_host.runtime.files.timeline import Timeline
from wlk_host.runtime.files.tracks import choose, opened, told, tracks_of, unreadable

CHUNK: Final = SAMPLE_RATE // 10
"""The samples of a chunk, as many as the extension sends at a time (100 ms)."""

_COUNTED: Final = frozenset(
    {"aiff", "au", "caf", "flac", "matroska,webm", "mov,mp4,m4a,3gp,3g2,mj2", "w64", "wav"}
)
"""Formats that say at their beginning how long they are. Others are estimated."""

_MAY_PAUSE: Final = frozenset({"matroska,webm", "mov,mp4,m4a,3gp,3g2,mj2", "ogg"})
"""Formats in which a recording can pause, and encoders leave silence out."""

_PAUSE: Final = SAMPLE_RATE // 2
"""There, a gap without a sign of damage is reported from this length on."""

_EARLY_S: Final = 1.0
"""A file that ends earlier than it says by more than this was cut off."""


class SoundFile:
    """One sound track of a file.

    Args:
        path: of any format that ffmpeg reads.
        track: its number among the sound tracks, from 1; None takes the default one.

    Attributes:
        choice: a sentence about the track that was taken; empty if there is only one.
        damage: what could not be read so far.

    Raises:
        WlkError: `file_missing`, `file_unreadable`, `track_missing`.
    """

    def __init__(self, path: Path, track: int | None = None) -> None:
        self._path = path
        with opened(path) as container:
            tracks = tracks_of(container)
            chosen = choose(tracks, track)
        self._number = chosen.number
        self.choice = told(tracks, chosen)
        self.damage = Damage()

    def chunks(self) -> Iterator[AudioChunk]:
        """Its sound. The last chunk, and the last one before a gap, can be shorter.

        Raises:
            WlkError: `file_unreadable`.
        """
        with opened(self._path) as container:
            stream = container.streams.audio[self._number - 1]
            reader = TrackReader(container, stream)
            timeline = Timeline(_begin_s(container), _length_s(container))
            least = _PAUSE if container.format.name in _MAY_PAUSE else 0
            yield from _chunks(reader, timeline, self.damage, least)
            if not reader.is_sound:
                raise unreadable(self._path, str(reader.first_error))
            self._note_early_end(container, reader)

    def _note_early_end(self, container: av.container.InputContainer, reader: TrackReader) -> None:
        length = _length_s(container)
        if container.format.name not in _COUNTED or length is None or reader.furthest_s is None:
            return
        if reader.furthest_s < length - _EARLY_S:
            self.damage.end_early(reader.furthest_s, length)


def read_chunks(path: Path) -> Iterator[AudioChunk]:
    """The sound of a file's default track; see `SoundFile`.

    Raises:
        WlkError: `file_missing`, `file_unreadable`.
    """
    yield from SoundFile(path).chunks()


def _chunks(
    reader: TrackReader, timeline: Timeline, damage: Damage, least_gap: Sample
) -> Iterator[AudioChunk]:
    cutter, channels = _Cutter(), _Channels()
    has_begun = False
    for part in reader.read():
        if isinstance(part, Lost):
            if part.start_s is not None:
                start = timeline.seconds_of(part.start_s)
                damage.lose(start, start + part.length_s)
            continue
        frame = part.frame
        if channels.differ_from(frame):
            yield from cutter.add(channels.end())
        at = timeline.jump(frame.time, cutter.end, after_loss=part.after_loss)
        if at is not None:
            yield from cutter.add(channels.end())
            if part.after_loss or (has_begun and at - cutter.end >= least_gap):
                damage.lose(seconds(cutter.end), seconds(at))
            yield from cutter.jump(at)
        yield from cutter.add(channels.mono(frame))
        has_begun = True
    yield from cutter.add(channels.end())
    yield from cutter.rest()


class _Channels:
    """Frames of any rate, layout and sample format as 16 kHz mono."""

    def __init__(self) -> None:
        self._form: tuple[object, ...] | None = None
        self._resampler: av.AudioResampler | None = None
        self._mixer = MonoMixer(["FC"])

    def differ_from(self, frame: av.AudioFrame) -> bool:
        """Whether the frame has another form than those before."""
        return self._form is not None and _form_of(frame) != self._form

    def mono(self, frame: av.AudioFrame) -> Pcm:
        """The frame, as far as the filter has heard enough for it."""
        if self._resampler is None or self.differ_from(frame):
            self._form = _form_of(frame)
            self._resampler = av.AudioResampler(format="flt", rate=SAMPLE_RATE)
            self._mixer = MonoMixer([channel.name for channel in frame.layout.channels])
        frame.pts = None  # Positions are counted here; the filter would rather invent silence.
        return self._mixed(self._resampler.resample(frame))

    def end(self) -> Pcm:
        """What is left in the filter. The next frame can have any form."""
        if self._resampler is None:
            return np.empty(0, np.float32)
        rest = self._mixed(self._resampler.resample(None))
        self._resampler = self._form = None
        return rest

    def _mixed(self, frames: list[av.AudioFrame]) -> Pcm:
        mixed = [self._mixer.mix(_channels_of(frame)) for frame in frames]
        return np.concatenate(mixed) if mixed else np.empty(0, np.float32)


def _form_of(frame: av.AudioFrame) -> tuple[object, ...]:
    return (frame.sample_rate, frame.layout.name, frame.layout.nb_channels, frame.format.name)


def _channels_of(frame: av.AudioFrame) -> NDArray[np.float32]:
    """Shape (number of channels, n), without what files of floats can hold besides sound."""
    # Interleaved, because PyAV has no place for more than eight planes.
    pcm = frame.to_ndarray().reshape(-1, frame.layout.nb_channels).T
    return np.nan_to_num(pcm, nan=0.0, posinf=0.0, neginf=0.0).astype(np.float32, copy=False)


class _Cutter:
    """Cuts sound into chunks.

    Attributes:
        end: the sample after the last one added.
    """

    def __init__(self) -> None:
        self.end: Sample = 0
        self._pending = np.empty(0, np.float32)

    def add(self, pcm: Pcm) -> Iterator[AudioChunk]:
        """Go on with this sound; yields the chunks that are full."""
        start = self.end - len(self._pending)
        self.end += len(pcm)
        self._pending = np.concatenate([self._pending, pcm])
        while len(self._pending) >= CHUNK:
            yield AudioChunk(start, self._pending[:CHUNK])
            start, self._pending = start + CHUNK, self._pending[CHUNK:]

    def jump(self, at: Sample) -> Iterator[AudioChunk]:
        """Go on there; yields what is left of the sound before."""
        yield from self.rest()
        self.end = at

    def rest(self) -> Iterator[AudioChunk]:
        """Yields what is left."""
        if len(self._pending):
            start = self.end - len(self._pending)
            pending, self._pending = self._pending, np.empty(0, np.float32)
            yield AudioChunk(start, pending)


def _begin_s(container: av.container.InputContainer) -> float | None:
    """The presentation time at which a player begins; None if the container has no times."""
    return None if container.start_time is None else container.start_time / av.time_base


def _length_s(container: av.container.InputContainer) -> float | None:
    return None if container.duration is None else container.duration / av.time_base
