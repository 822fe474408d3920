"""Which files a command means: those that it names, and the media in folders."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from wlk_host.core.errors import WlkError

_ENDINGS: Final = """
3g2 3gp aac ac3 aif aifc aiff amr ape asf au avi caf dts eac3 f4v flac flv m2ts m4a m4b m4v mka mkv
mov mp2 mp3 mp4 mpeg mpg mts mxf oga ogg ogv opus spx tta ts vob w64 wav webm wma wmv wv
"""

MEDIA: Final = frozenset(_ENDINGS.split())
"""Endings of files that are taken from folders. A file that is named is always taken."""

_PACKET: Final = 188
"""Bytes of a packet of an MPEG transport stream, each of which begins with "G" (ISO 13818-1)."""


@dataclass(frozen=True, slots=True)
class Input:
    """A file to caption.

    Attributes:
        path: of the file.
        below: the same within the folder that was named; only a name if the file was.
    """

    path: Path
    below: Path


@dataclass(slots=True)
class Found:
    """What a command means.

    Attributes:
        inputs: each file once: in the order of the command, and sorted within a folder.
        problems: `media_missing` and `folder_unreadable`.
    """

    inputs: list[Input] = field(default_factory=list)
    problems: list[WlkError] = field(default_factory=list)


def find(names: Sequence[str]) -> Found:
    """Look for these files, and for media in these folders and below."""
    found = Found()
    for path in map(Path, names):
        if not path.is_dir():
            found.inputs.append(Input(path, Path(path.name)))
            continue
        inside = list(_media_in(path, found.problems))
        if not inside:
            found.problems.append(_no_media(path))
        found.inputs += inside
    met: dict[str, Input] = {}
    for one in found.inputs:
        met.setdefault(os.path.realpath(one.path), one)
    found.inputs = list(met.values())
    return found


def _media_in(top: Path, problems: list[WlkError]) -> Iterator[Input]:
    """The media below a folder. Hidden ones are left out, and no folder is entered twice."""
    entered = set[str]()

    def note(error: OSError) -> None:
        problems.append(_unreadable(error))

    for folder, folders, files in os.walk(top, onerror=note, followlinks=True):
        here = Path(folder)
        real = os.path.realpath(here)
        if real in entered:
            folders.clear()
            continue
        entered.add(real)
        folders[:] = sorted(filter(_is_shown, folders), key=_in_order)
        for name in sorted(filter(_is_shown, files), key=_in_order):
            path = here / name
            if _is_media(path):
                yield Input(path, path.relative_to(top))


def _is_shown(name: str) -> bool:
    return not name.startswith(".")


def _in_order(name: str) -> list[tuple[int, str]]:
    """Sorts names as people do: "talk 2" before "talk 10"."""
    parts = re.split(r"(\d+)", name.casefold())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def _is_media(path: Path) -> bool:
    ending = path.suffix[1:].lower()
    return ending in MEDIA and path.is_file() and (ending != "ts" or _is_transport_stream(path))


def _is_transport_stream(path: Path) -> bool:
    """TypeScript has the same ending."""
    try:
        with path.open("rb") as file:
            return file.read(_PACKET + 1)[::_PACKET] == b"GG"
    except OSError:
        return True  # The error is told when it is its turn.


def _no_media(folder: Path) -> WlkError:
    return WlkError(
        "media_missing",
        f"there is no sound or video file in {folder}",
        "name the files themselves if they have unusual endings",
    )


def _unreadable(error: OSError) -> WlkError:
    return WlkError(
        "folder_unreadable",
        f"{error.filename} cannot be read: {error.strerror}",
        "check who may read it",
    )
