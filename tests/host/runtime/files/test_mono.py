"""Channels become one, and no voice is lost on the way."""

import numpy as np
import pytest

from wlk_host.core.types import SAMPLE_RATE, Pcm
from wlk_host.runtime.files.mono import MonoMixer

VOICE = (0.3 * np.sin(np.arange(2 * SAMPLE_RATE) * 2 * np.pi / 32)).astype(np.float32)
BLOCK = 370


def mixed(mixer: MonoMixer, *channels: Pcm) -> Pcm:
    """What comes of the channels in blocks, as a decoder delivers them."""
    stacked = np.stack(channels)
    starts = range(0, stacked.shape[1], BLOCK)
    return np.concatenate([mixer.mix(stacked[:, at : at + BLOCK]) for at in starts])


def rms(pcm: Pcm) -> float:
    return float(np.sqrt(np.mean(pcm**2)))


@pytest.mark.parametrize("factor", [1.0, 0.5, 0.0])
def test_ordinary_stereo_is_the_mean_of_both(factor: float) -> None:
    got = mixed(MonoMixer(["FL", "FR"]), VOICE, factor * VOICE)
    np.testing.assert_allclose(got, VOICE * (1 + factor) / 2, atol=1e-6)


@pytest.mark.parametrize("factor", [-1.0, -0.9, -0.6])
def test_channels_that_cancel_each_other_out_are_not_mixed(factor: float) -> None:
    got = mixed(MonoMixer(["FL", "FR"]), VOICE, factor * VOICE)
    np.testing.assert_allclose(got[BLOCK:], VOICE[BLOCK:], atol=1e-6)


def test_the_mix_comes_back_and_nothing_clicks() -> None:
    left = np.concatenate([VOICE, VOICE])
    got = mixed(MonoMixer(["FL", "FR"]), left, np.concatenate([-VOICE, VOICE]))
    assert rms(got[BLOCK:]) > 0.99 * rms(VOICE)
    assert np.abs(np.diff(got[BLOCK:])).max() < 0.07


def test_the_bass_channel_counts_only_where_nothing_else_sounds() -> None:
    names = ["FL", "FR", "FC", "LFE", "BL", "BR"]
    silence = np.zeros_like(VOICE)
    bass = [silence, silence, silence, VOICE, silence, silence]
    assert rms(mixed(MonoMixer(names), *bass)[BLOCK:]) > 0.99 * rms(VOICE)
    assert rms(MonoMixer(["LFE", "LFE2"]).mix(np.stack([VOICE, VOICE]))) > 0.99 * rms(VOICE)
    voice = [silence, silence, VOICE, 0.5 * VOICE, silence, silence]
    np.testing.assert_allclose(mixed(MonoMixer(names), *voice)[BLOCK:], VOICE[BLOCK:], atol=1e-6)


def test_silence_is_silence() -> None:
    assert not mixed(MonoMixer(["FL", "FR"]), 0 * VOICE, 0 * VOICE).any()
