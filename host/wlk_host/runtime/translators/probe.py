"""Prints as JSON which translators are installed; `python -m wlk_host.runtime.translators.probe`.

`wlk-host doctor` runs it as a process of its own, so that it survives if this one fails.
"""

import json
import sys

from wlk_host.core.errors import WlkError
from wlk_host.core.translation import choice
from wlk_host.models import store
from wlk_host.models.store import Condition
from wlk_host.models.translators import TRANSLATORS
from wlk_host.runtime.translators import registry


def look() -> dict[str, str | list[str]]:
    """The installed translators as the rule ranks them, those of the catalogue intact.

    Raises:
        WlkError: `models_unreadable` or `model_corrupt`.
    """
    store.require_readable()
    for entry in TRANSLATORS:
        if store.condition(entry) is not Condition.ABSENT:
            store.verify_entry(entry)
    names = [way.name for way in choice.all_ways(registry.own_translators())]
    return {"translators": [*names, *registry.plugged_in_names()]}


def main() -> None:
    """Print what was found, or the error that prevented it."""
    try:
        seen = look()
    except WlkError as error:
        seen = {"code": error.code, "message": error.message, "hint": error.hint}
    sys.stdout.write(json.dumps(seen))


if __name__ == "__main__":
    main()
