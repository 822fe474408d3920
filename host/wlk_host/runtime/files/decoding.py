"""Decoding that goes on after damage: what is broken is left out, and noted."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import av

_BELIEVED: Final = 8
"""Frames after which a file is believed to be sound: chance finds some in any bytes."""

_RATES: Final = range(1_000, 1_000_000)
_CHANNELS: Final = range(1, 65)
"""What sound has, in hertz and in number. Damaged headers declare others: one sample at 1 GHz asks
for gigabytes of filter, 1,600 at 2 Hz are 13 minutes. FFmpeg's resampler takes 64 channels."""

_STUBBORN: Final = 100
"""So many errors in a row without a packet between them: there is no more to read."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A decoded frame.

    Attributes:
        frame: the sound.
        after_loss: whether something between it and the frame before could not be read.
    """

    frame: av.AudioFrame
    after_loss: bool


@dataclass(frozen=True, slots=True)
class Lost:
    """A packet that cannot be decoded.

    Attributes:
        start_s: its presentation time; None if that is unknown.
        length_s: how long its sound is; 0 if that is unknown.
    """

    start_s: float | None
    length_s: float


class TrackReader:
    """Reads one track of an open file to its end, whatever is damaged.

    Attributes:
        furthest_s: the latest end of a packet of any track; None before one has a time.
        first_error: the first one met.
    """

    def __init__(self, container: av.container.InputContainer, stream: av.AudioStream) -> None:
        self._container = container
        self._stream = stream
        self._n_frames = 0
        self._n_errors = 0
        self.furthest_s: float | None = None
        self.first_error: Exception | None = None

    @property
    def is_sound(self) -> bool:
        """False if what was decoded must be chance: there was more damage than sound."""
        return self.first_error is None or self._n_frames > self._n_errors

    def read(self) -> Iterator[Heard | Lost]:
        """Frames and losses in the order of the file; nothing if it holds no sound after all."""
        early: list[Heard | Lost] = []
        for part in self._parts():
            if self._n_frames >= _BELIEVED and self.is_sound:
                yield from early
                early.clear()
                yield part
            else:
                early.append(part)
        if self.is_sound:
            yield from early

    def _parts(self) -> Iterator[Heard | Lost]:
        after_loss = False
        for packet in self._packets():
            if packet is None:
                after_loss = True
                continue
            after_loss = after_loss or packet.is_corrupt
            try:
                frames = packet.decode()
            except av.FFmpegError as error:
                self._note(error)
                after_loss = True
                yield _lost(packet)
                continue
            for frame in frames:
                if not isinstance(frame, av.AudioFrame) or not frame.samples:
                    continue
                if not _is_plausible(frame):
                    form = f"{frame.sample_rate} Hz and {frame.layout.nb_channels} channels"
                    self._note(ValueError(f"it declares sound of {form}"))
                    after_loss = True
                    continue
                self._n_frames += 1
                yield Heard(frame, after_loss)
                after_loss = packet.is_corrupt

    def _packets(self) -> Iterator["av.Packet[Any] | None"]:
        """The packets of the track; None stands for an error of the container."""
        in_a_row = 0
        while in_a_row < _STUBBORN:
            try:
                for packet in self._container.demux():
                    in_a_row = 0
                    self._look_ahead(packet)
                    if packet.stream.index == self._stream.index:
                        yield packet
            except EOFError:
                return
            except av.FFmpegError as error:
                self._note(error)
                in_a_row += 1
                yield None
            else:
                return

    def _look_ahead(self, packet: "av.Packet[Any]") -> None:
        if packet.pts is None or packet.time_base is None:
            return
        end = float((packet.pts + (packet.duration or 0)) * packet.time_base)
        self.furthest_s = end if self.furthest_s is None else max(self.furthest_s, end)

    def _note(self, error: Exception) -> None:
        self._n_errors += 1
        self.first_error = self.first_error or error


def _is_plausible(frame: av.AudioFrame) -> bool:
    return frame.sample_rate in _RATES and frame.layout.nb_channels in _CHANNELS


def _lost(packet: "av.Packet[Any]") -> Lost:
    base = packet.time_base
    if base is None:
        return Lost(None, 0.0)
    at = packet.pts if packet.pts is not None else packet.dts
    return Lost(None if at is None else float(at * base), float((packet.duration or 0) * base))
