"""From a fresh machine to your first captions: `python3 installers/quickstart.py`.

Makes an environment in your data folder, installs the host and a model in it, registers the host
with all Chromium-family browsers it finds, and then captions a page that speaks. A second run takes
seconds. Needs only Python 3.11 to 3.13. `wlk-host uninstall` removes the registration; delete the
data folder to remove the rest.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import environment
import locked
import speech
from locked import LockedName
from progress import Progress, StepError

CHECKOUT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT / "host"))

from wlk_host.setup import browsers  # noqa: E402 - stdlib only, so it works before anything else
from wlk_host.setup.machine import Machine, System, this_machine  # noqa: E402

EXTRAS: Final[Mapping[str, LockedName]] = {"base": "embedded", "tiny.en": "embedded-tiny-en"}
"""Which of the project's extras has a model."""


@dataclass(frozen=True, slots=True)
class State:
    """What is installed. If it differs from what is wanted, everything is installed again."""

    checkout: str
    python: str
    model: str


def main() -> int:
    """Run the steps, and return the exit code."""
    arguments = _parse()
    machine = this_machine()
    folder = Path(machine.data)
    try:
        environment.check_python()
        _ask(folder, arguments)
        progress = Progress(folder / "quickstart.log", total=6)
        python = _install(folder, arguments.model, progress)
        _register(python, machine, progress)
        with progress.step("A spoken clip for the demo"):
            clip = speech.ensure_english(python, folder / "speech", progress)
            progress.say(f"{clip.path}")
        with progress.step("Captions"):
            _demonstrate(python, machine, clip, arguments, progress)
    except StepError as error:
        print(f"\n{error}", file=sys.stderr)
        command = environment.python_of(folder / "venv").with_name("wlk-host")
        if "wlk-host " in error.hint and command.exists():
            print(f"  wlk-host is not on PATH; run it as {command}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. Run this again to continue.", file=sys.stderr)
        return 130
    _explain_three_clicks(python.with_name("wlk-host"))
    return 0


def _install(folder: Path, model: str, progress: Progress) -> Path:
    venv = folder / "venv"
    record = folder / "quickstart.json"
    wanted = State(_fingerprint(), sys.version, model)
    current = _read_state(record) == wanted
    with progress.step(f"Environment in {venv}"):
        python = environment.ensure_environment(venv, progress)
    with progress.step("The host and its libraries"):
        if current:
            progress.say("nothing has changed since the last run")
        else:
            environment.install_host(python, CHECKOUT, EXTRAS[model], progress)
    with progress.step(f"The model {model}, verified"):
        error = StepError(
            code="model_failed",
            message=f"cannot install the model {model}",
            hint="see the lines above; check the free disk space and the network connection",
        )
        for action in ("download", "verify"):
            progress.require([*_host(python), "models", action, model], error)
    record.write_text(json.dumps(asdict(wanted), indent=2), encoding="utf-8")
    return python


def _register(python: Path, machine: Machine, progress: Progress) -> None:
    with progress.step("Registration with browsers"):
        everyone = browsers.for_system(machine.system)
        found = [b.label for b in everyone if browsers.is_present(b, machine)]
        for browser, store in browsers.sandboxed(machine):
            progress.say(f"{browser.label} is a {store} package and cannot start programs: skipped")
        if not found:
            progress.say("no Chromium-family browser found; register later with: wlk-host install")
            return
        error = StepError("registration_failed", "cannot register the host", "see the lines above")
        progress.require([*_host(python), "install"], error)
        progress.say(", ".join(found))


def _demonstrate(
    python: Path,
    machine: Machine,
    clip: speech.Clip,
    arguments: argparse.Namespace,
    progress: Progress,
) -> None:
    """Show captions in a browser if one can be driven, otherwise in the terminal."""
    if arguments.terminal:
        _caption_in_terminal(python, clip, arguments.model)
        return
    for browser, executable in _candidates(machine):
        if _show_in(browser.label, executable, python, clip, arguments, progress):
            return
    progress.say("no browser here can be driven, so here are the clip's captions as text:")
    _caption_in_terminal(python, clip, arguments.model)


def _show_in(
    label: str,
    executable: Path,
    python: Path,
    clip: speech.Clip,
    arguments: argparse.Namespace,
    progress: Progress,
) -> bool:
    """Whether this browser showed the captions."""
    import show  # noqa: PLC0415 - needs POSIX

    headless = arguments.headless or not show.has_display()
    progress.say(f"{label}, {'headless' if headless else 'in a window'}, with a separate profile")
    with tempfile.TemporaryDirectory(prefix="wlk-profile-", ignore_cleanup_errors=True) as folder:
        profile = Path(folder)
        error = StepError(
            "registration_failed", "cannot register the demo's profile", "see the lines above"
        )
        progress.require([*_host(python), "install", "--user-data-dir", profile], error)
        try:
            show.show(
                executable,
                profile,
                CHECKOUT / "extension",
                clip,
                arguments.screenshot,
                progress,
                headless=headless,
            )
        except show.CannotShowError as error:
            progress.say(f"{label} does not let this script load the extension: {error}")
            return False
    return True


def _candidates(machine: Machine) -> list[tuple[browsers.Browser, Path]]:
    """The browsers to try, Chromium first, because it can always be driven."""
    if machine.system is System.WINDOWS:
        return []  # The pipe needs POSIX, and a port would be open to every program.
    everyone = sorted(browsers.for_system(machine.system), key=lambda b: b.name != "chromium")
    found = [(browser, browsers.executable(browser, machine)) for browser in everyone]
    return [(browser, path) for browser, path in found if path is not None]


def _caption_in_terminal(python: Path, clip: speech.Clip, model: str) -> None:
    command = [*_host(python), "caption", clip.path, "--realtime", "--model", model]
    if subprocess.run([str(word) for word in command], check=False).returncode != 0:
        raise StepError("caption_failed", "cannot caption the clip", "run: wlk-host doctor")


def _host(python: Path) -> list[str | Path]:
    return [python, "-I", "-m", "wlk_host.cli"]


def _ask(folder: Path, arguments: argparse.Namespace) -> None:
    """Say what will happen, and let the user decline."""
    print(f"wlk-host will be installed in {folder}")
    if (folder / "quickstart.json").exists() or arguments.yes or not sys.stdin.isatty():
        return
    print("It needs about 0.8 GB there, and downloads about 360 MB from the package index.")
    if input("Continue? [Y/n] ").strip().lower() not in ("", "y", "yes"):
        raise StepError("declined", "nothing was changed", "run this again at any time")


def _explain_three_clicks(command: Path) -> None:
    folder = CHECKOUT / "extension"
    print(
        "\nTo use it in your own browser, do this once:\n"
        "  1. open chrome://extensions and switch on Developer mode (top right)\n"
        f"  2. click Load unpacked and choose {folder}\n"
        "  3. open any page with speech and click the extension's button in the toolbar\n"
        f'If anything goes wrong, run: "{command}" doctor'
    )


def _fingerprint() -> str:
    """A hash that changes with the host's sources and requirements."""
    digest = hashlib.sha256()
    sources = [CHECKOUT / "pyproject.toml", CHECKOUT / "installers" / "environment.py"]
    sources += sorted(locked.FOLDER.glob("*.txt"))
    package = CHECKOUT / "host" / "wlk_host"
    sources += sorted(p for p in package.rglob("*") if p.suffix in (".py", ".json"))
    for path in sources:
        digest.update(str(path.relative_to(CHECKOUT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _read_state(record: Path) -> State | None:
    try:
        return State(**json.loads(record.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", choices=sorted(EXTRAS), default="base", help="default: base")
    parser.add_argument("--yes", action="store_true", help="do not ask before installing")
    parser.add_argument(
        "--headless", action="store_true", help="open no window; print the captions"
    )
    parser.add_argument("--terminal", action="store_true", help="use no browser for the demo")
    parser.add_argument(
        "--screenshot",
        type=Path,
        default=Path(os.curdir, "captions.png"),
        help="where to save the screenshot; default: captions.png in this folder",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
