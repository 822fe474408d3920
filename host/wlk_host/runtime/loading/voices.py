"""The model that tells speakers apart, loaded once and shared by all sessions."""

import threading

from wlk_host.core.ports import VoiceEncoder
from wlk_host.models import store
from wlk_host.models.catalog import SPEAKERS
from wlk_host.models.store import Condition


class SharedVoices:
    """Loads the voice encoder at its first use and keeps it. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._encoder: VoiceEncoder | None = None

    def encoder(self) -> VoiceEncoder | None:
        """The encoder, or None if its model is not installed.

        Raises:
            WlkError: `model_corrupt`.
        """
        with self._lock:
            if self._encoder is None and store.condition(SPEAKERS) is Condition.INSTALLED:
                from wlk_host.backends.voice_encoder import (  # noqa: PLC0415 - costs 20 MB
                    load_voice_encoder,
                )

                self._encoder = load_voice_encoder(store.folder_of(SPEAKERS))
            return self._encoder

    def release(self) -> None:
        """Drop the encoder. Sessions that use it keep it."""
        with self._lock:
            self._encoder = None
