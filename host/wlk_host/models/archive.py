"""Unpacks an Argos package: a zip archive with one folder, of which the engine needs a few files.

The names of what is written come from here, not from the archive, so nothing can be written
elsewhere. What comes out is counted while it comes: a small archive that unpacks to more than any
model has ends with an error.
"""

import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from threading import Event
from typing import Final

from wlk_host.models.errors import DownloadCancelledError
from wlk_host.models.records import Seen

_KEPT: Final = {
    "model/model.bin": "model.bin",
    "model/config.json": "config.json",
    "model/shared_vocabulary.json": "shared_vocabulary.json",
    "model/shared_vocabulary.txt": "shared_vocabulary.txt",
    "model/source_vocabulary.json": "source_vocabulary.json",
    "model/source_vocabulary.txt": "source_vocabulary.txt",
    "model/target_vocabulary.json": "target_vocabulary.json",
    "model/target_vocabulary.txt": "target_vocabulary.txt",
    "sentencepiece.model": "sentencepiece.model",
    "metadata.json": "metadata.json",
    "README.md": "README.md",
    "LICENSE": "LICENSE",
}
"""What is taken, below the archive's folder, and under which name it is kept."""

_REQUIRED: Final = ("model.bin", "sentencepiece.model", "metadata.json")

_MOST_ENTRIES: Final = 1000
_MOST_BYTES: Final = 1 << 30
"""Of all files together. The largest package unpacks to a fifth of that."""

_CHUNK_BYTES: Final = 1 << 20


class ArchiveError(Exception):
    """It is no package that can be used; says why."""


def unpack(archive: Path, folder: Path, cancelled: Event) -> dict[str, Seen]:
    """Write what is needed of the archive into the folder, and say what that is.

    Raises:
        ArchiveError: what is in the archive is damaged, of another kind, or too large.
        DownloadCancelledError: after `cancelled` was set.
        OSError: a file cannot be written.
    """
    kept: dict[str, Seen] = {}
    room = _MOST_BYTES
    with _opened(archive) as package:
        for member, name in _wanted(package):
            if name in kept:
                raise ArchiveError(f"it holds {name} twice")
            kept[name] = _write(package, member, folder / name, room, cancelled)
            room -= kept[name].size_bytes
    absent = [name for name in _REQUIRED if name not in kept]
    if absent:
        raise ArchiveError(f"it lacks {', '.join(absent)}")
    return kept


@contextmanager
def _opened(archive: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(archive) as package:
            yield package
    # A member that is damaged, or compressed in an unusual way.
    # One that is encrypted is a RuntimeError.
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        EOFError,
        ValueError,
    ) as error:
        raise ArchiveError(str(error) or type(error).__name__) from error


def _wanted(package: zipfile.ZipFile) -> Iterator[tuple[zipfile.ZipInfo, str]]:
    members = package.infolist()
    if len(members) > _MOST_ENTRIES:
        raise ArchiveError(f"it holds {len(members)} files, at most {_MOST_ENTRIES} are read")
    for member in members:
        parts = PurePosixPath(member.filename).parts
        name = _KEPT.get("/".join(parts[1:]))
        if name is not None and not member.is_dir():
            yield member, name


def _write(
    package: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, room: int, cancelled: Event
) -> Seen:
    digest, size = hashlib.sha256(), 0
    with package.open(member) as source, target.open("wb") as output:
        while chunk := source.read(_CHUNK_BYTES):
            if cancelled.is_set():
                raise DownloadCancelledError
            size += len(chunk)
            if size > room:
                raise ArchiveError(f"it unpacks to more than {_MOST_BYTES >> 20} MiB")
            digest.update(chunk)
            output.write(chunk)
    return Seen(size, digest.hexdigest())
