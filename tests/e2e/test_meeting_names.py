"""Names that the page of a meeting shows, for the voices that are heard."""

from collections.abc import Iterator

import pytest
from browser import Browser
from conftest import FakeHost
from meeting_pages import ADDRESSES, PEOPLE, captioned_meeting, page_of
from pages import Clip, Site
from playwright.sync_api import Page
from stage import Stage
from test_speaker_names import host_of
from test_speakers import labels, until_named
from waiting import wait_until

SECOND = 16_000

TOLD = """() => {
  globalThis.told = [];
  chrome.runtime.onMessage.addListener((message) => {
    if (message.type === 'speaking') told.push(message.name);
  });
}"""


@pytest.fixture
def meeting(
    shared_browser: tuple[Browser, FakeHost], site: Site, request: pytest.FixtureRequest
) -> Iterator[Stage]:
    """Open the meeting that the test names, and switch captions on."""
    browser, host = shared_browser
    url = ADDRESSES[request.param]
    site.add_clip("/meeting.wav", Clip(seconds=60))
    html = page_of(request.param, site.url("/meeting.wav"))
    with captioned_meeting(browser, host, url, html) as show:
        yield show
        browser.choose(meetingNames=True)


def position(show: Stage) -> int:
    """Return the newest sample that the host has heard."""
    session = host_of(show).messages("start")[-1]["session"]
    heard = [m["start"] for m in host_of(show).messages("audio") if m["session"] == session]
    return int(heard[-1]) if heard else 0


def speak(show: Stage, seconds: float, *names: str) -> tuple[int, int]:
    """Have the page mark these people for a while; return from when until when that was."""
    show.page.evaluate("(names) => speak(...names)", list(names))
    begun = position(show)
    until = begun + int(seconds * SECOND)
    wait_until(lambda: position(show) >= until, "no sound comes", seconds=30)
    return begun, until


def hear(show: Stage, text: str, speaker: str, span: tuple[int, int]) -> None:
    """Have the host say what a voice has said there."""
    start, end = span
    line = {"id": start, "start": start, "end": end, "text": text, "speaker": speaker}
    show.host.say({**line, "state": "final"})
    show.until(text)


def forget_the_page(page: Page) -> None:
    """Show no tiles any more."""
    page.evaluate("document.body.replaceChildren(document.querySelector('#sound'))")


@pytest.mark.parametrize("meeting", ADDRESSES, indirect=True)
def test_voices_are_called_what_the_page_calls_them(meeting: Stage) -> None:
    ana, ben, celik = PEOPLE
    first = speak(meeting, 4.5, ana)
    second = speak(meeting, 4.5, ben)
    both = speak(meeting, 4.5, ben, celik)
    hear(meeting, "It is Ana.", "1", first)
    hear(meeting, "It is Ben.", "2", second)
    hear(meeting, "It could be either.", "3", both)
    until_named(meeting, f"{ana}:", f"{ben}:", "Speaker 3:")
    last = speak(meeting, 4.5, celik)
    hear(meeting, "It was me.", "3", last)
    until_named(meeting, f"{ana}:", f"{ben}:", f"{celik}:", "")
    # What was learnt stays when the page shows it no longer.
    forget_the_page(meeting.page)
    hear(meeting, "And Ana again.", "1", speak_unseen(meeting))
    until_named(meeting, f"{celik}:", "", f"{ana}:")


def speak_unseen(show: Stage) -> tuple[int, int]:
    """Let a while pass in which the page shows nobody."""
    begun = position(show)
    wait_until(lambda: position(show) >= begun + SECOND, "no sound comes", seconds=30)
    return begun, begun + SECOND


@pytest.mark.parametrize("meeting", ["teams"], indirect=True)
def test_names_from_meetings_are_switched_off(meeting: Stage) -> None:
    meeting.browser.choose(meetingNames=False)
    meeting.browser.context.service_workers[-1].evaluate(TOLD)
    first = speak(meeting, 4.5, PEOPLE[0])
    hear(meeting, "It is Ana.", "1", first)
    hear(meeting, "It is Ben.", "2", speak(meeting, 1, PEOPLE[1]))
    until_named(meeting, "Speaker 1:", "Speaker 2:")
    assert PEOPLE[0] not in "".join(labels(meeting))
    told = meeting.browser.context.service_workers[-1].evaluate("() => globalThis.told")
    assert told in ([], [None]), "the page was read all the same"


@pytest.mark.parametrize("meeting", ["meet"], indirect=True)
def test_a_meeting_that_shows_no_names_is_said_to(meeting: Stage) -> None:
    forget_the_page(meeting.page)
    meeting.browser.choose(meetingNames=False)
    meeting.browser.choose(meetingNames=True)
    meeting.browser.popup(meeting.page).click("#panel")
    panel = meeting.browser.side_panel()
    told = lambda: "this page shows no names" in panel.text("#state")  # noqa: E731
    wait_until(told, lambda: panel.text("#state"), seconds=60)
    hear(meeting, "It is Ana.", "1", speak_unseen(meeting))
    hear(meeting, "It is Ben.", "2", speak_unseen(meeting))
    until_named(meeting, "Speaker 1:", "Speaker 2:")
