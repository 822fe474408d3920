"""A real Chromium with the extension, driven as a user drives it.

    with launch(tmp_path / "profile", host=["/path/to/python", "-m", "wlk_host"]) as browser:
        page = browser.open(url)
        browser.click_action(page)                       # the toolbar button
        wait_until(lambda: "hello" in browser.captions(page), "no captions")
        browser.screenshot(page, "hello.png")            # into artifacts/

The product has no hook for tests: the button is pressed through the DevTools protocol, and the
closed shadow root of the overlay, and the frame in it, are read through it, too.
"""

import json
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import (
    BrowserContext,
    CDPSession,
    Error,
    Frame,
    Page,
    sync_playwright,
)
from popup import ARTIFACTS, Popup
from waiting import wait_until

from fixtures import needs

ROOT = Path(__file__).resolve().parents[2]
EXTENSION = ROOT / "extension"
EXTENSION_ID = "adliapmgjimkjkbmaenmlijopoacdhcg"
HOST_NAME = "dev.wlk.host"
CHROMIUM = "/usr/bin/chromium"
KILL_AGAIN_SECONDS = 2.0

Node = dict[str, Any]


@dataclass(frozen=True)
class OverlayRow:
    """One line of captions as the page shows it."""

    id: int
    """The same for as long as the line is shown."""
    text: str
    """Committed and draft words."""
    committed: str
    translation: str = ""
    speaker: str = ""
    """What the line begins with where speakers are told apart."""


class Browser:
    """A running Chromium with the extension loaded."""

    def __init__(self, context: BrowserContext, profile: Path) -> None:
        self.context = context
        self.profile = profile
        assert context.browser is not None
        self.cdp: CDPSession = context.browser.new_browser_cdp_session()
        self._sessions: dict[Page | Frame, CDPSession] = {}

    # -- the user ---------------------------------------------------------------------------

    def open(self, url: str) -> Page:
        """Open a page in a new tab, in front."""
        page = self.context.new_page()
        page.goto(url)
        return page

    def click_action(self, page: Page) -> None:
        """Press the extension's toolbar button on the page's tab. Grants activeTab for real."""
        page.bring_to_front()
        tab = wait_until(lambda: self._active_tab(page), "the tab did not come to the front")
        self.cdp.send("Extensions.triggerAction", {"id": EXTENSION_ID, "targetId": tab})

    def stop_captions(self, page: Page) -> None:
        """Open the popup of running captions and press its first button."""
        self.popup(page).click("#stop")

    def open_own(self, path: str) -> Page:
        """Open a page of the extension in a new tab."""
        return self.open(self.own(path))

    def own(self, path: str) -> str:
        """Return the address of a page of the extension."""
        return f"chrome-extension://{EXTENSION_ID}/{path}"

    def command(self, page: Page, name: str) -> None:
        """Give a keyboard command on the page's tab. Headless Chromium has no keys of its own."""
        self._ask_worker(f"chrome.commands.onCommand.dispatch({name!r}, tab)", page)

    def mute(self, page: Page, *, muted: bool = True) -> None:
        """Mute the page's tab as its context menu does."""
        self._ask_worker(f"chrome.tabs.update(tabId, {{ muted: {str(muted).lower()} }})", page)

    def permit_microphone(self, setting: str) -> None:
        """Answer the browser's question, now and later: "granted", "denied" or "prompt"."""
        self.cdp.send(
            "Browser.setPermission",
            {
                "permission": {"name": "microphone"},
                "setting": setting,
                "origin": f"chrome-extension://{EXTENSION_ID}",
            },
        )

    # -- what the user sees -----------------------------------------------------------------

    def overlay_is_in(self, page: Page) -> bool:
        """Return whether the overlay is laid out in the page, be it seen or faded out."""
        overlay = self._overlay(page)
        return overlay is not None and self._is_laid_out(page, overlay)

    def overlay_rows(self, page: Page) -> list[OverlayRow]:
        """Return the caption lines over the page, oldest first; none while they are faded out."""
        captions = self._caption_part(page, "captions")
        if captions is None or "shown" not in _classes(captions):
            return []
        return [_row(node) for node in _walk(captions) if "row" in _classes(node)]

    def captions(self, page: Page) -> str:
        """Return the words over the page, draft included; lines are separated by newlines."""
        return "\n".join(row.text for row in self.overlay_rows(page))

    def notice(self, page: Page) -> str:
        """Return what the overlay says about itself ("Loading the model…"), or ""."""
        notice = self._caption_part(page, "notice")
        if notice is None or "shown" not in _classes(notice):
            return ""
        return _text(notice)

    def badge(self, page: Page) -> str:
        """Return the text on the toolbar button of the page's tab."""
        return str(self._ask_worker("chrome.action.getBadgeText({tabId})", page))

    def title(self, page: Page) -> str:
        """Return the tooltip of the toolbar button of the page's tab."""
        return str(self._ask_worker("chrome.action.getTitle({tabId})", page))

    def button(self, page: Page) -> str:
        """Return all that the toolbar button says on the page's tab, to be read in a failure."""
        return f"{self.badge(page)!r}, {self.title(page)!r}, {self.popup_url(page)!r}"

    def popup_url(self, page: Page) -> str:
        """Return the popup that the button opens on the page's tab; "" when a click toggles."""
        return str(self._ask_worker("chrome.action.getPopup({tabId})", page))

    def popup(self, page: Page, name: str = "popup") -> Popup:
        """Return a popup that opened by itself or, where none did, opens at a click.

        Args:
            page: on whose tab.
            name: "popup" steers running captions, "problem" says why there are none.
        """

        def offered() -> str | None:
            url = self.popup_url(page)
            return url if f"/{name}.html" in url else None

        url = wait_until(offered, f"the button got no {name}")

        def opened() -> dict[str, Any] | None:
            return next((t for t in self._targets("page") if t["url"] == url), None)

        patience_ends = time.monotonic() + 1
        wait_until(lambda: opened() or time.monotonic() > patience_ends, "no time passed")
        if opened() is None:
            self.click_action(page)
        target = wait_until(opened, "the popup did not open")
        popup = Popup(self.cdp, target["targetId"])
        # Said only after its buttons work.
        wait_until(lambda: popup.text("#state, #sentence"), "an empty popup")
        return popup

    def side_panel(self) -> Popup:
        """Return the side panel, which must have been opened."""

        def opened() -> dict[str, Any] | None:
            targets = self.cdp.send("Target.getTargets", {"filter": [{}]})["targetInfos"]
            return next((t for t in targets if "/panel/panel.html" in t["url"]), None)

        return Popup(self.cdp, wait_until(opened, "no side panel")["targetId"])

    def offscreen(self) -> "Popup":
        """Return the document that captures, which must be there."""
        found = (t for t in self._targets("background_page") if "/offscreen/" in t["url"])
        return Popup(self.cdp, next(found)["targetId"])

    def overlay_is_on_top(self, page: Page) -> bool:
        """Return whether nothing of the page covers the captions (or the notice)."""
        overlay = self._overlay(page)
        if overlay is None or not self._is_laid_out(page, overlay):
            return False
        if self._overlay_part(page, "captions") is None:
            return False
        box = self.overlay_box(page)
        x, y = round(box["left"]) + 16, round(box["top"]) + 16
        location = {"x": x, "y": y, "ignorePointerEventsNone": True}
        hit = self._session(page).send("DOM.getNodeForLocation", location)["backendNodeId"]
        return hit in {node["backendNodeId"] for node in _walk(overlay)}

    def ask_overlay(self, page: Page, class_name: str, function: str, *arguments: object) -> Any:
        """Return what a JavaScript function says of a part of the overlay, its `this`."""
        found = self._overlay_part(page, class_name)
        assert found is not None, f"no {class_name} in the page"
        session, part = found
        node = {"backendNodeId": part["backendNodeId"]}
        answer = session.send(
            "Runtime.callFunctionOn",
            {
                "objectId": session.send("DOM.resolveNode", node)["object"]["objectId"],
                "functionDeclaration": function,
                "arguments": [{"value": argument} for argument in arguments],
                "awaitPromise": True,
                "returnByValue": True,
            },
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def overlay_box(self, page: Page, class_name: str = "captions") -> dict[str, float]:
        """Return where a part of the overlay is: left, top, right, bottom in CSS pixels."""
        function = (
            "function () { const b = this.getBoundingClientRect();"
            " return { left: b.left, top: b.top, right: b.right, bottom: b.bottom }; }"
        )
        box = dict(self.ask_overlay(page, class_name, function))
        found = self._overlay_part(page, class_name)
        assert found is not None
        if found[0] is self._session(page):
            return box
        frame = dict(self.ask_overlay(page, "frame", function))
        across, down = frame["left"], frame["top"]
        moves = {"left": across, "right": across, "top": down, "bottom": down}
        return {side: at + moves[side] for side, at in box.items()}

    def caption_session(self, page: Page) -> CDPSession:
        """Return a session with the document that the captions of a page are drawn in."""
        frame = self._caption_frame(page)
        return self._session(page) if frame is None else self._session(frame)

    def screenshot(self, page: Page, name: str) -> Path:
        """Write what the page shows, overlay included, to artifacts/."""
        ARTIFACTS.mkdir(exist_ok=True)
        path = ARTIFACTS / name
        page.screenshot(path=path)
        return path

    # -- the extension from inside ----------------------------------------------------------

    def kill_worker(self) -> None:
        """End the service worker, as Chrome does whenever it likes. The host gets EOF with it."""
        target = next(t for t in self._targets("service_worker") if EXTENSION_ID in t["url"])
        next_try = 0.0

        def is_gone() -> bool:
            nonlocal next_try
            if target["targetId"] not in {t["targetId"] for t in self._targets("service_worker")}:
                return True
            # One that is just starting something does not heed it, and the gap before the next one,
            # which has the same id, can be too short to be seen.
            if time.monotonic() > next_try:
                next_try = time.monotonic() + KILL_AGAIN_SECONDS
                self.cdp.send("Target.closeTarget", {"targetId": target["targetId"]})
            return False

        wait_until(is_gone, "the worker did not die", idle=lambda: None)

    def stored(self, area: str = "sync") -> dict[str, Any]:
        """Return what the extension keeps in `chrome.storage.sync` or `.local`."""
        worker = self.context.service_workers[-1]
        return dict(worker.evaluate(f"chrome.storage.{area}.get()"))

    def choose(self, **settings: Any) -> None:
        """Store settings as the options page does; what is not named is as by default."""
        worker = self.context.service_workers[-1]
        # Each area passes over what does not belong into it.
        for area in ("sync", "local"):
            worker.evaluate(f"settings => chrome.storage.{area}.set({{ settings }})", settings)

    def contexts(self, kind: str) -> list[str]:
        """Return the addresses of the extension's contexts of a kind, e.g. "background_page"."""
        return [t["url"] for t in self._targets(kind) if EXTENSION_ID in t["url"]]

    # -- how --------------------------------------------------------------------------------

    def _targets(self, kind: str) -> list[dict[str, Any]]:
        found = self.cdp.send("Target.getTargets", {"filter": [{"type": kind}]})
        return list(found["targetInfos"])

    def _active_tab(self, page: Page) -> str | None:
        for tab in self._targets("tab"):
            if tab.get("embedderData", {}).get("tabActive") and tab["url"] == page.url:
                return str(tab["targetId"])
        return None

    def _ask_worker(self, expression: str, page: Page) -> object:
        """Evaluate an expression in the worker, `tabId` being the tab in front of the window."""
        # Not needlessly: it takes the focus, and with it any popup, away.
        if self._active_tab(page) is None:
            page.bring_to_front()
        workers = self.context.service_workers
        worker = workers[-1] if workers else self.context.wait_for_event("serviceworker")
        query = "chrome.tabs.query({active: true, lastFocusedWindow: true})"
        return worker.evaluate(
            f"async () => {{ const [tab] = await {query}; const tabId = tab.id;"
            f" return await {expression}; }}"
        )

    def _session(self, document: Page | Frame) -> CDPSession:
        if document not in self._sessions:
            self._sessions[document] = self.context.new_cdp_session(document)
        return self._sessions[document]

    def _overlay_part(self, page: Page, class_name: str) -> tuple[CDPSession, Node] | None:
        """Return a part of the overlay and a session with the document that it is in."""
        for document in (self._caption_frame(page), page):
            node = document and self._find(document, lambda node: class_name in _classes(node))
            if document and node:
                return self._session(document), node
        return None

    def _caption_part(self, page: Page, class_name: str) -> Node | None:
        found = self._overlay_part(page, class_name)
        return found[1] if found else None

    def _overlay(self, page: Page) -> Node | None:
        return self._find(page, is_overlay)

    def _find(self, document: Page | Frame, wanted: Callable[[Node], bool]) -> Node | None:
        try:
            # `pierce` goes through shadow roots, closed ones included, and into frames.
            answer = self._session(document).send("DOM.getDocument", {"depth": -1, "pierce": True})
        except Error:
            # The frame has just been replaced.
            if isinstance(document, Page):
                raise
            return None
        nodes = _walk(answer["root"])
        if isinstance(document, Page) and wanted is not is_overlay:
            overlay = next((node for node in nodes if is_overlay(node)), None)
            nodes = iter(()) if overlay is None else _walk(overlay)
        return next((node for node in nodes if wanted(node)), None)

    def _caption_frame(self, page: Page) -> Frame | None:
        """Return the frame of the extension that the captions are drawn in, if there is one."""
        own = f"chrome-extension://{EXTENSION_ID}/overlay/frame.html"
        return next((frame for frame in page.frames if frame.url.startswith(own)), None)

    def _is_laid_out(self, page: Page, node: Node) -> bool:
        """Return whether a node has a box: what is hidden has none."""
        try:
            self._session(page).send("DOM.getBoxModel", {"backendNodeId": node["backendNodeId"]})
        except Error:
            return False
        return True


def _close(context: BrowserContext) -> None:
    """Close a browser, which a test may have killed."""
    try:
        context.close()
    except Error as error:
        if "has been closed" not in error.message:
            raise


def _welcome_page(context: BrowserContext) -> Page:
    """Return the page that the extension opens when it was just installed."""

    def opened() -> Page | None:
        return next((page for page in context.pages if "/welcome/" in page.url), None)

    # Playwright hears of new pages only while it is being called.
    idle = context.pages[0].evaluate
    return wait_until(opened, "no welcome page", idle=lambda: idle("1"))


def is_overlay(node: Node) -> bool:
    """Return whether a node is the overlay's element: it has no name that a page could look for."""
    roots = [root["shadowRootType"] for root in node.get("shadowRoots", [])]
    return roots == ["closed"] and _attributes(node).get("popover") == "manual"


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for key in ("children", "shadowRoots"):
        for child in node.get(key, []):
            yield from _walk(child)
    if "contentDocument" in node:
        yield from _walk(node["contentDocument"])


def _attributes(node: Node) -> dict[str, str]:
    attributes = node.get("attributes", [])
    return dict(zip(attributes[::2], attributes[1::2], strict=True))


def _classes(node: Node) -> list[str]:
    return _attributes(node).get("class", "").split()


def _text(node: Node) -> str:
    return "".join(n["nodeValue"] for n in _walk(node) if n["nodeType"] == 3)


def _row(node: Node) -> OverlayRow:
    text, committed = _words(node, "original")
    speakers = [_attributes(n).get("data-speaker", "") for n in _walk(node)]
    translation = _words(node, "translation")[0]
    return OverlayRow(node["backendNodeId"], text, committed, translation, "".join(speakers))


def _words(row: Node, kind: str) -> tuple[str, str]:
    """Return one of a line's texts, and the part of it that is committed."""
    texts = [n for n in _walk(row) if kind in _classes(n)]
    words = [n for text in texts for n in _walk(text) if "word" in _classes(n)]
    committed = [n for n in words if "draft" not in _classes(n)]
    return "".join(map(_text, words)).strip(), "".join(map(_text, committed)).strip()


def register_host(profile: Path, command: Sequence[str], extension_id: str = EXTENSION_ID) -> None:
    """Make a command the native host of a profile's browser.

    A browser started with its own profile folder reads manifests from there only. The manifest
    names one file, so the command is wrapped in a script.
    """
    folder = profile / "NativeMessagingHosts"
    folder.mkdir(parents=True, exist_ok=True)
    script = folder / "host.sh"
    script.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    manifest = {
        "name": HOST_NAME,
        "description": "host under test",
        "path": str(script),
        "type": "stdio",
        "allowed_origins": [f"chrome-extension://{extension_id}/"],
    }
    (folder / f"{HOST_NAME}.json").write_text(json.dumps(manifest), encoding="utf-8")


@contextmanager
def launch(
    profile: Path,
    host: Sequence[str] | None = None,
    *,
    viewport: tuple[int, int] = (1280, 720),
    args: Sequence[str] = (),
    keep_welcome: bool = False,
) -> Iterator[Browser]:
    """Run Chromium with the extension.

    Args:
        profile: folder, made if it is missing.
        host: command of the native host; None: none is registered.
        viewport: CSS pixels.
        args: further command-line switches.
        keep_welcome: leave the page open that a first start opens.
    """
    needs.require("browser")
    profile.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=CHROMIUM,
            headless=True,
            viewport={"width": viewport[0], "height": viewport[1]},
            # Muted, the captured sound is all zeros.
            ignore_default_args=["--mute-audio", "--disable-extensions"],
            args=[
                f"--disable-extensions-except={EXTENSION}",
                f"--load-extension={EXTENSION}",
                "--autoplay-policy=no-user-gesture-required",
                # Containers run tests as root, where the sandbox does not work.
                "--no-sandbox",
                *args,
            ],
        )
        try:
            if not context.service_workers:
                context.wait_for_event("serviceworker", timeout=15_000)
            welcome = _welcome_page(context)
            if not keep_welcome:
                # It looks for a host, and a test's host is to start when the test wants it.
                welcome.locator("#engine:not(:empty)").wait_for()
                welcome.close()
            if host is not None:
                register_host(profile, host)
            yield Browser(context, profile)
        finally:
            _close(context)


def python_host(script: Path, *arguments: str) -> list[str]:
    """Return the command that runs a Python script as host."""
    return [sys.executable, str(script), *arguments]
