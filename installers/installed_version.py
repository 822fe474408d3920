"""Print the version of a package, or nothing if it is not installed: `... PACKAGE`.

Runs in the environment to be checked.
"""

import contextlib
import importlib.metadata
import sys

if __name__ == "__main__":
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        print(importlib.metadata.version(sys.argv[1]))
