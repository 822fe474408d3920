"""The keyboard commands, in a real browser."""

from conftest import FakeHost, Launch
from counted_words import until_word
from pages import Clip, Site
from waiting import wait_until

CLIP = Clip(seconds=60)


def test_each_key_does_what_it_says(start_browser: Launch, fake_host: FakeHost, site: Site) -> None:
    site.add_clip("/keys.wav", CLIP)
    site.add_player("/keys", "/keys.wav")
    browser = start_browser(fake_host.command)
    browser.context.grant_permissions(["clipboard-read"])
    page = browser.open(site.url("/keys"))
    browser.click_action(page)
    until_word(browser, page, 3)

    def stored(*path: str) -> object:
        value: object = browser.stored().get("settings", {})
        for name in path:
            assert isinstance(value, dict)
            value = value.get(name, {})
        return value

    browser.command(page, "mode")
    wait_until(lambda: stored("mode") == "reading", "the mode did not change")
    browser.command(page, "mode")
    wait_until(lambda: stored("mode") == "fast", "the mode did not change back")
    browser.command(page, "bigger")
    wait_until(lambda: stored("appearance", "fontSize") == 25, "no bigger text")
    browser.command(page, "smaller")
    wait_until(lambda: stored("appearance", "fontSize") == 22, "no smaller text")

    browser.command(page, "copy")
    copied = wait_until(
        lambda: page.evaluate("navigator.clipboard.readText()"), "nothing was copied"
    )
    assert copied.startswith("w0 w1 w2")

    browser.command(page, "toggle")
    wait_until(lambda: fake_host.messages("stop"), "the key did not stop the captions")
