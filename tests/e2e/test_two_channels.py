"""Tab and microphone with a real model: an echo is captioned once, and the user's words are."""

import json
import re
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
from conftest import Launch
from numpy.typing import NDArray
from pages import Site
from popup import Popup
from waiting import wait_until

from fixtures import models, speech
from wlk_host.bench.scoring import error_rate
from wlk_host.models import errors
from wlk_host.runtime.files.media import read_chunks

pytestmark = [pytest.mark.model, pytest.mark.alone]

HOST = [sys.executable, "-m", "wlk_host.cli"]
RATE = 16_000
PATIENCE_S = 60
LEAD_S = 12.0
"""Silence before the microphone hears anything: the page starts playing meanwhile."""
ECHO_S = 0.2
ECHO_GAIN = 0.3
OWN_AT_S = (-5.0, 37.0)
"""When the user speaks, in seconds of the page's clip: before its beginning and after its end."""
RUN = 4
"""So many words in a row that the tab says, said by "You", are an echo."""


def write_wav(path: Path, pcm: NDArray[np.float32]) -> None:
    """Write s16."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((np.clip(pcm, -1, 1) * 32767).astype("<i2").tobytes())


@pytest.fixture(autouse=True)
def real_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the host that the browser starts find the model, also without tests/run.py."""
    monkeypatch.setenv(errors.MODELS_VARIABLE, str(models.model("base").parent))


def own_words() -> list[tuple[str, NDArray[np.float32]]]:
    """Return two things that the user says: text and sound."""
    english = {c.path.stem: c for c in speech.language_clips() if c.language == "en"}
    clips = [english["hello_world"], english["quick_brown_fox"]]
    return [(clip.text, samples_of(clip.path)) for clip in clips]


def samples_of(path: Path) -> NDArray[np.float32]:
    """Return a clip at 16 kHz mono."""
    return np.concatenate([chunk.pcm for chunk in read_chunks(path)])


def room(seconds: float) -> NDArray[np.float32]:
    """Return what the microphone hears: nothing, then the clip from the loudspeaker, and the user.

    The loudspeaker is softer, later, dull, and it echoes from a wall.
    """
    clip = samples_of(speech.english_clip().path)
    dull = np.convolve(clip, np.hanning(12) / np.hanning(12).sum(), mode="same")
    reflected = 0.4 * np.concatenate([np.zeros(int(0.06 * RATE), np.float32), dull])[: len(dull)]
    heard = np.random.default_rng(1).normal(0, 0.001, int(seconds * RATE)).astype(np.float32)
    add(heard, (ECHO_GAIN * (dull + reflected)).astype(np.float32), LEAD_S + ECHO_S)
    for at, (_text, sound) in zip(OWN_AT_S, own_words(), strict=True):
        add(heard, sound, LEAD_S + at)
    return heard


def add(target: NDArray[np.float32], sound: NDArray[np.float32], at_s: float) -> None:
    """Mix a sound in."""
    start = int(at_s * RATE)
    target[start : start + len(sound)] += sound


def words_in(text: str) -> list[str]:
    """Return the words without case and punctuation."""
    return re.findall(r"[a-z']+", text.lower())


def echoed(text: str, said: str) -> list[str]:
    """Return the runs of words of a text that were said."""
    words, whole = words_in(text), f" {' '.join(words_in(said))} "
    runs = [" ".join(words[i : i + RUN]) for i in range(len(words) - RUN + 1)]
    return [run for run in runs if f" {run} " in whole]


def note_opening(document: Popup) -> None:
    """Have a document note when it was given the microphone, in ms of its clock."""
    document.evaluate(
        "(() => { const media = navigator.mediaDevices, ask = media.getUserMedia.bind(media);"
        " media.getUserMedia = async (wanted) => { const stream = await ask(wanted);"
        " globalThis.openedAt = Date.now(); return stream; }; })()"
    )


def transcript(panel: Popup) -> dict[str, str]:
    """Return what the side panel holds of each speaker."""
    lines: list[list[str]] = panel.evaluate(
        "[...document.querySelectorAll('#lines .line')].map(line => ['.speaker', '.committed']"
        ".map(part => line.querySelector(part).textContent.trim()))"
    )
    speakers = ("", "You:")
    return {who: " ".join(text for speaker, text in lines if speaker == who) for who in speakers}


def test_an_echo_is_captioned_once_and_the_users_words_are_theirs(
    start_browser: Launch, site: Site, tmp_path: Path
) -> None:
    site.add_clip("/call.wav", speech.english_clip().path)
    video = "<video src='/call.wav' style='width:100vw;height:100vh'></video>"
    site.add_page("/call", f"<body style='margin:0;background:#1b2838'>{video}</body>")
    write_wav(tmp_path / "room.wav", room(120))
    microphone = f"--use-file-for-fake-audio-capture={tmp_path / 'room.wav'}%noloop"
    browser = start_browser(HOST, args=["--use-fake-device-for-media-stream", microphone])
    browser.permit_microphone("granted")
    page = browser.open(site.url("/call"))
    browser.click_action(page)
    wait_until(lambda: browser.badge(page) == "on", "the host does not listen", seconds=PATIENCE_S)
    document = browser.offscreen()
    note_opening(document)
    browser.popup(page).click("#panel")
    panel = browser.side_panel()
    browser.popup(page).click("#microphone")
    wait_until(lambda: browser.badge(page) == "mic", "the microphone is not on", seconds=PATIENCE_S)
    plays_at = document.evaluate("globalThis.openedAt") + LEAD_S * 1000
    page.evaluate(
        "(at) => setTimeout(() => document.querySelector('video').play(), at - Date.now())",
        plays_at,
    )

    wait_until(lambda: "still speaking" in transcript(panel)[""], "no captions", seconds=PATIENCE_S)
    browser.screenshot(page, "two-channels.png")
    first, last = (words_in(text)[-1] for text, _sound in own_words())
    wait_until(
        lambda: last in words_in(transcript(panel)["You:"]),
        "the user's last words are missing",
        seconds=PATIENCE_S,
    )
    assert first in words_in(transcript(panel)["You:"])
    browser.screenshot(page, "two-channels-own.png")
    panel.screenshot("two-channels-panel.png")
    reference = json.loads(speech.timed_reference().read_text(encoding="utf-8"))["text"]
    whole = transcript(panel)
    assert error_rate(reference, whole[""], "en") <= 15, whole
    assert echoed(whole["You:"], reference) == [], whole
    # Nor as other words: what the recogniser makes of an echo is often none of the tab's.
    said = " ".join(text for text, _sound in own_words())
    assert error_rate(said, whole["You:"], "en") <= 10, whole
