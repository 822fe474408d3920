"""`wlk-host translators …`: names in, text out. Only `install` uses the network."""

import sys

from wlk_host.core.errors import WlkError
from wlk_host.models import nllb
from wlk_host.models.commands import INTERRUPTED, bring_showing
from wlk_host.runtime.translators import choice


def show_all() -> int:
    """Print each translator: its name, its languages, and whether it is installed."""
    for entry in choice.own_translators():
        languages = ", ".join(entry.targets) if len(entry.targets) < 5 else len(entry.targets)
        condition = "installed" if entry.is_installed() else f"not installed; {entry.install}"
        _say(f"{entry.name:<15} into {languages} languages  {condition}")
    for name in choice.plugged_in_names():
        _say(f"{name:<15} installed from another package")
    return 0


def install(name: str, backend: nllb.Backend, *, accepted: bool) -> int:
    """Install or repair a model, once its licence is accepted.

    Raises:
        WlkError: `licence_not_accepted`, `translator_unknown`, and see `models.download`.
    """
    model = nllb.find(name)
    _say(nllb.LICENCE)
    if not accepted and not _accepts():
        raise WlkError(
            code="licence_not_accepted",
            message=f"{name} was not downloaded: its licence was not accepted",
            hint="run the command again and answer yes, or add --accept-licence",
        )
    folder = bring_showing(model.entries[backend])
    if folder is None:
        return INTERRUPTED
    _say(f"{name}: installed in {folder}")
    return 0


def verify(name: str) -> int:
    """Check every file of a model against its published SHA-256.

    Raises:
        WlkError: `translator_unknown`, `model_missing` or `model_corrupt`.
    """
    nllb.verify(nllb.find(name))
    _say(f"{name}: intact")
    return 0


def _accepts() -> bool:
    if not sys.stdin.isatty():
        return False
    sys.stdout.write("Download it? [yes/no] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
