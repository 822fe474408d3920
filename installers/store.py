"""The package for the store, and what its listing says: `python installers/store.py DIR`.

The zip holds what the wheel holds of the extension (`pyproject.toml`), and nothing else. It is the
same bytes each time, on every machine: sorted, of one moment, not compressed. The store wants no
`key` in the manifest, so it is left out.

`listing.md` has the texts to paste: names and summaries as the extension itself says them, the
descriptions, the reasons for the permissions as the manual tells them, and the privacy statement.
"""

import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

import archives

CHECKOUT: Final = Path(__file__).resolve().parents[1]
TEXTS: Final = Path(__file__).with_name("store")
PICTURES: Final = TEXTS / "pictures"

LOCALES: Final = ("en", "de", "es", "fr")

SUFFIXES: Final = frozenset({".css", ".html", ".js", ".json", ".png"})

_PERMISSION: Final = re.compile(r"^\| (?P<name>`\w+`|[\w ]+\(optional\)) \| (?P<why>.+) \|$", re.M)


def main() -> int:
    """Write the package and the listing; the exit code."""
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    manifest = json.loads((CHECKOUT / "extension/manifest.json").read_text(encoding="utf-8"))
    package = target / f"wlk-live-captions-{manifest['version']}.zip"
    archives.write_zip(files(CHECKOUT), package)
    (target / "listing.md").write_text(listing(), encoding="utf-8")
    print(f"{package}\n{target / 'listing.md'}\n{PICTURES}")
    return 0


def files(checkout: Path) -> dict[str, bytes]:
    """What goes to the store, by its name in the package.

    Raises:
        ValueError: there is a file of a kind that no extension of ours has.
    """
    project = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))
    shipped = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    found: dict[str, bytes] = {}
    for name in (name for name in shipped if name.startswith("extension/")):
        root = checkout / name
        for path in [root] if root.is_file() else sorted(root.rglob("*")):
            if path.is_dir():
                continue
            if path.suffix not in SUFFIXES:
                raise ValueError(f"{path} does not belong into the extension")
            found[path.relative_to(checkout / "extension").as_posix()] = path.read_bytes()
    found["manifest.json"] = _without_key(found["manifest.json"])
    return found


def listing() -> str:
    """All texts that the store asks for, as Markdown."""
    parts = ["# Listing in the store\n"]
    for locale in LOCALES:
        messages = _messages(locale)
        description = (TEXTS / f"description.{locale}.txt").read_text(encoding="utf-8")
        parts.append(
            f"## {locale}\n\n**{messages['extension_name']}**\n\n"
            f"{messages['extension_description']}\n\n{description}"
        )
    reasons = "".join(f"- {name}: {why}\n" for name, why in permission_reasons().items())
    parts.append(f"## Why each permission\n\n{reasons}")
    parts.append((TEXTS / "privacy.md").read_text(encoding="utf-8").replace("# ", "## ", 1))
    return "\n".join(parts)


def permission_reasons() -> dict[str, str]:
    """What each permission is for, as the manual says it."""
    manual = (CHECKOUT / "host/docs/privacy.md").read_text(encoding="utf-8")
    section = manual.split("## What the browser's permissions are for")[1]
    return {found["name"].strip("`"): found["why"] for found in _PERMISSION.finditer(section)}


def _messages(locale: str) -> dict[str, str]:
    path = CHECKOUT / "extension/_locales" / locale / "messages.json"
    read: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return {key: str(value["message"]) for key, value in read.items()}


def _without_key(manifest: bytes) -> bytes:
    lines = manifest.decode("utf-8").splitlines(keepends=True)
    kept = "".join(line for line in lines if not line.startswith('  "key": '))
    if "key" in json.loads(kept):
        raise ValueError("manifest.json: the key does not stand on a line of its own")
    return kept.encode("utf-8")


if __name__ == "__main__":
    sys.exit(main())
