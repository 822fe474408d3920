"""The host with its own Python, for Linux without one: a `.deb` and a tarball from one recipe.

    python installers/bundle.py dist                             # fetches a Python with uv
    python installers/bundle.py dist --python-folder ~/.pyenv/versions/3.13.0

The same checkout with the same Python gives the same bytes. Both packages have base inside.
"""

import argparse
import hashlib
import platform
import re
import shutil
import sys
import tempfile
from pathlib import Path, PurePosixPath
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT / "host"))

import archives  # noqa: E402
import environment  # noqa: E402
import relocatable  # noqa: E402
from wlk_host.protocol.constants import EXTENSION_ID, HOST_NAME  # noqa: E402
from wlk_host.setup import browsers, environments, install, manifest  # noqa: E402
from wlk_host.setup.errors import SetupError  # noqa: E402
from wlk_host.setup.machine import Program  # noqa: E402
from wlk_host.setup.progress import Progress  # noqa: E402
from wlk_host.version import __version__  # noqa: E402

NAME: Final = "wlk-host"

ROOT: Final = PurePosixPath(environments.OF_THE_SYSTEM)
"""Where the Debian package puts it."""

_ARCHITECTURES: Final = {"x86_64": "amd64", "aarch64": "arm64"}
"""Debian's names."""

_LAUNCHER: Final = """#!/bin/sh
# Runs the host with the Python that lies beside it, wherever this folder is.
here=$(dirname -- "$(readlink -f -- "$0")")
exec "$here/python3" -I -B -m wlk_host.cli "$@"
"""

_CONTROL: Final = """Package: {name}
Version: {version}
Architecture: {architecture}
Maintainer: WLK Live Captions <packages@wlk.invalid>
Installed-Size: {kilobytes}
Depends: libc6 (>= {glibc})
Section: sound
Priority: optional
Description: live captions for any browser tab, recognised on this machine
 The program that the browser extension WLK Live Captions starts. It
 recognises speech with Whisper, on the processor, and sends no sound
 anywhere. It brings its own Python and the model "base".
"""

_POSTRM: Final = """#!/bin/sh
set -e
# base-files makes this folder, and dpkg has removed it with ours.
mkdir -p /etc/opt
"""

_COPYRIGHT: Final = """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: WLK Live Captions

Files: *
Copyright: 2026 the authors of WLK Live Captions
License: Apache-2.0
 On Debian systems, the full text is in /usr/share/common-licenses/Apache-2.0.
 .
 The packages below python/ have licences of their own. Run
 "wlk-host licences" for the whole list.
"""


def main() -> int:
    """Write both packages; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path, help="the folder for the packages")
    parser.add_argument("--python-folder", type=Path, help="copy this Python; do not fetch one")
    arguments = parser.parse_args()
    target: Path = arguments.target.absolute()
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="wlk-bundle-") as scratch:
        progress = Progress(Path(scratch, "bundle.log"), total=4)
        try:
            bundle = make(Path(scratch, "bundle"), arguments.python_folder, progress)
        except SetupError as error:
            print(f"\n{error}", file=sys.stderr)
            return 1
        stem = f"{NAME}-{__version__}-linux-{platform.machine()}"
        with progress.step(f"{stem}.tar.gz"):
            archives.write_tar(bundle, target / f"{stem}.tar.gz", f"{NAME}-{__version__}")
        architecture = _ARCHITECTURES[platform.machine()]
        file = target / f"{NAME}_{__version__}_{architecture}.deb"
        with progress.step(file.name):
            root = Path(scratch, "root")
            lay_out(bundle, root)
            archives.write_deb(root, control_files(root, architecture), file)
    return 0


def make(bundle: Path, given: Path | None, progress: Progress) -> Path:
    """The folder that runs anywhere: `python/` with the host in it, and `bin/wlk-host`.

    Raises:
        SetupError: that of the step that failed.
    """
    with progress.step("Python"):
        python = relocatable.bring(bundle / "python", given, progress)
    with progress.step("The host and its libraries, as they are locked"):
        environment.install_host(python, CHECKOUT, "embedded", progress)
        site = next((bundle / "python/lib").glob("python3.*/site-packages"))
        for name in ("pip", "setuptools", "wheel"):
            for path in site.glob(f"{name}-*"):
                shutil.rmtree(path)
            shutil.rmtree(site / name, ignore_errors=True)
        _drop_traces(site)
        relocatable.byte_compile(python, bundle / "python/lib")
    programs = bundle / "python/bin"
    for path in programs.iterdir():
        if not path.name.startswith("python"):
            path.unlink()
    (programs / NAME).write_text(_LAUNCHER, encoding="utf-8")
    (programs / NAME).chmod(0o755)
    (bundle / "bin").mkdir()
    (bundle / "bin" / NAME).symlink_to(f"../python/bin/{NAME}")
    return bundle


def lay_out(bundle: Path, root: Path) -> None:
    """The files of the Debian package as they lie below `/`."""
    home = root / ROOT.relative_to("/")
    home.parent.mkdir(parents=True)
    bundle.rename(home)
    program = Program(python=ROOT / "python/bin/python3", scripts=ROOT / "python/bin")
    script = ROOT / install.LAUNCHER_NAME
    _write(root, script, install.launcher_script(program), executable=True)
    for browser in browsers.BROWSERS:
        if browser.all_linux is not None:
            path = PurePosixPath("/", browser.all_linux, f"{HOST_NAME}.json")
            _write(root, path, manifest.render(script, [EXTENSION_ID]))
    (root / "usr/bin").mkdir(parents=True)
    (root / "usr/bin" / NAME).symlink_to(ROOT / "bin" / NAME)
    _write(root, PurePosixPath("/usr/share/doc", NAME, "copyright"), _COPYRIGHT)


def control_files(root: Path, architecture: str) -> dict[str, bytes]:
    """The control files of the Debian package."""
    files = [path for path in sorted(root.rglob("*")) if path.is_file() and not path.is_symlink()]
    sums = [f"{_md5(path)}  {path.relative_to(root).as_posix()}\n" for path in files]
    control = _CONTROL.format(
        name=NAME,
        version=__version__,
        architecture=architecture,
        kilobytes=sum(path.stat().st_size for path in files) // 1024,
        glibc=relocatable.oldest_glibc(root),
    )
    return {
        "control": control.encode(),
        "md5sums": "".join(sums).encode(),
        "postrm": _POSTRM.encode(),
    }


def _drop_traces(site: Path) -> None:
    """Remove where and when packages were installed, which differs each time."""
    for path in site.glob("*.dist-info"):
        (path / "direct_url.json").unlink(missing_ok=True)
        (path / "REQUESTED").unlink(missing_ok=True)
        record = path / "RECORD"
        lines = record.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not re.match(r"\.\.|.*direct_url|.*REQUESTED", line)]
        record.write_text("".join(kept), encoding="utf-8")
    for path in site.rglob("__pycache__"):
        shutil.rmtree(path)


def _write(root: Path, path: PurePosixPath, text: str, *, executable: bool = False) -> None:
    target = root / path.relative_to("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    target.chmod(0o755 if executable else 0o644)


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
