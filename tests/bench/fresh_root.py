"""A fresh root of Linux, and the ways to install the host there."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "installers"), str(ROOT / "host")]

import wheelhouse  # noqa: E402
from locked import pip  # noqa: E402
from wheels import Target  # noqa: E402
from wlk_host.setup.progress import Progress  # noqa: E402

_VOLATILE: Final = ("proc", "sys", "dev", "tmp", "run")

_BOOKKEEPING: Final = ("var/log/dpkg.log",)
"""What dpkg writes of itself."""

_VERSION: Final = "import sys; print(*sys.version_info[:3], sep='.')"

_ENVIRONMENT: Final = "/opt/wlk"
"""Where the wheel is installed in the fresh root."""

_EXTRA: Final = "embedded"

_TEST_TOOLS: Final = (
    "hatchling",
    "hypothesis",
    "jsonschema",
    "markdown-it-py",
    "packaging",
    "pysubs2",
    "pytest",
    "ruff",
    "webvtt-py",
)
"""What the host's tests import, besides the host and what it needs."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """A fresh root, and what is run in it."""

    folder: Path

    def run(self, *command: str, check: bool = True) -> str:
        """The output of a command there, as a user who has nothing but a home.

        There is no network but the loopback interface.
        """
        alone = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec chroot "$@"', "sh"]
        place = [*alone, str(self.folder), "/usr/bin/env", "-i"]
        variables = ["HOME=/root", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"]
        words = [*place, *variables, *command]
        result = subprocess.run(words, capture_output=True, text=True, check=False)
        if check and result.returncode != 0:
            raise SystemExit(f"$ {' '.join(command)}\n{result.stdout}{result.stderr}")
        return result.stdout

    def files(self) -> set[str]:
        """Every path, without what the kernel and the machine's own bookkeeping change."""
        found = set()
        for path in self.folder.rglob("*"):
            relative = path.relative_to(self.folder)
            if relative.parts[0] not in _VOLATILE and relative.as_posix() not in _BOOKKEEPING:
                found.add(relative.as_posix())
        return found

    def megabytes(self, *names: str) -> float:
        """What is on disk below these folders; a file with two names counts once."""
        paths = (path for name in names for path in (self.folder / name).rglob("*"))
        found = (p.lstat() for p in paths if p.is_file() and not p.is_symlink())
        return sum({f.st_ino: f.st_blocks for f in found}.values()) * 512 / 1e6

    def python(self) -> str | None:
        """The version of the system's Python there; None if it has none."""
        has_one = any((self.folder / "usr/bin").glob("python3*"))
        return self.run("python3", "-c", _VERSION).strip() if has_one else None


Installed = tuple[str, Callable[[], None]]
"""How the host is called, and what removes it."""


def with_deb(fresh: Fresh, package: Path) -> Installed:
    """Install the Debian package."""
    shutil.copy(package, fresh.folder / "tmp")
    fresh.run("dpkg", "--install", f"/tmp/{package.name}")

    def remove() -> None:
        fresh.run("dpkg", "--purge", "wlk-host")

    return "wlk-host", remove


def with_tarball(fresh: Fresh, package: Path) -> Installed:
    """Unpack the tarball in the user's home."""
    subprocess.run(["tar", "-xf", package, "-C", fresh.folder / "root"], check=True)
    [name] = [path.name for path in (fresh.folder / "root").glob("wlk-host-*")]

    def remove() -> None:
        shutil.rmtree(fresh.folder / "root" / name)

    return f"/root/{name}/bin/wlk-host", remove


def with_wheel(fresh: Fresh, package: Path) -> Installed:
    """Install the wheel into an environment of the system's Python, with the locked wheels.

    They are fetched before (`fetch_wheels`).
    """
    shutil.copy(package, fresh.folder / "tmp/wheels")
    fresh.run("python3", "-m", "venv", _ENVIRONMENT)
    wanted = f"wlk-host[{_EXTRA}] @ file:///tmp/wheels/{package.name}"
    _pip_install(fresh, wanted)

    def remove() -> None:
        shutil.rmtree(fresh.folder / _ENVIRONMENT.lstrip("/"))

    return f"{_ENVIRONMENT}/bin/wlk-host", remove


def fetch_wheels(fresh: Fresh, version: str) -> None:
    """Put the locked wheels for the Python of that root into its `/tmp/wheels`."""
    with tempfile.TemporaryDirectory(prefix="wlk-wheels-") as scratch:
        progress = Progress(Path(scratch, "log.txt"), total=1)
        wheelhouse.fill(fresh.folder / "tmp/wheels", _target(version), _EXTRA, progress)


def run_tests(fresh: Fresh, version: str, paths: list[str]) -> str:
    """Run tests of this checkout in the environment of `with_wheel`; the last line of pytest."""
    tags = [word for tag in wheelhouse.platforms(_target(version)) for word in ("--platform", tag)]
    short = version.rpartition(".")[0]
    command = [*pip(Path(sys.executable)), "download", "--quiet", "--only-binary", ":all:", *tags]
    command += ["--python-version", short, "--dest", fresh.folder / "tmp/wheels", *_TEST_TOOLS]
    subprocess.run(command, check=True)
    _pip_install(fresh, *_TEST_TOOLS)
    listed = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True)
    for name in listed.rstrip("\0").split("\0"):
        target = fresh.folder / "tmp/checkout" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    chosen = "not model and not browser and not torch and not alone and not bench"
    options = ["-q", "-p", "no:cacheprovider", "--hypothesis-profile=ci"]
    pytest = ["-m", "pytest", *options, "-m", chosen, *paths]
    moved = ["env", "-C", "/tmp/checkout", "PYTHONDONTWRITEBYTECODE=1", "PYTHONPATH=host"]
    printed = fresh.run(*moved, f"{_ENVIRONMENT}/bin/python", *pytest, check=False)
    sys.stderr.write(printed)
    return printed.splitlines()[-1]


def _target(version: str) -> Target:
    major, minor, _ = version.split(".")
    return Target((int(major), int(minor)), "linux", os.uname().machine)


def _pip_install(fresh: Fresh, *wanted: str) -> None:
    alone = ["--no-index", "--find-links", "/tmp/wheels", "--disable-pip-version-check"]
    fresh.run(f"{_ENVIRONMENT}/bin/pip", "install", "--quiet", *alone, *wanted)
