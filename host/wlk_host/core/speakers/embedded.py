"""The engine `embedded`: voices are told apart by vectors of short windows of speech.

Each window becomes a vector, near to those of the same voice (Wan et al. 2018). Windows like no
voice that is known begin a new one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from wlk_host.core.ports import VoiceEncoder
from wlk_host.core.sound.voicing import Span
from wlk_host.core.sound.window import AudioBuffer
from wlk_host.core.speakers.diarizer import Evidence
from wlk_host.core.speakers.limit import VoiceLimit
from wlk_host.core.speakers.voices import Voice, VoiceOptions, VoicePrint, Voices
from wlk_host.core.types import SAMPLE_RATE, Pcm, Sample

NAME: Final = "embedded"

_NOTHING: Final = 1e-5
"""Power above a telephone's band, as a share of what is in it. Windows of a call have 10**-5.9 at
the most, those of any other recording 10**-4.3 at the least."""

_NO_LOWS: Final = 1e-3
_FEW_HIGHS: Final = 10**-2.5
"""The same below and above what a line with hiss lets through. Both are under that in 9 of 10 such
windows."""


@dataclass(frozen=True, slots=True)
class EmbeddedOptions:
    """How speech is heard. Found on `tests/bench/speakers.py`'s recordings.

    Attributes:
        window: speech that one vector is made of; what the encoder was trained on.
        hop: between two windows.
        least: speech shorter than that says nothing about a voice.
        voices: when a voice is one that is known.
    """

    window: Sample = SAMPLE_RATE * 16 // 10
    hop: Sample = SAMPLE_RATE * 4 // 10
    least: Sample = SAMPLE_RATE * 8 // 10
    voices: VoiceOptions = field(default_factory=VoiceOptions)


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Embedded:
    """`DiarizerModel`: a voice encoder, and how it is used.

    Attributes:
        prints_by: identity of the encoder's weights; None where its vectors are not to be kept.
    """

    encoder: VoiceEncoder
    options: EmbeddedOptions = field(default_factory=EmbeddedOptions)
    name: str = NAME
    prints_by: str | None = None

    def open(self) -> "EmbeddedDiarizer":
        """A session's own."""
        return EmbeddedDiarizer(self.encoder, self.options)


@dataclass(frozen=True, slots=True)
class _Window:
    """A vector and the sample in the middle of its sound."""

    middle: Sample
    voice: Voice


class EmbeddedDiarizer:
    """`Diarizer` by vectors. Overlapping speech is of whoever is heard best.

    Args:
        encoder: makes the vectors.
        options: of which sound.
    """

    def __init__(self, encoder: VoiceEncoder, options: EmbeddedOptions) -> None:
        self._encoder = encoder
        self._options = options
        self._voices = Voices(options.voices)
        self._windows: list[_Window] = []
        self._heard_until: Sample = 0

    def limit(self, limit: VoiceLimit) -> None:
        """Tell apart no more voices than that from now on."""
        self._voices.limit(limit)

    def begin(self, at: Sample) -> None:
        """Sound begins anew there. The voices stay known."""
        self._windows, self._heard_until = [], at

    def listen(self, sound: AudioBuffer, speech: Sequence[Span], *, closing: bool) -> None:
        """Learn from the windows of speech that came since. See `Diarizer.listen`."""
        options = self._options
        for number, (opened_at, end) in enumerate(speech, start=1):
            opened = max(opened_at, sound.start)
            start = max(opened, self._heard_until - options.window + options.hop)
            while start + options.window <= end:
                self._hear(sound, start, start + options.window)
                start += options.hop
            is_over = closing or number < len(speech)
            if is_over and self._heard_until < end and end - opened >= options.least:
                self._hear(sound, max(opened, end - options.window), end)

    def evidence(self, stretches: Sequence[Span]) -> Evidence:
        """How much the window nearest to each stretch is like each voice."""
        shape = (len(stretches), len(self._voices))
        speaks = np.zeros(shape, np.bool_)
        if not self._windows or not stretches:
            return Evidence(np.zeros(shape, np.float32), np.zeros(shape[0], np.bool_), speaks)
        middles = np.array([window.middle for window in self._windows])
        at = np.array([(start + end) // 2 for start, end in stretches])
        distances = np.abs(at[:, None] - middles)
        likeness = self._voices.likeness(np.stack([window.voice for window in self._windows]))
        is_near = distances.min(axis=1) <= self._options.window
        return Evidence(likeness[distances.argmin(axis=1)], is_near, speaks)

    def prints(self) -> list[VoicePrint]:
        """The means of their windows."""
        return self._voices.prints()

    def forget(self, before: Sample) -> None:
        """No word before that sample will be asked for."""
        self._windows = [w for w in self._windows if w.middle >= before - self._options.window]

    def _hear(self, sound: AudioBuffer, start: Sample, end: Sample) -> None:
        self._heard_until = end
        pcm = sound.slice(start, end)
        voice = self._encoder.embed(pcm)
        self._windows.append(_Window((start + end) // 2, voice))
        self._voices.hear(voice, by_telephone=is_by_telephone(pcm), is_narrow=is_narrow(pcm))


def is_by_telephone(pcm: Pcm) -> bool:
    """Whether the sound has come through a telephone line, which passes nothing above 4 kHz."""
    _, speech, high = _powers(pcm)
    return high < _NOTHING * speech


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
