"""Several channels as one, without losing what is in them.

`extension/audio/mono.js` does the same with the sound of a tab.
"""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wlk_host.core.types import SAMPLE_RATE, Pcm

_LOST: Final = 0.1
"""A mix with less than this share of the loudest channel's power has lost its sound (-10 dB).
One silent channel of two costs 6 dB, unrelated channels 3 dB, opposite ones everything."""

_BACK: Final = 0.25
"""With this share or more (-6 dB) the mix is right again."""

_MEMORY_S: Final = 0.5
"""How long past loudness counts: the choice does not change from word to word."""

_FADE: Final = SAMPLE_RATE // 200
"""Samples over which one choice fades into the next, so that nothing clicks (5 ms)."""

_MIX: Final = -1
"""The index of the mix, behind the channels."""

_WEIGHTS: Final = {"FC": 1.0, "FL": 0.7071, "FR": 0.7071, "LFE": 0.0, "LFE2": 0.0}
"""How channels are mixed (ITU-R BS.775); the surround channels have `_AROUND`."""

_AROUND: Final = 0.5


class MonoMixer:
    """Mixes down, or takes the loudest channel where channels cancel each other out.

    Args:
        names: of the channels, such as "FL"; unknown ones are mixed like surround channels.
    """

    def __init__(self, names: Sequence[str]) -> None:
        weights = np.array([_WEIGHTS.get(name, _AROUND) for name in names], np.float32)
        if not weights.any():
            weights[:] = 1
        self._weights = weights / weights.sum()
        self._powers = np.zeros(len(names) + 1)
        self._chosen = _MIX

    def mix(self, channels: NDArray[np.float32]) -> Pcm:
        """One channel of sound, as long as what was given.

        Args:
            channels: shape (number of channels, n), 16 kHz.
        """
        n = channels.shape[1]
        sources: list[Pcm] = list(channels)
        if len(sources) == 1 or n == 0:
            return sources[0]
        sources.append(self._weights @ channels)
        earlier = self._chosen
        self._listen(sources)
        now, before = sources[self._chosen], sources[earlier]
        if self._chosen == earlier:
            return now
        fade = np.minimum(np.arange(n, dtype=np.float32) / _FADE, 1)
        faded: Pcm = before + fade * (now - before)
        return faded

    def _listen(self, sources: Sequence[Pcm]) -> None:
        """Update the loudness of everything, and choose."""
        energies = np.array([float(np.square(source).mean()) for source in sources])
        kept = math.exp(-len(sources[0]) / (_MEMORY_S * SAMPLE_RATE))
        self._powers = kept * self._powers + (1 - kept) * energies
        loudest = int(self._powers[:-1].argmax())
        most, of_mix = self._powers[loudest], self._powers[_MIX]
        if self._chosen == _MIX:
            if of_mix < _LOST * most:
                self._chosen = loudest
        elif of_mix >= _BACK * most:
            self._chosen = _MIX
        elif self._powers[self._chosen] < _BACK * most:
            self._chosen = loudest
