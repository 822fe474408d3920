"""Prints as JSON which models are installed and intact; `python -m wlk_host.models.probe`.

`wlk-host doctor` runs it as a process of its own, so that it
survives if this one fails.
"""

import json
import sys
from typing import TypeAlias

from wlk_host.core.errors import WlkError
from wlk_host.models import store

Seen: TypeAlias = dict[str, str | list[str]]


def look_at_models() -> Seen:
    """The names of the installed models, and their folder.

    Raises:
        WlkError: `model_missing` or `model_corrupt`.
    """
    names = [entry.name for entry in store.installed()]
    folder = store.resolve(None).parent
    for name in names:
        store.verify(name)
    return {"models": names, "folder": str(folder)}


def main() -> None:
    """Print what was found, or the error that prevented it."""
    try:
        seen = look_at_models()
    except WlkError as error:
        seen = {"code": error.code, "message": error.message, "hint": error.hint}
    sys.stdout.write(json.dumps(seen))


if __name__ == "__main__":
    main()
