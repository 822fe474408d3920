"""The voices that the user had remembered, in one file on this machine.

How somebody sounds is personal data. The file is for the user alone, nothing is written to it that
was not asked for, and what is erased is gone from it.
"""

import base64
import binascii
import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Final

import msgspec
import numpy as np

from wlk_host import places
from wlk_host.core.errors import WlkError
from wlk_host.core.speakers.remembered import RememberedVoice
from wlk_host.core.speakers.voices import Voice
from wlk_host.folders import replace_private
from wlk_host.protocol.messages import HostVoices, NamedVoice, VoiceName

MOST: Final = 100
"""Voices that are remembered. One more takes the place of nobody: it is refused."""

_MOST_BYTES: Final = 2_000_000
"""A file that is larger is not ours."""

_WIDEST: Final = 4096
"""Numbers of a vector. A longer one is not ours."""

_log = logging.getLogger(__name__)


def voices_file() -> Path:
    """It exists only while a voice is remembered."""
    return places.data_folder() / "voices.json"


class _Kept(msgspec.Struct, frozen=True):
    """A voice in the file. `vector` is base64 of little-endian float32."""

    name: VoiceName
    model: str
    since: Annotated[int, msgspec.Meta(ge=0)]
    vector: str


class _File(msgspec.Struct, frozen=True):
    voices: Annotated[tuple[_Kept, ...], msgspec.Meta(max_length=MOST)] = ()


class VoiceBook:
    """Reads the file when it is first asked, and at each change. Thread-safe.

    Args:
        path: of the file.
        now: seconds since 1970.
    """

    def __init__(self, path: Path, now: Callable[[], float] = time.time) -> None:
        self._path = path
        self._now = now
        self._lock = threading.Lock()
        self._voices: Sequence[RememberedVoice] | None = None

    def recall(self) -> Sequence[RememberedVoice]:
        """All voices. Another host's changes are seen after `look_again`."""
        with self._lock:
            if self._voices is None:
                self._take(self._readable())
            return self._voices or ()

    def look_again(self) -> None:
        """Read the file before the next answer: another host may have changed it."""
        with self._lock:
            self._voices = None

    def listed(self) -> HostVoices:
        """Names and dates."""
        with self._lock:
            kept = self._readable()
            self._take(kept)
            return _listed(kept)

    def remember(self, voice: RememberedVoice) -> HostVoices:
        """Keep it, in the place of one of the same name.

        Raises:
            WlkError: `voices_too_many`, `voices_unreadable`, or `disk_error`.
        """
        text = base64.b64encode(voice.vector.astype("<f4").tobytes()).decode("ascii")
        new = _Kept(voice.name, voice.model, int(self._now()), text)
        with self._lock:
            others = [one for one in self._read() if one.name != voice.name]
            if len(others) >= MOST:
                raise WlkError(
                    code="voices_too_many",
                    message=f"{MOST} voices are remembered, which is the most",
                    hint="erase one in the options first",
                )
            return self._write([*others, new])

    def forget(self, name: str | None) -> HostVoices:
        """Erase that voice; None: all of them.

        Raises:
            WlkError: `voices_unreadable` unless all are to go, or `disk_error`.
        """
        with self._lock:
            others = [] if name is None else [one for one in self._read() if one.name != name]
            return self._write(others)

    # -- with the lock ---------------------------------------------------------------

    def _readable(self) -> list[_Kept]:
        """All voices; none where they cannot be read, so that nobody gets a name."""
        try:
            return self._read()
        except WlkError as error:
            _log.warning("%s", error.code)
            return []

    def _read(self) -> list[_Kept]:
        """All voices. Who changes them must have read them, or the others would be lost."""
        try:
            with self._path.open("rb") as file:
                content = file.read(_MOST_BYTES + 1)
            if len(content) > _MOST_BYTES:
                raise ValueError("too large")
            return list(msgspec.json.decode(content, type=_File).voices)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise _disk_error(f"cannot read {self._path}", error) from error
        except ValueError as error:
            raise WlkError(
                code="voices_unreadable",
                message=f"{self._path} holds no voices: {type(error).__name__}",
                hint="put the right file there, or erase all voices in the options",
            ) from error

    def _take(self, kept: Sequence[_Kept]) -> None:
        self._voices = tuple(
            RememberedVoice(one.name, one.model, vector)
            for one in kept
            if (vector := _vector(one.vector)) is not None
        )

    def _write(self, kept: Sequence[_Kept]) -> HostVoices:
        try:
            if kept:
                replace_private(self._path, msgspec.json.encode(_File(tuple(kept))))
            else:
                self._path.unlink(missing_ok=True)
        except OSError as error:
            raise _disk_error(f"cannot change {self._path}", error) from error
        self._take(kept)
        return _listed(kept)


def _disk_error(what: str, error: OSError) -> WlkError:
    return WlkError(
        code="disk_error",
        message=f"{what}: {error.strerror}",
        hint="see that the folder can be read and written, and that the disk is not full",
    )


def _listed(kept: Sequence[_Kept]) -> HostVoices:
    named = sorted(kept, key=lambda one: (one.name.casefold(), one.name))
    return HostVoices(tuple(NamedVoice(one.name, one.since) for one in named))


def _vector(text: str) -> Voice | None:
    """The vector; None where it is none."""
    try:
        vector = np.frombuffer(base64.b64decode(text, validate=True), "<f4")
    except (binascii.Error, ValueError):
        return None
    length = float(np.linalg.norm(vector.astype(np.float64)))
    if not 0 < len(vector) <= _WIDEST or not np.isfinite(length) or length == 0:
        return None
    return np.asarray(vector / length, np.float32)
