"""A Chromium with captions over a page that speaks, watched without a hand in it.

A page of the extension, in a tab behind, takes down the words as its views are told them. What it
says about itself is read off the frame of the captions and the toolbar button.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from native_host import EXTENSION_ID
from unwatched import Unwatched
from waiting import wait_until

LOOK_EVERY_S: Final = 0.1
_OWN: Final = f"chrome-extension://{EXTENSION_ID}/"
_LISTEN: Final = """(async () => {
  const { applyUpdate, captionRows, EMPTY_MODEL } = await import('/shared/captions.js');
  const textOf = ({ committed, draft }) => committed + draft;
  const rowsOf = (model) => captionRows(model, -1, Infinity).map(textOf);
  let session = null, model = EMPTY_MODEL, before = [];
  globalThis.lines = () => [...before, ...rowsOf(model)];
  const receive = (message) => {
    if (message.type !== 'session' || message.tabId !== followed) return;
    const said = message.message;
    if (said.type === 'snapshot') {
      if (session !== null && session !== said.session) before = globalThis.lines();
      ({ session, model } = said);
    } else if (said.type === 'captions' && said.session === session) {
      model = applyUpdate(model, said);
    }
  };
  const connect = () => {
    const port = chrome.runtime.connect({ name: 'view' });
    port.onMessage.addListener(receive);
    port.onDisconnect.addListener(() => setTimeout(connect, 100));
    port.postMessage({ type: 'watch', wants: { tabId: followed } });
  };
  connect();
})()"""
"""Follows the tab's sessions; a worker that dies is connected to again."""

_LOOK: Final = """(async () => ({
  lines: globalThis.lines(),
  badge: await chrome.action.getBadgeText({ tabId: followed }),
  title: await chrome.action.getTitle({ tabId: followed }),
  popup: await chrome.action.getPopup({ tabId: followed }),
}))()"""


@dataclass(frozen=True)
class Past:
    """A fault that has happened.

    Attributes:
        gone_at: when its cause was gone, on the monotonic clock.
        unheard: seconds of the page's sound that nobody could have captioned: it was not played, or
            the browser gave it to nobody.
    """

    gone_at: float
    unheard: tuple[float, float] | None = None


def now() -> Past:
    """The cause is gone as soon as the fault has happened."""
    return Past(time.monotonic())


@dataclass(frozen=True)
class Look:
    """What stood on the screen at one moment.

    Attributes:
        at: on the monotonic clock, s.
        media_s: how far the page had played; None while there is no page.
        text: all words so far, drafts included.
        said: what the extension said about itself: a notice over the page, or its button.
    """

    at: float
    media_s: float | None
    text: str
    said: tuple[str, ...]


@dataclass
class Rig:
    """The browser, its page that speaks, and all that was seen."""

    browser: Unwatched
    url: str
    profile: Path
    page: str
    log: list[Look] = field(default_factory=list)
    _sessions: dict[str, str] = field(default_factory=dict)
    _listener: str | None = None
    _earlier: str = ""
    _lines: str = ""

    # -- the user ---------------------------------------------------------------------------

    def begin(self) -> None:
        """Switch captions on, and play as soon as the host listens."""
        self.browser.press(self.url)
        self.follow()
        wait_until(lambda: self.look().said[1:2] == ("on",), "no captions", seconds=90)
        self.of_page("document.querySelector('video').play()")

    def press(self) -> None:
        """Click the extension's button on the page."""
        self.browser.press(self.url)

    def follow(self) -> None:
        """Open a page of the extension that listens to the tab in front."""
        self._earlier, self._lines = f"{self._earlier} {self._lines}".strip(), ""
        tab_id = self.in_worker("chrome.tabs.query({ active: true }).then(([tab]) => tab.id)")
        made = self.browser.send("Target.createTarget", url="about:blank", background=True)
        self._listener = made["targetId"]
        session = self._session(self._listener)
        assert session is not None
        self.browser.send("Page.enable", session)
        self.browser.send("Page.navigate", session, url=f"{_OWN}options/options.html")
        there = "document.readyState === 'complete' && chrome.tabs !== undefined"
        wait_until(lambda: self._evaluate(self._listener, there) is True, "no page listens")
        self._evaluate(self._listener, f"globalThis.followed = {tab_id}; {_LISTEN}")

    # -- what is seen -----------------------------------------------------------------------

    def look(self) -> Look:
        """Take down what the screen shows."""
        seen = self._evaluate(self._listener, _LOOK) or {}
        if "lines" in seen:
            self._lines = " ".join(seen["lines"])
        media_s = self._evaluate(self.page, "document.querySelector('video')?.currentTime")
        button = (seen.get("badge", ""), seen.get("title", ""), seen.get("popup", ""))
        text = f"{self._earlier} {self._lines}".strip()
        look = Look(time.monotonic(), media_s, text, (self._notice(), *button))
        self.log.append(look)
        self.browser.forget_events()
        return look

    def watch(self, until: Callable[[Look], object], seconds: float) -> Look | None:
        """Look on until something is seen; None when it is not in time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            look = self.look()
            if until(look):
                return look
            time.sleep(LOOK_EVERY_S)
        return None

    def media_s(self) -> float:
        """How far the page has played."""
        return float(self.of_page("document.querySelector('video').currentTime"))

    def is_over(self, ended: str) -> bool:
        """Return whether the page has played to its end."""
        return self._evaluate(self.page, ended) is True

    # -- inside -----------------------------------------------------------------------------

    def of_page(self, expression: str) -> Any:
        """Return what the page answers."""
        return self.browser.ask(self.page, expression)

    def worker(self) -> str:
        """Return the extension's worker, which may have just been started again."""
        found = wait_until(lambda: self.browser.ours("service_worker"), "no worker")
        return str(found[0]["targetId"])

    def in_worker(self, expression: str) -> Any:
        """Return what the worker answers."""
        return self.browser.ask(self.worker(), expression)

    def document(self) -> str:
        """Return the document that captures."""
        found = self.browser.ours("background_page")
        return str(next(t["targetId"] for t in found if "/offscreen/" in t["url"]))

    def hosts(self) -> list[int]:
        """Return the processes of the native host that run."""
        return [pid for pid in processes() if _OWN in command_of(pid).split("\0")]

    def new_host(self, before: list[int]) -> bool:
        """Return whether another host runs than before."""
        return bool(set(self.hosts()) - set(before))

    def kill_host(self, kind: signal.Signals = signal.SIGKILL) -> None:
        """End the host."""
        for pid in self.hosts():
            os.kill(pid, kind)

    def let_go(self, target: str) -> None:
        """Watch a page no longer that will not answer; it is watched again when it is looked at."""
        session = self._sessions.pop(target, None)
        if session is not None:
            self.browser.send("Target.detachFromTarget", sessionId=session)

    # -- how --------------------------------------------------------------------------------

    def _notice(self) -> str:
        targets = self.browser.send("Target.getTargets", filter=[{}])["targetInfos"]
        frame = next((t for t in targets if t["url"].startswith(f"{_OWN}overlay/frame")), None)
        session = frame and self._session(frame["targetId"])
        if not session:
            return ""
        found = self.browser.attempt("DOM.getDocument", session, depth=-1, pierce=True)
        notices = (node for node in _nodes(found["root"])) if found else iter(())
        shown = (n for n in notices if {"notice", "shown"} <= set(_classes(n)))
        return "".join(_texts(next(shown, {})))

    def _evaluate(self, target: str | None, expression: str) -> Any:
        session = target and self._session(target)
        if not session:
            return None
        answer = self.browser.attempt(
            "Runtime.evaluate", session, expression=expression, returnByValue=True,
            awaitPromise=True,
        )  # fmt: skip
        if answer is None:
            self._sessions.pop(target or "", None)
            return None
        return answer["result"].get("value")

    def _session(self, target: str) -> str | None:
        if target not in self._sessions:
            attached = self.browser.attempt("Target.attachToTarget", targetId=target, flatten=True)
            if attached is None:
                return None
            self._sessions[target] = attached["sessionId"]
        return self._sessions[target]


def processes() -> list[int]:
    """Return all processes that this one has started, and those that they have."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (parent := _parent_of(int(folder.name))) is not None:
            parents.setdefault(parent, []).append(int(folder.name))
    found, left = [], [os.getpid()]
    while left:
        children = parents.get(left.pop(), [])
        found += children
        left += children
    return found


def command_of(pid: int) -> str:
    """Return a process's command line, "" when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def _parent_of(pid: int) -> int | None:
    try:
        state, parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return None
    return None if state == "Z" else int(parent)


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for key in ("children", "shadowRoots"):
        for child in node.get(key, []):
            yield from _nodes(child)


def _classes(node: dict[str, Any]) -> list[str]:
    attributes = node.get("attributes", [])
    named = dict(zip(attributes[::2], attributes[1::2], strict=True))
    return str(named.get("class", "")).split()


def _texts(node: dict[str, Any]) -> Iterator[str]:
    return (n["nodeValue"] for n in _nodes(node) if n.get("nodeType") == 3)
