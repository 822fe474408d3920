"""A real Chromium with the extension, driven as a user drives it.

    with launch(tmp_path / "profile", host=["/path/to/python", "-m", "wlk_host"]) as browser:
        page = browser.open(url)
        browser.click_action(page)                       # the toolbar button
        wait_until(lambda: "hello" in browser.captions(page), "no captions")
        browser.screenshot(page, "hello.png")            # into artifacts/

The product has no hook for tests: the button is pressed through the DevTools protocol, and the
closed shadow root of the overlay, and the frame in it, are read through it, too.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from native_host import EXTENSION_ID, register_host
from overlay_reader import OverlayReader
from playwright.sync_api import (
    BrowserContext,
    CDPSession,
    Error,
    Page,
    sync_playwright,
)
from popup import ARTIFACTS, Popup
from waiting import wait_until

from fixtures import needs

ROOT = Path(__file__).resolve().parents[2]
EXTENSION = ROOT / "extension"
CHROMIUM = "/usr/bin/chromium"
KILL_AGAIN_SECONDS = 2.0


class Browser(OverlayReader):
    """A running Chromium with the extension loaded."""

    def __init__(self, context: BrowserContext, profile: Path) -> None:
        super().__init__(context)
        self.profile = profile
        assert context.browser is not None
        self.cdp: CDPSession = context.browser.new_browser_cdp_session()

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
