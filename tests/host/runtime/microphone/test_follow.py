"""A session is fed with what a microphone hears, and works as soon as it can."""

from collections.abc import Callable

import numpy as np
import pytest

from host.runtime.scripted import ScriptedSession
from wlk_host.core.errors import WlkError
from wlk_host.core.types import AudioChunk, CaptionUpdate, Event
from wlk_host.runtime.microphone.follow import follow


class Heard:
    """Hands out what was laid out, and then breaks or ends.

    Attributes:
        waits: whether each call waited.
    """

    def __init__(self, *parts: int, error: WlkError | None = None) -> None:
        self._parts = list(parts)
        self._error = error
        self._end = 0
        self.waits: list[bool] = []

    def heard(self, *, wait: bool) -> list[AudioChunk]:
        self.waits.append(wait)
        if not self._parts and self._error is not None:
            raise self._error
        chunks = []
        for _ in range(self._parts.pop(0) if self._parts else 0):
            chunks.append(AudioChunk(self._end, np.zeros(1600, np.float32)))
            self._end += 1600
        return chunks

    def over_after(self, calls: int) -> Callable[[], bool]:
        return lambda: len(self.waits) >= calls


def names(session: ScriptedSession) -> list[str]:
    return [name for _, name in session.journal]


def test_all_sound_that_came_is_fed_before_the_next_work() -> None:
    session, sound = ScriptedSession(), Heard(1, 3, 0, 0, 0)
    events = list(follow(session, sound, sound.over_after(5)))
    assert names(session) == [
        "feed", "LIVE", "feed", "feed", "feed", "LIVE", "LIVE", "LIVE", "finish", "REFINE",
    ]  # fmt: skip
    assert sound.waits == [True, True, False, False, True]
    assert all(isinstance(event, CaptionUpdate) for _, event in events)


def test_at_the_end_what_is_due_is_done() -> None:
    session, sound = ScriptedSession(), Heard(3)
    list(follow(session, sound, sound.over_after(1)))
    assert names(session) == ["feed", "feed", "feed", "LIVE", "finish", "LIVE", "LIVE", "REFINE"]


def test_sound_that_breaks_off_is_captioned_before_that_is_told() -> None:
    session, sound = ScriptedSession(), Heard(1, error=WlkError("microphone_lost", "gone", "plug"))
    events: list[tuple[float, Event]] = []
    with pytest.raises(WlkError, match="gone"):
        events.extend(follow(session, sound, lambda: False))
    assert names(session) == ["feed", "LIVE", "finish", "REFINE"]
