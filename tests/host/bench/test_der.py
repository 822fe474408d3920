"""The diarization error rate of `tests/bench/der.py`: cases computed by hand."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from der import DerScore, Turn, der, most_in_common, read_rttm

TWO: list[Turn] = [(0.0, 4.0, "anna"), (4.0, 10.0, "bob")]


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        # Of anna 0.25 to 3.75 s counts, of bob 4.25 to 9.75 s.
        ([(0.0, 4.0, "2"), (4.0, 10.0, "1")], DerScore(0, 0, 0, 9)),
        ([], DerScore(9, 0, 0, 9)),
        ([(0.0, 10.0, "1")], DerScore(0, 0, 3.5, 9)),
        ([(0.0, 12.0, "1")], DerScore(0, 1.75, 3.5, 9)),
        ([(0.0, 3.8, "1"), (4.2, 10.2, "2")], DerScore(0, 0, 0, 9)),
        ([(0.0, 4.0, "1"), (4.0, 6.0, "2"), (8.0, 10.0, "3")], DerScore(2, 0, 1.75, 9)),
        ([(0.0, 10.0, "1"), (4.0, 10.0, "2")], DerScore(0, 5.5, 0, 9)),
    ],
    ids=["perfect", "silent", "one name", "too long", "in the collar", "third name", "two at once"],
)
def test_errors_are_counted_outside_the_collar(turns: list[Turn], expected: DerScore) -> None:
    assert der(turns, TWO) == expected


def test_who_speaks_at_the_same_time_is_counted_each() -> None:
    reference = [(0.0, 10.0, "anna"), (5.0, 10.0, "bob")]
    assert der([(0.0, 10.0, "1")], reference, collar=0) == DerScore(5, 0, 0, 15)
    # 4.75 to 5.25 s counts for neither, and the boundary at 10 s is the same for both.
    assert der([(0.0, 10.0, "1")], reference) == DerScore(4.5, 0, 0, 13.5)


def test_names_are_paired_so_that_most_is_right() -> None:
    """Anna shares most with "1", but nothing would be left for Bob then."""
    reference = [(0.0, 6.0, "anna"), (6.0, 11.0, "bob"), (11.0, 16.0, "anna")]
    turns = [(0.0, 11.0, "1"), (11.0, 16.0, "2")]
    assert der(turns, reference, collar=0) == DerScore(0, 0, 6, 16)


def test_turns_of_one_speaker_that_overlap_are_one() -> None:
    turns = [(0.0, 3.0, "1"), (2.0, 4.0, "1"), (4.0, 10.0, "2")]
    assert der(turns, TWO) == DerScore(0, 0, 0, 9)


def test_the_rate_is_the_share_of_the_speech() -> None:
    assert der([(0.0, 12.0, "1")], TWO).rate == pytest.approx((1.75 + 3.5) / 9)
    with pytest.raises(ZeroDivisionError):
        _ = der([(0.0, 1.0, "1")], []).rate


@given(
    st.integers(0, 4).flatmap(
        lambda width: st.lists(
            st.lists(st.integers(0, 50), min_size=width, max_size=width), max_size=5
        )
    )
)
def test_no_other_pairing_is_better(rows: list[list[int]]) -> None:
    common = np.array(rows, np.int64).reshape(len(rows), len(rows[0]) if rows else 0)
    square = np.zeros((5, 5), np.int64)
    square[: common.shape[0], : common.shape[1]] = common
    tried = (square[range(5), order].sum() for order in itertools.permutations(range(5)))
    assert most_in_common(common) == max(tried)


def test_a_dozen_voices_are_paired_at_once() -> None:
    assert most_in_common(np.eye(12, dtype=np.int64)) == 12


def test_turns_are_read_from_rttm(tmp_path: Path) -> None:
    path = tmp_path / "a.rttm"
    path.write_text(
        ";; a comment\n\nSPEAKER a 1 0.50 2.25 <NA> <NA> anna <NA> <NA>\n"
        "SPKR-INFO a 1 <NA> <NA> <NA> unknown anna <NA>\nSPEAKER a 1 3 1 <NA> <NA> bob\n"
    )
    assert read_rttm(path) == [(0.5, 2.75, "anna"), (3.0, 4.0, "bob")]


@pytest.mark.parametrize("line", ["SPEAKER a 1 0.5", "SPEAKER a 1 x 2 <NA> <NA> anna <NA> <NA>"])
def test_a_line_that_is_no_turn_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "a.rttm"
    path.write_text(f"\n{line}\n")
    with pytest.raises(ValueError, match="line 2: expected SPEAKER"):
        read_rttm(path)
