"""`wlk-host models …`: names in, text out."""

import sys
from pathlib import Path

from wlk_host.models import store
from wlk_host.models.catalog import LISTED, SPEAKERS
from wlk_host.models.download import download as bring
from wlk_host.models.entries import CatalogEntry

INTERRUPTED: int = 130
"""The exit code that shells report for a program ended with Ctrl+C."""

_LICENCE_WIDTH: int = max(len(entry.licence) for entry in LISTED)


def show_all() -> int:
    """Print each known model: name, size, purpose, licence, condition."""
    width = max(len(entry.name) for entry in LISTED)
    for entry in LISTED:
        _say(f"{entry.name:<{width}}  {_facts(entry)}  {store.condition(entry)}")
    _say(f"in {store.models_dir()}")
    return 0


def download(name: str) -> int:
    """Install a model, or repair it if it is damaged.

    Raises:
        WlkError: see `download.download`.
    """
    folder = bring_showing(store.entry_of(name), f"models remove {name} discards it")
    if folder is None:
        return INTERRUPTED
    _say(f"{name}: installed in {folder}")
    return 0


def bring_showing(entry: CatalogEntry, otherwise: str = "") -> Path | None:
    """Install a model and show the progress. Returns None if the user stopped it.

    Args:
        otherwise: what the user can do after that, other than resume.

    Raises:
        WlkError: see `download.download`.
    """
    shown = -1

    def show(done: int, total: int) -> None:
        nonlocal shown
        percent = 100 * done // total
        if percent != shown and sys.stderr.isatty():
            shown = percent
            sys.stderr.write(f"\r{percent:3} %" + ("\n" if done == total else ""))

    try:
        return bring(entry, show)
    except KeyboardInterrupt:
        choices = ", ".join(filter(None, ("the same command resumes the download", otherwise)))
        sys.stderr.write(f"\nstopped; {choices}\n")
        return None


def remove(name: str) -> int:
    """Delete a model from the models' folder.

    Raises:
        WlkError: `model_missing` or `disk_error`.
    """
    store.remove(store.entry_of(name))
    _say(f"{name}: removed")
    return 0


def verify(name: str) -> int:
    """Check every file against its published SHA-256.

    Raises:
        WlkError: `model_missing` or `model_corrupt`.
    """
    store.verify(name)
    _say(f"{name}: intact")
    return 0


def path(name: str) -> int:
    """Print the model's folder.

    Raises:
        WlkError: `model_missing` or `model_corrupt`.
    """
    _say(str(store.require(store.entry_of(name))))
    return 0


def _facts(entry: CatalogEntry) -> str:
    languages = f"{len(entry.languages)} languages" if entry.multilingual else "English only"
    english = "to English" if entry.translates else ""
    use = "tells speakers apart" if entry is SPEAKERS else f"{languages:<13}  {english}"
    return f"{entry.size_bytes / 1e6:4.0f} MB  {use:<25}  {entry.licence:<{_LICENCE_WIDTH}}"


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
