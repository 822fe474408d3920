"""What captions over a page cost: time to the screen, memory. Figures go into artifacts/."""

import json

import pytest
from browser import Browser
from conftest import FakeHost, OpenStage
from popup import ARTIFACTS
from stage import Stage

from wlk_host.bench.scoring import percentile

pytestmark = pytest.mark.alone

BODY = "<body style='margin:0;background:#234'><video src=/overlay.wav autoplay></video>"

LINES_IN_3_HOURS = 3 * 3600 // 4
"""A line every four seconds."""

NOTE_PORT = """() => chrome.runtime.onConnect.addListener((port) => {
  if (port.name.startsWith('frame ')) globalThis.captionPort = port;
})"""
"""The worker's way to the captions of the newest page."""

SEND = """async ({ session, revision, texts, pauseMs }) => {
  const sent = [];
  for (const { id, text, state } of texts) {
    const line = { id, start: id, end: id + 60_000, text, state, language: 'en', speaker: null,
      translation: null };
    const message = { type: 'captions', session, revision: ++revision, lines: [line], draft: null,
      final_until: 0 };
    sent.push(performance.timeOrigin + performance.now());
    globalThis.captionPort.postMessage(message);
    if (pauseMs || revision % 30 === 0)
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return sent;
}"""

PAINTS = """function (count) {
  const painted = {};
  return new Promise((resolve) => {
    const afterPaint = new MessageChannel();
    afterPaint.port1.onmessage = ({ data }) => {
      painted[data] ??= performance.timeOrigin + performance.now();
      if (data === count - 1) resolve(painted);
    };
    new MutationObserver(() => {
      const newest = Number(this.textContent.match(/(\\d+)$/)?.[1]);
      requestAnimationFrame(() => afterPaint.port2.postMessage(newest));
    }).observe(this, { subtree: true, childList: true, characterData: true });
  });
}"""


@pytest.fixture(autouse=True)
def note_port(shared_browser: tuple[Browser, FakeHost]) -> None:
    """Have the worker keep the port to the next page's captions."""
    shared_browser[0].context.service_workers[-1].evaluate(NOTE_PORT)


def send(show: Stage, host: FakeHost, texts: list[dict[str, object]], pause_ms: int) -> list[float]:
    """Send captions from the worker as fast as the page takes them; return when (ms) each left."""
    message = {
        "session": host.messages("start")[-1]["session"],
        "revision": 1_000 + int(str(texts[0]["id"])) * 10,
        "texts": texts,
        "pauseMs": pause_ms,
    }
    return list(show.browser.context.service_workers[-1].evaluate(SEND, message))


def test_a_message_is_soon_on_the_screen(
    stage: OpenStage, shared_browser: tuple[object, FakeHost]
) -> None:
    host = shared_browser[1]
    show = stage("/latency", BODY)
    show.say("Ready 0")
    show.until("Ready 0")
    count = 150
    show.browser.ask_overlay(
        show.page,
        "window",
        f"function (n) {{ globalThis.painted = ({PAINTS}).call(this, n); }}",
        count,
    )
    words = [f"word {n}" for n in range(count)]
    texts: list[dict[str, object]] = [
        {"id": 1 + n // 8, "text": " ".join(words[n // 8 * 8 : n + 1]), "state": "committed"}
        for n in range(count)
    ]
    sent = send(show, host, texts, pause_ms=33)
    painted = show.browser.ask_overlay(show.page, "window", "() => globalThis.painted")
    delays = sorted(painted[str(n)] - at for n, at in enumerate(sent) if str(n) in painted)
    assert len(delays) >= 0.9 * count
    figures = {
        "messages": len(delays),
        "p50_ms": percentile(delays, 0.5) or 0.0,
        "p95_ms": percentile(delays, 0.95) or 0.0,
    }
    ARTIFACTS.mkdir(exist_ok=True)
    (ARTIFACTS / "overlay-latency.json").write_text(json.dumps(figures), encoding="utf-8")
    # Of all 95 % on a machine with nothing else to do; on a busy one, of the half at the least.
    assert figures["p50_ms"] <= 20, figures


def test_hours_of_captions_leave_memory_flat(
    stage: OpenStage, shared_browser: tuple[object, FakeHost]
) -> None:
    host = shared_browser[1]
    show = stage("/hours", BODY)
    show.say("Ready.")
    show.until("Ready.")
    page = show.browser.context.new_cdp_session(show.page)
    documents = [page, show.browser.caption_session(show.page)]
    for document in documents:
        document.send("Performance.enable")

    def metrics() -> dict[str, float]:
        total: dict[str, float] = {}
        for document in documents:
            document.send("HeapProfiler.collectGarbage")
            for metric in document.send("Performance.getMetrics")["metrics"]:
                total[metric["name"]] = total.get(metric["name"], 0) + metric["value"]
        return total

    def talk(first: int, until: int) -> dict[str, float]:
        texts: list[dict[str, object]] = []
        for n in range(first, until):
            text = f"Line {n} of a talk that goes on for hours and says little in each of them."
            texts += [
                {"id": n * 64_000, "text": text[:30], "state": "committed"},
                {"id": n * 64_000, "text": text, "state": "final"},
            ]
        send(show, host, texts, pause_ms=0)
        show.until(f"Line {until - 1} ")
        return metrics()

    early = talk(1, LINES_IN_3_HOURS // 6)
    late = talk(LINES_IN_3_HOURS // 6, LINES_IN_3_HOURS)
    updates = 2 * (LINES_IN_3_HOURS - LINES_IN_3_HOURS // 6)
    assert late["Nodes"] <= early["Nodes"] * 1.2 + 100
    assert late["JSHeapUsedSize"] <= early["JSHeapUsedSize"] + 2e6
    figures = {
        "updates": updates,
        "ms_per_update": 1000 * (late["TaskDuration"] - early["TaskDuration"]) / updates,
        "layout_ms_per_update": 1000 * (late["LayoutDuration"] - early["LayoutDuration"]) / updates,
        "heap_early_bytes": early["JSHeapUsedSize"],
        "heap_late_bytes": late["JSHeapUsedSize"],
        "nodes_early": early["Nodes"],
        "nodes_late": late["Nodes"],
    }
    ARTIFACTS.mkdir(exist_ok=True)
    (ARTIFACTS / "overlay-cost.json").write_text(json.dumps(figures), encoding="utf-8")
