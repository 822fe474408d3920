"""What the user has saved: kept as it grows, found, read, corrected and erased."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from axe import faults_of
from browser import Browser
from conftest import FakeHost, OpenStage
from kept import save_in_panel, stored
from panels import capture, entry, open_panel, tell, transcript
from playwright.sync_api import Page, expect
from popup import ARTIFACTS
from waiting import wait_until

DAY_MS = 86_400_000


@pytest.fixture(autouse=True)
def nothing_saved(shared_browser: tuple[Browser, FakeHost]) -> None:
    """Begin each test without a history."""
    worker = shared_browser[0].context.service_workers[-1]
    worker.evaluate("new Promise((done) => indexedDB.deleteDatabase('history').onsuccess = done)")
    worker.evaluate("chrome.storage.local.remove(['history', 'reading'])")


def save(browser: Browser, value: dict[str, Any]) -> None:
    """Press Save in a panel that shows a transcript."""
    page = open_panel(browser)
    capture(page)
    tell(page, type="transcript", transcript=value)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Saved", exact=True)).to_be_visible()
    page.close()


def lecture(name: str, texts: list[str], **changes: Any) -> dict[str, Any]:
    """Return a transcript of a lecture of its own."""
    lines = [entry(index, text) for index, text in enumerate(texts)]
    return transcript(lines, id=name, title=f"Lecture {name}", **changes)


def open_history(browser: Browser, width: int = 1000) -> Page:
    """Open the page of the history."""
    page = browser.context.new_page()
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(browser.own("history/history.html"))
    expect(page.locator("#none, #keeping").filter(visible=True)).to_have_count(1)
    return page


def test_nothing_is_stored_before_the_user_saves(
    shared_browser: tuple[Browser, FakeHost],
) -> None:
    browser = shared_browser[0]
    page = open_panel(browser)
    capture(page)
    tell(page, type="transcript", transcript=lecture("a", ["Hello."]))
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_visible()
    history = open_history(browser)
    expect(history.locator("#none")).to_contain_text("Nothing is saved")
    assert faults_of(history) == []
    assert stored(browser) is None
    page.close()
    history.close()


def test_saved_transcripts_are_found_read_and_erased(
    shared_browser: tuple[Browser, FakeHost],
) -> None:
    browser = shared_browser[0]
    save(browser, lecture("1", ["The first stars.", "They were large."]))
    save(
        browser, lecture("2", ["A café on the mountain.", "Stars again."], began=1_790_100_000_000)
    )
    save(browser, lecture("3", ["Nothing of it."], site="talks.example"))
    page = open_history(browser)
    expect(page.locator(".session .open span:first-child")).to_have_text(
        ["Lecture 2", "Lecture 1", "Lecture 3"]
    )
    expect(page.locator(".site")).to_have_text(["films.example", "talks.example"])
    expect(page.locator("#usage")).to_contain_text("MB")
    page.locator("#query").fill("STARS")
    expect(page.locator("#found")).to_have_text("Lines: 2, in transcripts: 2")
    expect(page.locator(".found mark")).to_have_text(["Stars", "stars"])
    page.locator(".found button", has_text="Stars again").click()
    expect(page.locator("#title")).to_have_text("Lecture 2")
    expect(page.locator(".line", has_text="Stars again.")).to_be_in_viewport()
    # What was looked for is marked there, too.
    expect(page.locator("#search")).to_have_value("STARS")
    assert page.evaluate("[...CSS.highlights.get('current-hit')].map(String)") == ["Stars"]
    page.screenshot(path=ARTIFACTS / "history.png")
    assert faults_of(page) == []
    page.locator(".line").first.locator(".time").focus()
    page.keyboard.press("e")
    page.keyboard.type("A cafe.")
    page.keyboard.press("Enter")
    wait_until(lambda: "A cafe." in (stored(browser) or []), "the correction was not written")
    page.reload()
    page.locator("#query").fill("a cafe.")
    expect(page.locator("#found")).to_have_text("Lines: 1, in transcripts: 1")
    with page.expect_download() as download:
        page.locator("#export-all").click()
    exported = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert [len(session["entries"]) for session in exported] == [2, 2, 1]
    page.locator("#query").fill("")
    page.get_by_role("button", name="Erase “Lecture 3”").click()
    expect(page.locator("#question")).to_contain_text("Lecture 3")
    assert faults_of(page) == []
    page.locator("#sure .danger").click()
    expect(page.locator(".session")).to_have_count(2)
    page.locator("#erase-all").click()
    page.keyboard.press("Escape")
    expect(page.locator(".session")).to_have_count(2)
    page.locator("#erase-all").click()
    page.locator("#sure .danger").click()
    expect(page.locator("#none")).to_be_visible()
    assert stored(browser) is None
    page.close()


def test_what_is_older_than_wanted_is_erased(shared_browser: tuple[Browser, FakeHost]) -> None:
    browser = shared_browser[0]
    save(browser, lecture("old", ["Old."]))
    worker = browser.context.service_workers[-1]
    worker.evaluate(
        """(updated) => new Promise((done) => {
          const opening = indexedDB.open('history');
          opening.onsuccess = () => {
            const transaction = opening.result.transaction('sessions', 'readwrite');
            const store = transaction.objectStore('sessions');
            store.get('old').onsuccess = ({ target }) => store.put({ ...target.result, updated });
            transaction.oncomplete = () => { opening.result.close(); done(); };
          };
        })""",
        int(time.time() * 1000) - 10 * DAY_MS,
    )
    save(browser, lecture("new", ["New."]))
    page = open_history(browser)
    page.locator("#retention").select_option("7")
    expect(page.locator("#question")).to_contain_text("(1)")
    page.locator("#sure button").first.click()
    expect(page.locator("#retention")).to_have_value("null")
    expect(page.locator(".session")).to_have_count(2)
    page.locator("#retention").select_option("7")
    page.locator("#sure .danger").click()
    expect(page.locator(".session .open span:first-child")).to_have_text(["Lecture new"])
    assert stored(browser) == ["New."]
    page.reload()
    expect(page.locator("#retention")).to_have_value("7")
    page.close()


def test_a_narrow_page_shows_one_thing_at_a_time(
    shared_browser: tuple[Browser, FakeHost],
) -> None:
    browser = shared_browser[0]
    save(browser, lecture("1", ["The first stars."]))
    page = open_history(browser, width=360)
    page.locator(".session .open").click()
    expect(page.locator("#shelf")).to_be_hidden()
    page.screenshot(path=ARTIFACTS / "history-narrow.png")
    assert faults_of(page) == []
    page.locator("#close").click()
    expect(page.locator("#shelf")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert faults_of(page) == []
    page.close()


def test_a_saved_transcript_is_written_as_it_grows_also_after_the_panel_is_closed(
    stage: OpenStage, shared_browser: tuple[Browser, FakeHost]
) -> None:
    browser = shared_browser[0]
    show = stage("/kept")
    show.say("One.")
    show.until("One.")
    save_in_panel(browser, show.page)
    wait_until(lambda: stored(browser) == ["One."], lambda: f"on disk: {stored(browser)}")
    browser.side_panel().evaluate("window.close()")
    show.say("Two.")
    show.until("Two.")
    begun = time.monotonic()
    wait_until(lambda: "Two." in (stored(browser) or []), lambda: f"on disk: {stored(browser)}")
    # What a crash would have lost, on a busy machine.
    assert time.monotonic() - begun < 6


def test_a_private_window_offers_nothing_to_be_saved(
    shared_browser: tuple[Browser, FakeHost],
) -> None:
    browser = shared_browser[0]
    page = browser.context.new_page()
    page.add_init_script("chrome.windows.getCurrent = async () => ({ id: 1, incognito: true })")
    page.goto(browser.own("panel/panel.html"))
    expect(page.get_by_role("button", name="Export")).to_be_visible()
    expect(page.get_by_role("button", name="Save", exact=True)).to_have_count(0)
    expect(page.get_by_role("button", name="History")).to_have_count(0)
    assert stored(browser) is None
    page.close()
