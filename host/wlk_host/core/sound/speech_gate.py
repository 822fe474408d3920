"""When somebody speaks: Silero's probabilities turned into spans with some patience."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from wlk_host.core.ports import SpeechDetector
from wlk_host.core.sound.voicing import Span
from wlk_host.core.types import SAMPLE_RATE, AudioChunk, Sample

BLOCK: Final = 512
"""Samples the detector judges at once (32 ms)."""

_PAUSE: Final[Sample] = SAMPLE_RATE * 3 // 10
"""Silence that parts two spans."""


@dataclass(frozen=True, slots=True)
class GateOptions:
    """When the gate opens and closes.

    Attributes:
        open_at: speech probability that opens it (Silero's recommendation).
        close_below: probability under which a block counts as silence.
        patience: silence before it closes.
    """

    open_at: float = 0.5
    close_below: float = 0.35
    patience: Sample = SAMPLE_RATE * 6 // 10


class SpeechGate:
    """Follows one session's sound and knows whether somebody is speaking.

    Attributes:
        is_open: somebody speaks, or has stopped less than `patience` ago.
        opened_at: where the present or last span began.
        voiced_until: end of the last voiced block.
        heard_until: end of the last block judged.
        spans: sound with a voice, each from its beginning to its end; shorter pauses than 0.3 s
            do not part them.
    """

    def __init__(
        self, detector: SpeechDetector, start: Sample = 0, options: GateOptions | None = None
    ) -> None:
        self._detector = detector
        self._options = options or GateOptions()
        self._rest = np.empty(0, np.float32)
        self.is_open = False
        self.opened_at = start
        self.voiced_until = start
        self.heard_until = start
        self.spans: list[Span] = []

    def forget(self, before: Sample) -> None:
        """Drop the spans that end before that sample."""
        self.spans = [span for span in self.spans if span[1] >= before]

    def feed(self, chunk: AudioChunk) -> None:
        """Judge sound that follows what was fed before."""
        pcm = np.concatenate([self._rest, chunk.pcm])
        n_blocks = len(pcm) // BLOCK
        self._rest = pcm[n_blocks * BLOCK :]
        if not n_blocks:
            return
        for probability in self._detector.probabilities(pcm[: n_blocks * BLOCK]):
            self._judge(float(probability))

    def skip_to(self, at: Sample) -> None:
        """Go on at a later sample: what lies between was not heard."""
        self._rest = np.empty(0, np.float32)
        self.is_open = False
        self.heard_until = at

    def _judge(self, probability: float) -> None:
        start, self.heard_until = self.heard_until, self.heard_until + BLOCK
        threshold = self._options.close_below if self.is_open else self._options.open_at
        if probability >= threshold:
            if not self.is_open:
                self.is_open, self.opened_at = True, start
            if self.spans and start - self.spans[-1][1] < _PAUSE:
                start = self.spans.pop()[0]
            self.voiced_until = self.heard_until
            self.spans.append((start, self.voiced_until))
        elif self.is_open and self.heard_until - self.voiced_until >= self._options.patience:
            self.is_open = False
