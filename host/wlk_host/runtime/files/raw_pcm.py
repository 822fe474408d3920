"""Samples without a header: what they are has to be said. Imports nothing heavy."""

import re
from dataclasses import dataclass
from typing import Final

RAW_CODECS: Final = (
    "u8", "s8", "s16le", "s16be", "s24le", "s24be", "s32le", "s32be", "f32le", "f32be", "f64le",
    "f64be", "mulaw", "alaw",
)  # fmt: skip
"""ffmpeg's names of how a sample is written."""

LEAST_RATE: Final = 1000
MOST_RATE: Final = 384_000
"""No microphone and no file has less or more."""

MOST_CHANNELS: Final = 8


@dataclass(frozen=True, slots=True)
class RawPcm:
    """What the samples are.

    Attributes:
        codec: one of `RAW_CODECS`, which is also ffmpeg's name of the format.
        rate: samples a second.
        channels: interleaved.
    """

    codec: str
    rate: int
    channels: int = 1

    @property
    def options(self) -> dict[str, str]:
        """What ffmpeg has to be told."""
        return {"sample_rate": str(self.rate), "ch_layout": f"{self.channels}c"}


def parse(text: str) -> RawPcm:
    """Understand "s16le,16000" or "s16le,48000,2".

    Raises:
        ValueError: it says something else.
    """
    found = re.fullmatch(r"(\w+),(\d{1,9})(?:,(\d{1,9}))?", text.replace(" ", ""))
    if found is None:
        raise ValueError(f"got {text!r}, expected FORMAT,RATE or FORMAT,RATE,CHANNELS")
    codec, rate, channels = found[1].lower(), int(found[2]), int(found[3] or 1)
    if codec not in RAW_CODECS:
        raise ValueError(f"got the format {found[1]!r}, expected one of {', '.join(RAW_CODECS)}")
    if not LEAST_RATE <= rate <= MOST_RATE:
        raise ValueError(f"got {rate} samples a second, expected {LEAST_RATE} to {MOST_RATE}")
    if not 1 <= channels <= MOST_CHANNELS:
        raise ValueError(f"got {channels} channels, expected 1 to {MOST_CHANNELS}")
    return RawPcm(codec, rate, channels)
