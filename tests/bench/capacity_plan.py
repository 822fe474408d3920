"""What many streams need: the sums after the simulation of `capacity_model.py`. Pure."""

from dataclasses import dataclass, replace
from typing import Final

from capacity_model import Costs, Farm, simulate

MOST_READ_S: Final = 1.2
"""Of 95 % of the steps of a machine that is on time: twice what is usual."""

ENDS_WITHIN_S: Final = 4.0
"""From the end of the sound to the end of the work on it."""


def most_sessions(costs: Costs, farm: Farm, late: float = 0.01, seconds: float = 120.0) -> int:
    """Sessions of one node that are carried.

    Args:
        costs: of the model.
        farm: of which one node is looked at.
        late: the largest share of late turns.
        seconds: of sound. The work on it may end `ENDS_WITHIN_S` after it, so what waits does not
            grow.
    """
    one = replace(farm, nodes=1)
    low, high = 0, max(2, int(1.5 * farm.cores / costs.each_second()) + 2)
    while high - low > 1:
        middle = (low + high) // 2
        outcome = simulate(costs, one, middle, seconds, stagger=min(0.7, 10 / middle))
        is_quick = outcome.read_s(0.95) <= MOST_READ_S
        if is_quick and outcome.late <= late and outcome.over_s <= ENDS_WITHIN_S:
            low = middle
        else:
            high = middle
    return low


@dataclass(frozen=True, slots=True)
class Prices:
    """Of what is rented; ask your provider. In any currency."""

    core_hour: float
    gib_sent: float


@dataclass(frozen=True, slots=True)
class Traffic:
    """Bytes of one session in a second of speech, measured."""

    up: float
    down: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What so many streams need.

    Attributes:
        machines: of the farm's kind.
        memory_gib: of all engines.
        up_mbit_s: sound that comes in.
        down_mbit_s: captions that go out.
        price: of one stream in an hour.
    """

    streams: int
    machines: int
    memory_gib: float
    up_mbit_s: float
    down_mbit_s: float
    price: float


def plan(
    streams: int,
    each_machine: int,
    memory_of_one_mb: float,
    hour_of_one: float,
    traffic: Traffic,
    prices: Prices,
) -> Plan:
    """Sum it up.

    Args:
        streams: at the same time.
        each_machine: streams that a machine carries.
        memory_of_one_mb: of the engines of one machine, full.
        hour_of_one: the price of a machine for an hour.
        traffic: of one stream.
        prices: of sending.
    """
    machines = -(-streams // each_machine)
    sent_gib = traffic.down * 3600 / 2**30
    return Plan(
        streams,
        machines,
        machines * memory_of_one_mb / 1024,
        streams * traffic.up * 8 / 1e6,
        streams * traffic.down * 8 / 1e6,
        machines * hour_of_one / streams + sent_gib * prices.gib_sent,
    )
