"""The peak memory of this process, if the system reports it."""

import re
import sys
from pathlib import Path
from typing import Final

_STATUS: Final = Path("/proc/self/status")
_CLEAR: Final = Path("/proc/self/clear_refs")
_PEAK: Final = "5"
"""Linux, `proc_pid_clear_refs(5)`: writing this resets the peak."""


class MemoryWatch:
    """The peak memory since the process started, and since `begin`."""

    def __init__(self) -> None:
        self._before: float | None = None
        self._can_reset = _CLEAR.exists()

    def begin(self) -> None:
        """Start a new measurement for `during_mb`."""
        self._before = self.most_mb()
        if self._can_reset:
            _CLEAR.write_text(_PEAK, "ascii")

    def during_mb(self) -> float | None:
        """The peak since `begin`; None if the system reports only the peak since the start."""
        return _peak_mb() if self._can_reset else None

    def most_mb(self) -> float | None:
        """The peak since the start; None if the system does not report it."""
        peak = _peak_mb()
        return peak if peak is None or self._before is None else max(peak, self._before)


def _peak_mb() -> float | None:
    if _STATUS.exists():
        # Not `getrusage`, which includes the memory of the parent before this program was executed.
        peak = re.search(
            r"^VmHWM:\s*(\d+) kB$", _STATUS.read_text("ascii", "replace"), re.MULTILINE
        )
        return int(peak[1]) / 2**10 if peak else None
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 - not on Windows

    # macOS counts in bytes.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
