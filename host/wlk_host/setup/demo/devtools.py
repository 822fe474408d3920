"""Drive a Chromium-family browser over `--remote-debugging-pipe`, without a port or a library.

The browser reads commands from its file descriptor 3 and writes answers to 4, as JSON, each ended
by a zero byte (Chrome DevTools Protocol). POSIX only.
"""

import base64
import contextlib
import fcntl
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

Json = dict[str, Any]

_ANSWER_WITHIN_S: Final = 30.0
_LEAVES_WITHIN_S: Final = 5.0
_LOOK_EVERY_S: Final = 0.1

_START: Final = Path(__file__).with_name("start_with_pipes.py")

_FLAGS: Final = (
    "--remote-debugging-pipe",
    # Allows Extensions.loadUnpacked. Branded Chrome no longer has the flag --load-extension.
    "--enable-unsafe-extension-debugging",
    "--autoplay-policy=no-user-gesture-required",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,800",
)


class BrowserError(Exception):
    """The browser has ended, does not answer, or answered with an error."""


class Browser:
    """A running browser with its own profile. Use it as a context manager."""

    def __init__(self, executable: Path, profile: Path, *, headless: bool) -> None:
        to_browser_read, self._to_browser = _high_pipe()
        self._from_browser, from_browser_write = _high_pipe()
        flags = [*_FLAGS, f"--user-data-dir={profile}"]
        if headless:
            flags += ["--headless=new", "--hide-scrollbars"]
        if sys.platform == "linux" and os.geteuid() == 0:
            flags.append("--no-sandbox")  # Chromium's sandbox refuses to run as root.
        theirs = (to_browser_read, from_browser_write)
        start = [sys.executable, "-I", "-S", str(_START), *map(str, theirs)]
        self._process = subprocess.Popen(
            [*start, str(executable), *flags, "about:blank"],
            pass_fds=theirs,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for descriptor in theirs:
            os.close(descriptor)
        self._unread = b""
        self._number = 0

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *_: object) -> None:
        """Ask the browser to close, and kill it if it does not."""
        with contextlib.suppress(BrowserError):
            self.call("Browser.close")
        os.close(self._to_browser)
        try:
            self._process.wait(timeout=_LEAVES_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._from_browser)

    @property
    def is_running(self) -> bool:
        """False once the user has closed it."""
        return self._process.poll() is None

    def call(self, method: str, parameters: Json | None = None, session: str | None = None) -> Json:
        """The result of one command.

        Raises:
            BrowserError: the browser answers with an error or not at all, or has ended.
        """
        self._number += 1
        message: Json = {"id": self._number, "method": method, "params": parameters or {}}
        if session is not None:
            message["sessionId"] = session
        try:
            _write_all(self._to_browser, json.dumps(message).encode() + b"\0")
        except OSError as error:
            raise BrowserError(f"the browser has ended: {error}") from error
        for answer in self._messages(time.monotonic() + _ANSWER_WITHIN_S, method):
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error'].get('message')}")
                return dict(answer["result"])
        raise BrowserError(f"{method}: the browser closed its pipe")

    def load_extension(self, folder: Path) -> str:
        """Load an unpacked extension, and return its id."""
        loaded = str(self.call("Extensions.loadUnpacked", {"path": str(folder)})["id"])
        self._close_welcome(f"chrome-extension://{loaded}/welcome/")
        return loaded

    def _close_welcome(self, address: str) -> None:
        """Close the welcome page, which the extension opens when it is installed."""
        deadline = time.monotonic() + _ANSWER_WITHIN_S
        closing: str | None = None
        while time.monotonic() < deadline:
            targets = self.call("Target.getTargets")["targetInfos"]
            found = next((t["targetId"] for t in targets if t["url"].startswith(address)), None)
            if found is not None and closing is None:
                self.call("Target.closeTarget", {"targetId": found})
                closing = found
            # Until it has closed, it could be mistaken for the browser's own tab.
            elif found is None and closing is not None:
                return
            time.sleep(_LOOK_EVERY_S)

    def open(self, url: str) -> "Page":
        """Open the address in the tab that the browser started with."""
        targets = self.call("Target.getTargets")["targetInfos"]
        target = next(t["targetId"] for t in targets if t["type"] == "page")
        attach = {"targetId": target, "flatten": True}
        session = str(self.call("Target.attachToTarget", attach)["sessionId"])
        self.call("Page.navigate", {"url": url}, session)
        return Page(self, session)

    def click_extension(self, extension_id: str) -> None:
        """Press the extension's toolbar button on the active tab."""
        wanted = {"filter": [{"type": "tab"}]}
        tabs = self.call("Target.getTargets", wanted)["targetInfos"]
        active = next((t for t in tabs if t.get("embedderData", {}).get("tabActive")), tabs[-1])
        press = {"id": extension_id, "targetId": active["targetId"]}
        self.call("Extensions.triggerAction", press)

    def _messages(self, deadline: float, method: str) -> Iterator[Json]:
        """The browser's messages, including events, until it closes the pipe."""
        while True:
            while b"\0" in self._unread:
                message, self._unread = self._unread.split(b"\0", 1)
                yield json.loads(message)
            left = max(0.0, deadline - time.monotonic())
            if not select.select([self._from_browser], [], [], left)[0]:
                raise BrowserError(f"{method}: no answer within {_ANSWER_WITHIN_S:g} s")
            chunk = os.read(self._from_browser, 1 << 20)
            if not chunk:
                return
            self._unread += chunk


class Page:
    """One tab."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser = browser
        self._session = session

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression. Promises are awaited."""
        parameters = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        answer = self._browser.call("Runtime.evaluate", parameters, self._session)
        if "exceptionDetails" in answer:
            raise BrowserError(str(answer["exceptionDetails"].get("text")))
        return answer["result"].get("value")

    def screenshot(self) -> bytes:
        """A picture of the tab, as PNG."""
        answer = self._browser.call("Page.captureScreenshot", {"format": "png"}, self._session)
        return base64.b64decode(answer["data"])


class Frame:
    """A frame of another process, known by how its address begins. It comes and goes."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser = browser
        self._address = address
        self._sessions: dict[str, str] = {}

    def document(self) -> Json | None:
        """Its whole document tree; None while there is no such frame."""
        targets = self._browser.call("Target.getTargets")["targetInfos"]
        found = (t["targetId"] for t in targets if t["url"].startswith(self._address))
        target = next(found, None)
        if target is None:
            return None
        if target not in self._sessions:
            attach = {"targetId": target, "flatten": True}
            session = self._browser.call("Target.attachToTarget", attach)["sessionId"]
            self._sessions[target] = str(session)
        answer = self._browser.call("DOM.getDocument", {"depth": -1}, self._sessions[target])
        return dict(answer["root"])


def _high_pipe() -> tuple[int, int]:
    """A pipe whose descriptors are not 3 or 4, which the browser needs for its own."""
    low = os.pipe()
    high = tuple(fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 10) for descriptor in low)
    for descriptor in low:
        os.close(descriptor)
    return high[0], high[1]


def _write_all(descriptor: int, payload: bytes) -> None:
    while payload:
        payload = payload[os.write(descriptor, payload) :]
