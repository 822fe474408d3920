"""Pictures of the way to translations: what there is to get, downloads, a site's rule."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from panels import STUB
from playwright.sync_api import Page
from translating import OFFERS, STAND_IN

if TYPE_CHECKING:
    from screenshots import Album

POPUP: Final = (340, 560)
OPTIONS: Final = (900, 640)

TAB: Final = """
  chrome.tabs.get = async () => ({ id: 1, url: 'https://peliculas.example/', incognito: false });
  chrome.commands.getAll = async () => [{ name: 'toggle', shortcut: 'Ctrl+Shift+Y' }];
"""

BY_BROWSER: Final = ".offers li[data-id='browser']"

HOST: Final = """(offers) => {
  const told = (message) => tell({ type: 'from-host', message });
  told({ type: 'hello', protocol: 1, host: '0', models: [{ name: 'base', multilingual: true }],
    translators: [], speakers: true });
  told({ type: 'models', models: offers, backends: [] });
}"""

CAPTURE: Final = """() => tell({ type: 'captures', captures: [{ session: 'c', tabId: 1,
  phase: { name: 'listening', lagMs: 0, skippedMs: 0 }, language: 'es', model: 'base',
  halted: null, stale: false, smallerModel: null, modelProblem: null, microphone: 'off', step: null,
  translation: { target: null, by: 'host', problem: null, pair: null, delayMs: null, unread: 0,
    voice: null } }] })"""


@contextmanager
def controls(album: "Album", browser: dict[str, Any] | None) -> Iterator[Page]:
    """The controls of a tab in which Spanish is spoken.

    Args:
        album: for the pictures.
        browser: how the browser's translator behaves; None where it has none.
    """
    with album.page("popup/popup.html?tab=1", POPUP, STUB, TAB) as page:
        page.locator("#language option").first.wait_for(state="attached")
        _set_translator(page, browser)
        page.evaluate(HOST, OFFERS)
        page.evaluate(CAPTURE)
        page.locator("#state:not(:empty)").wait_for()
        yield page
        _forget(page)


def popup_offers(album: "Album") -> None:
    """What would translate, where nothing does yet."""
    with controls(album, None) as page:
        _choose(page, "pt")
        page.locator(".offers li").first.wait_for()
        _take(album, page, "popup-offers")


def popup_browser_download(album: "Album") -> None:
    """The browser downloads what its translator needs."""
    with controls(album, {"state": "downloadable", "steps": [0.2, 0.6], "hang": True}) as page:
        _choose(page, "pt")
        page.locator(f"{BY_BROWSER} button").click()
        page.locator(".offers progress").wait_for()
        _take(album, page, "popup-browser-download")


def popup_browser_failure(album: "Album") -> None:
    """That download has failed."""
    how = {"state": "downloadable", "steps": [0.2], "refuse": "NetworkError"}
    with controls(album, how) as page:
        _choose(page, "pt")
        page.locator(f"{BY_BROWSER} button").click()
        page.locator(BY_BROWSER).get_by_text("couldn").wait_for()
        _take(album, page, "popup-browser-failure")


def popup_rule(album: "Album") -> None:
    """A language that is never translated on a site."""
    with controls(album, {"state": "available"}) as page:
        _choose(page, "pt")
        page.locator("#language-rule").select_option("never")
        page.locator("#language-rule").focus()
        _take(album, page, "popup-rule")


def options_offers(album: "Album") -> None:
    """The same offers in the options, as far as no language is spoken yet."""
    with album.page("options/options.html", OPTIONS, STUB) as page:
        _set_translator(page, None)
        page.wait_for_function("globalThis.tell !== undefined")
        page.evaluate(HOST, OFFERS)
        page.locator("#translateTo").click()
        page.locator("#translateTo-list [data-code='pt']").click()
        page.locator(".offers li").first.wait_for()
        page.locator(".offers").evaluate("(offers) => offers.scrollIntoView({ block: 'center' })")
        album.take(page, "options-offers")
        _forget(page)


def _set_translator(page: Page, how: dict[str, Any] | None) -> None:
    if how is None:
        page.evaluate("void (globalThis.Translator = undefined)")
    else:
        page.evaluate(STAND_IN, how)


def _choose(page: Page, code: str) -> None:
    page.locator("#translate").click()
    page.locator(f"#translate-list [data-code='{code}']").click()


def _take(album: "Album", page: Page, name: str) -> None:
    height = page.evaluate("document.querySelector('main').offsetHeight")
    page.set_viewport_size({"width": POPUP[0], "height": height})
    album.take(page, name)


def _forget(page: Page) -> None:
    """Forget what was chosen for the picture."""
    page.evaluate("Promise.all(['sync', 'local'].map((area) => chrome.storage[area].clear()))")
