"""Registers a native host with the browser of a profile."""

import json
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

EXTENSION_ID = "adliapmgjimkjkbmaenmlijopoacdhcg"
HOST_NAME = "dev.wlk.host"


def register_host(profile: Path, command: Sequence[str], extension_id: str = EXTENSION_ID) -> None:
    """Make a command the native host of a profile's browser.

    A browser started with its own profile folder reads manifests from there only. The manifest
    names one file, so the command is wrapped in a script.
    """
    folder = profile / "NativeMessagingHosts"
    folder.mkdir(parents=True, exist_ok=True)
    script = folder / "host.sh"
    script.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    manifest = {
        "name": HOST_NAME,
        "description": "host under test",
        "path": str(script),
        "type": "stdio",
        "allowed_origins": [f"chrome-extension://{extension_id}/"],
    }
    (folder / f"{HOST_NAME}.json").write_text(json.dumps(manifest), encoding="utf-8")


def python_host(script: Path, *arguments: str) -> list[str]:
    """Return the command that runs a Python script as host."""
    return [sys.executable, str(script), *arguments]
