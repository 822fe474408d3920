"""Samples without a header, of the forms that OpenAI's realtime clients send, as 16 kHz."""

from typing import Final, Literal

import av

from wlk_host.runtime.files.conversion import Channels
from wlk_host.server.sound import pcm_bytes
from wlk_host.server.wire.realtime_settings import RATES, Coding

_CODECS: Final[dict[Coding, Literal["pcm_s16le", "pcm_mulaw", "pcm_alaw"]]] = {
    "audio/pcm": "pcm_s16le",
    "audio/pcmu": "pcm_mulaw",
    "audio/pcma": "pcm_alaw",
}

_SAMPLE_BYTES: Final[dict[Coding, int]] = {"audio/pcm": 2, "audio/pcmu": 1, "audio/pcma": 1}


class Resampled:
    """Converts a stream of samples. A piece of it can end inside one.

    The filter keeps the last millisecond until more comes.

    Args:
        coding: of the samples (G.711: ITU-T G.711), mono.
    """

    def __init__(self, coding: Coding) -> None:
        self._bytes = _SAMPLE_BYTES[coding]
        self._codec = av.CodecContext.create(_CODECS[coding], "r")
        self._codec.sample_rate = RATES[coding]
        self._codec.layout = "mono"
        self._channels = Channels()
        self._rest = b""

    def add(self, samples: bytes) -> bytes:
        """Go on with these; returns s16le, 16 kHz, as far as the filter has heard enough for it."""
        got = self._rest + samples
        n_whole = len(got) // self._bytes * self._bytes
        self._rest = got[n_whole:]
        if not n_whole:
            return b""
        frames = self._codec.decode(av.Packet(got[:n_whole]))
        return b"".join(pcm_bytes(self._channels.mono(frame)) for frame in frames)
