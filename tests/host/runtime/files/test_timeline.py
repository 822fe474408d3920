"""Presentation times become positions: forward only, and never beyond reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wlk_host.core.types import SAMPLE_RATE, Sample
from wlk_host.runtime.files.timeline import Timeline

S = SAMPLE_RATE
FRAME = S // 50
DAY = 24 * 3600 * S


def places(timeline: Timeline, *times: float | None, after_loss: bool = False) -> list[Sample]:
    """Where frames of 20 ms with these presentation times are put."""
    found, end = [], 0
    for time in times:
        at = timeline.jump(time, end, after_loss=after_loss)
        found.append(end if at is None else at)
        end = found[-1] + FRAME
    return found


def test_times_that_follow_each_other_are_a_count_of_samples() -> None:
    rounded = (10.0, 10.021, 10.039, 10.06)
    assert places(Timeline(10.0, None), *rounded) == [0, FRAME, 2 * FRAME, 3 * FRAME]


def test_a_gap_is_kept() -> None:
    assert places(Timeline(0.0, 60.0), 6.0, 6.02, 9.0) == [6 * S, 6 * S + FRAME, 9 * S]


def test_small_gaps_count_behind_damage() -> None:
    assert places(Timeline(0.0, 60.0), 0.0, 0.06, after_loss=True) == [0, round(0.06 * S)]
    assert places(Timeline(0.0, 60.0), 0.0, 0.06) == [0, FRAME]


def test_a_count_that_begins_again_goes_on() -> None:
    assert places(Timeline(0.0, None), 0.0, 0.02, -7.0, -6.98) == [n * FRAME for n in range(4)]


@pytest.mark.parametrize("length_s", [None, 60.0, 1e7])
def test_a_time_beyond_reason_is_no_gap(length_s: float | None) -> None:
    assert places(Timeline(0.0, length_s), 0.0, 9e6, 9e6 + 0.02) == [0, FRAME, 2 * FRAME]


@given(
    st.lists(st.one_of(st.none(), st.floats()), max_size=20),
    st.one_of(st.none(), st.floats(-1e9, 1e9)),
    st.one_of(st.none(), st.floats(0, 1e12)),
    st.booleans(),
)
def test_sound_never_goes_back_and_never_leaps(
    times: list[float | None], begin_s: float | None, length_s: float | None, after_loss: bool
) -> None:
    found = places(Timeline(begin_s, length_s), *times, after_loss=after_loss)
    for before, at in zip([0, *(at + FRAME for at in found)], found, strict=False):
        assert before <= at <= before + DAY
