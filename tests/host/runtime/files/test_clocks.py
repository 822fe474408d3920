"""Time that is charged, not waited for."""

from dataclasses import dataclass

import pytest

from wlk_host.runtime.files.clocks import SoundClock, VirtualClock


@dataclass
class Machine:
    """Where jobs take time."""

    wall: float = 0.0
    processor: float = 0.0

    def clock(self) -> VirtualClock:
        return VirtualClock(lambda: self.wall, lambda: self.processor)

    def work(self, wall: float, processor: float) -> str:
        self.wall += wall
        self.processor += processor
        return "done"


def test_the_time_jumps_to_where_the_sound_is_and_never_back() -> None:
    clock = SoundClock()
    clock.wait_until(2.0)
    clock.wait_until(1.0)
    assert clock.now() == 2.0


@pytest.mark.parametrize(
    ("wall", "processor", "charged"),
    [(1.0, 1.0, 1.0), (1.0, 2.0, 1.0), (3.0, 1.0, 1.0)],
    ids=["one thread", "two threads", "others had the machine"],
)
def test_a_job_is_there_when_its_time_has_passed(
    wall: float, processor: float, charged: float
) -> None:
    machine = Machine()
    clock = machine.clock()
    clock.wait_until(10.0)
    promise = clock.submit(lambda: machine.work(wall, processor))
    assert clock.now() == 10.0
    clock.wait_until(10.0 + charged - 0.01)
    assert not promise.done()
    clock.wait_until(10.0 + charged)
    assert promise.done()
    assert promise.result() == "done"
