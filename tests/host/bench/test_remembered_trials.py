"""Who is remembered and heard in the trials of remembered voices, and what counts."""

import numpy as np

from remembered_trials import HALVES, Recording, dealt, half_of, sweep, verdict
from wlk_host.core.speakers.remembered import LEAST_WINDOWS

N = LEAST_WINDOWS


def recording(person: int, name: str, n: int = N, *, narrow: bool = False) -> Recording:
    """That person's voice, the same in each window."""
    vectors = np.tile(np.eye(8, dtype=np.float32)[person], (n, 1))
    return Recording(f"p{person}", f"p{person}", "plain", name, vectors, np.full(n, narrow))


def test_what_is_heard_later_is_not_what_was_remembered() -> None:
    known, sessions = dealt([recording(0, "a"), recording(0, "b"), recording(1, "c", 2 * N + 8)])
    assert [(one.person, *one.names) for one in known] == [("p0", "a"), ("p1", "c 1")]
    assert [(one.person, *one.names) for one in sessions] == [("p0", "b"), ("p1", "c 2")]


def test_a_short_recording_tells_of_strangers_only() -> None:
    table = list(sweep([recording(0, "a"), recording(1, "b")], "choosing"))
    assert table[0].startswith("1 remembered, 1 sessions")
    assert not [row for row in table if "| own |" in row or "| strangers |" in row]


def test_the_halves_have_nobody_in_common() -> None:
    found = [recording(person, f"r{person}") for person in range(5)]
    first, second = ({one.person for one in half_of(found, half)} for half in HALVES)
    assert (len(first), len(second)) == (3, 2)
    assert not first & second


def test_names_that_are_right_and_names_of_strangers_are_counted_apart() -> None:
    found = [recording(person, f"{person}{part}") for person in (0, 1, 2) for part in "ab"]
    said = list(verdict(found, "choosing"))
    assert said[-2:] == [
        "plain > plain, own: 2 right, 0 nobody, 0 wrong",
        "plain > plain, strangers: 0 right, 2 nobody, 0 wrong",
    ]


def test_voices_on_a_narrow_line_are_remembered_for_comparison_only() -> None:
    found = [recording(0, "a", narrow=True)]
    assert dealt(found)[0] == []
    assert len(dealt(found, narrow_too=True)[0]) == 1
