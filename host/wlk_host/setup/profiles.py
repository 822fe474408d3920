"""In which profiles of which browsers the extension is loaded, as the browsers note it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, Final

from wlk_host.folders import is_folder
from wlk_host.json_files import read_json
from wlk_host.setup import browsers
from wlk_host.setup.browsers import Browser
from wlk_host.setup.machine import Machine

_NOTES: Final = ("Secure Preferences", "Preferences")
"""Files of a profile that list its extensions."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """One profile that has the extension.

    Attributes:
        profile: the name of the profile's folder, such as "Default".
        folder: where its files are, if the browser says so.
    """

    browser: Browser
    profile: str
    folder: str | None


def with_extension(machine: Machine, extension_ids: Sequence[str]) -> list[Loaded]:
    """All profiles of this user's browsers that have one of these extensions."""
    return [
        Loaded(browser, profile, folder)
        for browser in browsers.for_system(machine.system)
        for root in browsers.profile_roots(browser, machine)
        for profile, folder in in_folder(root, extension_ids)
    ]


def in_folder(root: PurePath, extension_ids: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    """The profiles of a browser's folder with one of these extensions, and where that lies."""
    folder = Path(root)
    if not is_folder(folder):
        return
    for profile in sorted(path for path in folder.iterdir() if is_folder(path)):
        noted = [_settings(profile / name) for name in _NOTES]
        found = [notes[e] for notes in noted for e in extension_ids if e in notes]
        if found:
            path = found[0].get("path") if isinstance(found[0], dict) else None
            yield profile.name, path if isinstance(path, str) else None


def _settings(file: Path) -> dict[str, Any]:
    """What a profile notes of its extensions, by their ids."""
    try:
        notes = read_json(file)
    except (OSError, ValueError):
        return {}
    for key in ("extensions", "settings"):
        notes = notes.get(key) if isinstance(notes, dict) else None
    return notes if isinstance(notes, dict) else {}
