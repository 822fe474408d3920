"""What was found out of a model's files when they came, where the catalogue does not say it.

Nobody publishes the digests of some files (`ModelFile.sha256`). The first download of such a file
is trusted, and its size and digest are recorded: whatever comes later under that name and version
must be the same, also after the model was removed. What was unpacked of an archive is recorded as
well, so that it can be verified without the archive. The record of a model is the JSON file
`<models>/.records/<name>.json`.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from wlk_host.folders import make_private
from wlk_host.json_files import read_json

_MOST_FILES: Final = 100
_HEX: Final = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as it was when it came."""

    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of one model's files.

    Attributes:
        fetched: by the names under which they are published, with their version.
        kept: what was unpacked, by its name in the model's folder.
    """

    fetched: Mapping[str, Seen] = field(default_factory=dict)
    kept: Mapping[str, Seen] = field(default_factory=dict)

    def with_fetched(self, name: str, seen: Seen) -> "Record":
        """The record with one more file."""
        return replace(self, fetched={**self.fetched, name: seen})


def read(models: Path, model: str) -> Record:
    """The record of a model; an empty one where there is none that can be read."""
    try:
        found = read_json(_path(models, model))
    except (OSError, ValueError):
        return Record()
    if not isinstance(found, dict):
        return Record()
    return Record(_files(found.get("fetched")), _files(found.get("kept")))


def write(models: Path, model: str, record: Record) -> None:
    """Keep a record.

    Raises:
        OSError: it cannot be written.
    """
    path = _path(models, model)
    make_private(path.parent)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(asdict(record), indent=1), "utf-8")
    part.replace(path)


def _path(models: Path, model: str) -> Path:
    return models / ".records" / f"{model}.json"


def _files(found: Any) -> dict[str, Seen]:
    if not isinstance(found, dict) or len(found) > _MOST_FILES:
        return {}
    seen = {name: _seen(one) for name, one in found.items()}
    return {name: one for name, one in seen.items() if one is not None}


def _seen(found: Any) -> Seen | None:
    if not isinstance(found, dict):
        return None
    size, digest = found.get("size_bytes"), found.get("sha256")
    if type(size) is not int or size < 0 or not isinstance(digest, str):
        return None
    return Seen(size, digest) if len(digest) == 64 and set(digest) <= _HEX else None
