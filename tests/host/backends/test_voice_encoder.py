"""The real encoder on real voices: the short clips of each language are spoken by one voice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from faster_whisper.feature_extractor import FeatureExtractor
from numpy.typing import NDArray

from fixtures.models import model
from fixtures.sound import english, read
from fixtures.speech import language_clips
from wlk_host.backends.checkpoints.legacy_pickle import read_legacy
from wlk_host.backends.voice_encoder import WEIGHTS, GE2EEncoder, load_voice_encoder
from wlk_host.core.errors import WlkError
from wlk_host.core.types import SAMPLE_RATE, Pcm

pytestmark = pytest.mark.model

WINDOW = SAMPLE_RATE * 16 // 10
VOICES = ("en", "es", "fr", "hi", "it", "ja", "zh")
"""Polish and Portuguese are spoken by the Spanish voice."""

Vectors = NDArray[np.float32]


@pytest.fixture(scope="module")
def encoder() -> GE2EEncoder:
    return load_voice_encoder(model("speakers"))


def windows(pcm: Pcm) -> list[Pcm]:
    """Stretches of 1.6 s every 0.6 s; all of it where it is shorter."""
    starts = range(0, max(1, len(pcm) - WINDOW + 1), WINDOW * 3 // 8)
    return [pcm[start : start + WINDOW] for start in starts]


def said_by(voice: str) -> list[Pcm]:
    return [read(clip.path) for clip in language_clips() if clip.language == voice]


def vectors(encoder: GE2EEncoder, pcm: Pcm) -> Vectors:
    return np.stack([encoder.embed(window) for window in windows(pcm)])


def test_a_voice_is_nearest_to_itself_in_other_words(encoder: GE2EEncoder) -> None:
    third = len(english()) // 3
    spoken = {voice: said_by(voice) for voice in VOICES}
    spoken["clip"] = [english()[i * third :][:third] for i in range(3)]
    heard = {voice: [vectors(encoder, pcm) for pcm in clips] for voice, clips in spoken.items()}
    n_windows = 0
    for left_out in range(3):
        known = np.stack(
            [
                np.concatenate(clips[:left_out] + clips[left_out + 1 :]).mean(axis=0)
                for clips in heard.values()
            ]
        )
        for number, clips in enumerate(heard.values()):
            likeness = clips[left_out] @ known.T
            assert (likeness.argmax(axis=1) == number).all()
            n_windows += len(likeness)
    assert n_windows > 80


def test_windows_of_one_voice_are_more_alike_than_those_of_two(encoder: GE2EEncoder) -> None:
    one, other = (
        np.concatenate([vectors(encoder, pcm) for pcm in said_by(voice)]) for voice in ("ja", "fr")
    )
    # Overlapping windows are alike for another reason, so clips are compared with clips.
    same = vectors(encoder, said_by("ja")[0]) @ vectors(encoder, said_by("ja")[2]).T
    assert same.min() > (one @ other.T).max() + 0.1


def test_the_numbers_are_those_of_the_published_formula(encoder: GE2EEncoder) -> None:
    for pcm in windows(said_by("it")[2])[:2]:
        np.testing.assert_allclose(encoder.embed(pcm), plainly(pcm), atol=1e-5)


@pytest.mark.parametrize("factor", [0.1, 0.001])
def test_quiet_sound_is_raised_to_the_same_loudness(encoder: GE2EEncoder, factor: float) -> None:
    pcm = english()[SAMPLE_RATE : SAMPLE_RATE + WINDOW]
    expected = encoder.embed(pcm * np.float32(0.2))
    np.testing.assert_allclose(encoder.embed(pcm * np.float32(0.2 * factor)), expected, atol=1e-4)


@pytest.mark.parametrize("level", [0.0, 1e-30, 1e-6])
def test_silence_has_a_vector_like_any_sound(encoder: GE2EEncoder, level: float) -> None:
    vector = encoder.embed(np.full(WINDOW, level, np.float32))
    assert vector.shape == (256,)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1)


def test_a_sound_too_short_for_a_syllable_is_refused(encoder: GE2EEncoder) -> None:
    assert np.isfinite(encoder.embed(english()[:6400])).all()
    with pytest.raises(ValueError, match="at least 6400 samples of a voice, got 6399"):
        encoder.embed(english()[:6399])


def test_threads_may_ask_at_once(encoder: GE2EEncoder) -> None:
    asked = windows(english())[:12]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(encoder.embed, asked))
    np.testing.assert_array_equal(found, [encoder.embed(pcm) for pcm in asked])


def truncated(content: bytes) -> bytes:
    return content[: len(content) // 2]


def without_end(content: bytes) -> bytes:
    return content[:-1000]


def something_else(content: bytes) -> bytes:
    return b"<html>sign in to the network</html>" * 1000


def empty(content: bytes) -> bytes:
    return b""


@pytest.mark.parametrize("damage", [truncated, without_end, something_else, empty])
def test_a_damaged_file_is_a_coded_error(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    (tmp_path / WEIGHTS).write_bytes(damage((model("speakers") / WEIGHTS).read_bytes()))
    refused(tmp_path, "does not hold the weights")


def test_a_missing_file_is_a_coded_error(tmp_path: Path) -> None:
    refused(tmp_path, "No such file")


def refused(folder: Path, why: str) -> None:
    with pytest.raises(WlkError, match=why) as raised:
        load_voice_encoder(folder)
    assert raised.value.code == "model_corrupt"
    assert str(folder / WEIGHTS) in raised.value.message
    assert raised.value.hint == "run: wlk-host models download speakers"


def plainly(pcm: Pcm) -> Vectors:
    """Resemblyzer's `audio.py` and `voice_encoder.py` step by step, with another's filter bank."""
    gain = 10 ** (max(0.0, -30 - 20 * np.log10(np.sqrt(np.mean(pcm**2)))) / 20)
    padded = np.concatenate([np.zeros(200), pcm * gain, np.zeros(200)])
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    frames = [padded[at : at + 400] * window for at in range(0, len(pcm), 160)]
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    rows = power @ FeatureExtractor(feature_size=40).mel_filters.T
    state = read_legacy(model("speakers") / WEIGHTS)["model_state"]
    weights = {name: array.astype(np.float64) for name, array in state.items()}
    for layer in range(3):
        hidden, cell, outputs = np.zeros(256), np.zeros(256), []
        for row in rows:
            gates = weights[f"lstm.weight_ih_l{layer}"] @ row + weights[f"lstm.bias_ih_l{layer}"]
            gates += weights[f"lstm.weight_hh_l{layer}"] @ hidden
            gates += weights[f"lstm.bias_hh_l{layer}"]
            takes, keeps, candidate, shows = np.split(gates, 4)
            cell = sigmoid(keeps) * cell + sigmoid(takes) * np.tanh(candidate)
            hidden = sigmoid(shows) * np.tanh(cell)
            outputs.append(hidden)
        rows = np.array(outputs)
    voice = np.maximum(0, weights["linear.weight"] @ rows[-1] + weights["linear.bias"])
    unit: Vectors = voice / np.linalg.norm(voice)
    return unit


def sigmoid(values: NDArray[np.float64]) -> NDArray[np.float64]:
    unit: NDArray[np.float64] = 1 / (1 + np.exp(-values))
    return unit
