"""Panel, history and the form for a file: by keyboard alone, and without faults in any state."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe import faults_of
from browser import Browser
from conftest import FakeHost, OpenStage
from panels import asked, capture, entry, open_panel, tell, transcript
from playwright.sync_api import Page, expect
from popup import Popup
from reach import assert_keyboard_reaches_all
from waiting import wait_until

SCHEMES = ("light", "dark")
STILL = "document.getAnimations().length === 0"
FOCUSED = "document.activeElement.dataset.format ?? document.activeElement.id"


@pytest.fixture
def panel(shared_browser: tuple[Browser, FakeHost]) -> Iterator[Page]:
    """The panel of a captioned tab, with a stub instead of the worker."""
    page = open_panel(shared_browser[0])
    capture(page)
    yield page
    page.close()


def talk(count: int) -> dict[str, Any]:
    """A transcript in two languages, of two people."""
    told = {"text": "Das wurde gesagt.", "language": "de", "state": "final"}
    return transcript(
        [
            entry(
                index, f"Sentence {index} was said.", speaker=str(1 + index % 2), translation=told
            )
            for index in range(count)
        ]
    )


def show(page: Page, count: int) -> None:
    """Show a transcript of so many lines."""
    tell(page, type="transcript", transcript=talk(count))
    expect(page.locator(".line").last).to_be_visible()


def assert_no_faults(page: Page) -> None:
    """Fail where axe finds something on a light or a dark system."""
    for scheme in SCHEMES:
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        wait_until(lambda: page.evaluate(STILL), "the colours do not settle")
        assert faults_of(page) == [], scheme


def test_an_empty_panel(panel: Page) -> None:
    expect(panel.locator("#empty")).to_be_visible()
    assert_no_faults(panel)
    assert_keyboard_reaches_all(panel, lambda: panel.keyboard.press("Tab"))


def test_a_search(panel: Page) -> None:
    show(panel, 30)
    panel.keyboard.press("Control+f")
    panel.keyboard.type("sentence 2")
    expect(panel.locator(".count")).to_contain_text("of 11")
    assert_no_faults(panel)
    panel.keyboard.press("Control+a")
    panel.keyboard.type("nowhere")
    expect(panel.locator(".count")).to_have_text("No matches")
    assert_no_faults(panel)


@pytest.mark.parametrize(
    ("key", "field"), [("e", ".field"), ("n", ".field"), ("r", ".speaker-form [type=text]")]
)
def test_a_line_that_is_edited(panel: Page, key: str, field: str) -> None:
    show(panel, 30)
    panel.locator(".line").last.locator(".time").focus()
    panel.keyboard.press(key)
    expect(panel.locator(field)).to_be_focused()
    assert_no_faults(panel)
    panel.keyboard.press("Escape")
    expect(panel.locator(".line").last.locator(".time")).to_be_focused()


def test_the_menu_of_a_line(panel: Page) -> None:
    show(panel, 30)
    panel.locator(".line").last.locator(".more").click()
    expect(panel.locator("[role=menu]")).to_be_visible()
    assert_no_faults(panel)
    panel.keyboard.press("Escape")
    expect(panel.locator("[role=menu]")).to_have_count(0)


def test_ten_thousand_lines(panel: Page) -> None:
    show(panel, 10_000)
    assert_no_faults(panel)
    assert panel.locator(".line").last.get_attribute("aria-setsize") == "10000"
    assert_keyboard_reaches_all(panel, lambda: panel.keyboard.press("Tab"))
    panel.locator(".line").last.locator(".time").focus()
    panel.keyboard.press("Home")
    expect(panel.locator(".line", has_text="Sentence 0 was said.")).to_be_in_viewport()
    assert panel.evaluate("document.activeElement.closest('.line').ariaPosInSet") == "1"
    panel.keyboard.press("PageDown")
    panel.keyboard.press("End")
    expect(panel.locator(".line", has_text="Sentence 9999 was said.")).to_be_in_viewport()


def test_a_file_is_made_with_the_keyboard_alone(panel: Page) -> None:
    show(panel, 30)
    export = panel.get_by_role("button", name="Export")
    tab_to(panel, "Export")
    panel.keyboard.press("Enter")
    expect(panel.get_by_role("dialog", name="Export")).to_be_visible()
    expect(panel.locator(".export select")).to_be_focused()
    assert_no_faults(panel)
    panel.keyboard.press("Escape")
    expect(panel.locator(".export")).to_have_count(0)
    expect(export).to_be_focused()
    panel.keyboard.press("Enter")
    panel.keyboard.press("t")
    expect(panel.locator(".export select")).to_have_value("translation")
    for form in ("srt", "vtt", "txt"):
        panel.keyboard.press("Tab")
        assert panel.evaluate(FOCUSED) == form
    with panel.expect_download() as download:
        panel.keyboard.press("Enter")
        wait_until(lambda: asked(panel, "to-host"), "the host was not asked")
        [request] = [message["message"] for message in asked(panel, "to-host")]
        said = {"type": "exported", "request": request["request"], "text": "Das.\n", "last": True}
        tell(panel, type="from-host", message={**said, "file_name": "A film.de.txt"})
    assert download.value.suggested_filename == "A film.de.txt"
    assert (request["format"], request["content"]) == ("txt", "translation")
    expect(panel.get_by_role("button", name="Export")).to_be_focused()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the button of that name has the focus."""
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == name:
            return
    raise AssertionError(f"Tab does not come to {name}")


def test_the_form_in_the_controls(
    stage: OpenStage, shared_browser: tuple[Browser, FakeHost]
) -> None:
    """Escape closes the form and not the controls."""
    browser = shared_browser[0]
    staged = stage("/export-controls")
    popup = browser.popup(staged.page)
    popup.click("#export")
    nothing = "What is said will appear here."
    wait_until(lambda: popup.text("#export-state") == nothing, lambda: popup.text("body"))
    assert faults_of(popup) == []
    staged.say("One.", "Two.")
    staged.until("Two.")
    popup = browser.popup(staged.page)
    for scheme in SCHEMES:
        popup.prefer(scheme)
        open_form(popup)
        wait_until(lambda: popup.evaluate(STILL), "the colours do not settle")
        popup.screenshot(f"popup-export-{scheme}.png")
        assert faults_of(popup) == [], scheme
        assert popup.evaluate(FOCUSED) == "srt"
        popup.press("Escape", 27)
        gone = lambda: popup.evaluate("document.querySelector('.export') === null")  # noqa: E731
        wait_until(gone, "the form stays")
        assert popup.evaluate(FOCUSED) == "export"
    assert_keyboard_reaches_all(popup, popup.press_tab)


def open_form(popup: Popup) -> None:
    """Open it in the controls."""
    popup.evaluate("document.querySelector('#export').focus()")
    popup.click("#export")
    there = "document.querySelector('.export') !== null"
    wait_until(lambda: popup.evaluate(there), lambda: popup.text("body"))


def test_the_history(shared_browser: tuple[Browser, FakeHost]) -> None:
    browser = shared_browser[0]
    page = browser.context.new_page()
    page.goto(browser.own("history/history.html"))
    expect(page.locator("#none")).to_be_visible()
    assert_no_faults(page)
    assert_keyboard_reaches_all(page, lambda: page.keyboard.press("Tab"))
    for name in ("One", "Two"):
        keep(browser, {**talk(30), "id": name, "title": name})
    page.reload()
    # From the search to a found line, into the reader, and back.
    page.locator("#query").focus()
    page.keyboard.type("sentence 7")
    expect(page.locator("#found")).to_contain_text("2")
    assert_no_faults(page)
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#reader")).to_be_focused()
    expect(page.locator(".line", has_text="Sentence 7 was said.")).to_be_in_viewport()
    assert_no_faults(page)
    assert_keyboard_reaches_all(page, lambda: page.keyboard.press("Tab"))
    page.get_by_role("button", name="Export", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".export")).to_be_visible()
    assert_no_faults(page)
    page.keyboard.press("Escape")
    page.locator("#erase-all").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#question")).to_be_visible()
    assert_no_faults(page)
    page.keyboard.press("Escape")
    expect(page.locator("#erase-all")).to_be_focused()
    page.close()


def keep(browser: Browser, value: dict[str, Any]) -> None:
    """Press Save in a panel that shows a transcript."""
    page = open_panel(browser)
    capture(page)
    tell(page, type="transcript", transcript=value)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Saved", exact=True)).to_be_visible()
    page.close()
