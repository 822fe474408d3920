"""Extension and host of two versions, each real: what only the newer one knows is left out."""

import json
import shutil
import sys
from pathlib import Path

import pytest
from browser import ROOT, Browser, launch
from conftest import Launch
from pages import Site
from panels import capture, entry, open_panel, tell, transcript
from playwright.sync_api import expect
from test_captions import add_video, listen, play
from waiting import wait_until

from fixtures import models, sound
from wlk_host.models import errors
from wlk_host.setup import extension

pytestmark = [pytest.mark.model, pytest.mark.browser]

LATER = "9.0.0"
HOST = [sys.executable, "-m", "wlk_host.cli"]
SETTINGS = {"fontSize": 34, "language": "en", "speakers": True}


@pytest.fixture(autouse=True)
def real_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the host that the browser starts find the model."""
    monkeypatch.setenv(errors.MODELS_VARIABLE, str(models.model("tiny.en").parent))


@pytest.fixture
def speech(site: Site, tmp_path: Path) -> str:
    """The address of a page that speaks one sentence."""
    pcm = sound.english_part("The", "spoken.")
    return add_video(site, "/versions", sound.write_wav(tmp_path / "sentence.wav", pcm))


def loading(folder: Path) -> list[str]:
    """Switches that load the extension from another folder: of two, the last one counts."""
    return [f"--load-extension={folder}", f"--disable-extensions-except={folder}"]


def replaced(path: Path, *changes: tuple[str, str]) -> None:
    """Change a file that has each of these texts once."""
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def assert_captioned(browser: Browser, address: str) -> None:
    """Play the page and read its words."""
    page = browser.open(address)
    listen(browser, page)
    play(page)
    words = lambda: "on this computer" in browser.captions(page)  # noqa: E731
    wait_until(words, lambda: f"{browser.captions(page)!r}: {browser.button(page)}", seconds=60)


def make_newer_extension(folder: Path) -> None:
    """Let it say more than the host knows, and say it under a later version."""
    replaced(folder / "manifest.json", ('"version": "0.1.0"', f'"version": "{LATER}"'))
    replaced(
        folder / "background/host_link.js",
        ("extension: version });", "extension: version, mood: 'glad' });"),
        (
            "    this.#listener.ready();\n",
            "    this.#port?.postMessage({ type: 'sing', song: 'la' });\n"
            "    this.#listener.ready();\n",
        ),
    )


def test_a_newer_extension_works_with_this_host_and_keeps_settings_and_names(
    tmp_path: Path, speech: str
) -> None:
    folder, profile = tmp_path / "extension", tmp_path / "profile"
    extension.write(folder)
    with launch(profile, args=loading(folder)) as browser:
        browser.choose(**SETTINGS)
        before = browser.stored()
        panel = open_panel(browser)
        capture(panel)
        said = [entry(0, "Hello.", speaker="1"), entry(1, "Good morning.", speaker="2")]
        tell(panel, type="transcript", transcript=transcript(said, names={"1": "Ada"}))
        panel.get_by_role("button", name="Save", exact=True).click()
        panel.get_by_role("button", name="Saved", exact=True).wait_for()
    newer = tmp_path / "newer"
    shutil.copytree(folder, newer)
    make_newer_extension(newer)
    shutil.rmtree(folder)
    newer.rename(folder)
    with launch(profile, HOST, args=loading(folder)) as browser:
        worker = browser.context.service_workers[-1]
        assert worker.evaluate("chrome.runtime.getManifest().version") == LATER
        assert browser.stored() == before
        history = browser.open_own("history/history.html")
        history.locator("#query").fill("Hello")
        history.locator(".found button").first.click()
        expect(history.locator("body")).to_contain_text("Ada")
        assert_captioned(browser, speech)


def test_this_extension_works_with_a_newer_host(
    start_browser: Launch, tmp_path: Path, speech: str
) -> None:
    package = tmp_path / "newer/wlk_host"
    shutil.copytree(ROOT / "host/wlk_host", package, ignore=shutil.ignore_patterns("__pycache__"))
    replaced(package / "version.py", ('"0.1.0"', f'"{LATER}"'))
    with (package / "protocol/framing.py").open("a", encoding="utf-8") as module:
        module.write(_MORE)
    browser = start_browser(["env", f"PYTHONPATH={package.parent}", *HOST])
    assert_captioned(browser, speech)
    report = browser.open_own("options/options.html")
    report.locator("#diagnose").click()
    expect(report.locator("#report")).to_contain_text(LATER)
    assert json.loads(report.locator("#report").inner_text())


_MORE = """

_plain = encode_frame


def encode_frame(payload):
    song = _plain(b'{"type": "sing", "song": "la"}')
    return _plain(payload[:-1] + b', "mood": "glad"}') + song
"""
"""Every message says more than the extension knows, and another one follows it."""
