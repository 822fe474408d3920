"""What the main threads of a page and its captions do in each frame, as the browser traces it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from browser import Browser
from native_host import EXTENSION_ID
from playwright.sync_api import Page

CATEGORIES = [
    "devtools.timeline",
    "disabled-by-default-devtools.timeline",
    "disabled-by-default-v8.cpu_profiler",
    "toplevel",
]

Event = dict[str, Any]


@dataclass
class Trace:
    """Events of main threads, in their order. Times are microseconds."""

    events: list[Event] = field(default_factory=list)
    """Of the page."""
    captions: list[Event] = field(default_factory=list)
    """Of the process that the frame with the captions is in."""

    def count(self, *names: str) -> int:
        """Return how many events have one of these names."""
        return sum(event["name"] in names for event in [*self.events, *self.captions])

    def ours_by_frame_ms(self) -> list[float]:
        """Return, for each frame, how long the extension's scripts ran in it (sampled)."""
        starts = [e["ts"] for e in self.events if e["name"] == "FireAnimationFrame"]
        ours = self._samples_of_ours()
        return [
            sum(length for at, length in ours if start <= at < end) / 1000
            for start, end in pairwise(starts)
        ]

    def _samples_of_ours(self) -> list[tuple[int, int]]:
        """Return when a sample found the extension's scripts on the stack, and its length."""
        is_ours: dict[int, bool] = {}
        found: list[tuple[int, int]] = []
        for profile in self.events:
            if profile["name"] == "Profile":
                at = profile["args"]["data"]["startTime"]
            if profile["name"] != "ProfileChunk":
                continue
            data = profile["args"]["data"]
            for node in data.get("cpuProfile", {}).get("nodes", []):
                url = node["callFrame"].get("url", "")
                called_by_ours = is_ours.get(node.get("parent", -1), False)
                is_ours[node["id"]] = called_by_ours or url.startswith("chrome-extension://")
            samples = data.get("cpuProfile", {}).get("samples", [])
            for sample, length in zip(samples, data.get("timeDeltas", []), strict=True):
                at += length
                if is_ours[sample]:
                    # Samples may be reported a little out of their order.
                    found.append((at, max(0, length)))
        return found

    def busy_by_frame_ms(self) -> float:
        """Return how long the thread worked for a frame on average, whoever's work it was."""
        tasks = [e for e in self.events if e["name"] == "ThreadControllerImpl::RunTask"]
        frames = self.count("FireAnimationFrame")
        return float(sum(task.get("dur", 0) for task in tasks)) / 1000 / max(1, frames)


@contextmanager
def traced(browser: Browser, page: Page) -> Iterator[Trace]:
    """Trace what happens in the block; the trace has its events after it."""
    trace = Trace()
    playwright_browser = browser.context.browser
    assert playwright_browser is not None
    playwright_browser.start_tracing(page=page, categories=CATEGORIES)
    try:
        yield trace
    finally:
        events = json.loads(playwright_browser.stop_tracing())["traceEvents"]
    [started] = [event for event in events if event["name"] == "TracingStartedInBrowser"]
    processes = {
        frame["url"].partition("#")[0]: frame["processId"]
        for frame in started["args"]["data"]["frames"]
    }
    trace.events = _of_main_thread(events, processes[page.url])
    frame = f"chrome-extension://{EXTENSION_ID}/overlay/frame.html"
    if frame in processes:
        trace.captions = _of_main_thread(events, processes[frame])


def _of_main_thread(events: list[Event], process: int) -> list[Event]:
    threads = {
        event["tid"]
        for event in events
        if event["name"] == "thread_name"
        and event["pid"] == process
        and event["args"]["name"] == "CrRendererMain"
    }
    return sorted(
        (e for e in events if e["pid"] == process and _is_of(e, threads)),
        key=lambda event: event["ts"],
    )


def _is_of(event: Event, threads: set[int]) -> bool:
    # The profiler reports from a thread of its own.
    return event["tid"] in threads or event["name"] in ("Profile", "ProfileChunk")
