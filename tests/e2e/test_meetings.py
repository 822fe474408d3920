"""Pages of video meetings, served locally under their real addresses: where captions stand."""

from collections.abc import Iterator

import pytest
from browser import Browser
from conftest import FakeHost
from meeting_pages import ADDRESSES, captioned_meeting
from pages import Clip, Site
from playwright.sync_api import Page
from stage import Stage
from waiting import wait_until

MEETINGS = {"meet": (80, 152), "zoom": (64, 108), "teams": (0, 176)}
"""Height of the buttons at the lower edge, height of the captions above them."""


def meeting(clip: str, bar: int, own: int) -> str:
    """Return the HTML of a page with videos, buttons, and captions of its own."""
    tile = f"<video autoplay style='width:48%;height:320px;background:#345' src='{clip}'></video>"
    return (
        "<!doctype html><title>A meeting</title><body style='margin:0;background:#202124'>"
        f"{tile}<video style='width:48%;height:320px;background:#543'></video>"
        f"<div id=own style='position:fixed;inset:auto 0 {bar}px;height:{own}px;background:#0008;"
        "color:#fff;font:24px sans-serif'>Captions of the meeting itself</div>"
        f"<div id=bar style='position:fixed;inset:auto 0 0;height:{bar}px;background:#3c4043'>"
        "</div></body>"
    )


@pytest.fixture
def open_meeting(
    shared_browser: tuple[Browser, FakeHost], site: Site, request: pytest.FixtureRequest
) -> Iterator[Stage]:
    """Open the meeting that the test names, and switch captions on."""
    browser, host = shared_browser
    bar, own = MEETINGS[request.param]
    site.add_clip("/tile.wav", Clip(seconds=60))
    html = meeting(site.url("/tile.wav"), bar, own)
    with captioned_meeting(browser, host, ADDRESSES[request.param], html) as stage:
        stage.say("One line of captions,", "a second one beneath it", "and the third.")
        stage.until("third")
        yield stage


def top_of(page: Page, selector: str) -> float:
    """Return how far an element is from the top of the viewport."""
    return float(page.locator(selector).evaluate("e => e.getBoundingClientRect().top"))


@pytest.mark.parametrize("open_meeting", MEETINGS, indirect=True)
def test_captions_stand_above_a_meetings_buttons_and_captions(
    open_meeting: Stage, request: pytest.FixtureRequest
) -> None:
    browser, page = open_meeting.browser, open_meeting.page
    browser.screenshot(page, f"meeting-{request.node.callspec.id}.png")
    _middle, bottom, _width = open_meeting.box()
    own = top_of(page, "#own")
    assert own - 30 < bottom < own, "they stand clear of the page's captions, and not far above"


@pytest.mark.parametrize("open_meeting", ["meet"], indirect=True)
def test_in_a_meeting_captions_stay_where_the_user_puts_them(open_meeting: Stage) -> None:
    browser, page = open_meeting.browser, open_meeting.page
    bar = top_of(page, "#bar")
    open_meeting.drag("move", 0, bar + 60 - open_meeting.box()[1])
    dragged = open_meeting.box()
    assert dragged[1] > bar, "over the buttons, if that is the user's wish"
    kept = lambda: browser.stored("local").get("positions", {}).get("meet.google.com")  # noqa: E731
    wait_until(kept, "the position was not kept")
    page.reload()
    open_meeting.say("After a reload.")
    open_meeting.until("After a reload.")
    assert open_meeting.box() == dragged
