"""How the cores are shared out."""

import os
import sys

import pytest

from wlk_host.runtime.loading import cores


@pytest.mark.parametrize(
    ("n_cores", "of_a_pass", "n_passes"),
    [(1, 1, 2), (2, 1, 2), (3, 1, 3), (4, 2, 2), (6, 3, 2), (8, 4, 2), (12, 4, 3), (64, 4, 16)],
)
def test_passes_side_by_side_occupy_all_cores(n_cores: int, of_a_pass: int, n_passes: int) -> None:
    assert cores.n_of_a_pass(n_cores) == of_a_pass
    assert cores.n_passes(n_cores) == n_passes


@pytest.mark.skipif(sys.platform != "linux", reason="others do not tell what is allowed")
def test_cores_that_the_process_may_not_use_do_not_count() -> None:
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        assert cores.n_allowed() == 1
    finally:
        os.sched_setaffinity(0, allowed)
