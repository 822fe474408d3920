"""Sound in which voices are too alike to be recognised."""

from typing import Final

import numpy as np

from wlk_host.core.types import SAMPLE_RATE, Pcm

_NOTHING: Final = 1e-5
"""Power above a telephone's band, as a share of what is in it. Windows of a call have 10**-5.9 at
the most, those of any other recording 10**-4.3 at the least."""

_NO_LOWS: Final = 1e-3
_FEW_HIGHS: Final = 10**-2.5
"""The same below and above what a line with hiss lets through. Both are under that in 9 of 10 such
windows."""


def is_narrow(pcm: Pcm) -> bool:
    """Whether voices are too alike in such sound to be recognised.

    So they are on a telephone line, and where the lows are missing as well as most of the highs,
    whatever hiss is added.
    """
    low, speech, high = _powers(pcm)
    return high < _NOTHING * speech or (low < _NO_LOWS * speech and high < _FEW_HIGHS * speech)


def _powers(pcm: Pcm) -> tuple[float, float, float]:
    """Below a telephone's band, in it, and above it."""
    power = np.square(np.abs(np.fft.rfft(pcm * np.hanning(len(pcm)))))
    hertz = np.fft.rfftfreq(len(pcm), 1 / SAMPLE_RATE)
    bands = ((60, 220), (300, 3400), (4200, SAMPLE_RATE))
    low, speech, high = (float(power[(hertz > a) & (hertz < b)].sum()) for a, b in bands)
    return low, speech, high
