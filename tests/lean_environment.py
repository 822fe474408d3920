"""An environment as it is without the extras: a view of one that has them, in no time.

The view is a virtual environment of its own, whose packages are links to the other's. What brings
PyTorch is left out, so that neither an import nor a look at what is installed finds it, in child
processes as well. What is missing among our own requirements, because PyTorch happens to bring it,
shows only in a real one: `tests/run.py --without-torch`.
"""

import re
import shutil
import sysconfig
from pathlib import Path
from typing import Final

_HIDDEN: Final = {"functorch", "mlx", "nllw", "torch", "torchgen", "transformers"}
"""PyTorch, and what requires it: nllw by its metadata, MLX in our tests (`fixtures.blas`)."""

_SCRIPT: Final = "wlk-host"

_PROGRAM: Final = "ruff"
"""It formats what `tools/generate_options.py` writes. No script, so it has no interpreter."""


def view_of(folder: Path, view: Path) -> Path:
    """The interpreter of a view of that virtual environment, made anew."""
    shutil.rmtree(view, ignore_errors=True)
    packages = _packages(folder)
    shown = view / packages.relative_to(folder)
    shown.mkdir(parents=True)
    for entry in packages.iterdir():
        if _project(entry.name) not in _HIDDEN:
            (shown / entry.name).symlink_to(entry)
    shutil.copy(folder / "pyvenv.cfg", view)
    python = view / "bin" / "python"
    python.parent.mkdir()
    python.symlink_to((folder / "bin" / "python").resolve())
    _copy_script(folder / "bin" / _SCRIPT, python)
    python.with_name(_PROGRAM).symlink_to(folder / "bin" / _PROGRAM)
    return python


def _packages(folder: Path) -> Path:
    names = {"base": str(folder), "platbase": str(folder)}
    return Path(sysconfig.get_path("purelib", "venv", names))


def _project(name: str) -> str:
    """Of a file among the packages: "torch" of "torch-2.13.0+cpu.dist-info"."""
    return re.split(r"[-.]", name)[0].lower()


def _copy_script(script: Path, python: Path) -> None:
    """Beside that interpreter, which it then starts."""
    own, text = python.with_name(script.name), script.read_text(encoding="utf-8")
    own.write_text(re.sub(r"^#!.*", f"#!{python}", text, count=1), encoding="utf-8")
    own.chmod(0o755)
