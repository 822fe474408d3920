"""Where decoded sound is heard, by the presentation times of its container."""

from typing import Final

from wlk_host.core.types import SAMPLE_RATE, Sample

_GAP: Final = SAMPLE_RATE // 10
"""A presentation time later than the sound so far by less is rounding (100 ms)."""

_GAP_AFTER_LOSS: Final = SAMPLE_RATE // 100
"""The same where something could not be decoded: many small losses add up."""

_BACK: Final = SAMPLE_RATE // 2
"""One that is earlier by more begins a new count: a recording joined to another one."""

_MOST_GAP_S: Final = 3600.0
"""The longest gap of a container that does not say how long it is."""

_DAY_S: Final = 24 * 3600.0
"""A longer gap is a damaged time stamp, whatever the container says."""

_NEVER_S: Final = 1e12
"""No clock shows this many seconds."""

_SLACK_S: Final = 10.0
"""By so much the length that a container states may be too short."""


class Timeline:
    """Turns presentation times into positions. Sound is never dropped, and never goes back.

    Args:
        begin_s: the presentation time at which a player begins; None takes the first one seen.
        length_s: how long the container is; None if it does not say.
    """

    def __init__(self, begin_s: float | None, length_s: float | None) -> None:
        self._begin_s = begin_s
        self._length_s = length_s

    def jump(self, time_s: float | None, end: Sample, *, after_loss: bool) -> Sample | None:
        """Where the next sound goes if it does not follow the sound so far; None if it does.

        Args:
            time_s: its presentation time; None if it has none.
            end: the sample after the sound so far.
            after_loss: whether something before it could not be decoded.
        """
        if time_s is None or not abs(time_s) < _NEVER_S:
            return None
        if self._begin_s is None:
            self._begin_s = time_s
        at = round((time_s - self._begin_s) * SAMPLE_RATE)
        if end - _BACK <= at < end + (_GAP_AFTER_LOSS if after_loss else _GAP):
            return None
        if at < end or not self._is_plausible(at - end, at):
            self._begin_s = time_s - end / SAMPLE_RATE
            return None
        return at

    def seconds_of(self, time_s: float) -> float:
        """A presentation time in seconds from the beginning."""
        return time_s - (self._begin_s or 0.0)

    def _is_plausible(self, gap: Sample, at: Sample) -> bool:
        gap_s, at_s = gap / SAMPLE_RATE, at / SAMPLE_RATE
        if gap_s > _DAY_S:
            return False
        if self._length_s is None:
            return gap_s <= _MOST_GAP_S
        return at_s <= self._length_s + _SLACK_S
