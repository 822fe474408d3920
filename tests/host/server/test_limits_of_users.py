"""How much each user gets, by clocks that the tests turn."""

import pytest

from wlk_host.core.errors import WlkError
from wlk_host.core.types import SAMPLE_RATE
from wlk_host.server.limits import ByteRate, ConnectRate, DailySound, User

HOUR = 3600 * SAMPLE_RATE
ANA, BEN = User("ana"), User("ben", hours_a_day=2)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_each_user_has_so_much_sound_a_day() -> None:
    clock = Clock()
    sound = DailySound(1, clock)
    sound.take(ANA, HOUR)
    with pytest.raises(WlkError, match="quota_used_up"):
        sound.take(ANA, 1)
    sound.take(BEN, 2 * HOUR)
    with pytest.raises(WlkError, match="quota_used_up"):
        sound.take(BEN, 1)
    clock.now = 86_400
    sound.take(ANA, HOUR)


def test_connections_come_back_within_a_minute() -> None:
    clock = Clock()
    rate = ConnectRate(60, clock)
    assert [rate.allows("a") for _ in range(61)] == [True] * 60 + [False]
    assert rate.allows("b")
    clock.now = 1
    assert [rate.allows("a") for _ in range(2)] == [True, False]


def test_addresses_are_forgotten_before_they_fill_the_memory() -> None:
    rate = ConnectRate(1)
    for number in range(10_000):
        rate.allows(str(number))
    assert len(rate._left) == ConnectRate._MOST_ADDRESSES


def test_a_socket_is_read_at_the_pace_of_sound() -> None:
    clock = Clock()
    rate = ByteRate(burst=100, rate=10, now=clock)
    assert rate.wait_s(100) == 0
    assert rate.wait_s(10) == 1
    clock.now = 1
    assert rate.wait_s(10) == 1
    clock.now = 1000
    assert rate.wait_s(100) == 0
