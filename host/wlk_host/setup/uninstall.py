"""`wlk-host uninstall`: what it removes, as a plan of actions, which --dry-run only prints.

Registrations, launchers, the extension's copy and the quickstart's environment go always; models,
and what is kept of earlier hosts, only when they are asked for.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final

from wlk_host.folders import is_folder
from wlk_host.setup import browsers, environments, extension, install
from wlk_host.setup.machine import Machine, System

_VOICES: Final = "voices.json"
"""How remembered voices sound (`runtime.host.voice_book`). It is of no use without the host."""

_TOKENS: Final = "serve"
"""The folder of the tokens of `wlk-host serve` (`server.tokens`). They open nothing any more."""

_LEFT_BY_SETUP: Final = ("setup.log", "quickstart.log", "quickstart.json")


@dataclass(frozen=True, slots=True)
class RemoveFolder:
    """Remove a folder and everything in it."""

    path: PurePath

    def apply(self) -> None:
        """Remove it; absent is as good."""
        if is_folder(Path(self.path)):
            shutil.rmtree(self.path)

    @property
    def is_needed(self) -> bool:
        """Whether it is there."""
        return is_folder(Path(self.path))

    def __str__(self) -> str:
        return f"remove folder {self.path} with all that is in it"


@dataclass(frozen=True, slots=True)
class RemoveEmpty:
    """Remove a folder if nothing is left in it."""

    path: PurePath

    def apply(self) -> None:
        """Remove it; one that is in use or absent stays as it is."""
        folder = Path(self.path)
        if is_folder(folder) and not any(folder.iterdir()):
            folder.rmdir()

    @property
    def is_needed(self) -> bool:
        """Whether it is there."""
        return is_folder(Path(self.path))

    def __str__(self) -> str:
        return f"remove folder {self.path} if it is empty"


Action = install.Action | RemoveFolder | RemoveEmpty


def plan(
    machine: Machine,
    user_data_dir: PurePath | None = None,
    *,
    models: bool = False,
    history: bool = False,
) -> list[Action]:
    """The actions that remove the host, or only its registration with one profile folder.

    Args:
        models: models too, and what was measured of them.
        history: logs too, and how the last hosts were.

    Raises:
        SetupError: `user_data_dir_unsupported`.
    """
    actions: list[Action] = [*install.plan_uninstall(machine, user_data_dir)]
    if user_data_dir is not None:
        return actions
    actions += [install.RemoveFile(machine.data / name) for name in (*_LEFT_BY_SETUP, _VOICES)]
    folders = [machine.data / name for name in (extension.FOLDER_NAME, "speech", _TOKENS)]
    if models:
        folders += [machine.data / "models", machine.cache]
    if history:
        folders.append(machine.logs)
    if machine.system is not System.WINDOWS:
        # Windows deletes no program that runs, and this one does: its own uninstaller does it.
        folders.append(environments.venv(machine))
    actions += [RemoveFolder(folder) for folder in folders]
    return [*actions, *(RemoveEmpty(folder) for folder in _made(machine))]


def is_needed(action: Action) -> bool:
    """Whether there is anything to remove."""
    if isinstance(action, RemoveFolder | RemoveEmpty):
        return action.is_needed
    return install.is_needed(action)


def _made(machine: Machine) -> list[PurePath]:
    """Folders that the host may have made, the deepest first."""
    folders = {f for b in browsers.BROWSERS for f in browsers.manifest_folders(b, machine)}
    for folder in (machine.data, machine.cache, machine.logs):
        folders.add(folder)
        if machine.system is System.LINUX and folder.is_relative_to(machine.home):
            above = folder.relative_to(machine.home).parents
            folders |= {machine.home / path for path in above if path.parts}
    return sorted(folders, key=lambda path: (-len(path.parts), path))
