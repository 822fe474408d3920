"""Samples of realtime clients as 16 kHz."""

import math

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wlk_host.server.samples import Resampled
from wlk_host.server.wire.realtime_settings import RATES, Coding

CODECS = {"audio/pcm": "pcm_s16le", "audio/pcmu": "pcm_mulaw", "audio/pcma": "pcm_alaw"}
HZ, LOUD = 440, 8000


def tone(rate: int, length_s: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return LOUD * np.sin(2 * math.pi * HZ * np.arange(int(rate * length_s)) / rate)


def encoded(coding: Coding, length_s: float) -> bytes:
    samples = tone(RATES[coding], length_s).astype("<i2")
    codec = av.CodecContext.create(CODECS[coding], "w")
    assert isinstance(codec, av.AudioCodecContext)
    codec.sample_rate, codec.format, codec.layout = RATES[coding], av.AudioFormat("s16"), "mono"
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), "s16", "mono")
    frame.sample_rate = RATES[coding]
    return b"".join(bytes(packet) for packet in [*codec.encode(frame), *codec.encode(None)])


@pytest.mark.parametrize("coding", RATES)
def test_a_tone_stays_one(coding: Coding) -> None:
    pcm = np.frombuffer(Resampled(coding).add(encoded(coding, 1)), "<i2")
    expected = tone(16_000, 1)[: len(pcm)]
    assert 15_900 < len(pcm) <= 16_000
    middle = slice(500, -500)
    assert np.abs(pcm - expected)[middle].max() < 0.05 * LOUD


@settings(max_examples=20)
@given(st.lists(st.integers(1, 5000), max_size=12), st.sampled_from([*RATES]))
def test_how_it_was_cut_makes_no_difference(cuts: list[int], coding: Coding) -> None:
    sound, resampled, at, got = encoded(coding, 0.5), Resampled(coding), 0, b""
    for length in cuts:
        got += resampled.add(sound[at : at + length])
        at += length
    got += resampled.add(sound[at:])
    whole = Resampled(coding).add(sound)
    assert abs(len(got) - len(whole)) <= 40
    assert got[: len(whole)] == whole[: len(got)]
