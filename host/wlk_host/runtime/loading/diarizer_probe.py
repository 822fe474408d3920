"""Prints as JSON whether each engine that tells speakers apart can be used here, and why not.

`wlk-host doctor` runs it as a process of its own, so that it survives if this one fails.
"""

import json
import sys
from typing import TypeAlias

from wlk_host.core.errors import WlkError
from wlk_host.runtime.loading.diarizers import DIARIZERS, DiarizerEntry

Seen: TypeAlias = dict[str, object]


def described(entry: DiarizerEntry) -> Seen:
    """An engine as JSON; `installed` says whether it is meant to be used here."""
    problem: WlkError | None = None
    try:
        entry.verify()
    except WlkError as error:
        problem = error
    return {
        "name": entry.name,
        "installed": entry.is_installed(),
        "problem": problem and [problem.code, problem.message, problem.hint],
    }


def main() -> None:
    """Print all engines, in the order in which they are tried."""
    sys.stdout.write(json.dumps([described(entry) for entry in DIARIZERS]))


if __name__ == "__main__":
    main()
