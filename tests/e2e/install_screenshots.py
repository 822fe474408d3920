"""Make pictures of what a user sees at each step of the installation.

    python tests/e2e/install_screenshots.py [--out FOLDER] [--only setup ...]

Everything is real: a home folder of its own, `wlk-host setup` with the model base in a terminal and
its demo, the browser's page of extensions, the first page of the extension on a light and on a dark
system, the doctor, and the removal. What the manual shows goes into extension/screenshots, or into
FOLDER; the rest into artifacts/ to be looked at. Takes two minutes.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER.parent), str(FOLDER), str(FOLDER.parents[1] / "installers")]

from browser import EXTENSION, Browser, launch  # noqa: E402 - found only now
from native_host import register_host  # noqa: E402
from playwright.sync_api import Page, expect  # noqa: E402
from popup import ARTIFACTS  # noqa: E402
from terminal_pictures import picture, printed  # noqa: E402
from waiting import wait_until  # noqa: E402

HOST: Final = [sys.executable, "-m", "wlk_host.cli"]

WELCOME: Final = (760, 900)

SHOWN: Final = ("install-setup", "install-welcome", "install-listening")
"""The pictures in the manual."""

_SHOWN_HOME: Final = "/home/ada"


@dataclass(frozen=True, slots=True)
class Album:
    """Where pictures go, and the home folder in which everything happens."""

    home: Path
    manual: Path

    def path(self, name: str) -> Path:
        """The file of a picture."""
        return (self.manual if name in SHOWN else ARTIFACTS) / f"{name}.png"

    def environment(self) -> dict[str, str]:
        """What a command of this user sees."""
        dropped = ("XDG_", "WLK_", "DISPLAY")
        kept = {key: value for key, value in os.environ.items() if not key.startswith(dropped)}
        return {**kept, "HOME": str(self.home)}

    def terminal(self, browser: Browser, name: str, *arguments: str, typed: str = "") -> None:
        """Run `wlk-host` and save what stands on the terminal then."""
        output = printed([*HOST, *arguments], self.environment())
        command = typed or " ".join(("wlk-host", *arguments))
        for real, shown in ((str(self.home), _SHOWN_HOME), (str(ARTIFACTS), _SHOWN_HOME)):
            output = output.replace(real, shown)
        picture(browser, command, output, self.path(name))


@contextmanager
def terminals(album: Album) -> Iterator[Browser]:
    """A browser that draws terminals."""
    with launch(album.home.parent / "profile") as browser:
        yield browser


def setup(album: Album) -> None:
    """The terminal and the demo."""
    demo = album.path("install-demo")
    headless = ("--headless", "--screenshot", str(demo))
    with terminals(album) as browser:
        album.terminal(browser, "install-setup", "setup", *headless, typed="wlk-host setup")
    print(demo)


def doctor(album: Album) -> None:
    """A sound installation, and one whose registration is gone."""
    with terminals(album) as browser:
        album.terminal(browser, "install-registered", "install")
        album.terminal(browser, "install-doctor", "doctor")
        [manifest] = (album.home / ".config/chromium/NativeMessagingHosts").glob("*.json")
        manifest.unlink()
        album.terminal(browser, "install-doctor-fault", "doctor")


def removal(album: Album) -> None:
    """What is removed, and what the user has still to do."""
    with terminals(album) as browser:
        album.terminal(browser, "install-removal", "uninstall", "--models", "--history")


def extensions_page(album: Album, browser: Browser) -> None:
    """Where the extension is loaded."""
    page = browser.open("chrome://extensions")
    page.set_viewport_size({"width": 1000, "height": 480})
    page.locator("#devMode").click()
    browser.context.pages[0].wait_for_timeout(500)  # It draws itself late and says nothing of it.
    page.screenshot(path=album.path("install-extensions"))
    print(album.path("install-extensions"))
    page.close()


def first_page(album: Album) -> None:
    """The first page of the extension, and the browser's page of extensions."""
    printed([*HOST, "models", "download", "base"], album.environment())
    for scheme in ("light", "dark"):
        _first_page(album, scheme)


def _first_page(album: Album, scheme: str) -> None:
    """The first page in each of its states."""
    ending = "" if scheme == "light" else "-dark"
    profile = album.home / f"profile{ending}"
    os.environ["WLK_MODELS"] = str(album.home / ".local/share/wlk-host/models")
    with launch(profile, keep_welcome=True) as browser:
        page = next(page for page in browser.context.pages if "/welcome/" in page.url)
        page.set_viewport_size({"width": WELCOME[0], "height": WELCOME[1]})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.bring_to_front()
        expect(page.locator("#commands code").first).to_be_visible()
        _take(page, album.path(f"install-missing{ending}"))
        register_host(profile, HOST)
        expect(page.locator("#engine")).to_contain_text("responding", timeout=20_000)
        _take(page, album.path(f"install-welcome{ending}"))
        browser.click_action(page)
        speak = page.locator("#speak")
        expect(speak).to_be_visible(timeout=60_000)
        wait_until(lambda: browser.badge(page) == "on", "the host does not listen", seconds=60)
        _take(page, album.path(f"install-ready{ending}"))
        speak.click()
        expect(page.locator("#captions")).to_contain_text("computer", timeout=30_000)
        _take(page, album.path(f"install-listening{ending}"))
        if scheme == "light":
            extensions_page(album, browser)


STEPS: Final = {step.__name__: step for step in (setup, doctor, first_page, removal)}


def _take(page: Page, path: Path) -> None:
    page.mouse.move(0, 0)
    bottom = "document.querySelector('footer').getBoundingClientRect().bottom"
    height = min(int(page.evaluate(bottom)) + 40, WELCOME[1])
    page.screenshot(path=path, clip={"x": 0, "y": 0, "width": WELCOME[0], "height": height})
    print(path)


def main(arguments: Sequence[str] | None = None) -> int:
    """Make all pictures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--out", type=Path, default=EXTENSION / "screenshots")
    parser.add_argument("--only", nargs="+", choices=STEPS, default=list(STEPS))
    asked = parser.parse_args(arguments)
    ARTIFACTS.mkdir(exist_ok=True)
    asked.out.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="wlk-install-"))
    (scratch / "home/.config/chromium").mkdir(parents=True)
    album = Album(scratch / "home", asked.out)
    for step in (STEPS[name] for name in STEPS if name in asked.only):
        step(album)
    shutil.rmtree(scratch, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
