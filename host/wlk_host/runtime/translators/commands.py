"""`wlk-host translators …`: names in, text out. Only `install` uses the network."""

import sys
from collections.abc import Sequence
from typing import Final

from wlk_host.core.errors import WlkError
from wlk_host.core.translation import choice
from wlk_host.core.translation.translators import TranslatorEntry
from wlk_host.models import nllb, store, translators
from wlk_host.models.commands import INTERRUPTED, bring_showing
from wlk_host.models.entries import CatalogEntry
from wlk_host.models.store import Condition
from wlk_host.models.translators import TRANSLATORS
from wlk_host.runtime.translators import registry

_FEW: Final = 5
"""So many languages are named, more are counted."""


def show_all() -> int:
    """Print each translator: its name, its size, its languages, and whether it is installed."""
    entries = {entry.name: entry for entry in TRANSLATORS}
    for one in registry.own_translators():
        _say(f"{one.name:<15} {_languages(one):<21} {_facts(one, entries.get(one.name))}")
    for way in choice.all_ways(registry.own_translators()):
        if way.parts:
            _say(f"{way.name}  through English, installed")
    for name in registry.plugged_in_names():
        _say(f"{name:<15} installed from another package")
    _say(f"in {store.models_dir()}; to install one: wlk-host translators install NAME")
    return 0


def install(name: str, backend: nllb.Backend, *, accepted: bool) -> int:
    """Install or repair a translator. A licence that forbids something is accepted first.

    Args:
        backend: for which of nllw's two backends, of a translator that runs with nllw.

    Raises:
        WlkError: `licence_not_accepted`, `translator_unknown`, `option_invalid`, and see
            `models.download`.
    """
    entry = _entry(name, backend)
    facts = entry.translation
    if facts is not None and facts.terms:
        _say(nllb.LICENCE)
        if not accepted and not _accepts():
            raise WlkError(
                code="licence_not_accepted",
                message=f"{name} was not downloaded: its licence was not accepted",
                hint="run the command again and answer yes, or add --accept-licence",
            )
    folder = bring_showing(entry, f"translators remove {name} discards it")
    if folder is None:
        return INTERRUPTED
    _say(f"{name}: installed in {folder}")
    return 0


def remove(name: str) -> int:
    """Delete a translator from the models' folder.

    Raises:
        WlkError: `translator_unknown`, `model_missing` or `disk_error`.
    """
    for entry in _there(name):
        store.remove(entry)
    _say(f"{name}: removed")
    return 0


def verify(name: str) -> int:
    """Check every file of a translator against its published, or else its recorded SHA-256.

    Raises:
        WlkError: `translator_unknown`, `model_missing` or `model_corrupt`.
    """
    for entry in _there(name):
        store.verify_entry(entry)
    _say(f"{name}: intact")
    return 0


def _entry(name: str, backend: nllb.Backend) -> CatalogEntry:
    model = _with_nllw(name)
    if model is not None:
        return model.entries[backend]
    if backend != "ctranslate2":
        names = ", ".join(one.name for one in nllb.MODELS)
        raise WlkError(
            code="option_invalid",
            message=f"{name} has no weights for {backend}",
            hint=f"leave --backend out, or choose one of these: {names}",
        )
    return translators.find(name)


def _there(name: str) -> Sequence[CatalogEntry]:
    """The entries of that name that are on this machine; if none is, the first one."""
    model = _with_nllw(name)
    entries = [translators.find(name)] if model is None else list(model.entries.values())
    there = [entry for entry in entries if store.condition(entry) is not Condition.ABSENT]
    return there or entries[:1]


def _with_nllw(name: str) -> nllb.NllbModel | None:
    return next((model for model in nllb.MODELS if model.name == name), None)


def _languages(one: TranslatorEntry) -> str:
    if len(one.sources) == len(one.targets) == 1:
        return f"{one.sources[0]} into {one.targets[0]}"
    known = ", ".join(one.targets) if len(one.targets) < _FEW else str(len(one.targets))
    return f"into {known} languages"


def _facts(one: TranslatorEntry, entry: CatalogEntry | None) -> str:
    if entry is None:
        return "installed" if one.is_installed() else f"not installed; {one.install}"
    facts = f"{entry.size_bytes / 1e6:5.0f} MB  {entry.licence:<13}"
    return f"{facts} {store.condition(entry)}"


def _accepts() -> bool:
    if not sys.stdin.isatty():
        return False
    sys.stdout.write("Download it? [yes/no] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
