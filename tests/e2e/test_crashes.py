"""Whatever crashes, of a transcript that is kept no more than the last five seconds are lost."""

import os
import re
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from browser import Browser, launch
from conftest import FakeHost, Launch
from kept import remembered, save_in_panel, stored
from native_host import EXTENSION_ID
from pages import Clip, Site
from playwright.sync_api import Page
from waiting import wait_until

LOST_AT_MOST_S = 5.0


def save(browser: Browser, site: Site) -> Page:
    """Open a page whose captions are kept as they grow: w0 w1 w2 ..."""
    site.add_clip("/crash.wav", Clip(seconds=180))
    site.add_player("/crash", "/crash.wav")
    page = browser.open(site.url("/crash"))
    browser.click_action(page)
    wait_until(lambda: browser.captions(page), "no captions")
    save_in_panel(browser, page)
    return page


@pytest.fixture
def saved(start_browser: Launch, fake_host: FakeHost, site: Site) -> tuple[Browser, Page]:
    """Return a browser and a page whose captions are kept."""
    browser = start_browser(fake_host.command)
    return browser, save(browser, site)


def numbers(texts: Iterable[str] | None) -> list[int]:
    """Return which words are there."""
    return sorted(int(number) for number in re.findall(r"w(\d+)", " ".join(texts or [])))


def newest(browser: Browser, page: Page) -> int:
    """Return the newest word over the page that will not change."""
    rows = [row.committed for row in browser.overlay_rows(page)]
    return max(numbers(rows), default=-1)


def until_word(browser: Browser, page: Page, word: int) -> None:
    """Wait until so many words were said."""
    wait_until(lambda: newest(browser, page) >= word, f"w{word} is not said", seconds=40)


def kill(pid: int) -> None:
    """End a process that this test has started, and leave it no time for anything."""
    os.kill(pid, signal.SIGKILL)


def pid_of(profile: Path) -> int:
    """Return the process of the browser that has a profile open."""
    return int(str((profile / "SingletonLock").readlink()).rpartition("-")[2])


def close_document(browser: Browser) -> None:
    """Close the document that captures, as a crash of its process does."""
    targets = browser.cdp.send("Target.getTargets", {"filter": [{"type": "background_page"}]})
    [found] = [t for t in targets["targetInfos"] if EXTENSION_ID in t["url"]]
    browser.cdp.send("Target.closeTarget", {"targetId": found["targetId"]})


@pytest.mark.browser
@pytest.mark.parametrize("phase_s", [0.0, 2.0])
def test_a_browser_that_is_killed_loses_five_seconds_at_most(
    tmp_path: Path, fake_host: FakeHost, site: Site, phase_s: float
) -> None:
    profile = tmp_path / "profile"
    with launch(profile, fake_host.command) as browser:
        page = save(browser, site)
        until_word(browser, page, 25)
        time.sleep(phase_s)
        word = newest(browser, page)
        time.sleep(LOST_AT_MOST_S)
        kill(pid_of(profile))
        wait_until(lambda: fake_host.messages("eof"), "the host goes on")
    with launch(profile, fake_host.command) as browser:
        found = numbers(stored(browser))
    print(f"said 5 s before the crash: w{word}, on disk: w{found[-1] if found else None}")
    assert found == list(range(len(found)))
    assert found[-1] >= word


def test_a_document_that_is_closed_loses_five_seconds_at_most(
    saved: tuple[Browser, Page],
) -> None:
    """Neither on disk, nor in the memory, where the capture that begins anew finds it."""
    browser, page = saved
    until_word(browser, page, 45)
    time.sleep(LOST_AT_MOST_S)
    close_document(browser)
    found = numbers(stored(browser))
    assert found[: 45 + 1] == list(range(45 + 1))
    assert numbers(remembered(browser))[: 45 + 1] == list(range(45 + 1))
    # What begins anew is saved, too: the lines that it finds, and further on in the clip its own.
    grown = lambda: numbers(stored(browser)).count(5) == 3  # noqa: E731
    wait_until(grown, lambda: f"on disk: {stored(browser)}", seconds=30)


def test_a_document_that_is_closed_again_and_again_goes_on_saving(
    saved: tuple[Browser, Page], fake_host: FakeHost
) -> None:
    """Though it is closed before it has saved anything itself."""
    browser, page = saved
    until_word(browser, page, 25)
    time.sleep(LOST_AT_MOST_S)
    for _ in range(3):
        starts = len(fake_host.messages("start"))
        close_document(browser)
        again = lambda: len(fake_host.messages("start")) > starts  # noqa: B023, E731
        wait_until(again, "captions did not begin anew")
    # Nothing of those closed in between; of the last one what it finds, and what it hears.
    grown = lambda: numbers(stored(browser)).count(5) == 3  # noqa: E731
    wait_until(grown, lambda: f"on disk: {stored(browser)}", seconds=30)


@pytest.mark.parametrize("victim", ["worker", "host"])
def test_when_a_part_dies_nothing_is_lost(
    saved: tuple[Browser, Page], fake_host: FakeHost, victim: str
) -> None:
    browser, page = saved
    deaths: dict[str, Callable[[], None]] = {
        "worker": browser.kill_worker,
        "host": lambda: kill(fake_host.messages("started")[-1]["pid"]),
    }
    for word in (22, 43):
        until_word(browser, page, word)
        starts = len(fake_host.messages("start"))
        deaths[victim]()
        again = lambda: len(fake_host.messages("start")) > starts  # noqa: B023, E731
        wait_until(again, "no host came back")
    until_word(browser, page, 65)
    there = lambda: numbers(stored(browser))[: 65 + 1] == list(range(65 + 1))  # noqa: E731
    wait_until(there, lambda: f"on disk: {stored(browser)}", seconds=LOST_AT_MOST_S)
    known = lambda: numbers(remembered(browser))[: 65 + 1] == list(range(65 + 1))  # noqa: E731
    wait_until(known, lambda: f"remembered: {remembered(browser)}", seconds=LOST_AT_MOST_S)
    assert len(numbers(stored(browser))) == len(set(numbers(stored(browser)))), "twice"
