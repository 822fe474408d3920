"""Make the pictures of panel, history and controls that the manual shows.

    python tests/e2e/screenshots.py [--out FOLDER] [--only popup ...]

Each is made on a light and a dark system. The light ones go into extension/screenshots, or into
FOLDER; the dark ones, and both of what the manual does not show, into artifacts/ to be looked at.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER.parent), str(FOLDER), str(FOLDER.parents[1] / "installers")]

from browser import EXTENSION, Browser, launch  # noqa: E402 - found only now
from panels import BEGAN, MEDIA, STUB, capture, entry, open_panel, tell, transcript  # noqa: E402
from playwright.sync_api import Page  # noqa: E402
from popup import ARTIFACTS  # noqa: E402
from translation_pictures import (  # noqa: E402
    options_offers,
    popup_browser_download,
    popup_browser_failure,
    popup_offers,
    popup_rule,
)
from waiting import wait_until  # noqa: E402

SCHEMES: Final = ("light", "dark")
PANEL: Final = (360, 560)
HISTORY: Final = (900, 560)
POPUP: Final = (340, 540)

TALK: Final = (
    ("1", "The new telescope saw its first light last Tuesday.",
     "Das neue Teleskop sah am Dienstag sein erstes Licht."),
    ("2", "That's remarkable. How far back can it see?",
     "Das ist bemerkenswert. Wie weit zurück kann es sehen?"),
    ("1", "About thirteen billion years, almost to the beginning.",
     "Etwa dreizehn Milliarden Jahre, fast bis zum Anfang."),
    ("2", "And what are you hoping to find out there?", "Und was hoffen Sie dort zu finden?"),
    ("1", "The first stars. They were very large, we think, and lived only briefly.",
     "Die ersten Sterne. Sie waren wohl sehr groß und lebten nur kurz."),
    ("2", "So it is a race against the clouds, in a way.",
     "Also ist es in gewisser Weise ein Wettlauf mit den Wolken."),
    ("1", "It always is on that mountain.", "Das ist es auf diesem Berg immer."),
)  # fmt: skip

POPUP_TAB: Final = """
  chrome.tabs.get = async () => ({ id: 1, url: 'https://lectures.example/', incognito: false });
  chrome.commands.getAll = async () => [{ name: 'toggle', shortcut: 'Ctrl+Shift+Y' }];
"""


def talk(count: int, *, translated: bool = False) -> dict[str, Any]:
    """A conversation about a telescope, of whom one has a name."""
    lines = []
    for index in range(count):
        speaker, text, told = TALK[index % len(TALK)]
        translation = {"text": told, "language": "de", "state": "final"} if translated else None
        lines.append(entry(index, text, speaker=speaker, translation=translation))
    return transcript(lines, names={"1": "Ada"}, title="The first light")


class Album:
    """Takes pictures, once for each colour scheme.

    Args:
        browser: with the extension.
        manual: the folder of pictures that the manual shows.
    """

    def __init__(self, browser: Browser, manual: Path) -> None:
        self._browser = browser
        self._manual = manual
        self.scheme = "light"

    @contextmanager
    def panel(self, value: dict[str, Any]) -> Iterator[Page]:
        """A side panel that shows a transcript."""
        page = open_panel(self._browser, *PANEL)
        self._prefer(page)
        capture(page)
        tell(page, type="transcript", transcript=value)
        page.locator(".line").last.wait_for()
        yield page
        page.close()

    @contextmanager
    def page(self, path: str, size: tuple[int, int], *scripts: str) -> Iterator[Page]:
        """Another page of the extension."""
        page = self._browser.context.new_page()
        self._prefer(page)
        page.set_viewport_size({"width": size[0], "height": size[1]})
        for script in scripts:
            page.add_init_script(script)
        page.goto(self._browser.own(path))
        yield page
        page.close()

    def take(self, page: Page, name: str, *, shown: bool = True) -> None:
        """Save what a page shows, with no pointer over it.

        Args:
            page: to be taken.
            name: of the picture.
            shown: whether the manual shows it.
        """
        page.mouse.move(0, 0)
        still = "document.getAnimations().length === 0"
        wait_until(lambda: page.evaluate(still), "it does not come to rest")
        folder = self._manual if shown and self.scheme == "light" else ARTIFACTS
        ending = "" if self.scheme == "light" else "-dark"
        path = folder / f"{name}{ending}.png"
        page.screenshot(path=path)
        print(path)

    def _prefer(self, page: Page) -> None:
        page.emulate_media(color_scheme="dark" if self.scheme == "dark" else "light")


def panel(album: Album) -> None:
    """What is said now is marked."""
    with album.panel(talk(20)) as page:
        tell(page, type="playhead", media=MEDIA, at=18 * 4 + 1, rate=0, wall=0)
        page.locator(".line[aria-current]").wait_for()
        album.take(page, "panel")


def panel_search(album: Album) -> None:
    """Matches are marked."""
    with album.panel(talk(20)) as page:
        page.keyboard.press("Control+f")
        page.keyboard.type("the")
        page.keyboard.press("Enter")
        album.take(page, "panel-search")


def panel_columns(album: Album) -> None:
    """Original and translation beside each other, with a bookmark, a note and a correction."""
    value = talk(20, translated=True)
    value["entries"][18].update(bookmarked=True, note="Quote this in the introduction")
    value["entries"][17]["corrected"] = "And what do you hope to find out there?"
    with album.panel(value) as page:
        page.get_by_role("button", name="View").click()
        page.get_by_role("menuitemradio", name="Translation beside").click()
        album.take(page, "panel-columns")
        page.evaluate("chrome.storage.local.remove('reading')")


def panel_correction(album: Album) -> None:
    """A line is being corrected."""
    with album.panel(talk(20)) as page:
        page.locator(".line").nth(-2).locator(".time").focus()
        page.keyboard.press("e")
        page.keyboard.press("End")
        album.take(page, "panel-correction")


def panel_export(album: Album) -> None:
    """The form for a file."""
    with album.panel(talk(20, translated=True)) as page:
        page.get_by_role("button", name="Export").click()
        album.take(page, "panel-export")


def panel_empty(album: Album) -> None:
    """Nothing was said yet."""
    with album.page("panel/panel.html", PANEL, STUB) as page:
        page.locator("#empty").wait_for()
        album.take(page, "panel-empty", shown=False)


def history(album: Album) -> None:
    """A search over all that is kept, and one of the finds."""
    for number, title in enumerate(("The first light", "Glass for mirrors", "Radio from Mars")):
        value = talk(40 - 10 * number)
        site = "lectures.example" if number < 2 else "talks.example"
        began = BEGAN - number * 90_000_000
        save(album, {**value, "id": str(number), "title": title, "site": site, "began": began})
    with album.page("history/history.html", HISTORY) as page:
        page.locator("#query").fill("mountain")
        page.locator(".found button").first.click()
        album.take(page, "history")
        page.evaluate("indexedDB.deleteDatabase('history')")


def save(album: Album, value: dict[str, Any]) -> None:
    """Keep a transcript."""
    with album.panel(value) as page:
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_role("button", name="Saved", exact=True).wait_for()


def popup(album: Album) -> None:
    """The controls, and the form for a file in them."""
    with album.page("popup/popup.html?tab=1", POPUP, STUB, POPUP_TAB) as page:
        page.locator("#language option").first.wait_for(state="attached")
        capture_popup(page)
        height = page.evaluate("document.querySelector('main').offsetHeight")
        page.set_viewport_size({"width": POPUP[0], "height": height})
        album.take(page, "popup")
        page.locator("#export").click()
        value = {**talk(20, translated=True), "tabId": 1}
        page.evaluate("(transcript) => tell({ type: 'transcript', tabId: 1, transcript })", value)
        page.locator(".export").wait_for()
        album.take(page, "popup-export")


def capture_popup(page: Page) -> None:
    """Tell the controls that their tab is captioned."""
    page.evaluate(
        """() => {
          tell({ type: 'from-host', message: { type: 'hello', protocol: 1, host: '0',
            models: [{ name: 'base', multilingual: true }], translators: [], speakers: true } });
          tell({ type: 'captures', captures: [{ session: 'c', tabId: 1,
            phase: { name: 'listening', lagMs: 0, skippedMs: 0 }, language: 'en', model: 'base',
            halted: null, stale: false, smallerModel: null, modelProblem: null,
            microphone: 'off', step: null, translation: { target: null, by: 'host', problem: null,
              pair: null, delayMs: null, unread: 0, voice: null } }] });
          tell({ type: 'levels', levels: [{ tabId: 1, level: 0.85 }] });
        }"""
    )
    page.locator("#state:not(:empty)").wait_for()


PICTURES: Final[Sequence[Callable[[Album], None]]] = (
    panel, panel_search, panel_columns, panel_correction, panel_export, panel_empty, history, popup,
    popup_offers, popup_browser_download, popup_browser_failure, popup_rule, options_offers,
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Make all pictures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--out", type=Path, default=EXTENSION / "screenshots")
    parser.add_argument(
        "--only",
        nargs="+",
        default=[one.__name__ for one in PICTURES],
        help="functions of this file",
    )
    asked = parser.parse_args(arguments)
    ARTIFACTS.mkdir(exist_ok=True)
    asked.out.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp())
    with launch(folder / "profile") as browser:
        album = Album(browser, asked.out)
        for album.scheme in SCHEMES:
            for picture in (one for one in PICTURES if one.__name__ in asked.only):
                picture(album)
    shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
