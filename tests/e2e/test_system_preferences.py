"""Captions follow what the user has told the system: contrast, colours, motion, text size."""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from conftest import OpenStage
from playwright.sync_api import CDPSession
from popup import ARTIFACTS
from stage import Stage
from waiting import wait_until

SOUND = "<video src=/overlay.wav autoplay style='position:fixed;opacity:0'></video>"
BODY = f"<body style='margin:0;background:#7a8'>{SOUND}"
SAID = "What the system says holds for captions, too."
DRAFT = "and words that may change"

SYSTEM_LOOK = {
    "preset": "system",
    "color": "#f6f7f9",
    "background": "#101216",
    "backgroundOpacity": 0.91,
}
OUTLINE_LOOK = {"preset": "outline", "backgroundOpacity": 0, "opacity": 0.6, "outline": "outline"}

LOOK = """async function () {
  await Promise.all(this.getAnimations({ subtree: true }).map((a) => a.finished));
  const style = (part) => getComputedStyle(this.querySelector(part));
  return {
    ground: style('.captions').backgroundColor,
    ink: style('.word').color,
    draft_ink: style('.draft').color,
    contour: style('.text').textShadow,
    opacity: Number(style('.stack').opacity),
    size: getComputedStyle(this).fontSize,
  };
}"""

CANVAS = "getComputedStyle(document.body).backgroundColor"

MOVED = """function () {
  const until = performance.now() + 2500;
  globalThis.moved = new Promise((resolve) => {
    const look = () => {
      const moving = this.getAnimations({ subtree: true });
      if (moving.some((a) => a.effect.getComputedTiming().duration > 1)) resolve(true);
      else if (performance.now() > until) resolve(false);
      else requestAnimationFrame(look);
    };
    look();
  });
}"""
"""Looks in each frame whether something moves, until the last row must have come out."""

Colour = tuple[float, float, float, float]
"""Red, green and blue of 255, opacity of 1."""


@dataclass(frozen=True)
class Seen:
    """How captions are drawn at one moment: computed styles."""

    ground: str
    ink: str
    draft_ink: str
    contour: str
    opacity: float
    size: str
    canvas: str
    """The page's colour of the system for what text stands on."""

    @property
    def contrast(self) -> float:
        """Return the contrast of settled words to the box (WCAG 2.2)."""
        return contrast(colour(self.ink), colour(self.ground))

    @property
    def draft_contrast(self) -> float:
        """Return the same of words that may change."""
        return contrast(colour(self.draft_ink), colour(self.ground))


@dataclass(frozen=True)
class Device:
    """The system that a page and the captions over it are shown on."""

    page: CDPSession
    captions: CDPSession

    def send(self, method: str, given: dict[str, Any] | None = None) -> dict[str, Any]:
        """Emulate for both; return what the page answers."""
        if method.startswith("Emulation."):
            self.captions.send(method, given)
        return dict(self.page.send(method, given))


def open_page(stage: OpenStage, path: str, look: dict[str, Any] | None) -> tuple[Stage, Device]:
    """Return a page with captions that look so, and who emulates for it."""
    show = stage(path, BODY)
    page = show.browser.context.new_cdp_session(show.page)
    device = Device(page, show.browser.caption_session(show.page))
    if look is not None:
        show.browser.choose(appearance=look)
    wait_until(lambda: show.browser.notice(show.page) == "", "a notice stayed")
    return show, device


def prefer(device: Device, **features: str) -> None:
    """Emulate media features, e.g. forced_colors="active", and none besides."""
    given = [{"name": n.replace("_", "-"), "value": value} for n, value in features.items()]
    device.send("Emulation.setEmulatedMedia", {"features": given})


def look_at(show: Stage) -> Seen:
    """Have something said and return how it is drawn once nothing moves or fades."""
    draft = f"{DRAFT} {show.said}"
    show.say(SAID, draft=f" {draft}")
    show.until(draft)
    canvas = show.page.evaluate(CANVAS)
    return Seen(**show.browser.ask_overlay(show.page, "stage", LOOK), canvas=canvas)


def colour(given: str) -> Colour:
    """Return a computed colour."""
    numbers = [float(n) for n in re.findall(r"[\d.]+", given.removeprefix("color(srgb"))]
    if given.startswith("color(srgb"):
        numbers[:3] = [n * 255 for n in numbers[:3]]
    red, green, blue, *alpha = numbers
    return red, green, blue, alpha[0] if alpha else 1.0


def contrast(ink: Colour, ground: Colour) -> float:
    """Return the contrast of what may be transparent to its ground, taken as opaque (WCAG 2.2)."""
    mixed = [ink[3] * c + (1 - ink[3]) * g for c, g in zip(ink[:3], ground[:3], strict=True)]
    dim, bright = sorted((luminance(mixed), luminance(ground[:3])))
    return (bright + 0.05) / (dim + 0.05)


def luminance(rgb: Sequence[float]) -> float:
    """Return the relative luminance (WCAG 2.2)."""
    parts = [c / 255 for c in rgb]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(share * c for share, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def picture(device: Device, name: str) -> None:
    """Write what is seen to artifacts/; Playwright's own screenshot would prefer otherwise."""
    ARTIFACTS.mkdir(exist_ok=True)
    data = base64.b64decode(device.send("Page.captureScreenshot")["data"])
    (ARTIFACTS / name).write_bytes(data)


def test_more_contrast_is_opaque_with_brighter_drafts(stage: OpenStage) -> None:
    show, device = open_page(stage, "/more", None)
    usual = look_at(show)
    prefer(device, prefers_contrast="more")
    seen = look_at(show)
    picture(device, "system-contrast-more.png")
    assert colour(usual.ground)[3] < colour(seen.ground)[3] == 1
    assert seen.draft_contrast > max(7, usual.draft_contrast + 1)


def test_less_contrast_is_softer_and_still_read(stage: OpenStage) -> None:
    show, device = open_page(stage, "/less", None)
    usual = look_at(show)
    prefer(device, prefers_contrast="less")
    seen = look_at(show)
    assert 7 <= seen.contrast < usual.contrast - 1


def test_reduced_transparency_makes_the_box_opaque(stage: OpenStage) -> None:
    show, device = open_page(stage, "/opaque", {"opacity": 0.5, "backgroundOpacity": 0.4})
    usual = look_at(show)
    prefer(device, prefers_reduced_transparency="reduce")
    seen = look_at(show)
    assert (usual.opacity, seen.opacity) == (0.5, 1)
    assert colour(usual.ground)[3] == 0.4
    assert colour(seen.ground)[3] == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_contrast_theme_gives_its_colours_to_every_look(stage: OpenStage, scheme: str) -> None:
    show, device = open_page(stage, f"/forced-{scheme}", OUTLINE_LOOK)
    prefer(device, forced_colors="active", prefers_color_scheme=scheme)
    seen = look_at(show)
    picture(device, f"system-forced-{scheme}.png")
    assert colour(seen.ground) == colour(seen.canvas)
    assert seen.opacity == 1
    assert seen.contour == "none"
    assert seen.contrast >= 7
    assert seen.draft_ink != seen.ink


def test_reduced_motion_moves_nothing(stage: OpenStage) -> None:
    show, device = open_page(stage, "/still", None)
    look_at(show)
    for motion, moves in (("reduce", False), ("no-preference", True)):
        prefer(device, prefers_reduced_motion=motion)
        show.browser.ask_overlay(show.page, "window", MOVED)
        show.say(f"Another line with {motion}, long enough to fill a row of its own, and more.")
        show.until(motion)
        moved = show.browser.ask_overlay(show.page, "window", "() => globalThis.moved")
        assert moved == moves, motion


def test_the_look_of_the_system_is_light_or_dark_with_it(stage: OpenStage) -> None:
    show, device = open_page(stage, "/scheme", SYSTEM_LOOK)
    grounds = {}
    for scheme in ("light", "dark"):
        prefer(device, prefers_color_scheme=scheme)
        seen = look_at(show)
        picture(device, f"system-{scheme}.png")
        assert seen.contrast >= 7
        assert seen.draft_contrast >= 4.5
        grounds[scheme] = luminance(colour(seen.ground)[:3])
    assert grounds["dark"] < 0.1
    assert grounds["light"] > 0.9


def test_the_look_of_the_system_grows_with_the_browsers_text(stage: OpenStage) -> None:
    show, device = open_page(stage, "/text", SYSTEM_LOOK)
    assert look_at(show).size == "22px"
    device.send("Page.setFontSizes", {"fontSizes": {"standard": 24}})
    assert look_at(show).size == "33px"
    picture(device, "system-text.png")
    show.browser.choose(appearance={**SYSTEM_LOOK, "preset": "standard"})
    wait_until(lambda: look_at(show).size == "22px", "every look grows")
