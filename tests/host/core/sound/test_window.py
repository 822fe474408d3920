"""The audio buffer against a plain list."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wlk_host.core.sound.window import AudioBuffer
from wlk_host.core.types import AudioChunk, Pcm


def counting(start: int, n: int) -> Pcm:
    """Samples that say where they are; 0 is silence."""
    return np.arange(start + 1, start + n + 1, dtype=np.float32)


@given(
    st.integers(0, 5000),
    st.lists(
        st.one_of(
            st.tuples(st.just("append"), st.integers(0, 70_000)),
            st.tuples(st.just("hole"), st.integers(1, 2000)),
            st.tuples(st.just("forget"), st.integers(0, 100_000)),
        ),
        max_size=12,
    ),
)
def test_it_holds_what_a_list_would_hold(start: int, actions: list[tuple[str, int]]) -> None:
    buffer = AudioBuffer(start)
    model: list[float] = []
    wanted_from = start
    for action, n in actions:
        end = start + len(model)
        match action:
            case "append":
                buffer.append(AudioChunk(end, counting(end, n)))
                model += counting(end, n).tolist()
            case "hole":
                buffer.append(AudioChunk(end + n, counting(end + n, 10)))
                model += [0.0] * n + counting(end + n, 10).tolist()
            case "forget":
                buffer.forget(start + n)
                wanted_from = max(wanted_from, min(start + n, end))
        assert buffer.end == start + len(model)
        assert start <= buffer.start <= wanted_from
        kept = buffer.slice(buffer.start, buffer.end)
        np.testing.assert_array_equal(kept, np.array(model[buffer.start - start :], np.float32))


def test_it_forgets_enough_to_stay_small() -> None:
    buffer, longest = AudioBuffer(), 0
    for at in range(0, 200 * 16_000, 1600):
        buffer.append(AudioChunk(at, counting(at, 1600)))
        buffer.forget(at - 16_000)
        longest = max(longest, buffer.end - buffer.start)
    assert longest < 4 * 16_000


def test_a_slice_is_a_copy() -> None:
    buffer = AudioBuffer()
    buffer.append(AudioChunk(0, counting(0, 10)))
    buffer.slice(0, 10)[:] = 0
    assert buffer.slice(0, 10).all()


def test_sound_that_overlaps_is_refused() -> None:
    buffer = AudioBuffer()
    buffer.append(AudioChunk(0, counting(0, 10)))
    with pytest.raises(ValueError, match="sound at 9 overlaps what ends at 10"):
        buffer.append(AudioChunk(9, counting(9, 10)))


@pytest.mark.parametrize(("start", "end"), [(-1, 5), (0, 11), (6, 5)])
def test_a_slice_that_is_not_there_is_refused(start: int, end: int) -> None:
    buffer = AudioBuffer()
    buffer.append(AudioChunk(0, counting(0, 10)))
    with pytest.raises(ValueError, match="is not within"):
        buffer.slice(start, end)
