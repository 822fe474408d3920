"""Sound in which voices are too alike is known by what is missing in it."""

import numpy as np
import pytest

from wlk_host.core.speakers.narrow import is_narrow
from wlk_host.core.types import SAMPLE_RATE, Pcm

S = SAMPLE_RATE


def noise(up_to_hertz: int, from_hertz: int = 0) -> Pcm:
    """A second of noise, nothing of it above or below that."""
    spectrum = np.fft.rfft(np.random.default_rng(17).normal(size=S))
    hertz = np.fft.rfftfreq(S, 1 / S)
    spectrum[(hertz > up_to_hertz) | (hertz < from_hertz)] = 0
    return np.asarray(np.fft.irfft(spectrum, S), np.float32)


@pytest.mark.parametrize(("up_to", "is_one"), [(3400, True), (4000, True), (5000, False)])
def test_a_telephone_line_is_known_by_what_it_leaves_out(up_to: int, is_one: bool) -> None:
    assert is_narrow(noise(up_to)) is is_one
    assert is_narrow(noise(up_to) * np.float32(0.001)) is is_one


def test_silence_has_not_come_through_a_narrow_line() -> None:
    assert not is_narrow(np.zeros(S, np.float32))


@pytest.mark.parametrize(
    ("low", "high", "hiss", "is_one"),
    [
        (0, 3400, 0.0, True),
        (300, 3400, 0.0, True),
        (300, 3400, 0.01, True),
        (0, 3400, 0.01, False),
        (300, 7000, 0.0, False),
        (0, 8000, 0.0, False),
    ],
)
def test_a_line_is_narrow_where_lows_and_highs_are_missing_even_with_hiss(
    low: int, high: int, hiss: float, is_one: bool
) -> None:
    assert is_narrow(noise(high, low) + noise(8000)[::-1] * np.float32(hiss)) is is_one
