"""A folder in memory for the files that targets read."""

import atexit
import shutil
import tempfile
from pathlib import Path
from typing import Final

_MEMORY: Final = Path("/dev/shm")

FOLDER: Final = Path(
    tempfile.mkdtemp(prefix="wlk-fuzz-", dir=_MEMORY if _MEMORY.is_dir() else None)
)
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)


def write(name: str, content: bytes) -> Path:
    """A new file of that name. Who has the one before mapped keeps it."""
    path = FOLDER / name
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_bytes(content)
    return path
