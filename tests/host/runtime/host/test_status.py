"""When the extension hears how a session is."""

import pytest

from host.runtime.scripted import ScriptedSession
from wlk_host.core.errors import WlkError
from wlk_host.protocol.messages import Status
from wlk_host.protocol.problem import Problem
from wlk_host.runtime.host.status import ALIVE_EVERY, StatusReporter

FRAME = 1600


@pytest.fixture
def reporter() -> StatusReporter:
    return StatusReporter("a", None, "en")


def told(reporter: StatusReporter, session: ScriptedSession, start: int, n: int) -> list[Status]:
    """What it says to `n` frames of audio."""
    changes = (reporter.change(session, start + FRAME * (i + 1)) for i in range(n))
    return [status for status in changes if status is not None]


@pytest.mark.parametrize("start", [0, 10_000_000])
def test_it_speaks_in_silence_while_audio_comes(reporter: StatusReporter, start: int) -> None:
    heard = told(reporter, ScriptedSession(), start, 20 * ALIVE_EVERY // FRAME)
    assert {status.state for status in heard} == {"listening"}
    assert len(heard) == 20


def test_it_says_nothing_twice_within_that_time(reporter: StatusReporter) -> None:
    session = ScriptedSession()
    assert len(told(reporter, session, 0, 1)) == 1
    assert told(reporter, session, FRAME, ALIVE_EVERY // FRAME - 1) == []


def test_a_problem_of_translation_is_told_at_once_and_once_and_so_is_its_end(
    reporter: StatusReporter,
) -> None:
    session = ScriptedSession()
    told(reporter, session, 0, 1)
    session.translation_problem = WlkError("translator_missing", "none", "install one")
    [status] = told(reporter, session, FRAME, 3)
    assert status.translation_problem == Problem("translator_missing", "none", "install one")
    session.translation_problem = None
    session.translation_delay = 8000
    [status] = told(reporter, session, 4 * FRAME, 3)
    assert (status.translation_problem, status.translation_delay_ms) == (None, 500)


def test_the_second_pass_is_told_to_be_left_out_as_soon_as_captions_stay_late(
    reporter: StatusReporter,
) -> None:
    session = ScriptedSession()
    session.is_overloaded = True
    assert [status.refining for status in told(reporter, session, 0, 1)] == [False]
