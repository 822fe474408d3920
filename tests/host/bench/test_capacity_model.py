"""The simulation of a server's engines, against what can be worked out by hand."""

import math

import pytest

from capacity import Noted, check, costs_of, table
from capacity_model import BACKLOG_S, Costs, Farm, simulate
from capacity_plan import Prices, Traffic, most_sessions, plan

COSTS = Costs(
    step=0.06, sound=0.05, spread=0.0, second_pass=0.1, utterance=6.0, wire=0.05, pace=0.6
)
EACH = 0.06 / 0.6 + 0.05 + 0.1 + 0.05


def test_a_session_that_is_on_time_costs_what_its_steps_do() -> None:
    outcome = simulate(COSTS, Farm(cores=2), 1, 60.0)
    assert COSTS.each_second() == pytest.approx(EACH)
    assert outcome.cpu_s == pytest.approx(60 * EACH, rel=0.02)
    assert outcome.refined_s == pytest.approx(60)
    assert outcome.late_turns == outcome.left_out_s == 0
    assert outcome.turns == pytest.approx(100 + 10, abs=2)


@pytest.mark.parametrize("sessions", [1, 2, 4])
def test_sessions_cost_the_same_wherever_they_are(sessions: int) -> None:
    together = simulate(COSTS, Farm(cores=4, passes=4), sessions, 60.0).cpu_s
    apart = simulate(COSTS, Farm(nodes=2, cores=2, replicas=2), sessions, 60.0).cpu_s
    assert together == pytest.approx(apart, rel=0.05)


def test_a_replica_with_too_much_is_late_and_leaves_out_second_passes_and_sound() -> None:
    costs = Costs(step=1.0, sound=0.5, spread=0.0, second_pass=0.5, utterance=6.0, wire=0.0)
    outcome = simulate(costs, Farm(cores=1), 8, 120.0)
    assert outcome.late > 0.5
    assert outcome.refined_s < 8 * 120 / 4
    assert outcome.left_out_s > 0
    assert outcome.lag_s(1.0) <= BACKLOG_S + 20


def test_sessions_are_carried_as_far_as_the_cores_reach() -> None:
    carried = most_sessions(COSTS, Farm(cores=2))
    assert 0.8 * 2 / EACH <= carried <= 1.5 * 2 / EACH
    assert most_sessions(COSTS, Farm(cores=4, replicas=2)) == pytest.approx(2 * carried, abs=2)


def test_chance_changes_single_steps_and_not_the_sum() -> None:
    with_chance = Costs(0.06, 0.05, 0.4, 0.1, 6.0, 0.05, 0.6)
    sums = {simulate(with_chance, Farm(), 3, 60.0, seed=seed).cpu_s for seed in range(5)}
    assert len(sums) == 5
    assert max(sums) == pytest.approx(min(sums), rel=0.1)


def test_costs_are_a_line_through_short_and_long_steps() -> None:
    short = Noted([(0.5, 0.1), (0.7, 0.12)], [0.5, 0.7], sound=12.0)
    long = Noted([(3.0, 0.35), (3.2, 0.37)], [], sound=12.0)
    costs = costs_of(short, long)
    assert costs.step + costs.sound * 0.6 == pytest.approx(0.11)
    assert costs.step + costs.sound * 3.1 == pytest.approx(0.36)
    assert (costs.second_pass, costs.utterance, costs.pace) == pytest.approx((0.1, 6.0, 6.0))


def test_a_check_says_how_far_it_is_off(capsys: pytest.CaptureFixture[str]) -> None:
    spent = {"ray::ServeReplica:a": 60 * EACH / 1.1, "raylet": 5.0}
    report = {"sessions": 1, "sound_s": 60, "spent": spent}
    assert check(COSTS, report, Farm()) == pytest.approx(0.1, abs=0.02)
    assert "off by +1" in capsys.readouterr().out


def test_a_plan_is_summed_up() -> None:
    one = plan(1000, 5, 700.0, 0.1, Traffic(32_000, 1000), Prices(0.05, 0.1))
    assert one.machines == 200
    assert one.up_mbit_s == pytest.approx(256)
    assert one.price == pytest.approx(200 * 0.1 / 1000 + 1000 * 3600 / 2**30 * 0.1)
    assert math.isclose(one.memory_gib, 200 * 700 / 1024)
    assert table([one]).count("\n") == 2
