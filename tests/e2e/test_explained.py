"""What goes wrong is explained where the user pressed the button."""

from collections.abc import Callable

import pytest
from conftest import FakeHost, Launch
from counted_words import until_word
from native_host import EXTENSION_ID, register_host
from waiting import wait_until

QUICKSTART = "python3 installers/quickstart.py"


def test_a_missing_host_is_explained_and_retried(
    start_browser: Launch, fake_host: FakeHost, player: Callable[..., str]
) -> None:
    browser = start_browser(None)
    page = browser.open(player())
    browser.click_action(page)
    popup = browser.popup(page, "problem")
    assert "isn\u2019t installed" in popup.text("#sentence")
    assert popup.texts("code") == [QUICKSTART, "wlk-host setup", "wlk-host doctor"]
    popup.screenshot("popup-host-not-found.png")

    popup.click("#retry")
    wait_until(lambda: popup.text("#retry") == "Try again", "no second answer")
    assert "isn\u2019t installed" in popup.text("#sentence")

    register_host(browser.profile, fake_host.command)
    popup.click("#retry")
    until_word(browser, page, 3)
    assert browser.badge(page) == "on"


@pytest.mark.parametrize(
    ("behaviour", "sentence", "commands"),
    [
        ({"exit_at_start": True}, "stopped right after", ["wlk-host doctor"]),
        ({"garbage": True}, "couldn\u2019t read", ["wlk-host doctor"]),
        ({"protocol": 99}, "different versions", ["wlk-host update", QUICKSTART]),
        (
            {"refuse": {"code": "model_missing", "message": "No model base.", "hint": "Get one."}},
            "No model base.",
            [],
        ),
    ],
    ids=["exits", "garbage", "protocol", "refused"],
)
def test_what_goes_wrong_is_explained(
    start_browser: Launch,
    fake_host: FakeHost,
    player: Callable[..., str],
    behaviour: dict[str, object],
    sentence: str,
    commands: list[str],
) -> None:
    fake_host.behave(**behaviour)
    browser = start_browser(fake_host.command)
    page = browser.open(player())
    browser.click_action(page)
    popup = browser.popup(page, "problem")
    assert sentence in popup.text("#sentence")
    popup.screenshot(f"popup-{next(iter(behaviour))}.png")
    assert popup.texts("code") == commands
    assert browser.badge(page) == "!"


def test_captions_start_again_after_the_host_was_given_up(
    start_browser: Launch, fake_host: FakeHost, player: Callable[..., str]
) -> None:
    fake_host.behave(break_port=True)
    browser = start_browser(fake_host.command)
    page = browser.open(player())
    browser.click_action(page)
    popup = browser.popup(page, "problem")
    assert popup.text("#sentence") == "It broke."
    assert popup.text("#remedy") == "Mend it."
    fake_host.behave()
    popup.click("#retry")
    until_word(browser, page, 3)


def test_a_host_for_another_extension_is_explained(
    start_browser: Launch, fake_host: FakeHost, player: Callable[..., str]
) -> None:
    browser = start_browser(None)
    register_host(browser.profile, fake_host.command, extension_id="a" * 32)
    page = browser.open(player())
    browser.click_action(page)
    popup = browser.popup(page, "problem")
    assert popup.texts("code") == [f"wlk-host install --extension-id {EXTENSION_ID}"]
    assert EXTENSION_ID in popup.text("#extension-id")


def test_a_page_closed_to_extensions_is_explained(
    start_browser: Launch, fake_host: FakeHost
) -> None:
    browser = start_browser(fake_host.command)
    page = browser.open("chrome://version")
    browser.click_action(page)
    assert "draw on this page" in browser.popup(page, "problem").text("#sentence")
    assert fake_host.messages() == []


def test_a_permission_that_the_browser_refuses_is_explained(
    start_browser: Launch, fake_host: FakeHost, player: Callable[..., str]
) -> None:
    browser = start_browser(fake_host.command)
    page = browser.open(player())
    # Nobody has clicked, so the browser gives out neither page nor sound.
    browser.command(page, "toggle")
    popup = browser.popup(page, "problem")
    assert "hasn\u2019t allowed captions on this page yet" in popup.text("#sentence")
    assert popup.texts("code") == []
    assert not fake_host.messages("start")
    popup.evaluate("window.close()")
    wait_until(lambda: not browser.contexts("page"), "the popup stayed")
    # Opened by a click, as it is now, it has the permission.
    browser.popup(page, "problem").click("#retry")
    until_word(browser, page, 3)
