"""Imports a library and prints its version; `python -m wlk_host.setup.library NAME`.

A process of its own, because a broken library can crash it.
"""

import importlib
import sys

if __name__ == "__main__":
    sys.stdout.write(str(importlib.import_module(sys.argv[1]).__version__))
