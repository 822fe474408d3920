"""Where models are on this machine, and whether they are intact.

A model is a folder `<models>/<name>`. It gets that name only when it is complete (`download`).
Later damage is found by file sizes whenever the model is loaded, and by SHA-256 with `verify`.
"""

import hashlib
import os
import re
import shutil
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Final

from wlk_host import places
from wlk_host.core.errors import WlkError
from wlk_host.folders import expanded, is_file, is_folder
from wlk_host.models import catalog, errors, hub, records
from wlk_host.models.catalog import CATALOG, RECOMMENDED
from wlk_host.models.entries import CatalogEntry
from wlk_host.models.errors import MODELS_VARIABLE, shown
from wlk_host.models.records import Seen

REQUIRED_FILES: Final = ("model.bin", "config.json")
"""The files that make a folder of unknown origin a CTranslate2 model."""

_DECODERS: Final = ".decoders"
"""One folder per model, called by its name and twelve hex digits (`whisper.onnx.files`)."""

_TOKENIZERS: Final = ("tokenizer.json", "vocabulary.json", "vocabulary.txt")
"""Any of these describes how to turn tokens into text."""


def models_dir() -> Path:
    """The folder that holds one folder per model. It need not exist."""
    override = os.environ.get(MODELS_VARIABLE)
    if override:
        return expanded(override)
    return places.data_folder() / "models"


def decoders_dir() -> Path:
    """Where the graphs of decoders are kept: beside the models, or in the user's cache folder
    where nothing can be written there. It need not exist."""
    folder = models_dir()
    if os.access(folder, os.W_OK):
        return folder / _DECODERS
    return places.cache_folder() / _DECODERS.lstrip(".")


def folder_of(entry: CatalogEntry) -> Path:
    """Where a catalogue model is when it is installed."""
    return models_dir() / (entry.folder or entry.name)


def partial_folder(entry: CatalogEntry) -> Path:
    """Where a download gathers a model's files."""
    return models_dir() / f".{entry.name}.partial"


class Condition(StrEnum):
    """The condition of a catalogue model, at a glance."""

    INSTALLED = "installed"
    ABSENT = "not installed"
    DAMAGED = "damaged"


def condition(entry: CatalogEntry) -> Condition:
    """Whether its files are present and have the right sizes."""
    folder = folder_of(entry)
    if not is_folder(folder):
        return Condition.ABSENT
    return Condition.INSTALLED if _fault(folder, entry) is None else Condition.DAMAGED


def installed() -> list[CatalogEntry]:
    """The usable recognisers, the default first."""
    return [entry for entry in catalog.by_preference() if condition(entry) is Condition.INSTALLED]


def resolve(name: str | None) -> Path:
    """The folder of a recogniser, checked quickly (required files, known sizes).

    Args:
        name: a catalogue name, a path to a folder, or None for the default of the installed ones.

    Raises:
        WlkError: `model_missing` if there is none, `model_corrupt` if it is damaged.
    """
    if name is None:
        return _default()
    entry = catalog.find(name)
    if entry is None:
        return _resolve_folder(name)
    return require(entry)


def require(entry: CatalogEntry) -> Path:
    """The folder of any model, recogniser or not, checked as `resolve` does.

    Raises:
        WlkError: `model_missing` or `model_corrupt`.
    """
    folder = folder_of(entry)
    require_readable()
    if not is_folder(folder):
        raise errors.missing(f"model {entry.name!r} is not installed in {models_dir()}", entry)
    _require_intact(folder, entry)
    return folder


def require_readable() -> None:
    """Check that models can be looked for.

    Raises:
        WlkError: `models_unreadable`, if their folder is there, or may be, and cannot be read.
    """
    folder = models_dir()
    try:
        folder.stat()
        with os.scandir(folder):
            pass
    except FileNotFoundError:
        pass
    except OSError as error:
        raise errors.unreadable(folder, error) from error


def entry_of(name: str) -> CatalogEntry:
    """The entry of that name among all listed models, recognisers or not.

    Raises:
        WlkError: `model_missing`.
    """
    for entry in catalog.LISTED:
        if entry.name == name:
            return entry
    raise errors.unknown(name)


def verify(name: str) -> None:
    """Check every file of a catalogue model against its SHA-256. Takes about a second.

    Raises:
        WlkError: `model_missing` or `model_corrupt`.
    """
    verify_entry(entry_of(name))


def verify_entry(entry: CatalogEntry) -> None:
    """Like `verify`, for a model that need not be in the catalogue.

    Raises:
        WlkError: `model_missing` or `model_corrupt`.
    """
    folder = require(entry)
    damaged = damaged_file(folder, entry)
    if damaged is not None:
        raise errors.corrupt(
            f"{folder / damaged} is not the published file (SHA-256 differs)", entry
        )


def remove(entry: CatalogEntry) -> None:
    """Delete a model, the graphs of its decoder, and any unfinished download of it.

    The folder is renamed first. Whatever happens after that, no half of a model is left under its
    name.

    Raises:
        WlkError: `model_missing` if there is nothing, `disk_error` if it cannot be deleted.
    """
    found = [path for path in (folder_of(entry), partial_folder(entry)) if path.exists()]
    if not found:
        raise errors.missing(f"model {entry.name!r} is not installed in {models_dir()}", entry)
    try:
        for path in found:
            with tempfile.TemporaryDirectory(prefix=".removed-", dir=models_dir()) as bin_:
                path.rename(Path(bin_) / entry.name)
        for path in decoders_dir().glob(f"{entry.name}-*"):
            if re.fullmatch("[0-9a-f]{12}", path.name.removeprefix(f"{entry.name}-")):
                shutil.rmtree(path)
    except OSError as error:
        raise WlkError(
            code="disk_error",
            message=f"cannot delete model {entry.name!r}: {error}",
            hint="stop all captions, which may be using it, then try again",
        ) from error


def remove_partial(entry: CatalogEntry) -> None:
    """Delete an unfinished download, if there is one."""
    shutil.rmtree(partial_folder(entry), ignore_errors=True)


def damaged_file(folder: Path, entry: CatalogEntry) -> str | None:
    """The first file whose content differs from the published one, or None."""
    for name, seen in _expected(entry).items():
        path = folder / name
        if not is_file(path) or seen is None or sha256(path) != seen.sha256:
            return name
    return None


def _expected(entry: CatalogEntry) -> dict[str, Seen | None]:
    """Each file by its name in the model's folder, as the catalogue or its record tells it.

    None stands for one of which the record is lost.
    """
    expected: dict[str, Seen | None] = {}
    record = None
    for file in entry.files:
        if file.sha256 is not None and file.is_pinned:
            expected[file.local_name] = Seen(file.size_bytes, file.sha256)
            continue
        record = record or records.read(models_dir(), entry.name)
        if file.is_archive:
            unknown: dict[str, Seen | None] = {"model.bin": None}
            expected.update(record.kept or unknown)
        else:
            identity = hub.identity(file.repository or entry.repository, file.name)
            seen = record.fetched.get(identity)
            is_same = seen is not None and file.sha256 in (None, seen.sha256)
            expected[file.local_name] = seen if is_same else None
    return expected


def sha256(path: Path) -> str:
    """The lower-case hex digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _default() -> Path:
    require_readable()
    entries = installed()
    if entries:
        return folder_of(entries[0])
    for entry in CATALOG:  # A damaged model explains more than "there is none".
        folder = folder_of(entry)
        if is_folder(folder):
            _require_intact(folder, entry)
    raise errors.missing(f"no model is installed in {models_dir()}", RECOMMENDED)


def _resolve_folder(name: str) -> Path:
    folder = expanded(name)
    if not is_folder(folder):
        raise errors.missing(
            f"{shown(name)} is neither a known model ({catalog.names()}) nor a folder", RECOMMENDED
        )
    absent = [file for file in REQUIRED_FILES if not is_file(folder / file)]
    if not any(is_file(folder / file) for file in _TOKENIZERS):
        absent.append(" or ".join(_TOKENIZERS))
    if absent:
        raise WlkError(
            code="model_corrupt",
            message=f"{folder} is not a Whisper model: it lacks {', '.join(absent)}",
            hint="name a folder with a CTranslate2, Hugging Face or MLX model, an OpenAI .pt "
            "file, or one of: " + catalog.names(),
        )
    return folder


def _fault(folder: Path, entry: CatalogEntry) -> str | None:
    """What a quick look finds wrong (a file absent or of the wrong size), or None."""
    for name, seen in _expected(entry).items():
        path = folder / name
        try:
            size = path.stat().st_size
        except OSError:
            return f"{path} is missing"
        if seen is None:
            return f"the record of {path} is missing"
        if size != seen.size_bytes:
            return f"{path} has {size} bytes, expected {seen.size_bytes}"
    return None


def _require_intact(folder: Path, entry: CatalogEntry) -> None:
    fault = _fault(folder, entry)
    if fault is not None:
        raise errors.corrupt(fault, entry)
