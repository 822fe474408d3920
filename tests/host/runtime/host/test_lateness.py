"""When captions are late for good."""

from collections.abc import Iterable

from wlk_host.core.types import SAMPLE_RATE
from wlk_host.runtime.host.lateness import Lateness

S = SAMPLE_RATE


def heard(*stretches: tuple[float, float], start_s: float = 0.0) -> list[bool]:
    """What is thought after each second of these: (seconds, lag in seconds)."""
    lateness, at, thought = Lateness(), round(start_s * S), []
    lateness.hear(at, 0)
    for length_s, lag_s in stretches:
        for _ in range(round(length_s)):
            at += S
            lateness.hear(at, round(lag_s * S))
            thought.append(lateness.is_lasting)
    return thought


def seconds_until(thought: Iterable[bool]) -> int:
    return list(thought).index(True) + 1


def test_late_for_twenty_seconds_is_is_lasting() -> None:
    assert seconds_until(heard((30, 2.5))) == 20
    assert seconds_until(heard((30, 2.5), start_s=4000)) == 20


def test_a_moment_is_not() -> None:
    assert not any(heard((15, 6), (20, 0.5), (15, 6), (60, 0.5)))


def test_late_in_most_sentences_is_though_pauses_let_it_catch_up() -> None:
    sentence = [(8.0, 3.0), (3.0, 0.0)]
    assert seconds_until(heard(*sentence * 6)) <= 50


def test_a_lag_that_is_told_as_such_until_it_is_short_counts_as_one() -> None:
    assert seconds_until(heard((1, 2.5), (30, 1.5))) == 20
    assert not any(heard((60, 1.5)))


def test_on_time_for_as_long_it_is_over() -> None:
    thought = heard((25, 4), (60, 0.5))
    assert thought[24]
    assert not thought[-1]
    assert thought[40]


def test_what_waited_for_the_model_and_silence_between_do_not_count() -> None:
    lateness = Lateness()
    lateness.hear(30 * S, 25 * S)
    assert not lateness.is_lasting
    lateness.hear(31 * S, 3 * S)
    lateness.hear(3600 * S, 3 * S)
    assert not lateness.is_lasting


def test_speech_that_waited_between_two_pieces_of_work_counts_up_to_ten_seconds() -> None:
    """As in a hidden tab among too many, which has a turn every half a minute."""
    lateness = Lateness()
    thought = []
    for turn in range(1, 4):
        lateness.hear(30 * turn * S, 28 * S)
        thought.append(lateness.is_lasting)
    assert thought == [False, False, True]
