"""Whom each session has heard."""

from typing import Final

from wlk_host.core.speakers import Speakers

_MOST: Final = 16
"""Sessions whose voices are remembered: more are hardly open at a time."""


class KnownVoices:
    """Whom each session has heard, for one that begins anew under its id, on another model."""

    def __init__(self) -> None:
        self._speakers: dict[str, Speakers] = {}

    def of(self, session: str) -> Speakers:
        """The speakers of the session of that id, none yet where it is new."""
        # The last one asked for is the last one forgotten.
        speakers = self._speakers.pop(session, None) or Speakers()
        self._speakers[session] = speakers
        while len(self._speakers) > _MOST:
            del self._speakers[next(iter(self._speakers))]
        return speakers
