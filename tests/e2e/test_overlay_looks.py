"""How captions look where it is hard to look good: pictures go into artifacts/ to be looked at."""

import base64
from dataclasses import dataclass, field
from typing import Any

import pytest
from conftest import OpenStage
from popup import ARTIFACTS
from waiting import wait_until

SOUND = "<video src=/overlay.wav autoplay style='position:fixed;opacity:0'></video>"
ARTICLE = (
    "font:18px/1.6 Georgia,serif'><main style='max-width:720px;margin:40px auto'>"
    "<h1>Why there are two tides a day</h1>"
    + "<p>The Moon pulls on the near side of the Earth more than on its centre, and on its centre"
    " more than on the far side. What is left when the common pull is taken away stretches the"
    " oceans along the line to the Moon.</p>" * 6 + "</main>"
)
LIGHT = f"<body style='margin:0;background:#fbfbfa;color:#222;{ARTICLE}{SOUND}"
DARK = f"<body style='margin:0;background:#0d1014;color:#7a828c;{ARTICLE}{SOUND}"
BUSY = f"""<body style='margin:0;overflow:hidden'>{SOUND}
  <canvas width=1280 height=720 style='display:block'></canvas>
  <script>
    const brush = document.querySelector('canvas').getContext('2d');
    let seed = 7;
    const any = (limit) => ((seed = (seed * 48271) % 2147483647) / 2147483647) * limit;
    for (let i = 0; i < 900; i++) {{
      brush.fillStyle = `hsl(${{any(360)}} ${{40 + any(50)}}% ${{20 + any(65)}}%)`;
      brush.beginPath();
      brush.arc(any(1280), any(720), 10 + any(90), 0, 7);
      brush.fill();
    }}
  </script>"""


def final(text: str, language: str, translation: dict[str, str] | None = None) -> dict[str, Any]:
    """Return a line that is finished."""
    common = {"id": 0, "state": "final", "language": language}
    return {**common, "text": text, "translation": translation}


def live(text: str, language: str, translation: dict[str, str] | None = None) -> dict[str, Any]:
    """Return a line that goes on."""
    common = {"id": 64_000, "state": "committed", "language": language}
    return {**common, "text": text, "translation": translation}


def translated(text: str, language: str, state: str) -> dict[str, str]:
    """Return a translation."""
    return {"text": text, "language": language, "state": state}


ENGLISH = [
    final("So the first thing to understand about tides is that nobody pulls the water up.", "en"),
    live("They come from the difference of the Moon's pull across the Earth, and", "en"),
]


@dataclass
class Scene:
    """A page, and what is said over it."""

    body: str
    lines: list[dict[str, Any]] = field(default_factory=lambda: ENGLISH)
    draft: str = " that is much"
    viewport: tuple[int, int] = (1280, 720)
    zoom: int = 1
    settings: dict[str, Any] = field(default_factory=dict)


SCENES = {
    "light": Scene(LIGHT),
    "dark": Scene(DARK),
    "busy": Scene(BUSY),
    "outline": Scene(
        BUSY,
        settings={
            "appearance": {
                "preset": "outline",
                "fontFamily": "sans",
                "fontWeight": 700,
                "color": "#ffffff",
                "background": "#000000",
                "backgroundOpacity": 0,
                "outline": "outline",
                "align": "center",
                "fontSize": 26,
                "lines": 2,
            }
        },
    ),
    "bilingual": Scene(
        DARK,
        [
            final(
                "Nobody pulls the water up.",
                "en",
                translated("Ninguém puxa a água para cima.", "pt", "final"),
            ),
            live(
                "The pull differs across the Earth, and",
                "en",
                translated("A atração varia ao longo da Terra,", "pt", "draft"),
            ),
        ],
        settings={"translateTo": "pt", "bilingual": {"translationSize": 0.85}},
    ),
    "rtl": Scene(
        LIGHT,
        [
            final("أول ما يجب أن نفهمه عن المد والجزر أن أحدا لا يرفع الماء إلى أعلى.", "ar"),
            live("إنه يأتي من اختلاف جاذبية القمر، واسمه بالإنجليزية tidal force،", "ar"),
        ],
        draft=" وهذا أقل",
    ),
    "cjk": Scene(
        DARK,
        [
            final(
                "最初に理解すべきことは、誰も水を引っ張り上げてはいないということです。",
                "ja",
                translated("首先要明白的是，没有人把水往上拉。", "zh", "final"),  # noqa: RUF001
            ),
            live("月の引力は場所によって", "ja", translated("月球的引力", "zh", "draft")),
        ],
        draft="違います",
        settings={"translateTo": "zh"},
    ),
    "zoom-200": Scene(LIGHT, viewport=(640, 360), zoom=2),
    "narrow": Scene(LIGHT, viewport=(360, 640)),
}


@pytest.mark.parametrize("name", SCENES)
def test_captions_are_seen_whole(stage: OpenStage, name: str) -> None:
    scene = SCENES[name]
    show = stage(f"/{name}", scene.body)
    # What the browser's zoom does to a page.
    width, height = scene.viewport
    metrics = {"width": width, "height": height, "deviceScaleFactor": scene.zoom, "mobile": False}
    device = show.browser.context.new_cdp_session(show.page)
    device.send("Emulation.setDeviceMetricsOverride", metrics)
    if scene.settings:
        show.browser.choose(**scene.settings)
    wait_until(lambda: show.browser.notice(show.page) == "", "a notice stayed")
    show.correct(*scene.lines, draft=scene.draft)
    show.until(scene.draft.strip())
    box = show.browser.overlay_box(show.page)
    assert 0 <= box["left"] < box["right"] <= width
    assert 0 <= box["top"] < box["bottom"] <= height
    newest = show.browser.overlay_rows(show.page)[-1]
    translation = scene.lines[-1]["translation"]
    assert newest.translation == (translation["text"] if translation else "")
    still = (
        "async function () {"
        " await Promise.all(this.getAnimations({ subtree: true }).map((a) => a.finished)); }"
    )
    show.browser.ask_overlay(show.page, "stage", still)
    # Playwright's own screenshot would put the viewport back.
    picture = base64.b64decode(device.send("Page.captureScreenshot")["data"])
    ARTIFACTS.mkdir(exist_ok=True)
    (ARTIFACTS / f"overlay-{name}.png").write_bytes(picture)
