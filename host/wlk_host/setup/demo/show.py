"""The demo: a page that speaks, with captions over it."""

import functools
import http.server
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from wlk_host.setup.demo.devtools import Browser, BrowserError, Frame, Json, Page
from wlk_host.setup.errors import SetupError
from wlk_host.setup.progress import Progress
from wlk_host.setup.rows import columns, hanging

_DEMO: Final = Path(__file__).with_name("page")
_LOOK_EVERY_S: Final = 0.25
_SETTLED_AFTER_S: Final = 1.2
_FIRST_WORDS_WITHIN_S: Final = 90.0
_LOADED_WITHIN_S: Final = 60.0

_SURE_AFTER_S: Final = 8.0
"""Slow machines still show words then. On others the captions have faded."""

_WORTH_A_PICTURE: Final = 100
"""The number of letters on the page, about two rows."""

_HAS_ENDED: Final = "document.getElementById('clip').ended"


class CannotShowError(Exception):
    """This browser cannot load the extension or press its button. Another browser may."""


class CaptionPrinter:
    """Print each row of the overlay once its words have stopped changing."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._rows: dict[int, tuple[str, float]] = {}
        self._printed: dict[int, str] = {}
        self.first_words_after_s: float | None = None
        self.changed_at_s = 0.0
        self.n_corrected = 0

    def update(self, rows: dict[int, str]) -> float:
        """Take the overlay's present text, by row; returns the seconds since the start."""
        now = time.monotonic() - self._started
        if rows and self.first_words_after_s is None:
            self.first_words_after_s = now
        for row, text in rows.items():
            if self._rows.get(row, ("", 0.0))[0] != text:
                self._rows[row] = (text, now)
                self.changed_at_s = now
        for row, (text, since) in self._rows.items():
            if row not in rows or now - since > _SETTLED_AFTER_S:
                self._print(row, text, since)
        return now

    def finish(self) -> list[str]:
        """Print what is left, and return all lines as they were last shown."""
        for row, (text, since) in self._rows.items():
            self._print(row, text, since)
        return [text for text, _ in self._rows.values()]

    def _print(self, row: int, text: str, since: float) -> None:
        if text not in self._printed.values():
            is_corrected = row in self._printed
            self.n_corrected += is_corrected
            self._printed[row] = text
            prefix = f"      {since:5.1f} s {'~' if is_corrected else ' '}"
            sys.stdout.write(f"{hanging(prefix, text, columns())}\n")
            sys.stdout.flush()


def show(
    executable: Path,
    profile: Path,
    extension: Path,
    clip: Path,
    screenshot: Path,
    progress: Progress,
    *,
    headless: bool,
) -> None:
    """Play the clip on the demo page with the extension loaded, and print its captions.

    Args:
        profile: a profile in which the host is registered.
        screenshot: the file to write while captions are on the page.

    Raises:
        CannotShowError: this browser cannot be used.
        SetupError: `no_captions`, `browser_failed`.
    """
    try:
        with serve_demo(clip) as url, Browser(executable, profile, headless=headless) as browser:
            try:
                extension_id = browser.load_extension(extension)
                page = browser.open(url)
                _await(page, "document.readyState === 'complete'")
                browser.click_extension(extension_id)
                # The page itself cannot be asked: it has no way into the captions.
                address = f"chrome-extension://{extension_id}/overlay/frame.html"
                captions = Frame(browser, address)
            except BrowserError as error:
                raise CannotShowError(str(error)) from error
            _await_listening(captions)
            page.evaluate("document.getElementById('clip').play()")
            _follow(page, captions, screenshot, progress)
            if not headless and sys.stdin.isatty():
                progress.say("Play it again, or switch captions off and on with the button.")
                input("      Press Enter to close the browser. ")
    except BrowserError as error:
        raise SetupError(
            code="browser_failed",
            message=f"{executable} stopped answering: {error}",
            hint="run this again, or use --terminal to see captions without a browser",
        ) from error


@contextmanager
def serve_demo(clip: Path) -> Iterator[str]:
    """Serve the demo page on the loopback interface while the block runs; yields its address.

    It needs a server because by default an extension has no access to `file:` pages.
    """
    with tempfile.TemporaryDirectory(prefix="wlk-demo-") as folder:
        shutil.copytree(_DEMO, folder, dirs_exist_ok=True)
        shutil.copy(clip, Path(folder, "english.wav"))
        handler = functools.partial(_QuietHandler, directory=folder)
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.server_port}/"
            finally:
                server.shutdown()
                thread.join()


def has_display() -> bool:
    """Whether a window can be opened."""
    if sys.platform != "linux":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def caption_rows(document: Json | None) -> dict[int, str]:
    """The rows of captions in their document, as text by node id, without empty ones."""
    rows: dict[int, str] = {}
    for row in _elements(document, lambda node: node.get("localName") == "p"):
        text = " ".join(_text(row).split())
        if text:
            rows[int(row["backendNodeId"])] = text
    return rows


def _follow(page: Page, captions: Frame, screenshot: Path, progress: Progress) -> None:
    """Print captions until the clip has ended and they have stopped changing."""
    printer = CaptionPrinter()
    pictured = False
    while True:
        rows = caption_rows(captions.document())
        now = printer.update(rows)
        if not pictured and sum(map(len, rows.values())) > _WORTH_A_PICTURE:
            screenshot.write_bytes(page.screenshot())
            pictured = True
        if printer.first_words_after_s is None:
            if now > _FIRST_WORDS_WITHIN_S:
                raise SetupError(
                    code="no_captions",
                    message=f"no caption appeared within {_FIRST_WORDS_WITHIN_S:g} s",
                    hint="run: wlk-host doctor; see also the host's log",
                )
        elif page.evaluate(_HAS_ENDED) and (not rows or now - printer.changed_at_s > _SURE_AFTER_S):
            break
        time.sleep(_LOOK_EVERY_S)
    lines = printer.finish()
    if not pictured:
        screenshot.write_bytes(page.screenshot())
    corrected = f", corrections (~): {printer.n_corrected}" if printer.n_corrected else ""
    after = f"first words after {printer.first_words_after_s:.1f} s"
    progress.say(f"{len(lines)} lines{corrected}; {after}")
    progress.say(f"screenshot: {screenshot}")


def _await(page: Page, condition: str, within_s: float = 15.0) -> None:
    deadline = time.monotonic() + within_s
    while not page.evaluate(condition):
        if time.monotonic() > deadline:
            raise BrowserError(f"this did not happen within {within_s:g} s: {condition}")
        time.sleep(0.1)


def _await_listening(captions: Frame) -> None:
    """Wait for the model. What is spoken before would be captioned too, but late."""
    deadline = time.monotonic() + _LOADED_WITHIN_S
    while not is_listening(captions.document()) and time.monotonic() < deadline:
        time.sleep(_LOOK_EVERY_S)


def is_listening(document: Json | None) -> bool:
    """Whether the captions' document shows a notice other than that something is loading."""
    notices = list(_elements(document, lambda node: "notice" in _classes(node)))
    return any("shown" in _classes(n) and "busy" not in _classes(n) for n in notices)


def _classes(node: Json) -> list[str]:
    return _attributes(node).get("class", "").split()


def _attributes(node: Json) -> dict[str, str]:
    attributes = node.get("attributes", [])
    return dict(zip(attributes[::2], attributes[1::2], strict=True))


def _elements(node: Json | None, wanted: Callable[[Json], bool]) -> Iterator[Json]:
    if node is None:
        return
    if wanted(node):
        yield node
        return
    for child in node.get("children", ()):
        yield from _elements(child, wanted)


def _text(node: Json) -> str:
    if node.get("nodeName") == "#text":
        return str(node.get("nodeValue", ""))
    return "".join(_text(child) for child in node.get("children", ()))


class _QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Log nothing: requests do not interest the user."""
