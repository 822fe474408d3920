"""Sound for hours of captions: recorded utterances with pauses between them, over and over."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from wlk_host.core.types import SAMPLE_RATE, Pcm, Sample
from wlk_host.runtime.files.media import read_chunks

CHUNK: Final = SAMPLE_RATE // 10
_LONGEST_PAUSE_S: Final = 25.0
_SHORTEST_PAUSE_S: Final = 0.4
_HISS: Final = 10 ** (-60 / 20)
_NOISE: Final = 10 ** (-38 / 20)
_EDGE: Final = SAMPLE_RATE * 3 // 10
"""Left out of an utterance at both of its ends: nobody may be heard there yet."""


@dataclass(frozen=True)
class Tape:
    """Sound that is played in a circle, and where somebody speaks.

    Attributes:
        pcm: whole chunks.
        spoken: whether each chunk lies in an utterance.
    """

    pcm: Pcm
    spoken: Sequence[bool]

    def chunk(self, n: int) -> Pcm:
        """The chunk of that number, counted on beyond the end."""
        at = n % len(self.spoken) * CHUNK
        return self.pcm[at : at + CHUNK]

    def speaks(self, n: int) -> bool:
        """Whether somebody speaks in that chunk."""
        return self.spoken[n % len(self.spoken)]

    @property
    def share(self) -> float:
        """Of the sound that is speech."""
        return float(np.mean(self.spoken))


def make_tape(files: Sequence[Path], share: float, seed: int = 1) -> Tape:
    """All utterances of the recordings, which lie beside RTTM files of the same name.

    Args:
        files: 16 kHz after decoding.
        share: of speech in the whole; the pauses are as long as that takes.
        seed: of the pauses and of the noise in them.
    """
    random = np.random.default_rng(seed)
    parts: list[Pcm] = []
    turns: list[tuple[Sample, Sample]] = []
    at = 0
    for utterance in _utterances(files):
        length_s = len(utterance) / SAMPLE_RATE
        pause_s = random.exponential(length_s * (1 - share) / share)
        pause_s = min(_LONGEST_PAUSE_S, max(_SHORTEST_PAUSE_S, pause_s))
        level = _NOISE if random.random() < 0.2 else _HISS
        pause = random.normal(0, level, round(pause_s * SAMPLE_RATE)).astype(np.float32)
        turns.append((at + _EDGE, at + len(utterance) - _EDGE))
        parts += [utterance, pause]
        at += len(utterance) + len(pause)
    pcm = np.concatenate(parts)[: at // CHUNK * CHUNK]
    starts = np.arange(len(pcm) // CHUNK) * CHUNK
    spoken = np.zeros(len(starts), bool)
    for begin, end in turns:
        spoken |= (starts >= begin) & (starts + CHUNK <= end)
    return Tape(pcm, spoken.tolist())


def _utterances(files: Sequence[Path]) -> Iterator[Pcm]:
    for file in files:
        pcm = np.concatenate([chunk.pcm for chunk in read_chunks(file)])
        for line in file.with_suffix(".rttm").read_text(encoding="utf-8").splitlines():
            begin, length = (round(float(field) * SAMPLE_RATE) for field in line.split()[3:5])
            yield pcm[begin : begin + length]
