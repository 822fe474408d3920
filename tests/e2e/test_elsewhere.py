"""Captions from another machine, in a real browser: the server is a second real host."""

import re
from contextlib import ExitStack

import pytest
from conftest import Launch
from playwright.sync_api import expect
from test_captions import (
    FLUSH_S,
    HOST,
    Speak,
    listen,
    play,
    real_model,
    score_of,
    speaking_page,
)
from waiting import wait_until
from watching import Watcher, watch_all

from host.remote.resuming import free_port, serving

pytestmark = [pytest.mark.model, pytest.mark.alone]

AWAY = "be reached. Captions go on here"
__all__ = ["real_model", "speaking_page"]


def test_captions_come_from_the_server_and_go_on_here_when_it_is_killed(
    start_browser: Launch, speaking_page: Speak
) -> None:
    port = free_port()
    notices: list[str] = []
    marks: list[str] = []
    with ExitStack() as stack:
        server = stack.enter_context(serving(port, "--model", "base"))
        browser = start_browser(HOST)
        options = browser.open_own("options/options.html")
        expect(options.locator("#host-state")).to_contain_text("responding")
        options.locator("#remote-address").fill(f"ws://127.0.0.1:{port}")
        options.locator("#remote-try").click()
        expect(options.locator("#remote-state")).to_contain_text("answers in", timeout=30_000)
        options.locator("#remote-on").check()
        options.locator("#remote").scroll_into_view_if_needed()
        browser.screenshot(options, "options-remote.png")

        page = browser.open(speaking_page("/speech"))
        listen(browser, page)
        popup = browser.popup(page)
        wait_until(
            lambda: f"127.0.0.1:{port}" in popup.text("#remote"), "the controls do not say it"
        )
        said = popup.text("#remote")
        assert re.fullmatch(rf"Captioned by 127\.0\.0\.1:{port} · [\d,]+ ms", said), said
        popup.evaluate("window.close()")
        watcher = Watcher(browser, page)

        def mark() -> None:
            marks.append(
                browser.ask_overlay(page, "server", "function () { return this.innerText }")
            )

        def note() -> None:
            notices.append(browser.notice(page))

        seconds = [13.5 + n for n in range(16)]
        play(page)
        watch_all(
            [watcher],
            FLUSH_S,
            at={
                9.0: lambda: browser.screenshot(page, "remote.png"),
                9.5: mark,
                13.0: server.kill,
                **dict.fromkeys(seconds, note),
                29.5: mark,
            },
        )
        assert marks == [f"⇄ 127.0.0.1:{port}", ""]
        result = score_of(watcher)
        assert result.final_wer <= 15, watcher.log[-1].final
        told = [before != now for before, now in zip(["", *notices], notices, strict=False)]
        begun = [new for new, text in zip(told, notices, strict=True) if AWAY in text and new]
        assert len(begun) == 1, notices
        assert "this computer does" in browser.popup(page).text("#remote")
