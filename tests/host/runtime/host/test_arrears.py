"""A delay is told while its session waits for a turn and cannot tell it."""

import pytest

from wlk_host.core.types import SAMPLE_RATE
from wlk_host.runtime.host.arrears import Arrears
from wlk_host.runtime.host.status import StatusReporter

S = SAMPLE_RATE


@pytest.fixture
def arrears() -> Arrears:
    made = Arrears()
    made.told(StatusReporter("a", "base", "en").loading())
    return made


def lags(arrears: Arrears, seconds: int) -> list[int]:
    """What is told, in ms, while so much sound comes."""
    told = []
    for _ in range(10 * seconds):
        arrears.receive(S // 10)
        status = arrears.due()
        if status is not None:
            assert status.state == "lagging"
            told.append(status.lag_ms)
    return told


def test_sound_that_waits_for_more_than_two_seconds_is_told_once_a_second(arrears: Arrears) -> None:
    assert lags(arrears, 5) == [2100, 3100, 4100]


def test_what_the_session_has_left_counts_as_well(arrears: Arrears) -> None:
    arrears.receive(10 * S)
    arrears.turn_over(10 * S, 4 * S)
    assert lags(arrears, 3) == [6100]


def test_sound_that_is_worked_on_in_time_is_not_told(arrears: Arrears) -> None:
    for n in range(1, 20):
        assert lags(arrears, 1) == []
        arrears.turn_over(n * S, 0)


def test_what_the_session_says_itself_begins_anew(arrears: Arrears) -> None:
    assert lags(arrears, 3) == [2100]
    assert arrears.was_told
    arrears.told(StatusReporter("a", "base", "en").loading())
    assert not arrears.was_told
    arrears.turn_over(3 * S, 0)
    assert lags(arrears, 3) == [2100]


def test_before_the_session_has_said_anything_nothing_is_told() -> None:
    assert lags(Arrears(), 5) == []
