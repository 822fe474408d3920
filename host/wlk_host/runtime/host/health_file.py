"""Keeps how the last hosts were, for `wlk-host doctor` and for the extension's report."""

import logging
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from wlk_host import places
from wlk_host.folders import make_private
from wlk_host.protocol.health import MOST_RUNS, HostHealth, Run

_ABANDONED_S: Final = 60
"""A file begun so long ago is of a host that was killed while it wrote."""

_MOST_BYTES: Final = 1_000_000
"""A file that is larger is not ours."""

_log = logging.getLogger(__name__)


def health_file() -> Path:
    """It need not exist."""
    return places.log_folder() / "health.json"


def read(path: Path) -> HostHealth:
    """What is kept there, the newest first; nothing where it cannot be read."""
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES)
        return msgspec.json.decode(content, type=HostHealth)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return HostHealth(())


def with_run(health: HostHealth, run: Run) -> HostHealth:
    """The same with this run as the newest, and without those that are too many."""
    others = (r for r in health.runs if (r.began, r.process) != (run.began, run.process))
    return HostHealth((run, *others)[:MOST_RUNS])


def keep(path: Path, run: Run) -> None:
    """Write the run to the others there, for the user alone (0600). Leaves it where it cannot.

    Another host may be writing at the same time: then this one leaves it to the next minute.
    """
    part = path.with_suffix(".part")
    try:
        make_private(path.parent)
        _remove_abandoned(part)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(with_run(read(path), run)))
        part.replace(path)
    except OSError as error:
        _log.info("cannot keep how the host is: %s", type(error).__name__)


def _remove_abandoned(part: Path) -> None:
    with suppress(FileNotFoundError):
        if abs(time.time() - part.stat().st_mtime) > _ABANDONED_S:
            part.unlink()
