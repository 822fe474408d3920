"""A session that a server captions: its messages as it takes them, and whether it answers."""

from typing import Final

from msgspec import structs

from wlk_host.core.errors import WlkError
from wlk_host.core.types import SAMPLE_RATE, Sample
from wlk_host.protocol.connection import FeedAudio, Sound
from wlk_host.protocol.messages import Captions, Configure, Start, Status
from wlk_host.protocol.options import Options
from wlk_host.remote import failures
from wlk_host.remote.news import Opened

SILENT: Final[Sample] = 12 * SAMPLE_RATE
"""A server says something of a session at the latest every 5 s of sound, and may work meanwhile."""

SILENT_LOADING: Final[Sample] = 120 * SAMPLE_RATE
"""The same while it loads a model."""

STOP_S: Final = 20.0
"""After that, the last words of a session will not come."""

_AHEAD: Final[Sample] = 30 * SAMPLE_RATE
"""Silence behind the sound counts as sound; more than this does not."""

_SAMPLE_BYTES: Final = 2


class There:
    """One such session.

    Attributes:
        stopped_at: when its end was asked for, in seconds; None before.

    Args:
        start: how it begins.
        server: what it offers.
    """

    def __init__(self, start: Start, server: Opened) -> None:
        self.stopped_at: float | None = None
        self._server = server
        self._start = start
        self._seq = 0
        self._sent_until: Sample = start.start
        self._unanswered: Sample = 0
        self._is_loading = True

    def start(self) -> Start:
        """The message that begins it there."""
        options = self._offered(self._start.options)
        # Voices are remembered on this machine only.
        return structs.replace(self._start, options=options, known_voices=False)

    def sound(self, audio: FeedAudio) -> Sound:
        """The message with this sound."""
        seq, self._seq = self._seq, self._seq + 1
        n_samples = len(audio.pcm) // _SAMPLE_BYTES
        self._unanswered += n_samples
        self._sent_until = audio.start + n_samples
        return Sound(audio.session, seq, audio.start, audio.pcm)

    def configure(self, configure: Configure) -> Configure:
        """The message with these options."""
        return structs.replace(configure, options=self._offered(configure.options))

    def hear(self, message: Captions | Status) -> WlkError | None:
        """Take what the server says of it; returns why that cannot be."""
        self._unanswered = 0
        if isinstance(message, Status):
            self._is_loading = message.state == "loading"
            if message.state == "ended" and self.stopped_at is None:
                return failures.unintelligible("a session has ended that was not stopped")
        else:
            self._is_loading = False
            if message.final_until > self._sent_until + _AHEAD:
                return failures.unintelligible("captions of sound that it was not sent")
        return None

    def is_silent(self, now_s: float) -> bool:
        """Whether the server should have said something of it by now."""
        if self.stopped_at is not None:
            return now_s - self.stopped_at > STOP_S
        most = SILENT_LOADING if self._is_loading else SILENT
        return self._unanswered > most

    def _offered(self, options: Options) -> Options:
        """What the user chose, without what the server does not have or decides by itself."""
        model = options.model if options.model in self._server.models else None
        knows = options.translator in self._server.translators
        return structs.replace(
            options,
            model=model,
            translator=options.translator if knows else None,
            step_down=False,
            backend=None,
            alignment_heads=None,
            diarizer=None,
        )
