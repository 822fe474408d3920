"""The sentences that the first page of the extension plays."""

import base64
import json
import wave
from pathlib import Path

import pytest

from wlk_host.core.errors import WlkError
from wlk_host.core.types import SAMPLE_RATE
from wlk_host.protocol.codec import encode
from wlk_host.protocol.messages import HostSpeech
from wlk_host.runtime.host.spoken_clip import spoken_clip

BROWSERS_LIMIT = 1024 * 1024


def write_clip(folder: Path, words: list[tuple[str, float, float]], rate: int = 16_000) -> None:
    """A silent clip with these words."""
    folder.mkdir(parents=True)
    with wave.open(str(folder / "english.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes(2 * 20 * rate))
    (folder / "english.json").write_text(json.dumps({"words": words}), "utf-8")


def test_the_real_clip_is_given_in_whole_sentences_that_fit_into_a_message() -> None:
    clip = spoken_clip()
    assert clip is not None
    assert clip.text.startswith("Hello, and welcome. The words you are reading")
    assert clip.text.endswith(".")
    seconds = len(base64.b64decode(clip.pcm)) / 2 / SAMPLE_RATE
    assert 4 < seconds < 10
    assert len(encode(HostSpeech(clip))) < BROWSERS_LIMIT


def test_without_a_clip_the_package_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(WlkError) as raised:
        spoken_clip(tmp_path / "english.wav")
    assert raised.value.code == "speech_damaged"


def test_a_sentence_that_is_too_long_or_a_clip_of_another_form_is_not_given(tmp_path: Path) -> None:
    write_clip(tmp_path / "a", [("Long", 0.5, 1.0), ("talk.", 1.0, 19.0)])
    assert spoken_clip(tmp_path / "a/english.wav") is None
    write_clip(tmp_path / "b", [("Short.", 0.5, 1.0)], rate=44_100)
    assert spoken_clip(tmp_path / "b/english.wav") is None


def test_it_is_cut_a_little_after_the_last_word(tmp_path: Path) -> None:
    write_clip(tmp_path / "a", [("One.", 0.5, 1.0), ("Two.", 1.5, 2.0), ("Three", 3.0, 9.0)])
    clip = spoken_clip(tmp_path / "a/english.wav")
    assert clip is not None
    assert clip.text == "One. Two."
    assert len(base64.b64decode(clip.pcm)) == round(2.3 * SAMPLE_RATE) * 2
