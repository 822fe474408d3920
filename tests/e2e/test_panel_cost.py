"""What the panel costs with hours of captions. Figures go into artifacts/."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from browser import Browser
from conftest import FakeHost
from panels import capture, entry, open_panel, tell, transcript
from playwright.sync_api import CDPSession, Page
from popup import ARTIFACTS

from wlk_host.bench.scoring import percentile

pytestmark = pytest.mark.alone

LINES = 10_000
"""Of talk without a pause they are some eight hours."""

LINE_BYTES = 4000
"""More than a line of 15 words, the time of each, and its row take."""

GROW = """async ({ first, count }) => {
  const { tabId } = told.findLast((m) => m.wants?.tabId).wants;
  const times = [];
  for (let index = first; index < first + count; index += 1) {
    const text = `Line ${index} of a talk that goes on for hours and says little in each of them.`;
    const words = text.split(' ').map((word, n) => [` ${word}`, 4 * index + n / 5,
      4 * index + (n + 1) / 5, 0.9 + n / 1000]);
    const line = { ...globalThis.like, id: `c ${index}`, start: 4 * index, end: 4 * index + 3.5,
      wall: globalThis.like.wall + 4000 * index, text, words };
    const changes = { revision: index, entries: [line], removed: [], rest: {} };
    const begun = performance.now();
    tell({ type: 'transcript-changes', tabId, changes });
    times.push(performance.now() - begun);
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
  return times;
}"""

SCROLL = """async (steps) => {
  const times = [];
  const list = document.getElementById('lines');
  let last = await new Promise((resolve) => requestAnimationFrame(resolve));
  for (let step = 0; step < steps; step += 1) {
    list.scrollTop = (step * 7919) % list.scrollHeight;
    const now = await new Promise((resolve) => requestAnimationFrame(resolve));
    times.push(now - last);
    last = now;
  }
  return times;
}"""


@pytest.fixture
def panel(shared_browser: tuple[Browser, FakeHost]) -> Iterator[Page]:
    """The panel of a captioned tab, with a stub instead of the worker."""
    page = open_panel(shared_browser[0])
    capture(page)
    yield page
    page.close()


def metrics(session: CDPSession) -> dict[str, float]:
    """Return what the page holds after its rubbish was collected."""
    session.send("HeapProfiler.collectGarbage")
    found = session.send("Performance.getMetrics")["metrics"]
    return {metric["name"]: metric["value"] for metric in found}


def line(index: int) -> dict[str, Any]:
    """Return a line as the host tells it, every word with its time."""
    text = f"Line {index} says this and that, and goes on for as long as people speak."
    start = 4 * index
    words = [
        [f" {word}", start + n / 5, start + (n + 1) / 5, 0.9 + n / 1000]
        for n, word in enumerate(text.split())
    ]
    return entry(index, text, words=words)


def test_hours_of_captions_stay_smooth(panel: Page) -> None:
    session = panel.context.new_cdp_session(panel)
    session.send("Performance.enable")

    def measure(count: int) -> dict[str, float]:
        """Return what a transcript of so many lines costs, and what each further one does."""
        lines = [line(index) for index in range(count)]
        panel.evaluate("(line) => void (globalThis.like = line)", lines[0])
        tell(panel, type="transcript", transcript=transcript(lines, id=str(count)))
        # The first ones compile the code.
        panel.evaluate(GROW, {"first": count, "count": 60})
        times = sorted(panel.evaluate(GROW, {"first": count + 60, "count": 200}))
        scrolled = sorted(panel.evaluate(SCROLL, 200))
        found = metrics(session)
        return {
            "lines": count,
            "update_p50_ms": percentile(times, 0.5) or 0.0,
            "update_p95_ms": percentile(times, 0.95) or 0.0,
            "frame_p50_ms": percentile(scrolled, 0.5) or 0.0,
            "frame_p95_ms": percentile(scrolled, 0.95) or 0.0,
            "heap_bytes": found["JSHeapUsedSize"],
            "nodes": found["Nodes"],
        }

    few, many = measure(200), measure(LINES)
    # It has grown by hundreds of lines since; what it holds does not grow by more than these.
    grown = sorted(panel.evaluate(GROW, {"first": LINES + 260, "count": 1000}))
    late = metrics(session)
    figures = {
        "few": few,
        "many": many,
        "heap_after_1000_more_bytes": late["JSHeapUsedSize"],
        "nodes_after_1000_more": late["Nodes"],
        "update_p95_after_1000_more_ms": percentile(grown, 0.95),
    }
    ARTIFACTS.mkdir(exist_ok=True)
    (ARTIFACTS / "panel-cost.json").write_text(json.dumps(figures, indent=1), encoding="utf-8")
    print(json.dumps(figures))
    assert many["nodes"] <= few["nodes"] * 1.2 + 200
    assert late["Nodes"] <= many["nodes"] * 1.2 + 200
    assert late["JSHeapUsedSize"] <= many["heap_bytes"] + 1000 * LINE_BYTES
    assert many["heap_bytes"] <= few["heap_bytes"] + LINES * LINE_BYTES
    # Half of a frame at 60 Hz, on a machine with nothing else to do.
    assert many["update_p50_ms"] <= 8, figures
