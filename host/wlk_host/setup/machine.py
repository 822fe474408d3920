"""The folders of a machine, as a value, so that tests can describe other machines."""

import os
import sys
import sysconfig
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePath
from typing import Final

_NAME: Final = "wlk-host"


class System(StrEnum):
    """The operating systems on which browsers look for hosts in different ways."""

    LINUX = "linux"
    MACOS = "macos"
    WINDOWS = "windows"


@dataclass(frozen=True, slots=True)
class Machine:
    """The folders that setup reads and writes.

    Attributes:
        home: the user's home folder.
        config: where browsers keep their profiles; unused on Windows.
        data: our own folder, the same as `platformdirs.user_data_dir("wlk-host")`.
        cache, logs: the same as `user_cache_dir` and `user_log_dir`.
        root: the root of the file system, below which system-wide software is installed.
        search_path: folders with commands, as in `PATH`; empty: look for no commands.
    """

    system: System
    home: PurePath
    config: PurePath
    data: PurePath
    root: PurePath
    cache: PurePath
    logs: PurePath
    search_path: str = ""


@dataclass(frozen=True, slots=True)
class Program:
    """This installation of wlk-host.

    Attributes:
        python: the interpreter of its environment. Never resolve the path: in a virtual
            environment it is a link, and the link's own place selects the environment.
        scripts: the folder that holds the console script.
    """

    python: PurePath
    scripts: PurePath


def this_machine() -> Machine:
    """The machine this process runs on, as its environment variables describe it."""
    home = Path.home()
    root = Path(home.anchor)
    search_path = os.environ.get("PATH", os.defpath)
    if sys.platform == "win32":
        local = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
        own = local / _NAME
        return Machine(
            System.WINDOWS, home, local, own, root, own / "Cache", own / "Logs", search_path
        )
    if sys.platform == "darwin":
        library = home / "Library"
        support = library / "Application Support"
        cache, logs = library / "Caches" / _NAME, library / "Logs" / _NAME
        return Machine(System.MACOS, home, support, support / _NAME, root, cache, logs, search_path)
    return Machine(
        System.LINUX,
        home,
        config=_xdg("XDG_CONFIG_HOME", home / ".config"),
        data=_xdg("XDG_DATA_HOME", home / ".local" / "share") / _NAME,
        root=root,
        cache=_xdg("XDG_CACHE_HOME", home / ".cache") / _NAME,
        logs=_xdg("XDG_STATE_HOME", home / ".local" / "state") / _NAME / "log",
        search_path=search_path,
    )


def _xdg(variable: str, default: Path) -> Path:
    return Path(os.environ.get(variable) or default)


def this_program() -> Program:
    """The interpreter and the console scripts of this process's environment."""
    return Program(python=Path(sys.executable), scripts=Path(sysconfig.get_path("scripts")))
