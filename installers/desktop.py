"""What becomes the installers for macOS and Windows: `python installers/desktop.py SYSTEM DIR`.

SYSTEM is macos-arm64, macos-x86_64 or windows. Each folder holds the locked wheels for that system,
uv, which fetches a Python when it is installed, and scripts. On a Mac, `build.sh` in it makes the
`.pkg`; on Windows, `install.ps1` in the `.zip` installs for one user, without an administrator.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path, PurePosixPath
from typing import Final
from xml.sax.saxutils import escape

CHECKOUT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT / "host"))

import archives  # noqa: E402
import wheelhouse  # noqa: E402
from wheelhouse import PYTHON  # noqa: E402
from wheels import Target  # noqa: E402
from wlk_host.protocol.constants import EXTENSION_ID, HOST_NAME  # noqa: E402
from wlk_host.setup import browsers, environments, install, manifest  # noqa: E402
from wlk_host.setup.errors import SetupError  # noqa: E402
from wlk_host.setup.machine import Program  # noqa: E402
from wlk_host.setup.progress import Progress  # noqa: E402
from wlk_host.version import __version__  # noqa: E402

TARGETS: Final = {
    "macos-arm64": Target(PYTHON, "darwin", "arm64"),
    "macos-x86_64": Target(PYTHON, "darwin", "x86_64"),
    "windows": Target(PYTHON, "win32", "AMD64"),
}

_SCRIPTS: Final = Path(__file__).parent

_DISTRIBUTION: Final = """<?xml version="1.0" encoding="utf-8"?>
<installer-gui-script minSpecVersion="2">
  <title>{title}</title>
  <options customize="never" require-scripts="true" hostArchitectures="{machine}"/>
  <volume-check>
    <allowed-os-versions><os-version min="{oldest}"/></allowed-os-versions>
  </volume-check>
  <choices-outline><line choice="host"/></choices-outline>
  <choice id="host" title="{title}"><pkg-ref id="dev.wlk.host"/></choice>
  <pkg-ref id="dev.wlk.host" version="{version}">wlk-host.pkg</pkg-ref>
</installer-gui-script>
"""


def main() -> int:
    """Write the folder, and for Windows the zip; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("system", choices=TARGETS)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    target, folder = TARGETS[arguments.system], arguments.folder.absolute()
    with tempfile.TemporaryDirectory(prefix="wlk-desktop-") as scratch:
        progress = Progress(Path(scratch, "log.txt"), total=3)
        made = Path(scratch, "wheels")
        try:
            with progress.step(f"The wheels for {target}, as they are locked"):
                wheelhouse.fill(made, target, "embedded", progress)
                wheelhouse.fill(Path(scratch, "uv"), target, "uv", progress)
            with progress.step("The host"):
                wheelhouse.build_host(CHECKOUT, made, progress)
        except SetupError as error:
            print(f"\n{error}", file=sys.stderr)
            return 1
        with progress.step(f"{folder}"):
            lay_out = windows if target.system == "win32" else macos
            lay_out(folder, target, made, Path(scratch, "uv"))
    return 0


def windows(folder: Path, target: Target, made: Path, uv: Path) -> None:
    """The folder for Windows, and a zip of it beside it."""
    folder.mkdir(parents=True)
    shutil.copytree(made, folder / "wheels")
    wheelhouse.take_program(uv, "uv.exe", folder / "uv.exe")
    _write_requirements(folder / "requirements.txt", target)
    for name in ("install.ps1", "uninstall.ps1"):
        text = _filled(_SCRIPTS / "windows" / name, _host_wheel(made), target)
        # Windows PowerShell 5 takes a script without a mark for one in the local code page.
        (folder / name).write_text(text, encoding="utf-8-sig", newline="\r\n")
    files = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    content = {f"wlk-host-{__version__}/{name}": path.read_bytes() for name, path in files.items()}
    archives.write_zip(content, folder.with_name(f"wlk-host-{__version__}-windows.zip"))


def macos(folder: Path, target: Target, made: Path, uv: Path) -> None:
    """The folder for macOS, in which `build.sh` makes the package."""
    home = PurePosixPath(environments.OF_MACOS)
    payload = folder / "payload"
    setup = payload / (home / "setup").relative_to("/")
    setup.mkdir(parents=True)
    shutil.copytree(made, setup / "wheels")
    wheelhouse.take_program(uv, "uv", setup / "uv")
    _write_requirements(setup / "requirements.txt", target)
    program = Program(python=home / "venv/bin/python", scripts=home / "venv/bin")
    launcher = home / install.LAUNCHER_NAME
    _put(payload, launcher, install.launcher_script(program), executable=True)
    manifests = [
        PurePosixPath("/", browser.all_macos, f"{HOST_NAME}.json")
        for browser in browsers.BROWSERS
        if browser.all_macos is not None
    ]
    for path in manifests:
        _put(payload, path, manifest.render(launcher, [EXTENSION_ID]))
    quoted = " \\\n    ".join(f'"{path}"' for path in manifests)
    remove = _filled(_SCRIPTS / "macos/uninstall.sh", "", target).replace("@MANIFESTS@", quoted)
    _put(payload, home / "uninstall.sh", remove, executable=True)
    after = _filled(_SCRIPTS / "macos/postinstall", _host_wheel(made), target)
    _put(folder, PurePosixPath("/scripts/postinstall"), after, executable=True)
    build = _filled(_SCRIPTS / "macos/build.sh", "", target)
    _put(folder, PurePosixPath("/build.sh"), build, executable=True)
    distribution = _DISTRIBUTION.format(
        title=escape("WLK Live Captions"),
        machine=target.machine,
        oldest=".".join(map(str, target.oldest_macos)),
        version=__version__,
    )
    _put(folder, PurePosixPath("/distribution.xml"), distribution)


def _filled(script: Path, wheel: str, target: Target) -> str:
    text = script.read_text(encoding="utf-8")
    values = {
        "@PYTHON@": f"{target.python[0]}.{target.python[1]}",
        "@WHEEL@": wheel,
        "@VERSION@": __version__,
        "@MACHINE@": target.machine,
    }
    for name, value in values.items():
        text = text.replace(name, value)
    return text


def _host_wheel(made: Path) -> str:
    [wheel] = made.glob("wlk_host-*.whl")
    return wheel.name


def _write_requirements(path: Path, target: Target) -> None:
    path.write_text(wheelhouse.flattened("embedded", target), encoding="utf-8")


def _put(root: Path, path: PurePosixPath, text: str, *, executable: bool = False) -> None:
    target = root / path.relative_to("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8", newline="\n")
    target.chmod(0o755 if executable else 0o644)


if __name__ == "__main__":
    sys.exit(main())
