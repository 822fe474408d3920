"""A session that this machine captions although a server should: when it can go to the server."""

from typing import Final

from wlk_host.core.types import SAMPLE_RATE, Sample
from wlk_host.protocol.messages import Captions

MOST_WAITED: Final[Sample] = 60 * SAMPLE_RATE
"""Somebody who speaks on and on makes no pause."""


class Here:
    """Knows whether all that was said so far is final. Then nothing has to be done twice.

    Attributes:
        is_stopping: it is to end here.
    """

    def __init__(self) -> None:
        self.is_stopping = False
        self._unfinished: set[Sample] = set()
        self._has_draft = False
        self._lag: Sample = 0
        self._waited: Sample = 0

    def said(self, captions: Captions) -> None:
        """Take what the extension is told."""
        for line in captions.lines:
            if line.text and line.state != "final":
                self._unfinished.add(line.id)
            else:
                self._unfinished.discard(line.id)
        self._has_draft = captions.draft is not None

    def turned(self, lag: Sample) -> None:
        """A turn of it is over; so much sound is not captioned yet."""
        self._lag = lag

    def may_go(self, n_samples: Sample) -> bool:
        """Whether it may go now, with so much more sound. Ask while the server is there."""
        self._waited += n_samples
        pauses = not self._unfinished and not self._has_draft and self._lag == 0
        return not self.is_stopping and (pauses or self._waited >= MOST_WAITED)
