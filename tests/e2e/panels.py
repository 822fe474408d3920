"""Transcripts as the worker tells them, for pages that are looked at without a capture."""

from typing import Any

from browser import Browser
from playwright.sync_api import Page
from waiting import wait_until

MEDIA = "https://films.example/watch 600"
ADVERT = "https://films.example/watch 15"
BEGAN = 1_790_000_000_000

STUB = """(() => {
  const told = globalThis.told = [];
  const port = {
    onMessage: { addListener: (listener) => (globalThis.tell = listener) },
    onDisconnect: { addListener: () => {} },
    postMessage: (message) => told.push(message),
  };
  chrome.runtime.connect = () => port;
  chrome.runtime.sendMessage = async (message) => { told.push(message); return null; };
})()"""
"""Instead of the worker: what the page asks is written down, and a test answers."""


def entry(index: int, text: str, **changes: Any) -> dict[str, Any]:
    """Return a line of a transcript: one begins every four seconds."""
    return {
        "id": f"c {index}",
        "media": MEDIA,
        "start": index * 4.0,
        "end": index * 4.0 + 3.5,
        "wall": BEGAN + index * 4000,
        "text": text,
        "language": "en",
        "speaker": None,
        "state": "final",
        "translation": None,
        "words": [],
        "corrected": None,
        "bookmarked": False,
        "note": "",
        **changes,
    }


def transcript(entries: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    """Return a transcript of one video."""
    end = max((line["end"] for line in entries), default=0)
    source = {"key": MEDIA, "title": "A film", "duration": 600, "heard": [[0, end]]}
    return {
        "id": "t",
        "tabId": 1,
        "site": "films.example",
        "title": "A film",
        "language": "en",
        "began": BEGAN,
        "revision": 1,
        "sources": [source],
        "entries": entries,
        "names": {},
        **changes,
    }


def open_panel(browser: Browser, width: int = 380, height: int = 700) -> Page:
    """Open the side panel's page as a tab, with a stub instead of the worker."""
    page = browser.context.new_page()
    page.set_viewport_size({"width": width, "height": height})
    page.add_init_script(STUB)
    page.goto(browser.own("panel/panel.html"))
    watched = "globalThis.told?.some((m) => m.wants?.tabId) ?? false"
    wait_until(lambda: page.evaluate(watched), "the panel watches no tab")
    return page


def tell(page: Page, **message: Any) -> None:
    """Tell the page something of its tab, as the worker does."""
    page.evaluate(
        "(message) => { const tabId = told.findLast((m) => m.wants?.tabId).wants.tabId;"
        " tell(message.transcript ? { ...message, tabId, transcript:"
        " { ...message.transcript, tabId } } : { ...message, tabId }); }",
        message,
    )


def asked(page: Page, kind: str) -> list[dict[str, Any]]:
    """Return what the page has asked of the worker."""
    found = page.evaluate("(kind) => told.filter((m) => m.type === kind)", kind)
    return [{key: value for key, value in m.items() if key != "tabId"} for m in found]


def capture(page: Page) -> None:
    """Tell the page that its tab is captioned."""
    page.evaluate(
        """() => tell({ type: 'captures', captures: [{
          session: 'c', tabId: told.findLast((m) => m.wants?.tabId).wants.tabId,
          phase: { name: 'listening', lagMs: 0, skippedMs: 0 }, language: 'en', model: 'base',
          halted: null, stale: false, smallerModel: null, modelProblem: null, microphone: 'off',
          translation: {
            target: null, by: 'host', problem: null, pair: null, delayMs: null, unread: 0,
            voice: null,
          },
        }] })"""
    )
