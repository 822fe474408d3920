"""Sound of any format that PyAV (ffmpeg) reads, as 16 kHz mono chunks.

A chunk is where the container says that it is heard: a track that begins late begins late, and a
gap is a gap. What cannot be decoded is left out and noted (`Damage`).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Protocol

import av

from wlk_host.core.types import SAMPLE_RATE, AudioChunk, Sample, seconds
from wlk_host.runtime.files.conversion import Channels, Cutter
from wlk_host.runtime.files.damage import Damage
from wlk_host.runtime.files.decoding import Lost, TrackReader
from wlk_host.runtime.files.raw_pcm import RawPcm
from wlk_host.runtime.files.timeline import Timeline
from wlk_host.runtime.files.tracks import (
    ByteStream,
    Redirected,
    choose,
    opened,
    opened_stream,
    told,
    tracks_of,
    unreadable,
)

_COUNTED_WHEN_BEGUN: Final = frozenset({"flac", "matroska,webm", "mov,mp4,m4a,3gp,3g2,mj2"})
"""Formats that say at their beginning how long they are, or that they do not know."""

_COUNTED: Final = _COUNTED_WHEN_BEGUN | {"aiff", "au", "caf", "w64", "wav"}
"""The same in files. Who writes these into a pipe cannot go back, and states any length."""

_MAY_PAUSE: Final = frozenset({"matroska,webm", "mov,mp4,m4a,3gp,3g2,mj2", "ogg"})
"""Formats in which a recording can pause, and encoders leave silence out."""

_PAUSE: Final = SAMPLE_RATE // 2
"""There, a gap without a sign of damage is reported from this length on."""

_EARLY_S: Final = 1.0
"""A file that ends earlier than it says by more than this was cut off."""


class Sound(Protocol):
    """One sound track, to be read once.

    Attributes:
        choice: a sentence about the track that was taken; empty if there is only one.
        length_s: what the container says; None if it does not.
        damage: what could not be read so far.
    """

    choice: str
    length_s: float | None
    damage: Damage

    def chunks(self) -> Iterator[AudioChunk]:
        """Its sound. The last chunk, and the last one before a gap, can be shorter.

        Raises:
            WlkError: `file_unreadable`.
        """
        ...


class SoundFile:
    """`Sound` of a file.

    Args:
        path: of any format that ffmpeg reads.
        track: its number among the sound tracks, from 1; None takes the default one.
        pcm: what its samples are if it has no header.

    Raises:
        WlkError: `file_missing`, `file_unreadable`, `sound_missing`, `track_missing`.
    """

    def __init__(self, path: Path, track: int | None = None, pcm: RawPcm | None = None) -> None:
        self._path = path
        self._pcm = pcm
        with opened(path, pcm) as container:
            tracks = tracks_of(container)
            chosen = choose(tracks, track)
            self.length_s = _length_s(container)
        self._number = chosen.number
        self.choice = told(tracks, chosen)
        self.damage = Damage()

    def chunks(self) -> Iterator[AudioChunk]:
        """See `Sound`."""
        with opened(self._path, self._pcm) as container:
            yield from _read(container, self._number, self.damage, str(self._path), _COUNTED)


class SoundStream:
    """`Sound` of a pipe, which is decoded while it comes.

    Args:
        stream: of any format that ffmpeg reads from its beginning on.
        name: what users call it.
        track: as `SoundFile`.
        pcm: as `SoundFile`.
        form: the only format to try (`tracks.opened_stream`); None tries all.

    Raises:
        WlkError: `file_unreadable`, `sound_missing`, `track_missing`.
        KeyboardInterrupt: Ctrl-C was pressed while it was read.
    """

    def __init__(
        self,
        stream: ByteStream | Redirected,
        name: str,
        track: int | None = None,
        pcm: RawPcm | None = None,
        form: str | None = None,
    ) -> None:
        self._name = name
        self._stream = stream
        self._container = opened_stream(stream, name, pcm, form)
        tracks = tracks_of(self._container)
        chosen = choose(tracks, track)
        self._number = chosen.number
        self.choice = told(tracks, chosen)
        self.length_s = _length_s(self._container)
        self.damage = Damage()

    def chunks(self) -> Iterator[AudioChunk]:
        """See `Sound`."""
        with self._container as container:
            yield from _read(container, self._number, self.damage, self._name, _COUNTED_WHEN_BEGUN)
        if not isinstance(self._stream, Redirected):
            self._stream.raise_stopped()


def read_chunks(path: Path) -> Iterator[AudioChunk]:
    """The sound of a file's default track; see `SoundFile`.

    Raises:
        WlkError: `file_missing`, `file_unreadable`, `sound_missing`.
    """
    yield from SoundFile(path).chunks()


def _read(
    container: av.container.InputContainer,
    number: int,
    damage: Damage,
    name: str,
    counted: frozenset[str],
) -> Iterator[AudioChunk]:
    """The sound of that track.

    Args:
        container: open, and not yet read.
        number: of the sound track, from 1.
        damage: takes what could not be read.
        name: what users call it.
        counted: formats whose length can be believed.
    """
    reader = TrackReader(container, container.streams.audio[number - 1])
    length = _length_s(container)
    least = _PAUSE if container.format.name in _MAY_PAUSE else 0
    yield from _chunks(reader, Timeline(_begin_s(container), length), damage, least)
    if not reader.is_sound:
        raise unreadable(name, str(reader.first_error))
    if container.format.name not in counted or length is None or reader.furthest_s is None:
        return
    if reader.furthest_s < length - _EARLY_S:
        damage.end_early(reader.furthest_s, length)


def _chunks(
    reader: TrackReader, timeline: Timeline, damage: Damage, least_gap: Sample
) -> Iterator[AudioChunk]:
    cutter, channels = Cutter(), Channels()
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


def _begin_s(container: av.container.InputContainer) -> float | None:
    """The presentation time at which a player begins; None if the container has no times."""
    return None if container.start_time is None else container.start_time / av.time_base


def _length_s(container: av.container.InputContainer) -> float | None:
    return None if container.duration is None else container.duration / av.time_base
