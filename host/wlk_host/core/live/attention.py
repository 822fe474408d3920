"""Where in the sound a decoder looks: one frame per token, from many heads."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from wlk_host.core.types import ENCODER_FRAME, SAMPLE_RATE, EncoderFrames

_SMOOTHING: Final[EncoderFrames] = 7
"""Width of the median filter over time (openai/whisper, `timing.py`)."""

_LOOK_BACK: Final[EncoderFrames] = SAMPLE_RATE // ENCODER_FRAME
"""What is searched before the last attended frame (1 s).

Now and then half of the heads jump far back within a word. Taken at face value
that is a rewind, and everything since would be dropped (38 % instead of 9 % WER).
"""


class AttentionTracker:
    """Follows the attended frame through one decode.

    The attention of each head is normalised over the tokens seen so far
    (SimulStreaming, Macháček et al., 2025), so that frames which attract every
    token do not count.

    Args:
        n_frames: of real sound; padding behind them is never the answer.
        start_frame: where the first new token is looked for at the earliest.
    """

    def __init__(self, n_frames: EncoderFrames, start_frame: EncoderFrames = 0) -> None:
        self._n_frames = n_frames
        self._earliest = start_frame
        self._n = 0
        self._sum = np.zeros((1, 1))
        self._sum_of_squares = np.zeros((1, 1))

    def read(self, attention: NDArray[np.float32]) -> EncoderFrames:
        """The frame attended by the last of the given tokens.

        Args:
            attention: softmax weights, shape (heads, tokens, frames), frames >= n_frames.
        """
        self._n += attention.shape[1]
        self._sum = self._sum + attention.sum(axis=1, dtype=np.float64)
        self._sum_of_squares = self._sum_of_squares + np.square(attention, dtype=np.float64).sum(
            axis=1
        )
        mean = self._sum / self._n
        deviation = np.sqrt(np.maximum(self._sum_of_squares / self._n - mean**2, 0))
        first = min(self._earliest, self._n_frames - 1)
        reach = _SMOOTHING // 2
        left = max(0, first - reach)
        part = slice(left, min(self._n_frames + reach, attention.shape[2]))
        normal = (attention[:, -1, part] - mean[:, part]) / np.maximum(deviation[:, part], 1e-6)
        score = median_filter(normal).mean(axis=0)[first - left : self._n_frames - left]
        frame = first + int(score.argmax())
        self._earliest = max(0, frame - _LOOK_BACK)
        return frame


def median_filter(rows: NDArray[np.floating]) -> NDArray[np.floating]:
    """Each row, shape (n, frames), smoothed over time."""
    reach = _SMOOTHING // 2
    padded = np.pad(rows, ((0, 0), (reach, reach)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, _SMOOTHING, axis=1)
    filtered: NDArray[np.floating] = np.partition(windows, reach, axis=2)[:, :, reach]
    return filtered
