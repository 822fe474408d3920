"""The folders of a machine, as a value, so that tests can describe other machines."""

import os
import sys
import sysconfig
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePath


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
        root: the root of the file system, below which system-wide software is installed.
        search_path: folders with commands, as in `PATH`; empty: look for no commands.
    """

    system: System
    home: PurePath
    config: PurePath
    data: PurePath
    root: PurePath
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
        data = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
        return Machine(System.WINDOWS, home, data, data / "wlk-host", root, search_path)
    if sys.platform == "darwin":
        support = home / "Library" / "Application Support"
        return Machine(System.MACOS, home, support, support / "wlk-host", root, search_path)
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    return Machine(System.LINUX, home, config, data / "wlk-host", root, search_path)


def this_program() -> Program:
    """The interpreter and the console scripts of this process's environment."""
    return Program(python=Path(sys.executable), scripts=Path(sysconfig.get_path("scripts")))
