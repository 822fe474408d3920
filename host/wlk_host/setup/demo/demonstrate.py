"""Captions of the demo's clip, in a browser if one can be driven, otherwise in the terminal."""

import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from wlk_host.setup import browsers
from wlk_host.setup.errors import SetupError
from wlk_host.setup.machine import Machine, System
from wlk_host.setup.progress import Progress


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to show, and how.

    Attributes:
        clip: a WAV file of speech.
        extension: the folder of the extension.
        screenshot: the file that gets the demo's picture.
        headless: open no window.
        terminal: use no browser.
    """

    clip: Path
    extension: Path
    model: str
    screenshot: Path
    headless: bool = False
    terminal: bool = False


def captions(python: PurePath, machine: Machine, wanted: Wanted, progress: Progress) -> None:
    """Show captions in the first browser that can be driven, otherwise as text.

    Raises:
        SetupError: `no_captions`, `browser_failed`, `registration_failed`, `caption_failed`.
    """
    if not wanted.terminal:
        for browser, executable in _candidates(machine):
            if _show_in(browser.label, executable, python, wanted, progress):
                return
        progress.say("no browser here can be driven, so here are the clip's captions as text:")
    _caption_in_terminal(python, wanted)


def host(python: PurePath) -> Sequence[str | Path]:
    """The beginning of a command line: this host's, whatever the user's environment."""
    return [str(python), "-I", "-m", "wlk_host.cli"]


def _show_in(
    label: str, executable: Path, python: PurePath, wanted: Wanted, progress: Progress
) -> bool:
    """Whether this browser showed the captions."""
    from wlk_host.setup.demo import show  # noqa: PLC0415 - needs POSIX

    headless = wanted.headless or not show.has_display()
    progress.say(f"{label}, {'headless' if headless else 'in a window'}, with a separate profile")
    with tempfile.TemporaryDirectory(prefix="wlk-profile-", ignore_cleanup_errors=True) as folder:
        profile = Path(folder)
        error = SetupError(
            "registration_failed", "cannot register the demo's profile", "see the lines above"
        )
        progress.require([*host(python), "install", "--user-data-dir", profile], error)
        try:
            show.show(
                executable,
                profile,
                wanted.extension,
                wanted.clip,
                wanted.screenshot,
                progress,
                headless=headless,
            )
        except show.CannotShowError as error:
            progress.say(f"{label} does not let this program load the extension: {error}")
            return False
    return True


def _candidates(machine: Machine) -> list[tuple[browsers.Browser, Path]]:
    """The browsers to try, Chromium first, because it can always be driven."""
    if machine.system is System.WINDOWS:
        return []  # The pipe needs POSIX, and a port would be open to every program.
    everyone = sorted(browsers.for_system(machine.system), key=lambda b: b.name != "chromium")
    found = [(browser, browsers.executable(browser, machine)) for browser in everyone]
    return [(browser, path) for browser, path in found if path is not None]


def _caption_in_terminal(python: PurePath, wanted: Wanted) -> None:
    command = [*host(python), "caption", str(wanted.clip), "--realtime", "--model", wanted.model]
    if subprocess.run([str(word) for word in command], check=False).returncode != 0:
        raise SetupError("caption_failed", "cannot caption the clip", "run: wlk-host doctor")
