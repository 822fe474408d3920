"""Whether captions are late for a moment, which happens, or stay late."""

from typing import Final

from wlk_host.core.types import SAMPLE_RATE, Sample

LATE_ABOVE: Final = 2 * SAMPLE_RATE
"""Captions that come later than this are called late."""

ON_TIME_BELOW: Final = 1 * SAMPLE_RATE
"""On time again only here, so that the state does not flicker."""

_PATIENCE: Final = 20 * SAMPLE_RATE
"""Sound heard late, less what was heard on time, from which captions stay late: longer than the
start of another program or a long second pass takes."""

_MOST: Final = 2 * _PATIENCE
"""Counted at most: after minutes of delay, 40 s on time are enough to forget it."""

_AT_ONCE: Final = 6 * SAMPLE_RATE
"""Counted at once at most: what came between two pieces of work can have been silence."""


_LATE_AT_ONCE: Final = 10 * SAMPLE_RATE
"""The same where so much speech waits. With too many tabs, half a minute comes between two pieces
of work of a hidden one."""


class Lateness:
    """Counts the sound that is captioned late, from one piece of work to the next.

    Silence makes no work, so it says nothing. Neither does what waited for a model to be loaded:
    the count begins with the first work done on it.

    Attributes:
        is_lasting: whether captions come late again and again, until they are on time for long.
    """

    def __init__(self) -> None:
        self.is_lasting = False
        self._late = False
        self._late_for: Sample = 0
        self._heard: Sample | None = None

    def hear(self, received_until: Sample, lag: Sample) -> None:
        """A piece of work is done; sound has come up to there, of which `lag` waits."""
        since = received_until if self._heard is None else self._heard
        at_once = max(_AT_ONCE, min(lag, _LATE_AT_ONCE))
        passed = min(at_once, received_until - since)
        self._heard = received_until
        self._late = lag > (ON_TIME_BELOW if self._late else LATE_ABOVE)
        self._late_for += passed if self._late else -passed
        self._late_for = max(0, min(self._late_for, _MOST))
        self.is_lasting = self._late_for > 0 if self.is_lasting else self._late_for >= _PATIENCE
