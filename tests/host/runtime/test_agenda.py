"""Which job a thread does next. A job here is a name and how urgent it is."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from wlk_host.runtime.agenda import GIVES_WAY_S, PATIENCE_S, Agenda
from wlk_host.runtime.ports import Urgency


@dataclass(frozen=True)
class Job:
    name: str
    urgency: Urgency | None = None


SHOWN, HIDDEN = Job("shown", Urgency.VISIBLE), Job("hidden", Urgency.HIDDEN)
SECOND = Job("second pass")


def order(n_threads: int, *jobs: Job, at: float = 0.0) -> list[str]:
    """How jobs added at the time 0 are begun, one after the other, from then on."""
    agenda = Agenda[Job](n_threads)
    for job in jobs:
        agenda.add(job, 0.0)
    begun = []
    while (job_now := agenda.begin(at)) is not None:
        begun.append(job_now.name)
        agenda.end(job_now)
    return begun


def test_turns_come_before_the_rest_and_visible_before_hidden() -> None:
    assert order(2, SECOND, HIDDEN, SHOWN) == ["shown", "hidden", "second pass"]


def test_of_equals_the_one_that_has_waited_longest_is_next() -> None:
    names = [f"tab {n}" for n in range(5)]
    assert order(1, *(Job(name, Urgency.VISIBLE) for name in names)) == names
    assert order(1, *(Job(name) for name in names)) == names


def test_a_second_pass_does_not_wait_for_ever() -> None:
    assert order(2, SECOND, SHOWN, at=PATIENCE_S - 0.1) == ["shown", "second pass"]
    assert order(2, SECOND, SHOWN, at=PATIENCE_S) == ["second pass", "shown"]


def test_second_passes_leave_a_thread_for_turns() -> None:
    agenda = Agenda[Job](3)
    passes = [Job(f"second pass {n}") for n in range(3)]
    for job in passes:
        agenda.add(job, 0.0)
    assert [agenda.begin(0.0), agenda.begin(0.0), agenda.begin(0.0)] == [*passes[:2], None]
    agenda.add(SHOWN, 0.0)
    assert agenda.begin(99.0) is SHOWN
    agenda.end(passes[0])
    assert agenda.begin(0.0) is passes[2]


def test_a_single_thread_does_second_passes_as_well() -> None:
    assert order(1, SECOND, Job("another")) == ["second pass", "another"]


def test_a_second_pass_under_way_lets_turns_pass_and_goes_on_before_another() -> None:
    agenda = Agenda[Job](1)
    agenda.add(SECOND, 0.0)
    assert agenda.begin(0.0) is SECOND
    assert not agenda.pause(SECOND, 0.1), "nobody waits"
    agenda.add(SHOWN, 0.2)
    agenda.add(Job("another"), 0.2)
    assert agenda.pause(SECOND, 0.3)
    assert agenda.begin(0.3) is SHOWN
    assert agenda.begin(0.3) is None
    agenda.end(SHOWN)
    assert agenda.begin(0.4) is SECOND
    agenda.end(SECOND)
    assert agenda.begin(0.5) == Job("another")


def test_a_second_pass_does_not_give_way_for_ever() -> None:
    agenda = Agenda[Job](1)
    agenda.add(SECOND, 0.0)
    assert agenda.begin(0.0) is SECOND
    for _ in range(3):
        agenda.add(SHOWN, 1.0)
    assert agenda.pause(SECOND, 1.0)
    assert agenda.begin(1.0) is SHOWN
    agenda.end(SHOWN)
    assert agenda.begin(GIVES_WAY_S - 0.1) is SHOWN
    agenda.end(SHOWN)
    assert agenda.begin(GIVES_WAY_S) is SECOND
    assert not agenda.pause(SECOND, GIVES_WAY_S)


URGENCIES = st.none() | st.sampled_from(Urgency)


STEPS = URGENCIES | st.sampled_from(["end", "pause"])


@given(st.integers(1, 4), st.lists(STEPS, max_size=60))
def test_no_thread_is_idle_while_a_turn_waits_and_no_job_is_lost(
    n_threads: int, script: list[Urgency | str | None]
) -> None:
    agenda = Agenda[Job](n_threads)
    waiting: list[Job] = []
    under_way: list[Job] = []
    paused: list[Job] = []
    for now, step in enumerate(script):
        if step == "end":
            if under_way:
                agenda.end(under_way.pop(0))
        elif step == "pause":
            for second_pass in [job for job in under_way if job.urgency is None]:
                if agenda.pause(second_pass, float(now)):
                    under_way.remove(second_pass)
                    paused.append(second_pass)
        else:
            assert not isinstance(step, str)
            waiting.append(Job(str(now), step))
            agenda.add(waiting[-1], float(now))
        while (job := agenda.begin(float(now))) is not None:
            (paused if job in paused else waiting).remove(job)
            under_way.append(job)
        assert len(under_way) <= n_threads
        n_second = sum(job.urgency is None for job in under_way)
        assert n_second + len(paused) <= max(1, n_threads - 1)
        if len(under_way) < n_threads:
            assert not paused
            assert all(job.urgency is None for job in waiting)
            assert not waiting or n_second == max(1, n_threads - 1)
