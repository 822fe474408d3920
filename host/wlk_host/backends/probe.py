"""Prints as JSON what each backend can do on this machine; `python -m wlk_host.backends.probe`.

`wlk-host doctor` runs it as a process of its own, so that it survives if this one fails.
"""

import json
import sys
from typing import TypeAlias

from wlk_host.backends import availability
from wlk_host.backends.availability import Capabilities, Surroundings

Seen: TypeAlias = dict[str, object]


def described(able: Capabilities, here: Surroundings) -> Seen:
    """A backend as JSON; `expected` says whether it is made for machines like this one."""
    problem = able.problem
    return {
        "name": able.backend,
        "usable": able.usable,
        "expected": able.usable or (here.system, here.processor) == ("Darwin", "arm64"),
        "devices": able.devices,
        "policies": able.policies,
        "problem": problem and [problem.code, problem.message, problem.hint],
    }


def main() -> None:
    """Print all backends, in the order in which they are tried."""
    here = availability.surroundings(with_card=True)
    seen = [described(able, here) for able in availability.examine(here)]
    sys.stdout.write(json.dumps(seen))


if __name__ == "__main__":
    main()
