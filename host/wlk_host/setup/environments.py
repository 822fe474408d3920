"""The environment that holds this host: how it is called, and whether it stays."""

import shlex
import shutil
from pathlib import Path
from typing import Final

from wlk_host.setup.errors import SetupError
from wlk_host.setup.machine import Program

_UV_CACHES: Final = ("archive-v0", "environments-v2", "builds-v0")
"""Folders of uv's cache in which `uvx` and `uv run` keep environments."""


def is_temporary(prefix: Path) -> bool:
    """Whether an environment lies in a cache, as those of `uvx` and `pipx run` do."""
    parts = prefix.parts
    if any(name in parts for name in _UV_CACHES):
        return True
    return "pipx" in parts and "venvs" not in parts and (".cache" in parts or "Cache" in parts)


def refuse_temporary(prefix: Path) -> None:
    """Check that a browser can rely on this environment.

    Raises:
        SetupError: `environment_temporary`.
    """
    if is_temporary(prefix):
        raise SetupError(
            code="environment_temporary",
            message=f"the environment {prefix} is a temporary one, which a browser cannot rely on",
            hint='run: uv tool install "wlk-host[embedded]" (or: pipx install "wlk-host[embedded]")'
            " and then: wlk-host setup",
        )


def command(program: Program) -> str:
    """How to call this host in a terminal: by its name if that finds it, otherwise by its path."""
    own = Path(program.scripts / "wlk-host")
    found = shutil.which("wlk-host")
    if found is not None and Path(found).resolve() == own.resolve():
        return "wlk-host"
    return shlex.quote(str(own))
