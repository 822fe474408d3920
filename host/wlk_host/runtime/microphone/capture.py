"""The microphone, through PortAudio (python-sounddevice, an extra)."""

import queue
import time
from collections.abc import Callable, Iterator
from types import ModuleType, TracebackType
from typing import Any, Final, Self

import av
import numpy as np
from numpy.typing import NDArray

from wlk_host.core.types import AudioChunk, seconds
from wlk_host.runtime.files.conversion import Channels, Cutter
from wlk_host.runtime.microphone import errors

LOST_S: Final = 3.0
"""A microphone that brings nothing for so long is gone."""

SILENT_S: Final = 5.0
"""Real microphones hiss. One of which only zeros come for so long is muted or forbidden."""

_LOOK_S: Final = 0.1
"""The longest wait for sound."""

_BLOCKS_A_SECOND: Final = 10

_MOST_CHANNELS: Final = 2


def portaudio() -> ModuleType:
    """The module `sounddevice`.

    Raises:
        WlkError: `sounddevice_missing`, `portaudio_missing`.
    """
    try:
        import sounddevice  # noqa: PLC0415 - an extra, and it starts PortAudio
    except ImportError as error:
        raise errors.sounddevice_missing() from error
    except OSError as error:
        raise errors.portaudio_missing() from error
    module: ModuleType = sounddevice
    return module


def microphones(sounddevice: ModuleType) -> list[tuple[int, str, bool]]:
    """The number and the name of each, and whether it is the one that is taken by default.

    Raises:
        WlkError: `microphone_missing`.
    """
    try:
        devices = [*sounddevice.query_devices()]
        default = int(sounddevice.query_devices(kind="input")["index"])
    except sounddevice.PortAudioError as error:
        raise errors.microphone_missing("there is no microphone") from error
    return [
        (int(one["index"]), str(one["name"]), int(one["index"]) == default)
        for one in devices
        if one["max_input_channels"] > 0
    ]


class Microphone:
    """Sound since `start`, as chunks. Used by one thread; PortAudio's own fills a queue.

    It is opened with its own rate and up to two channels, which every system can do, and converted
    like a file.

    Args:
        chosen: its number, or a part of its name; None takes the system's choice.
        now: the seconds of any monotonic clock.

    Attributes:
        name: as the system calls it.

    Raises:
        WlkError: those of `portaudio`, `microphone_missing`, `microphone_denied`,
            `microphone_busy`, `microphone_failed`.
    """

    def __init__(self, chosen: str | None, now: Callable[[], float] = time.monotonic) -> None:
        sounddevice = portaudio()
        self._now = now
        self._error: type[Exception] = sounddevice.PortAudioError
        device = _device(sounddevice, chosen)
        self.name = str(device["name"])
        self._rate = round(device["default_samplerate"])
        n_channels = min(int(device["max_input_channels"]), _MOST_CHANNELS)
        self._layout = "mono" if n_channels == 1 else "stereo"
        self._blocks: queue.SimpleQueue[NDArray[np.float32]] = queue.SimpleQueue()
        self._channels, self._cutter = Channels(), Cutter()
        self._heard_at = 0.0
        self._has_sound = self._has_told = self._has_overflown = False
        try:
            self._stream = sounddevice.InputStream(
                device=device["index"],
                channels=n_channels,
                samplerate=self._rate,
                blocksize=self._rate // _BLOCKS_A_SECOND,
                dtype="float32",
                callback=self._take,
            )
        except self._error as error:
            raise errors.of_portaudio(error, self.name) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stream.close()

    def start(self) -> None:
        """Begin to hear.

        Raises:
            WlkError: `microphone_denied`, `microphone_busy`, `microphone_failed`.
        """
        try:
            self._stream.start()
        except self._error as error:
            raise errors.of_portaudio(error, self.name) from error
        self._heard_at = self._now()

    def heard(self, *, wait: bool) -> list[AudioChunk]:
        """What was heard since the last call; empty after a moment without sound.

        Args:
            wait: for sound, a moment.

        Raises:
            WlkError: `microphone_lost`.
        """
        chunks: list[AudioChunk] = []
        blocks = [self._block(_LOOK_S if wait else 0.0)]
        blocks += [self._block(0.0) for _ in range(self._blocks.qsize())]
        for block in blocks:
            if block is not None:
                chunks += self._chunks(block)
        if self._now() - self._heard_at >= LOST_S:
            raise errors.microphone_lost(self.name)
        return chunks

    def problem(self) -> str | None:
        """What has to be told now, each once; None if all is well."""
        if self._has_overflown:
            self._has_overflown = False
            return str(errors.sound_lost())
        is_silent = not self._has_sound and seconds(self._cutter.end) >= SILENT_S
        if is_silent and not self._has_told:
            self._has_told = True
            return str(errors.microphone_silent(self.name))
        return None

    def _chunks(self, block: NDArray[np.float32]) -> Iterator[AudioChunk]:
        self._heard_at = self._now()
        self._has_sound = self._has_sound or bool(block.any())
        frame = av.AudioFrame.from_ndarray(block.reshape(1, -1), "flt", self._layout)
        frame.rate = self._rate
        yield from self._cutter.add(self._channels.mono(frame))

    def _take(self, block: NDArray[np.float32], _n: int, _time: Any, status: Any) -> None:
        """Called by PortAudio's thread, which owns the block."""
        if status.input_overflow:
            self._has_overflown = True
        self._blocks.put(block.copy())

    def _block(self, patience_s: float) -> NDArray[np.float32] | None:
        try:
            return self._blocks.get(timeout=patience_s) if patience_s else self._blocks.get_nowait()
        except queue.Empty:
            return None


def _device(sounddevice: ModuleType, chosen: str | None) -> dict[str, Any]:
    wanted: int | str | None = int(chosen) if chosen and chosen.isdecimal() else chosen
    try:
        found: dict[str, Any] = sounddevice.query_devices(wanted, "input")
    except (sounddevice.PortAudioError, ValueError) as error:
        if chosen is None:
            raise errors.microphone_missing("there is no microphone") from error
        # It says whether there is none, or more than one, of that name.
        reason = " ".join(str(error).split())
        raise errors.microphone_missing(f"got --microphone {chosen}: {reason}") from error
    return found
