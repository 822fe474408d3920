"""What it costs to delay sound and picture. Figures go into artifacts/."""

import json
import os
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from browser import Browser
from conftest import FakeHost, Launch
from pages import Site
from playwright.sync_api import Page
from popup import ARTIFACTS
from waiting import wait_until

from fixtures.film import write_film
from fixtures.sound import noise

pytestmark = pytest.mark.alone

SIZE = (1280, 720)
RATE = 25
FILM_S = 50
MEASURED_S = 12
MOST_GROWN_MB = 128
"""From when all pictures that wait are there. Closed ones are freed when the browser likes."""


def moving(number: int) -> np.ndarray:
    """Draw a frame in which much moves."""
    width, height = SIZE
    across = np.arange(width, dtype=np.uint16)[None, :] + 8 * number
    down = np.arange(height, dtype=np.uint16)[:, None]
    planes = [across + down, across - down, across + 2 * down]
    return np.stack([(plane // 4 % 256).astype(np.uint8) for plane in planes], axis=2)


def processes(root: int) -> list[int]:
    """Return a process and all that it has started."""
    tasks = Path(f"/proc/{root}/task").glob("*/children")
    children = [int(child) for task in tasks for child in task.read_text().split()]
    return [root, *(one for child in children for one in processes(child))]


def used(pids: list[int]) -> tuple[float, float]:
    """Return seconds of processor and MB of memory, shared memory counted once."""
    seconds, kib = 0.0, 0
    for pid in pids:
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue  # A helper of the browser's that has ended.
        fields = stat.rpartition(")")[2].split()
        seconds += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        kib += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return seconds, kib / 1024


def chromium_of(browser: Browser) -> int:
    """Return the number of the browser's first process."""
    own = f"--user-data-dir={browser.profile}"
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            arguments = (folder / "cmdline").read_text().split("\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if own in arguments and not any(each.startswith("--type=") for each in arguments):
            return int(folder.name)
    raise AssertionError("no browser")


def is_delayed(browser: Browser, page: Page, wanted: bool) -> bool:
    """Return whether the picture is delayed, or is not, as it should."""
    return bool(browser.own_canvases(page)) == wanted


def test_what_waits_is_bounded(
    start_browser: Launch, fake_host: FakeHost, site: Site, tmp_path: Path
) -> None:
    site.add_clip("/hd.webm", write_film(tmp_path / "hd.webm", noise(FILM_S, 0.1), moving, RATE))
    site.add_page("/hd", "<body style='margin:0'><video src=/hd.webm style='width:100vw'></video>")
    browser = start_browser(fake_host.command)
    page = browser.open(site.url("/hd"))
    browser.click_action(page)
    wait_until(lambda: browser.badge(page) == "on", lambda: browser.button(page))
    pids = processes(chromium_of(browser))
    figures: dict[str, float] = {"delay_s": 1.8}
    for name in ("off", "on"):
        browser.choose(inStep=name == "on")
        wanted = name == "on"
        wait_until(partial(is_delayed, browser, page, wanted), f"in step is not {name}")
        page.evaluate("const v = document.querySelector('video'); v.currentTime = 0; v.play()")
        time.sleep(5)
        frames = "document.querySelector('video').getVideoPlaybackQuality()"
        before = page.evaluate(f"({{ total: {frames}.totalVideoFrames }})")["total"]
        seconds, memory_before = used(pids)
        began = time.monotonic()
        time.sleep(MEASURED_S)
        passed = time.monotonic() - began
        after, memory = used(pids)
        shown = page.evaluate(f"({{ total: {frames}.totalVideoFrames }})")["total"] - before
        figures[f"cpu_{name}"] = round((after - seconds) / passed, 3)
        figures[f"memory_mb_{name}"] = round(memory, 1)
        figures[f"grown_mb_{name}"] = round(memory - memory_before, 1)
        figures[f"frames_a_second_{name}"] = round(shown / passed, 1)
    print(figures)
    ARTIFACTS.mkdir(exist_ok=True)
    (ARTIFACTS / "in-step-cost.json").write_text(json.dumps(figures), encoding="utf-8")
    assert figures["grown_mb_on"] <= MOST_GROWN_MB, figures
