"""Print the version of a package that is installed, nothing where it is not: `... PACKAGE`.

Runs in the environment that is asked about.
"""

import contextlib
import importlib.metadata
import sys

if __name__ == "__main__":
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        print(importlib.metadata.version(sys.argv[1]))
