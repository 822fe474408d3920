"""What is kept of media between captures."""

from browser import Browser
from conftest import FakeHost, OpenStage
from kept import remembered, save_in_panel
from transcripts import TranscriptReader
from waiting import wait_until

BOOKMARK = """(() => {
  const time = document.querySelector('#lines .line .time');
  time.focus();
  time.dispatchEvent(new KeyboardEvent('keydown', { key: 'b', bubbles: true }));
})()"""


def test_what_is_changed_after_a_capture_is_found_by_the_next_one(
    stage: OpenStage, shared_browser: tuple[Browser, FakeHost]
) -> None:
    browser, host = shared_browser
    show = stage("/marked")
    show.say("One.", "Two.")
    show.until("Two.")
    save_in_panel(browser, show.page)
    panel = browser.side_panel()
    browser.command(show.page, "toggle")
    wait_until(lambda: host.messages("stop"), "captions did not end")
    wait_until(lambda: remembered(browser) == ["One.", "Two."], lambda: str(remembered(browser)))
    over = "document.querySelector('#stop').hidden"
    wait_until(lambda: panel.evaluate(over), "the panel shows a capture")
    panel.evaluate(BOOKMARK)
    show.page.reload()
    browser.click_action(show.page)
    wait_until(lambda: browser.badge(show.page) == "on", lambda: browser.button(show.page))
    reader = TranscriptReader(browser)

    def marks() -> list[bool]:
        return [entry["bookmarked"] for entry in reader.transcript["entries"]]

    wait_until(lambda: marks()[:2] == [True, False], lambda: str(reader.transcript["entries"]))
