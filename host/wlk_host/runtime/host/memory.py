"""The memory of this process."""

import os
import sys
from pathlib import Path
from typing import Final

_STATM: Final = Path("/proc/self/statm")


def resident_mb() -> int | None:
    """What is resident now; on macOS the most that ever was; None where nothing tells."""
    if sys.platform == "linux":
        pages = int(_STATM.read_text("ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") // 2**20
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 - not on Windows

    # macOS counts in bytes.
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) // 2**20
