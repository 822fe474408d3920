"""From a fresh machine to your first captions: `python3 installers/quickstart.py`.

Makes an environment in your data folder and installs the host and a model there, each package as it
was locked. Then it runs that host's `wlk-host setup`, which does the rest and takes all options but
those below. A second run takes seconds. `wlk-host uninstall` removes everything again.
"""

# ruff: noqa: E402

import python_version

python_version.check()

import argparse
import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT / "host"))

import environment
import locked
from locked import LockedName
from wlk_host.setup.errors import SetupError  # stdlib only, so it works before anything else
from wlk_host.setup.machine import this_machine
from wlk_host.setup.progress import Progress

EXTRAS: Final[Mapping[str, LockedName]] = {"base": "embedded", "tiny.en": "embedded-tiny-en"}
"""Which of the project's extras has a model."""


@dataclass(frozen=True, slots=True)
class State:
    """What is installed. If it differs from what is wanted, everything is installed again."""

    checkout: str
    python: str
    model: str


def main() -> int:
    """Install, then hand over to `wlk-host setup`; the exit code."""
    arguments, passed_on = _parse()
    folder = Path(this_machine().data)
    try:
        _ask(folder, arguments)
        python = _install(folder, arguments.model)
        command = [python, "-I", "-m", "wlk_host.cli", "setup", "--model", arguments.model]
        return subprocess.run([*command, *passed_on], check=False).returncode
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. Run this again to continue.", file=sys.stderr)
        return 130


def _install(folder: Path, model: str) -> Path:
    venv = folder / "venv"
    record = folder / "quickstart.json"
    wanted = State(_fingerprint(), sys.version, model)
    current = _read_state(record) == wanted
    progress = Progress(folder / "quickstart.log", total=2)
    with progress.step(f"Environment in {venv}"):
        python = environment.ensure_environment(venv, progress)
    with progress.step("The host and its libraries"):
        if current:
            progress.say("nothing has changed since the last run")
        else:
            environment.install_host(python, CHECKOUT, EXTRAS[model], progress)
    record.write_text(json.dumps(asdict(wanted), indent=2), encoding="utf-8")
    return python


def _ask(folder: Path, arguments: argparse.Namespace) -> None:
    """Say what will happen, and let the user decline."""
    print(f"wlk-host will be installed in {folder}")
    if (folder / "quickstart.json").exists() or arguments.yes or not sys.stdin.isatty():
        return
    print("It needs about 0.8 GB there, and downloads about 270 MB from the package index.")
    if input("Continue? [Y/n] ").strip().lower() not in ("", "y", "yes"):
        raise SetupError("declined", "nothing was changed", "run this again at any time")


def _fingerprint() -> str:
    """A hash that changes with the host's sources and requirements."""
    digest = hashlib.sha256()
    sources = [CHECKOUT / "pyproject.toml", CHECKOUT / "installers" / "environment.py"]
    sources += sorted(locked.FOLDER.glob("*.txt"))
    folders = (CHECKOUT / "host" / "wlk_host", CHECKOUT / "extension")
    suffixes = (".py", ".json", ".js", ".html", ".css")
    sources += sorted(p for f in folders for p in f.rglob("*") if p.suffix in suffixes)
    for path in sources:
        digest.update(str(path.relative_to(CHECKOUT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _read_state(record: Path) -> State | None:
    try:
        return State(**json.loads(record.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def _parse() -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", choices=sorted(EXTRAS), default="base", help="default: base")
    parser.add_argument("--yes", action="store_true", help="do not ask before installing")
    return parser.parse_known_args()


if __name__ == "__main__":
    sys.exit(main())
