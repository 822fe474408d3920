"""Folders and files whose paths others chose, and those that only the user may look into.

A path can be too long, lie where nothing may be read, or name the home of nobody. `pathlib` raises
then, each time something else. Standard library only.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

_PRIVATE: Final = 0o700
_PRIVATE_FILE: Final = 0o600


def expanded(name: str) -> Path:
    """The absolute path that a user means. Never raises.

    A `~` stays where its home is unknown, as it is for a user without an entry among the users, and
    for a name that no system allows. A path stays relative where the working folder is gone.
    """
    with suppress(ValueError):  # It has a null character.
        name = os.path.expanduser(name)  # noqa: PTH111 - Path.expanduser raises RuntimeError
    path = Path(name)
    try:
        return path.absolute()
    except OSError:
        return path


def is_folder(path: Path) -> bool:
    """Whether it is a folder that can be found. Never raises."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def is_file(path: Path) -> bool:
    """Whether it is a file that can be found. Never raises."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def make_private(folder: Path) -> Path:
    """The folder, made with all that is missing above it, for the user alone (0700).

    The mode does not depend on the umask. Folders that exist stay as they are.

    Raises:
        OSError: it cannot be made.
    """
    if not is_folder(folder):
        if folder.parent != folder:
            make_private(folder.parent)
        folder.mkdir(_PRIVATE, exist_ok=True)
    return folder


def replace_private(path: Path, content: bytes) -> None:
    """Write a file for the user alone (0600) from its first byte on.

    The folders above it are made as `make_private` does. What breaks off leaves the old file.

    Raises:
        OSError: it cannot be written.
    """
    make_private(path.parent)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
