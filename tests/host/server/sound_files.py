"""Sound as files of several formats, in memory."""

import io
import math
from fractions import Fraction

import av
import numpy as np

RATE = 48_000
CODECS = {
    "webm": "libopus",
    "ogg": "libopus",
    "wav": "pcm_s16le",
    "flac": "flac",
    "mp3": "libmp3lame",
    "mp4": "aac",
}


def encoded(form: str, length_s: float) -> bytes:
    """A tone of that length."""
    file = io.BytesIO()
    with av.open(file, "w", format=form) as container:
        stream = container.add_stream(CODECS[form], rate=RATE)
        assert isinstance(stream, av.AudioStream)
        stream.layout = "mono"
        samples = np.arange(int(length_s * RATE))
        tone = (8000 * np.sin(2 * math.pi * 440 * samples / RATE)).astype("<i2")
        for at in range(0, len(tone), 960):
            frame = av.AudioFrame.from_ndarray(tone[at : at + 960].reshape(1, -1), "s16", "mono")
            frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()
