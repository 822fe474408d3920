"""Registration as a plan of actions, which --dry-run only prints.

On Linux and macOS the manifest points to a small launcher of ours, not to the environment's
console script. The host inherits the browser's environment, in which PYTHONHOME, PYTHONPATH or a
user site folder can break any Python script. So the launcher starts the interpreter isolated (-I).
Nor does it need a `#!` line with a long path or one with spaces, and it stays in place when the
console script is rewritten. It also switches telemetry off before Python starts. On Windows the
manifest points to the console script's .exe, because a .bat would open a console window.
"""

import os
import shlex
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final, Protocol

from wlk_host import privacy
from wlk_host.folders import make_private
from wlk_host.protocol.constants import EXTENSION_ID, HOST_NAME
from wlk_host.setup import browsers, manifest, registry
from wlk_host.setup.browsers import Browser
from wlk_host.setup.errors import SetupError
from wlk_host.setup.machine import Machine, Program, System

LAUNCHER_NAME: Final = f"{HOST_NAME}.sh"


@dataclass(frozen=True, slots=True)
class WriteFile:
    """Write a file with this content."""

    path: PurePath
    content: str
    executable: bool = False

    def apply(self) -> None:
        """Replace the file in one step."""
        target = Path(self.path)
        make_private(target.parent)
        handle, scratch = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(self.content)
            Path(scratch).chmod(0o755 if self.executable else 0o644)
            Path(scratch).replace(target)
        except OSError:
            Path(scratch).unlink(missing_ok=True)
            raise

    def __str__(self) -> str:
        kind = "executable file" if self.executable else "file"
        indented = "".join(f"    {line}\n" for line in self.content.splitlines())
        return f"write {kind} {self.path}\n{indented}".rstrip("\n")


@dataclass(frozen=True, slots=True)
class SetRegistry:
    """Give a key below HKEY_CURRENT_USER this default value."""

    key: str
    value: str

    def apply(self) -> None:
        """Create or overwrite the key."""
        registry.write(self.key, self.value)

    def __str__(self) -> str:
        return f"set registry HKCU\\{self.key}\n    (default) = {self.value}"


@dataclass(frozen=True, slots=True)
class RemoveFile:
    """Remove the file at this path."""

    path: PurePath

    def apply(self) -> None:
        """Remove it; absent is as good."""
        Path(self.path).unlink(missing_ok=True)

    def __str__(self) -> str:
        return f"remove file {self.path}"


@dataclass(frozen=True, slots=True)
class RemoveRegistry:
    """Remove a key below HKEY_CURRENT_USER."""

    key: str

    def apply(self) -> None:
        """Remove it; absent is as good."""
        registry.delete(self.key)

    def __str__(self) -> str:
        return f"remove registry HKCU\\{self.key}"


Action = WriteFile | SetRegistry | RemoveFile | RemoveRegistry


class Applicable(Protocol):
    """An action, of this plan or another."""

    def apply(self) -> None:
        """Carry it out. Raises OSError."""


def plan_install(
    machine: Machine,
    program: Program,
    chosen: Sequence[Browser],
    extension_ids: list[str],
    user_data_dir: PurePath | None = None,
) -> list[Action]:
    """The actions that register the host with these browsers, or with one profile folder.

    Args:
        chosen: ignored if `user_data_dir` is given.
        user_data_dir: the browser's `--user-data-dir`. The launcher is put beside the manifest, so
            that a portable browser or a test does not touch the user's own registration.

    Raises:
        SetupError: `extension_id_invalid`, `user_data_dir_unsupported`.
    """
    if machine.system is System.WINDOWS:
        _refuse_profile_folder(user_data_dir)
        text = manifest.render(program.scripts / "wlk-host.exe", extension_ids)
        path = machine.data / manifest.FILE_NAME
        keys = dict.fromkeys(k for b in chosen for k in browsers.registry_keys(b, HOST_NAME))
        return [WriteFile(path, text), *(SetRegistry(key, str(path)) for key in keys)]
    if user_data_dir is not None:
        folders = [user_data_dir / browsers.HOSTS_FOLDER]
        launcher = folders[0] / LAUNCHER_NAME
    else:
        folders = _folders(machine, chosen)
        launcher = machine.data / LAUNCHER_NAME
    text = manifest.render(launcher, extension_ids)
    return [
        WriteFile(launcher, launcher_script(program), executable=True),
        *(WriteFile(folder / manifest.FILE_NAME, text) for folder in folders),
    ]


def plan_uninstall(machine: Machine, user_data_dir: PurePath | None = None) -> list[Action]:
    """The actions that remove all our registrations, or that of one profile folder."""
    if machine.system is System.WINDOWS:
        _refuse_profile_folder(user_data_dir)
        everyone = browsers.BROWSERS
        keys = dict.fromkeys(k for b in everyone for k in browsers.registry_keys(b, HOST_NAME))
        path = machine.data / manifest.FILE_NAME
        return [*(RemoveRegistry(key) for key in keys), RemoveFile(path)]
    if user_data_dir is not None:
        folder = user_data_dir / browsers.HOSTS_FOLDER
        return [RemoveFile(folder / manifest.FILE_NAME), RemoveFile(folder / LAUNCHER_NAME)]
    folders = _folders(machine, browsers.BROWSERS)
    files = [folder / manifest.FILE_NAME for folder in folders]
    return [RemoveFile(path) for path in (*files, machine.data / LAUNCHER_NAME)]


def is_registered_for_all(machine: Machine, program: Program, browser: Browser) -> bool:
    """Whether a package of the system has registered this very host with a browser."""
    folder = browsers.folder_for_all(browser, machine)
    if folder is None:
        return False
    checked = manifest.check(Path(folder / manifest.FILE_NAME), browser.label, [EXTENSION_ID])
    if checked.binary is None:
        return False
    return checked.binary.read_text(encoding="utf-8", errors="replace") == launcher_script(program)


def apply(actions: Sequence[Applicable]) -> None:
    """Carry out the actions, in their order.

    Raises:
        SetupError: `write_failed`, with the action that failed.
    """
    for action in actions:
        try:
            action.apply()
        except OSError as error:
            raise SetupError(
                code="write_failed",
                message=f"could not {str(action).splitlines()[0]}: {error}",
                hint="check the owner and the permissions of the folder, then try again",
            ) from error


def is_needed(action: Action) -> bool:
    """Whether a removal has anything to remove. An action that writes is always needed."""
    if isinstance(action, RemoveFile):
        return os.path.lexists(action.path)
    if isinstance(action, RemoveRegistry):
        return registry.read(action.key) is not None
    return True


def _folders(machine: Machine, chosen: Sequence[Browser]) -> list[PurePath]:
    """The manifest folders of these browsers, each once: Opera shares one with Chrome."""
    return list(dict.fromkeys(f for b in chosen for f in browsers.manifest_folders(b, machine)))


def launcher_script(program: Program) -> str:
    """What browsers start on Linux and macOS."""
    return (
        "#!/bin/sh\n"
        "# Written by `wlk-host install` for the browser to start. Remove: `wlk-host uninstall`.\n"
        f"export {' '.join(f'{name}={value}' for name, value in privacy.SWITCHES.items())}\n"
        f'exec {shlex.quote(str(program.python))} -I -m wlk_host.cli "$@"\n'
    )


def _refuse_profile_folder(user_data_dir: PurePath | None) -> None:
    if user_data_dir is not None:
        raise SetupError(
            code="user_data_dir_unsupported",
            message="--user-data-dir has no effect on Windows, where browsers find hosts through "
            "the registry",
            hint="name the browser with --browser instead",
        )
