"""A voice is remembered when the user says so, has its name later, and is erased."""

from collections.abc import Iterator

import pytest
from axe import faults_of
from conftest import FakeHost, OpenStage, end_captions
from playwright.sync_api import expect
from popup import ARTIFACTS, Popup
from stage import Stage
from test_speaker_names import ask_who, host_of, open_panel
from test_speakers import until_named
from waiting import wait_until

BOX = ".speaker-form [type=checkbox]"


@pytest.fixture
def show(stage: OpenStage, shared_browser: tuple[object, FakeHost]) -> Iterator[OpenStage]:
    """A stage whose host remembers voices; it knows nobody again afterwards."""
    _, host = shared_browser
    host.behave(scripted=True, knows_voices=True)
    yield stage
    host.behave(scripted=True)
    (host.folder / "voices.json").unlink(missing_ok=True)


def dialogue(stage: Stage) -> Popup:
    """Say two lines of two voices; return the panel."""
    stage.say("Shall we begin?", speaker="1")
    stage.say("Yes, please.", speaker="2")
    return open_panel(stage)


def remember(panel: Popup, line: int, name: str) -> None:
    """Give the speaker of a line a name, and have the voice remembered."""
    ask_who(panel, line)
    panel.evaluate(f"document.querySelector({BOX!r}).click()")
    panel.screenshot("panel-remember.png")
    panel.evaluate(f"document.querySelector('.speaker-form input').value = {name!r}")
    panel.click(".speaker-form [type=submit]")


def test_a_remembered_voice_has_its_name_on_another_page_until_it_is_erased(
    show: OpenStage,
) -> None:
    first = show("/remember")
    host = host_of(first)
    panel = dialogue(first)
    until_named(first, "Speaker 1:", "Speaker 2:")
    asked = len(host.messages("remember"))
    remember(panel, 1, "Ana")
    until_named(first, "Speaker 1:", "Ana:")
    wait_until(lambda: "Ana is remembered" in panel.text("body"), "nobody said that it is done")
    assert [each["voices"] for each in host.messages("remember")[asked:]] == [["2"]]
    end_captions(first.browser, host, first.page)
    wait_until(lambda: not first.browser.badge(first.page), "captions are still on")

    second = show("/remembered")
    second.say("Who is there?", speaker="1")
    second.say("It is me.", speaker="2")
    until_named(second, "Speaker 1:", "Ana:")
    panel = open_panel(second)
    ask_who(panel, 1)
    panel.evaluate("document.querySelector('.speaker-form input').value = 'Eva'")
    panel.click(".speaker-form [type=submit]")
    until_named(second, "Speaker 1:", "Eva:")

    options = second.browser.open_own("options/options.html")
    item = options.locator("#voices li")
    expect(item).to_have_count(1)
    expect(item).to_contain_text("Ana")
    assert faults_of(options) == []
    options.locator("#voices").scroll_into_view_if_needed()
    options.screenshot(path=ARTIFACTS / "options-voices.png")
    item.get_by_role("button").click()
    expect(item).to_have_count(0)
    expect(options.locator("#no-voices")).to_be_visible()
    expect(options.locator("#forget-voices")).to_be_hidden()
    assert host.messages("forget")[-1]["name"] == "Ana"
    options.close()


def test_nobody_is_remembered_without_a_name(show: OpenStage) -> None:
    stage = show("/remember-nobody")
    asked = len(host_of(stage).messages("remember"))
    panel = dialogue(stage)
    ask_who(panel, 0)
    panel.evaluate(f"document.querySelector({BOX!r}).click()")
    panel.click(".speaker-form [type=submit]")
    assert panel.evaluate("!!document.querySelector('.speaker-form input:invalid')")
    assert len(host_of(stage).messages("remember")) == asked
