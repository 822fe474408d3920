"""The clips that everything else is tested with."""

import json
import wave

import pytest

from fixtures import speech as clips

pytestmark = pytest.mark.model


def test_the_english_clip_is_long_enough_and_timed() -> None:
    clip = clips.english_clip()
    with wave.open(str(clip.path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16_000, 1, 2)
        duration = file.getnframes() / file.getframerate()
    assert duration >= 20
    reference = json.loads(clips.timed_reference().read_text())
    assert " ".join(word for word, _, _ in reference["words"]) == clip.text
    times = [t for _, start, end in reference["words"] for t in (start, end)]
    assert times == sorted(times)
    assert 0 < times[0] < times[-1] < duration


def test_every_language_has_clips_with_their_text() -> None:
    samples = clips.language_clips()
    assert {clip.language for clip in samples} == {
        "en",
        "es",
        "fr",
        "it",
        "pt",
        "ja",
        "zh",
        "hi",
        "pl",
    }
    assert all(clip.path.is_file() and clip.text for clip in samples)
