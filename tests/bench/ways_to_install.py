"""Install the host in each way and on each Python, for real, and caption the demo's clip with it.

    pip install build uv pipx
    python tests/bench/ways_to_install.py                          # all ways, this Python
    python tests/bench/ways_to_install.py --way uv pip --python python3.12 python3.14

Builds the wheel, then installs it with what it requires from the package index into a home folder
of its own, without any cache. Prints a table: seconds to install, what was downloaded (the sum of
the wheels' sizes, as locked), what is on disk after it and after `wlk-host setup`, and
with what captioning then keeps, and whether the doctor finds everything sound and the clip's words
are captioned.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "installers"), str(ROOT / "host")]

import wheels  # noqa: E402
from wheels import Target  # noqa: E402
from wlk_host import packaged  # noqa: E402

SPOKEN: Final = ("on this computer", "mistakes are corrected")
EXTRA: Final = "embedded"


@dataclass(frozen=True, slots=True)
class Place:
    """A home folder of its own, and the Python to install for."""

    home: Path
    python: str
    wheel: Path

    @property
    def wanted(self) -> str:
        """The requirement: the wheel with its extra."""
        return f"wlk-host[{EXTRA}] @ {self.wheel.as_uri()}"

    def variables(self) -> dict[str, str]:
        """What a process there sees."""
        ours = ("PATH", "LANG", "SSL_", "PIP_", "UV_", "HTTP", "REQUESTS_")
        kept = {k: v for k, v in os.environ.items() if k.startswith(ours)}
        return {
            **kept,
            "HOME": str(self.home),
            "PIP_CACHE_DIR": str(self.home / "cache/pip"),
            "UV_CACHE_DIR": str(self.home / "cache/uv"),
            "UV_PYTHON_DOWNLOADS": "never",
            "PIPX_HOME": str(self.home / ".local/share/pipx"),
            "PIPX_BIN_DIR": str(self.home / ".local/bin"),
        }

    def run(self, command: Sequence[str | Path]) -> str:
        """The output of a command that succeeds."""
        words = [str(word) for word in command]
        result = subprocess.run(
            words, capture_output=True, text=True, env=self.variables(), cwd=self.home, check=False
        )
        if result.returncode != 0:
            raise SystemExit(f"$ {' '.join(words)}\n{result.stdout}{result.stderr}")
        return result.stdout

    def megabytes(self, *without: str) -> float:
        """What the home folder takes on disk; a file with two names counts once."""
        seen = {}
        for path in self.home.rglob("*"):
            if path.is_file() and not path.is_symlink():
                relative = path.relative_to(self.home)
                if relative.parts[0] not in without:
                    found = path.stat()
                    seen[found.st_ino] = found.st_blocks * 512
        return sum(seen.values()) / 1e6


def with_uv(place: Place) -> list[str | Path]:
    """`uv tool install`."""
    place.run(["uv", "tool", "install", "--python", place.python, place.wanted])
    return [place.home / ".local/bin/wlk-host"]


def with_pipx(place: Place) -> list[str | Path]:
    """`pipx install`."""
    place.run(["pipx", "install", "--python", place.python, place.wanted])
    return [place.home / ".local/bin/wlk-host"]


def with_pip(place: Place) -> list[str | Path]:
    """`pip install` into a virtual environment."""
    place.run([place.python, "-m", "venv", place.home / "wlk"])
    place.run([place.home / "wlk/bin/pip", "install", "-q", place.wanted])
    return [place.home / "wlk/bin/wlk-host"]


def with_uvx(place: Place) -> list[str | Path]:
    """`uvx`, which keeps nothing but its cache."""
    command: list[str | Path] = ["uvx", "--python", place.python, "--from", place.wanted]
    place.run([*command, "wlk-host", "--version"])
    return [*command, "wlk-host"]


def with_quickstart(place: Place) -> list[str | Path]:
    """The quickstart of this checkout, without the demo."""
    place.run([place.python, ROOT / "installers/quickstart.py", "--yes", "--no-demo"])
    return [place.home / ".local/share/wlk-host/venv/bin/wlk-host"]


WAYS: Final[dict[str, Callable[[Place], list[str | Path]]]] = {
    "uv": with_uv,
    "pipx": with_pipx,
    "pip": with_pip,
    "uvx": with_uvx,
    "quickstart": with_quickstart,
}


def main() -> None:
    """Print a row for each way and Python."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--way", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--python", nargs="+", default=[sys.executable])
    arguments = parser.parse_args()
    print(
        "| way | Python | install s | downloaded MB | on disk MB | set up MB | in use MB | works |"
    )
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="wlk-ways-") as scratch:
        build = [
            sys.executable,
            "-m",
            "build",
            "--wheel",
            "--no-isolation",
            "-o",
            scratch,
            str(ROOT),
        ]
        subprocess.run(build, check=True, capture_output=True)
        [wheel] = Path(scratch).glob("*.whl")
        for python in arguments.python:
            for way in arguments.way:
                with tempfile.TemporaryDirectory(prefix="wlk-way-") as home:
                    print(row(way, Place(Path(home), python, wheel)), flush=True)


def row(way: str, place: Place) -> str:
    """Install, set up, caption; the row of the table."""
    (place.home / ".config/chromium").mkdir(parents=True)
    started = time.monotonic()
    command = WAYS[way](place)
    seconds = time.monotonic() - started
    # The caches of pip are not needed afterwards; those of uv are the same files.
    installed = place.megabytes("cache") if way != "uvx" else place.megabytes()
    if way != "uvx":
        place.run([*command, "setup", "--no-demo"])
        place.run([*command, "doctor"])
    else:
        place.run([*command, "models", "download", "base"])
    after = place.megabytes("cache") if way != "uvx" else place.megabytes()
    spoken = " ".join(place.run([*command, "caption", packaged.SPEECH, "--format", "txt"]).split())
    works = all(words in spoken for words in SPOKEN)
    in_use = place.megabytes("cache") if way != "uvx" else place.megabytes()
    version = place.run([place.python, "-c", "import sys; print(*sys.version_info[:3], sep='.')"])
    downloaded = (
        megabytes_of(tuple(map(int, version.split(".")))) + place.wheel.stat().st_size / 1e6
    )
    figures = f"{seconds:.0f} | {downloaded:.0f} | {installed:.0f} | {after:.0f} | {in_use:.0f}"
    return f"| {way} | {version.strip()} | {figures} | {'yes' if works else 'NO'} |"


def megabytes_of(version: tuple[int, ...]) -> float:
    """The sizes of all wheels for this machine."""
    target = Target((version[0], version[1]), "linux", os.uname().machine)
    chosen = [wheels.chosen(r, target) for r in wheels.requirements(EXTRA, target)]
    return sum(file[1] for file in chosen if file is not None) / 1e6


if __name__ == "__main__":
    main()
