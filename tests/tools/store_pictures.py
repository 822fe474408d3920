"""Writes the pictures of the store's listing, at its sizes: `python tests/tools/store_pictures.py`.

Each shows one of the extension's screenshots below a sentence, 1280 x 800; the tile is 440 x 280.
Needs Chromium and Playwright.
"""

import base64
import sys
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

ROOT: Final = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "installers"))

import store  # noqa: E402

PICTURES: Final = {
    "1-captions": ("captions", "Captions over any tab, while it speaks"),
    "2-bilingual": ("bilingual", "In two languages at once"),
    "3-speakers": ("speakers", "Speakers told apart"),
    "4-fullscreen": ("fullscreen", "In fullscreen, too"),
    "5-history": ("history", "Saved only if you say so, and found again"),
}

_PAGE: Final = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; height: 100vh; display: grid; grid-template-rows: auto 1fr;
  justify-items: center;
  background: #10233f; color: #fff; font-family: "DejaVu Sans", sans-serif; overflow: hidden }}
h1 {{ margin: {top}px 0 {below}px; font-size: {size}px; font-weight: 600; text-align: center }}
img {{ max-width: 88%; max-height: 92%; border-radius: 10px; box-shadow: 0 12px 40px #0008 }}
</style><h1>{title}</h1><img src="data:image/png;base64,{picture}">"""


def main() -> None:
    """Draw all pictures."""
    store.PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        for name, (screenshot, title) in PICTURES.items():
            path = ROOT / "extension/screenshots" / f"{screenshot}.png"
            page.set_content(_page(path, title, top=44, below=34, size=40))
            page.screenshot(path=store.PICTURES / f"{name}.png")
        page.set_viewport_size({"width": 440, "height": 280})
        icon = ROOT / "extension/icons/icon-128.png"
        page.set_content(_page(icon, "WLK Live Captions", top=40, below=24, size=32))
        page.screenshot(path=store.PICTURES / "tile.png")
        browser.close()


def _page(picture: Path, title: str, **sizes: int) -> str:
    encoded = base64.b64encode(picture.read_bytes()).decode("ascii")
    return _PAGE.format(title=title, picture=encoded, **sizes)


if __name__ == "__main__":
    main()
