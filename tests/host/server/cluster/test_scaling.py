"""How many replicas there are for how much work."""

from types import SimpleNamespace

import pytest

from wlk_host.server.cluster.scaling import BUSY, Busy, by_load, replicas_wanted
from wlk_host.server.metrics import Counts


@pytest.mark.parametrize(
    ("busy", "connections", "wanted"),
    [
        ([], 0, 1),
        ([0.5], 1, 1),
        ([0.79], 2, 1),
        ([0.95], 1, 2),
        ([0.3], 5, 3),  # Two fit on one.
        ([0.5, 0.5], 2, 2),
        ([0.2, 0.2], 2, 1),
        ([0.2, 0.2], 4, 2),
        ([1.0, 1.0, 1.0], 3, 4),
        ([0.9, 0.1, 0.1], 3, 2),
    ],
)
def test_replicas_follow_load_and_connections(
    busy: list[float], connections: int, wanted: int
) -> None:
    assert replicas_wanted(busy, max(1, len(busy)), connections, 2) == wanted


@pytest.mark.parametrize("load", [0.0, 0.3, 0.65, 0.79, 1.0])
def test_the_number_settles(load: float) -> None:
    current, seen = 1, []
    for _ in range(10):
        current = replicas_wanted([load * 3 / current] * current, current, 0, 100)
        seen.append(current)
    assert len(set(seen[5:])) == 1


def test_ray_serves_policy_is_that() -> None:
    context = SimpleNamespace(
        aggregated_metrics={BUSY: {"a": 0.95, "b": 0.95}},
        current_num_replicas=2,
        total_num_requests=3.0,
        config=SimpleNamespace(target_ongoing_requests=2.0),
    )
    assert by_load(context) == (3, {})


def test_busy_is_the_share_of_the_processors_or_of_late_turns() -> None:
    used, now = iter([0.0, 5.0, 6.0]), iter([0.0, 10.0, 20.0])
    busy = Busy(2.0, lambda: next(used), lambda: next(now))
    assert busy.since_last(Counts(turns=10)) == pytest.approx(0.25)
    assert busy.since_last(Counts(turns=20, late_turns=9)) == pytest.approx(0.9)
