"""The real detector on speech and on what is none."""

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from fixtures.sound import english, english_words, hum, noise
from wlk_host.backends.silero import SileroDetector, load_session
from wlk_host.core.types import SAMPLE_RATE, Pcm

BLOCK = 512


@pytest.fixture(scope="module")
def network() -> onnxruntime.InferenceSession:
    return load_session()


def judged(network: onnxruntime.InferenceSession, pcm: Pcm) -> NDArray[np.float32]:
    n_blocks = len(pcm) // BLOCK
    return SileroDetector(network).probabilities(pcm[: n_blocks * BLOCK])


@pytest.mark.model
def test_it_hears_speech_where_words_are_and_none_between(
    network: onnxruntime.InferenceSession,
) -> None:
    probabilities = judged(network, english())
    in_words, in_silence = [], []
    middles = (np.arange(len(probabilities)) + 0.5) * BLOCK / SAMPLE_RATE
    for middle, probability in zip(middles, probabilities, strict=True):
        inside = any(start <= middle <= end for _, start, end in english_words())
        near = any(start - 0.2 <= middle <= end + 0.2 for _, start, end in english_words())
        if inside:
            in_words.append(probability)
        elif not near:
            in_silence.append(probability)
    # The times are estimates, and sentences end in a breath.
    assert np.mean(np.array(in_words) > 0.5) > 0.75
    assert len(in_silence) > 10
    assert np.max(in_silence) < 0.5


@pytest.mark.parametrize("level", [0.0, 0.001, 0.01, 0.1])
def test_noise_of_any_level_is_no_speech(
    network: onnxruntime.InferenceSession, level: float
) -> None:
    assert judged(network, noise(20, level)).max() < 0.5


def test_an_organ_is_no_speech(network: onnxruntime.InferenceSession) -> None:
    assert np.mean(judged(network, hum(20)) >= 0.5) < 0.02


@pytest.mark.model
def test_quiet_speech_is_speech(network: onnxruntime.InferenceSession) -> None:
    assert np.mean(judged(network, english() * np.float32(0.05)) > 0.5) > 0.6


@pytest.mark.model
def test_its_memory_goes_from_call_to_call(network: onnxruntime.InferenceSession) -> None:
    pcm = english()[: 200 * BLOCK]
    detector = SileroDetector(network)
    pieces = [detector.probabilities(pcm[i * BLOCK : (i + 4) * BLOCK]) for i in range(0, 200, 4)]
    np.testing.assert_allclose(np.concatenate(pieces), judged(network, pcm), atol=1e-4)


@pytest.mark.model
def test_two_sessions_do_not_disturb_each_other(network: onnxruntime.InferenceSession) -> None:
    pcm = english()[: 100 * BLOCK]
    one, other = SileroDetector(network), SileroDetector(network)
    found = []
    for i in range(100):
        other.probabilities(noise(1, 0.1)[:BLOCK])
        found.append(one.probabilities(pcm[i * BLOCK : (i + 1) * BLOCK]))
    np.testing.assert_allclose(np.concatenate(found), judged(network, pcm), atol=1e-4)
