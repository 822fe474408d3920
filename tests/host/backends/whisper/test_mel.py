"""Features against those of faster-whisper, on the real clip."""

import numpy as np
import pytest
from faster_whisper.feature_extractor import FeatureExtractor
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.sound import english
from wlk_host.backends.whisper.mel import LogMelStream, log_mel, mel_filters
from wlk_host.core.types import MEL_FRAME, SAMPLE_RATE, Pcm

pytestmark = pytest.mark.model

CLIP_S = 12


def clip() -> Pcm:
    return english()[: CLIP_S * SAMPLE_RATE]


@pytest.mark.parametrize("n_mels", [80, 128])
def test_features_are_those_of_faster_whisper(n_mels: int) -> None:
    expected = FeatureExtractor(feature_size=n_mels)(clip(), padding=0)
    n_frames = expected.shape[1]
    ours = log_mel(clip(), n_mels, n_frames)
    assert ours.shape == (n_mels, n_frames)
    # The first and last frames reflect the sound at its edges there, and see silence here.
    assert np.abs(ours - expected)[:, 2:-2].max() < 0.01


@pytest.mark.parametrize("n_mels", [80, 128])
def test_the_filter_bank_is_librosas(n_mels: int) -> None:
    expected = FeatureExtractor(feature_size=n_mels).mel_filters
    np.testing.assert_allclose(mel_filters(n_mels), expected, atol=1e-6)


def test_behind_the_sound_lies_silence() -> None:
    features = log_mel(clip(), 80, 100 * CLIP_S + 200)
    assert np.ptp(features[:, 100 * CLIP_S + 3 :]) == 0
    assert features[:, -1].max() == features.min()


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 9000), min_size=1, max_size=20))
def test_chunks_of_any_size_give_the_same_features(sizes: list[int]) -> None:
    pcm = clip()[: 3 * SAMPLE_RATE]
    stream, at = LogMelStream(80), 0
    for size in [*sizes, len(pcm)]:
        stream.feed(pcm[at : at + size])
        at += size
    window = stream.window(0, len(pcm), 400)
    np.testing.assert_allclose(window, log_mel(pcm, 80, 400), atol=1e-4)


def test_a_window_within_the_sound_does_not_see_what_comes_later() -> None:
    stream = LogMelStream(80)
    stream.feed(clip())
    end = 5 * SAMPLE_RATE
    inside = stream.window(0, end, 500)
    np.testing.assert_allclose(inside[:, :498], log_mel(clip()[:end], 80, 500)[:, :498], atol=0.02)


def test_what_was_forgotten_is_refused_and_the_rest_stays() -> None:
    stream = LogMelStream(80)
    stream.feed(clip())
    start, end = 4 * SAMPLE_RATE, 8 * SAMPLE_RATE
    before = stream.window(start, end, 400)
    stream.forget(start)
    np.testing.assert_array_equal(stream.window(start, end, 400), before)
    with pytest.raises(ValueError, match=f"before sample {start} is forgotten, got 0"):
        stream.window(0, end, 400)


@pytest.mark.parametrize("start", [1, MEL_FRAME - 1, MEL_FRAME, 100_001])
def test_a_stream_may_begin_anywhere(start: int) -> None:
    stream = LogMelStream(80, start)
    stream.feed(clip())
    first = -(-start // MEL_FRAME) * MEL_FRAME
    expected = log_mel(clip()[first - start :], 80, 300)
    window = stream.window(first, first + 3 * SAMPLE_RATE, 300)
    np.testing.assert_allclose(window[:, 3:298], expected[:, 3:298], atol=0.02)
