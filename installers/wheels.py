"""Which of the locked files a computer needs, by the tags of wheels (PEP 425), on any computer.

`locked/wheels.json` lists them with their sizes: `{"name==version": {file: bytes}}`. It is written
by `python tests/tools/lock.py`. Needs `packaging`.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from packaging import tags
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

import locked
from locked import LockedName

FILES: Final = locked.FOLDER / "wheels.json"

System = Literal["linux", "darwin", "win32"]

_NAMES: Final = {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}

_OLDEST_GLIBC_MINOR: Final = 28
"""glibc 2.28: Debian 10, Ubuntu 20.04, RHEL 8."""

_OLDEST_MACOS: Final = {"arm64": (14, 0), "x86_64": (13, 0)}
"""What the wheels of onnxruntime ask for."""


@dataclass(frozen=True, slots=True)
class Target:
    """A kind of computer with a version of Python.

    Attributes:
        python: major and minor version.
        machine: as Python says it there: x86_64, arm64, AMD64.
    """

    python: tuple[int, int]
    system: System
    machine: str

    def __str__(self) -> str:
        return f"{self.system}-{self.machine}-{self.python[0]}.{self.python[1]}"

    def environment(self) -> dict[str, str]:
        """The values of markers there (PEP 508)."""
        version = f"{self.python[0]}.{self.python[1]}"
        return {
            "implementation_name": "cpython",
            "os_name": "nt" if self.system == "win32" else "posix",
            "platform_machine": self.machine,
            "platform_python_implementation": "CPython",
            "platform_system": _NAMES[self.system],
            "python_full_version": f"{version}.0",
            "python_version": version,
            "sys_platform": self.system,
        }

    def tags(self) -> frozenset[tags.Tag]:
        """The tags of wheels that can be installed there."""
        platforms = list(self._platforms())
        interpreter = f"cp{self.python[0]}{self.python[1]}"
        native = tags.cpython_tags(self.python, platforms=platforms)
        return frozenset((*native, *tags.compatible_tags(self.python, interpreter, platforms)))

    @property
    def oldest_macos(self) -> tuple[int, int]:
        """The oldest macOS on which the wheels run."""
        return _OLDEST_MACOS[self.machine]

    def _platforms(self) -> Iterator[str]:
        if self.system == "darwin":
            return tags.mac_platforms(_OLDEST_MACOS[self.machine], self.machine)
        if self.system == "win32":
            return iter([f"win_{self.machine.lower()}"])
        minors = range(_OLDEST_GLIBC_MINOR, 16, -1)
        names = (f"manylinux_2_{minor}_{self.machine}" for minor in minors)
        return iter([*names, f"manylinux2014_{self.machine}"])


_EVERYWHERE: Final[tuple[tuple[System, str], ...]] = (
    ("linux", "x86_64"),
    ("linux", "aarch64"),
    ("darwin", "arm64"),
    ("win32", "AMD64"),
)

SUPPORTED: Final = (
    *(Target((3, n), *computer) for n in (11, 12, 13, 14) for computer in _EVERYWHERE),
    *(Target((3, n), "darwin", "x86_64") for n in (11, 12, 13)),
)
"""Where the host can be installed."""

UNSUPPORTED: Final = Target((3, 14), "darwin", "x86_64")
"""Intel's Macs have no onnxruntime for Python 3.14, and everything else."""


def requirements(name: LockedName, target: Target) -> list[Requirement]:
    """What of a locked set is installed there, each with the one version."""
    text = locked.requirements(name).read_text(encoding="utf-8")
    joined = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", text, flags=re.M))
    lines = [line.split("--hash=")[0] for line in joined.splitlines() if line.strip()]
    every = [Requirement(line) for line in lines]
    place = target.environment()
    return [r for r in every if r.marker is None or r.marker.evaluate(dict(place))]


def key(requirement: Requirement) -> str:
    """How `FILES` names it."""
    return f"{canonicalize_name(requirement.name)}{requirement.specifier}"


def chosen(requirement: Requirement, target: Target) -> tuple[str, int] | None:
    """The locked file that is installed there, and its size in bytes; None if there is none."""
    files: dict[str, int] = json.loads(FILES.read_text(encoding="utf-8")).get(key(requirement), {})
    wanted = target.tags()
    return min(((f, n) for f, n in files.items() if suits(f, wanted)), default=None, key=_size)


def suits(file: str, wanted: frozenset[tags.Tag]) -> bool:
    """Whether a wheel has one of these tags."""
    return bool(parse_wheel_filename(file)[3] & wanted)


def _size(entry: tuple[str, int]) -> int:
    return entry[1]
