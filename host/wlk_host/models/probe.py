"""Prints as JSON which models are installed and intact; `python -m wlk_host.models.probe WHAT`.

WHAT is `models` or `speakers`. `wlk-host doctor` runs it as a process of its own, so that it
survives if this one fails.
"""

import json
import sys
from collections.abc import Callable
from typing import Final, TypeAlias

from wlk_host.core.errors import WlkError
from wlk_host.models import store
from wlk_host.models.catalog import SPEAKERS

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


def look_at_speakers() -> Seen:
    """The folder of the model that tells speakers apart.

    Raises:
        WlkError: `model_missing` or `model_corrupt`.
    """
    store.verify_entry(SPEAKERS)
    return {"folder": str(store.folder_of(SPEAKERS))}


_LOOKS: Final[dict[str, Callable[[], Seen]]] = {
    "models": look_at_models,
    "speakers": look_at_speakers,
}


def main() -> None:
    """Print what was found, or the error that prevented it."""
    try:
        seen = _LOOKS[sys.argv[1]]()
    except WlkError as error:
        seen = {"code": error.code, "message": error.message, "hint": error.hint}
    sys.stdout.write(json.dumps(seen))


if __name__ == "__main__":
    main()
