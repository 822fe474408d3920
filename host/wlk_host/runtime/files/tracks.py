"""The sound tracks of a file, and which of them is captioned."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import av
from av.stream import Disposition

from wlk_host.core.errors import WlkError
from wlk_host.runtime.files.raw_pcm import RawPcm


@dataclass(frozen=True, slots=True)
class Track:
    """A sound track.

    Attributes:
        number: 1 is the first sound track of the file.
        language: as the file names it, such as "eng"; empty if it does not.
        title: as the file names it; can be empty.
        is_default: whether the file marks it as the one to play.
    """

    number: int
    language: str = ""
    title: str = ""
    is_default: bool = False

    def __str__(self) -> str:
        named = ", ".join(part for part in (self.language, self.title) if part)
        return f"{self.number} ({named})" if named else str(self.number)


class ByteStream(Protocol):
    """What can be read once, from its beginning to its end."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes, as soon as there are some; none at the end. Raises nothing."""
        ...

    def raise_stopped(self) -> None:
        """Raise what ended it early, if anything did."""
        ...


@dataclass(frozen=True, slots=True)
class Redirected:
    """A file that was redirected to this descriptor."""

    descriptor: int


_TAGS: Final[dict[str, Any]] = (
    {"metadata_errors": "replace"} if int(av.__version__.split(".")[0]) < 19 else {}
)
"""Old tags are not always UTF-8, and do not matter here. PyAV 19 keeps such bytes (PEP 383)."""


def opened(path: Path, pcm: RawPcm | None = None) -> av.container.InputContainer:
    """The open file.

    Raises:
        WlkError: `file_missing`, `file_unreadable`, `sound_missing`.
    """
    if not path.is_file():
        raise WlkError("file_missing", f"there is no file {path}", "check the path")
    return _opened(str(path), str(path), pcm)


def opened_stream(
    stream: ByteStream | Redirected,
    name: str,
    pcm: RawPcm | None = None,
    form: str | None = None,
) -> av.container.InputContainer:
    """The open stream, of which its head has been read.

    Args:
        stream: to read.
        name: what users call it.
        pcm: what its samples are if it has no header.
        form: the only format to try, as ffmpeg names it. Some formats (playlists) name other files
            and addresses, which are opened then: what a stranger sends needs one.

    Raises:
        WlkError: `file_unreadable`, `sound_missing`, and what stopped the stream.
        KeyboardInterrupt: that did.
    """
    if isinstance(stream, Redirected):
        return _opened("fd:", name, pcm, {"fd": str(stream.descriptor)})
    try:
        return _opened(stream, name, pcm, form=form)
    except WlkError as error:
        if error.code == "file_unreadable":
            error.hint = (
                "send a format that can be read from its beginning on, such as WAV or Matroska; "
                "an MP4 with its index at its end needs to be named, or redirected with <"
            )
        raise
    finally:
        stream.raise_stopped()


def _opened(
    source: str | ByteStream,
    name: str,
    pcm: RawPcm | None,
    more: dict[str, str] | None = None,
    form: str | None = None,
) -> av.container.InputContainer:
    form, samples = (form, {}) if pcm is None else (pcm.codec, pcm.options)
    options = {**samples, **(more or {})}
    try:
        container: av.container.InputContainer = av.open(
            source, "r", format=form, options=options, **_TAGS
        )
    except av.FFmpegError as error:
        raise unreadable(name, str(error)) from error
    if not container.streams.audio:
        container.close()
        raise WlkError("sound_missing", f"{name} has no sound track", "choose another file")
    return container


def unreadable(name: str, reason: str) -> WlkError:
    """The error for something of which no sound can be decoded."""
    return WlkError(
        "file_unreadable",
        f"{name} cannot be decoded: {reason}",
        "check that a player can play it, then convert it with ffmpeg",
    )


def tracks_of(container: av.container.InputContainer) -> list[Track]:
    """Its sound tracks, in the order of the file."""
    return [
        Track(
            number,
            _tag(stream, "language"),
            _tag(stream, "title"),
            bool(stream.disposition & Disposition.default),
        )
        for number, stream in enumerate(container.streams.audio, 1)
    ]


def choose(tracks: Sequence[Track], number: int | None) -> Track:
    """The track to caption: the chosen one, the default one of the file, or the first.

    Raises:
        WlkError: `track_missing` if there is no track of that number.
    """
    if number is None:
        return next((track for track in tracks if track.is_default), tracks[0])
    if not 1 <= number <= len(tracks):
        raise WlkError(
            "track_missing",
            f"got --track {number}, but the sound tracks are {', '.join(map(str, tracks))}",
            f"choose a number from 1 to {len(tracks)}",
        )
    return tracks[number - 1]


def told(tracks: Sequence[Track], chosen: Track) -> str:
    """One sentence about the choice; empty if there was none."""
    if len(tracks) < 2:
        return ""
    others = ", ".join(str(track) for track in tracks if track is not chosen)
    return f"track: {chosen}; this file also has {others} (choose with --track)"


def _tag(stream: av.AudioStream, name: str) -> str:
    raw = str(stream.metadata.get(name, "")).encode("utf-8", "surrogateescape")
    value = " ".join(raw.decode("utf-8", "replace").split())
    return "" if value == "und" else value[:80]
