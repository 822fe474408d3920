"""The extension's folder: where it lies in the package, and copies that a browser loads."""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any, Final

from wlk_host import packaged
from wlk_host.folders import is_folder, make_private
from wlk_host.json_files import read_json
from wlk_host.setup.errors import SetupError

FOLDER_NAME: Final = "extension"
"""Of the copy below our data folder. Its path stays the same when the environment is replaced."""


def source() -> Path:
    """The folder inside the installed package.

    Raises:
        SetupError: `extension_missing`.
    """
    folder = packaged.extension()
    if folder is None:
        raise SetupError(
            code="extension_missing",
            message=f"the package in {Path(packaged.__file__).parent} has no extension",
            hint="reinstall wlk-host from a wheel, or use the folder extension/ of the project",
        )
    return folder


def write(target: Path) -> None:
    """Copy the extension to this folder. An older copy of it is replaced in one step.

    Raises:
        SetupError: `extension_missing`, `folder_in_use` if something else lies there,
            `write_failed`.
    """
    origin = source()
    if target.resolve() == origin.resolve():
        return
    if is_folder(target) and any(target.iterdir()) and not _is_ours(target):
        raise SetupError(
            code="folder_in_use",
            message=f"{target} holds something else than the extension",
            hint="name an empty folder, or one that does not exist yet",
        )
    try:
        make_private(target.parent)
        with tempfile.TemporaryDirectory(prefix=".extension-", dir=target.parent) as scratch:
            made, previous = Path(scratch, "new"), Path(scratch, "old")
            ignored = shutil.ignore_patterns("screenshots")
            shutil.copytree(origin, made, ignore=ignored)
            if is_folder(target):
                target.rename(previous)
            made.rename(target)
    except OSError as error:
        raise SetupError(
            code="write_failed",
            message=f"could not write the extension to {target}: {error}",
            hint="check the owner and the permissions of the folder, then try again",
        ) from error


def version(folder: Path) -> str | None:
    """The version of an extension's folder; None if there is none that can be read."""
    try:
        found = _manifest(folder).get("version")
    except (OSError, ValueError):
        return None
    return found if isinstance(found, str) else None


def _is_ours(folder: Path) -> bool:
    """Whether it has the same key, and so the same id."""
    try:
        return _manifest(folder).get("key") == _manifest(source()).get("key")
    except (OSError, ValueError):
        return False


def _manifest(folder: Path) -> dict[str, Any]:
    manifest = read_json(folder / packaged.MANIFEST)
    if not isinstance(manifest, dict):
        raise json.JSONDecodeError("not an object", packaged.MANIFEST, 0)
    return manifest
