"""Prints the version of a library that loads; `python -m wlk_host.setup.library NAME`.

In a process of its own: one that is broken may end it.
"""

import importlib
import sys

if __name__ == "__main__":
    sys.stdout.write(str(importlib.import_module(sys.argv[1]).__version__))
