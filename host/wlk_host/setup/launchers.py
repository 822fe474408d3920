"""What keeps a registered launcher from running, although it is where the manifest says.

A launcher is a small script that starts the interpreter of an environment. Environments are
deleted, interpreters are upgraded underneath them, disks forbid programs, macOS holds back what
was downloaded, and virus scanners take programs away.
"""

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Final

from wlk_host.folders import is_file, is_folder
from wlk_host.setup.findings import Finding, Level

_XATTR: Final = Path("/usr/bin/xattr")
"""Shows a file's attributes on macOS; Python has no call for it there."""

_QUARANTINE: Final = "com.apple.quarantine"

_ANSWER_WITHIN_S: Final = 20

_INSTALL_AGAIN: Final = (
    'install wlk-host again, for example: uv tool install --force "wlk-host[embedded]"; '
    "then run: wlk-host install"
)

_VERSION: Final = "import sys; print('{}.{}'.format(*sys.version_info))"


def missing(path: Path, subject: str) -> Finding | None:
    """Why a program is gone whose environment is still there; None if there is no such reason."""
    if path.suffix.lower() != ".exe" or not is_file(path.with_name("python.exe")):
        return None
    message = (
        f"{path} is missing, but its environment is there: a virus scanner or SmartScreen has "
        "probably removed it"
    )
    remedy = (
        "restore it in the protection history of Windows Security and allow it there; otherwise "
        + _INSTALL_AGAIN
    )
    return Finding("launcher_removed", Level.FAIL, subject, message, remedy)


def forbidden(path: Path, subject: str) -> Finding | None:
    """Whether the disk of a program forbids programs."""
    if sys.platform == "win32" or not os.statvfs(path).f_flag & os.ST_NOEXEC:
        return None
    message = f"{path} lies on a disk that is mounted noexec: no program can be started from it"
    remedy = (
        "mount it without noexec, or move it: set XDG_DATA_HOME (or the browser's --user-data-dir) "
        "to a folder on another disk, then run: wlk-host install"
    )
    return Finding("disk_noexec", Level.FAIL, subject, message, remedy)


def check(path: Path, subject: str, xattr: Path = _XATTR) -> list[Finding]:
    """The faults of what a launcher leads to; none for a program that is no launcher of ours."""
    held = _quarantined(path, subject, xattr)
    python = python_of(path)
    if python is None:
        return [held] if held else []
    found = held or _environment_fault(python, subject) or _quarantined(python, subject, xattr)
    return [found] if found else []


def python_of(launcher: Path) -> Path | None:
    """The interpreter that a launcher of ours starts."""
    try:
        text = launcher.read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if line.startswith("exec ")]
        words = shlex.split(lines[-1]) if lines else []
    except (OSError, ValueError):
        return None
    return Path(words[1]) if len(words) > 1 and "wlk_host.cli" in words else None


def _environment_fault(python: Path, subject: str) -> Finding | None:
    environment = python.parent.parent
    if not os.path.lexists(python):
        message = f"the environment {environment} was deleted or moved: {python} is missing"
        return Finding("environment_missing", Level.FAIL, subject, message, _INSTALL_AGAIN)
    if not is_file(python):
        message = (
            f"the Python of the environment {environment} was removed or upgraded: {python} leads "
            f"to {os.path.realpath(python)}, which is missing"
        )
        return Finding("python_removed", Level.FAIL, subject, message, _INSTALL_AGAIN)
    return _upgraded(python, environment, subject)


def _upgraded(python: Path, environment: Path, subject: str) -> Finding | None:
    made_for = sorted(
        path.name.removeprefix("python")
        for path in environment.glob("lib/python3.*")
        if is_folder(path / "site-packages")
    )
    command = [str(python), "-I", "-S", "-c", _VERSION]
    try:
        result = subprocess.run(
            command, capture_output=True, text=True, timeout=_ANSWER_WITHIN_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None  # The round trip tells how it ends.
    version = result.stdout.strip()
    if result.returncode != 0 or not made_for or version in made_for:
        return None
    message = (
        f"the Python of the environment {environment} was upgraded to {version}, but the host is "
        f"installed for {', '.join(made_for)}"
    )
    return Finding("python_upgraded", Level.FAIL, subject, message, _INSTALL_AGAIN)


def _quarantined(path: Path, subject: str, xattr: Path) -> Finding | None:
    """Whether macOS holds back a file that was downloaded."""
    if not is_file(xattr):
        return None
    command = [str(xattr), "-p", _QUARANTINE, str(path)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        return None
    message = f"macOS holds back {path}, because it was downloaded ({_QUARANTINE})"
    remedy = f"run: xattr -dr {_QUARANTINE} {shlex.quote(str(path.parent))}"
    return Finding("quarantined", Level.FAIL, subject, message, remedy)
