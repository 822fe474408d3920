"""The speakers that each session has heard."""

from typing import Final

from wlk_host.core.speakers.speakers import Speakers

_MOST: Final = 16
"""How many sessions' voices are remembered. More are rarely open at the same time."""


class KnownVoices:
    """Remembers the speakers of each session, for when it starts again with another model."""

    def __init__(self) -> None:
        self._speakers: dict[str, Speakers] = {}

    def of(self, session: str) -> Speakers:
        """The speakers of the session with that id; none yet if it is new."""
        # The session used last is forgotten last.
        speakers = self._speakers.pop(session, None) or Speakers()
        self._speakers[session] = speakers
        while len(self._speakers) > _MOST:
            del self._speakers[next(iter(self._speakers))]
        return speakers
