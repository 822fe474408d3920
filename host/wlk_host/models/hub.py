"""Where models are published, which of their files are cached here, and whether we may go online.

The environment variables are those of `huggingface_hub`. A machine that is set up for it (a mirror,
a shared cache, no network) needs no further settings.
"""

import os
from pathlib import Path
from typing import Final
from urllib.parse import quote

from wlk_host.folders import expanded, is_file
from wlk_host.models.catalog import HubRepository, Repository

ENDPOINT: Final = "https://huggingface.co"

OFFLINE_VARIABLE: Final = "HF_HUB_OFFLINE"

_TRUE: Final = frozenset({"1", "ON", "YES", "TRUE"})


def offline() -> bool:
    """Whether the network is forbidden."""
    return os.environ.get(OFFLINE_VARIABLE, "").upper() in _TRUE


def url(repository: Repository, file: str) -> str:
    """The address of a file. For the model hub, `HF_ENDPOINT` names the server."""
    if not isinstance(repository, HubRepository):
        path = quote(f"{repository.folder}/{file}")
        return f"{repository.address}/{repository.revision}/{path}"
    endpoint = os.environ.get("HF_ENDPOINT", ENDPOINT).rstrip("/")
    return f"{endpoint}/{repository.name}/resolve/{repository.revision}/{quote(file)}"


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
