"""The scripted host, whose watchdog has a clock that goes 50 times as fast.

Run as `python -m host.runtime.hasty_host ORIGIN GATE`.
"""

import sys
import time

from host.runtime.scripted_host import ScriptedHostLoader
from wlk_host.runtime.host.main import main

if __name__ == "__main__":
    sys.exit(
        main(sys.argv[1:], lambda _threads: ScriptedHostLoader(), now=lambda: 50 * time.monotonic())
    )
