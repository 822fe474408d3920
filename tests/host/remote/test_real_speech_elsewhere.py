"""Two real hosts, one of them a server: every word once, wherever it is captioned."""

import io
import json
import wave
from contextlib import ExitStack
from pathlib import Path

import pytest

import wlk_host
from fixtures.models import model
from host.remote.resuming import Browser, browsing, free_port, serving
from wlk_host.bench.scoring import error_rate
from wlk_host.core.types import SAMPLE_RATE

pytestmark = [pytest.mark.model, pytest.mark.alone]

SPEECH = Path(wlk_host.__file__).parent / "speech"
TEXT = json.loads((SPEECH / "english.json").read_text("utf-8"))["text"]
PAUSE_S = 12
SECRET = "wlk_thisisnotatokenofthatserver"
MOST_WRONG = 8.0
"""Per cent of the words, as of the server itself (`test_real_speech`)."""


@pytest.fixture(autouse=True)
def _models(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WLK_MODELS", str(model("base").parent))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def clip() -> bytes:
    with wave.open(io.BytesIO((SPEECH / "english.wav").read_bytes())) as sound:
        return bytes(sound.readframes(sound.getnframes()))


def test_the_server_is_killed_and_comes_back_and_every_word_is_there_once() -> None:
    port, spoken = free_port(), clip()
    spoken_s = len(spoken) / 2 / SAMPLE_RATE
    pcm = spoken + bytes(2 * SAMPLE_RATE * PAUSE_S) + spoken
    with ExitStack() as stack:
        first = stack.enter_context(serving(port, "--model", "base"))
        browser = stack.enter_context(browsing(pcm))
        browser.greet(f"ws://127.0.0.1:{port}")
        browser.wait(lambda it: bool(it.remotes) and it.remotes[-1]["state"] == "on")
        browser.start()
        browser.play(14)
        assert browser.captioned_by == f"127.0.0.1:{port}"
        assert browser.lines
        first.kill()
        browser.play(20)
        assert browser.remotes[-1]["state"] == "away"
        assert len(browser.moved) == 1
        stack.enter_context(serving(port, "--model", "base"))
        browser.play(spoken_s + PAUSE_S)
        assert browser.captioned_by == f"127.0.0.1:{port}", "it returns at the pause"
        assert len(browser.moved) == 2
        browser.play(2 * spoken_s + PAUSE_S)
        browser.finish()
    assert browser.errors == []
    assert error_rate(f"{TEXT} {TEXT}", browser.text, "en") <= MOST_WRONG
    assert {state for text, state in browser.lines.values() if text} == {"final"}


def told(browser: Browser) -> list[str]:
    codes = [one["problem"]["code"] for one in browser.remotes if one["problem"]]
    return list(dict.fromkeys(codes))


def test_without_the_server_captions_come_from_here_and_the_token_is_nowhere(
    tmp_path: Path,
) -> None:
    log = tmp_path / "stderr.log"
    with log.open("wb") as stderr, browsing(clip()[: 2 * 8 * SAMPLE_RATE], stderr) as browser:
        browser.greet(f"ws://127.0.0.1:{free_port()}", SECRET)
        browser.start()
        browser.play(8)
        browser.finish()
        assert told(browser) == ["remote_unreachable"]
        assert browser.moved == []
        assert browser.text
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert any(b"remote_unreachable" in text for text in written), "the log is written"
    assert not any(SECRET.encode() in text for text in written)
