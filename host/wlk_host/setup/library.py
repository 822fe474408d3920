"""Imports a library and prints its version as JSON; `python -m wlk_host.setup.library NAME`.

Prints `null` if there is no such library. A process of its own, because a broken library can crash
it.
"""

import importlib
import json
import sys
from importlib.util import find_spec


def version_of(name: str) -> str | None:
    """The version of a library that loads; None if it is not installed."""
    if find_spec(name) is None:
        return None
    return str(importlib.import_module(name).__version__)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(version_of(sys.argv[1])))
