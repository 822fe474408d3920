"""How much memory this process took, where the system tells."""

import re
import sys
from pathlib import Path
from typing import Final

_STATUS: Final = Path("/proc/self/status")
_CLEAR: Final = Path("/proc/self/clear_refs")
_PEAK: Final = "5"
"""Linux, `proc_pid_clear_refs(5)`: writing this starts the count of the peak anew."""


class MemoryWatch:
    """The largest memory since the process began, and since `begin`."""

    def __init__(self) -> None:
        self._before: float | None = None
        self._counts_anew = _CLEAR.exists()

    def begin(self) -> None:
        """From here on counts for `during_mb`."""
        self._before = self.most_mb()
        if self._counts_anew:
            _CLEAR.write_text(_PEAK, "ascii")

    def during_mb(self) -> float | None:
        """The largest since `begin`; None where the system counts only from the start."""
        return _peak_mb() if self._counts_anew else None

    def most_mb(self) -> float | None:
        """The largest at all; None where the system does not tell."""
        peak = _peak_mb()
        return peak if peak is None or self._before is None else max(peak, self._before)


def _peak_mb() -> float | None:
    if _STATUS.exists():
        # Not `getrusage`: it counts what the parent took before this program was executed.
        peak = re.search(
            r"^VmHWM:\s*(\d+) kB$", _STATUS.read_text("ascii", "replace"), re.MULTILINE
        )
        return int(peak[1]) / 2**10 if peak else None
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 - not on Windows

    # In bytes, as macOS counts.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
