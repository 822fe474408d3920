"""Where things lie on a machine, as a value: tests describe machines that they do not run on."""

import os
import sys
import sysconfig
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePath


class System(StrEnum):
    """The systems browsers differ on."""

    LINUX = "linux"
    MACOS = "macos"
    WINDOWS = "windows"


@dataclass(frozen=True, slots=True)
class Machine:
    """The folders that matter here.

    Attributes:
        home: the user's home folder.
        config: where browsers keep their profiles; unused on Windows.
        data: our own folder, the same one that `platformdirs.user_data_dir("wlk-host")` names.
        root: the file system's root, below which system-wide software lies.
        search_path: folders with commands, as in `PATH`; empty: look for none.
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
        python: the interpreter of its environment; never resolved, as a virtual environment's
            is a link whose own place matters.
        scripts: the folder that holds the console script.
    """

    python: PurePath
    scripts: PurePath


def this_machine() -> Machine:
    """The machine this runs on, from its environment variables."""
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
    """The interpreter and the console scripts of the environment this runs in."""
    return Program(python=Path(sys.executable), scripts=Path(sysconfig.get_path("scripts")))
