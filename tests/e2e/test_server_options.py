"""Where the options keep a server's address and token."""

import json
from pathlib import Path

from axe import faults_of
from conftest import FakeHost, Launch
from playwright.sync_api import expect
from waiting import wait_until

SECRET = "wlk_neversyncedneverlogged"


def test_the_token_stays_on_this_machine_and_out_of_every_file(
    start_browser: Launch, fake_host: FakeHost
) -> None:
    browser = start_browser(fake_host.command)
    browser.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = browser.open_own("options/options.html")
    expect(page.locator("#host-state")).to_contain_text("responding")
    page.locator("#remote-address").fill("desk.example")
    page.locator("#remote-token").fill(SECRET)
    page.locator("#remote-on").check()
    wait_until(
        lambda: browser.stored("local").get("remote", {}).get("token") == SECRET, "it is not kept"
    )
    assert faults_of(page) == []
    assert page.locator("#remote-token").get_attribute("type") == "password"
    with page.expect_download() as download:
        page.locator("#export").click()
    page.locator("#diagnose").click()
    expect(page.locator("#report")).to_contain_text('"vocabulary"')
    told = {
        "synced": json.dumps(browser.stored()),
        "exported": Path(download.value.path()).read_text(encoding="utf-8"),
        "reported": page.evaluate("navigator.clipboard.readText()"),
    }
    for where, text in told.items():
        assert SECRET not in text, where
        assert "desk.example" not in text, where
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#erase").click()
    wait_until(lambda: "remote" not in browser.stored("local"), "it was not erased")
