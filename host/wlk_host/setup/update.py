"""`wlk-host update`: whether there is a newer version, and what is new in it.

Nothing ever asks by itself. Who types this has the environment's client (uv or pip) fetch the
newest package into a scratch folder, where its version and changelog are read. It is not installed.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from wlk_host.setup import environments
from wlk_host.setup.environments import Kind
from wlk_host.setup.errors import SetupError
from wlk_host.setup.machine import this_machine
from wlk_host.version import __version__, is_newer

_PACKAGE: Final = "wlk-host"

_METADATA: Final = re.compile(r"^Version: (?P<version>\S+)$", re.MULTILINE)

_SECTION: Final = re.compile(r"^## \[(?P<title>[^\]]+)\]", re.MULTILINE)
"""How a version begins in the changelog."""

CHANGELOG: Final = "wlk_host/CHANGELOG.md"
"""Where a wheel has it."""


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest package that the client finds."""

    version: str
    changelog: str


def run() -> int:
    """Say what is new, and how to get it.

    Raises:
        SetupError: `update_unknown`.
    """
    prefix = Path(sys.prefix)
    kind = environments.kind_of(prefix, this_machine())
    with tempfile.TemporaryDirectory(prefix="wlk-update-") as scratch:
        newest = _fetch(Path(scratch), kind)
    sys.stdout.write(report(newest, environments.commands(kind, prefix).update))
    return 0


def report(newest: Newest, update: str) -> str:
    """What a user reads: that all is current, or what is new and what to type."""
    if not is_newer(newest.version, __version__):
        return f"wlk-host {__version__} is the newest version.\n"
    news = what_is_new(newest.changelog, __version__)
    return (
        f"wlk-host {newest.version} is available; you have {__version__}.\n\n"
        f"{news}{'' if news.endswith(chr(10)) else chr(10)}\n"
        f"To update: {update}\n"
        "Then run wlk-host setup, and reload the extension in chrome://extensions.\n"
        "Settings, models and the names of speakers stay.\n"
    )


def what_is_new(changelog: str, since: str) -> str:
    """The sections of a changelog about versions newer than this one."""
    found = list(_SECTION.finditer(changelog))
    begins = [*(match.start() for match in found), len(changelog)]
    sections = [
        changelog[begin:end].strip()
        for match, (begin, end) in zip(found, pairwise(begins), strict=True)
        if is_newer(match["title"], since)
    ]
    return "\n\n".join(sections) or "Its changelog says nothing about newer versions."


def _fetch(scratch: Path, kind: Kind) -> Newest:
    command = [*_client(kind), "--no-deps", "--target", str(scratch), _PACKAGE]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        lines = (result.stderr or result.stdout).strip().splitlines()
        raise _unknown(
            f"the newest version cannot be fetched: {lines[-1] if lines else command[0]}"
        )
    [metadata] = scratch.glob("wlk_host-*.dist-info/METADATA")
    version = _METADATA.search(metadata.read_text(encoding="utf-8"))
    if version is None:
        raise _unknown(f"{metadata.name} names no version")
    changelog = scratch / CHANGELOG
    text = changelog.read_text(encoding="utf-8") if changelog.is_file() else ""
    return Newest(version["version"], text)


def _client(kind: Kind) -> list[str]:
    """The beginning of a command that installs packages into a folder."""
    wheels = ["--quiet", "--upgrade", "--only-binary", ":all:"]
    if kind is not Kind.UV and importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-I", "-m", "pip", "install", *wheels]
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv is not None:
        return [uv, "pip", "install", "--python", sys.executable, "--refresh", *wheels]
    pipx = shutil.which("pipx") if kind is Kind.PIPX else None
    if pipx is not None:
        return [pipx, "runpip", _PACKAGE, "install", *wheels]
    raise _unknown("there is neither pip in this environment nor uv")


def _unknown(message: str) -> SetupError:
    return SetupError(
        code="update_unknown",
        message=message,
        hint="check the network connection, or look where you got wlk-host from",
    )
