"""What captions cost in each frame of a page. Figures go into artifacts/."""

import json

import pytest
from conftest import OpenStage
from frames import Trace, traced
from popup import ARTIFACTS
from stage import Stage
from waiting import wait_until

from wlk_host.bench.scoring import percentile

pytestmark = pytest.mark.alone

SOUND = "<video src=/overlay.wav autoplay style='position:fixed;opacity:0'></video>"
STILL = f"<body style='margin:0;background:#234'>{SOUND}"
MOVING = f"""<body style='margin:0;background:#234'>{SOUND}<canvas width=640 height=360></canvas>
  <script>
    const brush = document.querySelector('canvas').getContext('2d');
    function draw(now) {{
      brush.fillStyle = `hsl(${{now / 20}} 60% 40%)`;
      brush.fillRect(0, 0, 640, 360);
      requestAnimationFrame(draw);
    }}
    requestAnimationFrame(draw);
  </script>"""

OF_A_FRAME = ("FireAnimationFrame", "RequestAnimationFrame", "Layout", "UpdateLayoutTree")
WORDS = 12


def talk(show: Stage) -> None:
    """Have words said one after the other, each when the page has the one before."""
    words = [f"word{n}" for n in range(WORDS)]
    line = show.said * 32_000
    show.said += 1
    for count in range(1, WORDS + 1):
        show.correct({"id": line, "text": " ".join(words[:count])})
        # The fake host says what is due with the next 100 ms of sound.
        show.page.wait_for_timeout(250)


def hide(show: Stage) -> None:
    """Hide captions and wait until nothing of them is in the page."""
    show.browser.command(show.page, "hide")
    gone = lambda: not show.browser.overlay_is_in(show.page)  # noqa: E731
    wait_until(gone, "the overlay stayed in the page")
    # The frame that shows the page without them is still to come, and late on a busy machine.
    show.page.wait_for_timeout(2_000)


def figures(trace: Trace) -> dict[str, float]:
    """Return what is worth being kept of a trace."""
    ours = sorted(trace.ours_by_frame_ms())
    return {
        "frames": len(ours),
        "mean_ms": sum(ours) / len(ours),
        "p95_ms": percentile(ours, 0.95) or 0.0,
        "max_ms": max(ours),
        "thread_busy_ms": trace.busy_by_frame_ms(),
    }


def test_hidden_captions_do_nothing_in_a_frame(stage: OpenStage) -> None:
    show = stage("/still", STILL)
    show.say("Ready.")
    show.until("Ready.")
    with traced(show.browser, show.page) as seen:
        talk(show)
    assert "Layout" in {event["name"] for event in seen.captions}, "nothing is seen of the captions"
    hide(show)
    with traced(show.browser, show.page) as hidden:
        talk(show)
    assert hidden.count(*OF_A_FRAME) == 0
    show.browser.command(show.page, "hide")
    # They did arrive.
    show.until(f"word{WORDS - 1}")


def test_captions_cost_less_than_a_millisecond_of_a_frame(stage: OpenStage) -> None:
    show = stage("/moving", MOVING)
    show.say("Ready.")
    show.until("Ready.")
    with traced(show.browser, show.page) as shown:
        talk(show)
    hide(show)
    with traced(show.browser, show.page) as hidden:
        talk(show)
    plain = show.browser.open(show.page.url)
    # What a page does once, at its beginning, is no cost of a frame.
    plain.wait_for_timeout(2_000)
    with traced(show.browser, plain) as without:
        plain.wait_for_timeout(3_000)
    plain.close()
    measured = {
        "shown": figures(shown),
        "hidden": figures(hidden),
        "without": figures(without),
    }
    ARTIFACTS.mkdir(exist_ok=True)
    (ARTIFACTS / "overlay-frames.json").write_text(json.dumps(measured, indent=1), "utf-8")
    assert measured["hidden"]["frames"] > 30
    assert measured["shown"]["mean_ms"] > 0, "the samples show nothing of what is done"
    assert measured["hidden"]["mean_ms"] < 1
