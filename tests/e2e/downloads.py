"""Files that a page of the extension saves, also one that Playwright does not know as a page."""

import time
from pathlib import Path
from typing import Any, Final

from browser import Browser
from waiting import wait_until

APART_S: Final = 0.2
"""A page can save ten files in a second. Chromium drops the eleventh without a word."""


class Downloads:
    """Gathers what the browser downloads, each file in a folder of its own.

    Args:
        browser: whose downloads go there from now on.
        folder: is made.
    """

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._browser = browser
        self._folder = folder
        self._n_files = 0
        self._ended: list[dict[str, Any]] = []
        browser.cdp.on("Browser.downloadProgress", self._progress)

    def expect(self) -> Path:
        """Return the empty folder for the next file."""
        time.sleep(APART_S)
        self._n_files += 1
        folder = self._folder / str(self._n_files)
        folder.mkdir(parents=True)
        self._browser.cdp.send(
            "Browser.setDownloadBehavior",
            {"behavior": "allow", "downloadPath": str(folder), "eventsEnabled": True},
        )
        return folder

    def arrived(self, folder: Path) -> Path:
        """Return the one file there, once it is whole."""
        wait_until(
            lambda: len(self._ended) == self._n_files,
            "no file was saved",
            idle=lambda: self._browser.cdp.send("Browser.getVersion"),
            seconds=40,
        )
        [file] = folder.iterdir()
        return file

    def _progress(self, event: dict[str, Any]) -> None:
        if event["state"] == "completed":
            self._ended.append(event)
