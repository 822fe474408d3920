"""`wlk-host serve --replicas`: several engines behind one address. Ray Serve distributes.

`ledger.py`, `shares.py` and `scaling.py` know nothing of Ray. The others need the extra `cluster`.
"""

from typing import Final

HERE_ONLY: Final = {
    # Ray's processes then listen on 127.0.0.1, not on every address. It is the default where Ray
    # forms no clusters, on Windows and macOS, and so is the variable's name. Read on import.
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
}
"""Environment variables for a Ray of this machine alone."""
