"""Predicts what a server of captions carries: a simulation of its engines. Pure.

Times are in seconds, sound too.
"""

import heapq
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

STEP_S: Final = 0.6
"""New sound before the next live step (`core.recognition.Pace.step`)."""

MOST_STEP_S: Final = 12.0
"""Sound read in one step (`Pace.most`)."""

OVERLOAD_S: Final = 3.0
"""Lag from which the second pass is left out (`Pace.overload`)."""

BACKLOG_S: Final = 60.0
"""Lag from which the oldest sound is left out (`Pace.backlog`)."""

LATE_S: Final = 2.0
"""As `wlk_late_turns_total`."""


@dataclass(frozen=True, slots=True)
class Costs:
    """Measured, in seconds of one core.

    Attributes:
        step: of a live step, however short.
        sound: of each second of new sound in it.
        spread: the standard deviation of a step's cost, as a share of it.
        second_pass: of a second of sound.
        utterance: seconds of sound that one second pass hears.
        wire: of a second of sound, wherever it is fed: messages, gate, captions.
        pace: seconds of sound from one live step to the next, of a session that is on time: pauses
            are not read.
    """

    step: float
    sound: float
    spread: float
    second_pass: float
    utterance: float
    wire: float
    pace: float = STEP_S

    def each_second(self) -> float:
        """Of a session that is on time, for a second of sound."""
        return self.step / self.pace + self.sound + self.second_pass + self.wire


@dataclass(frozen=True, slots=True)
class Farm:
    """Machines of one kind.

    Attributes:
        nodes: machines.
        cores: of each, that the engines get.
        replicas: in each.
        passes: of a replica that run side by side (`loading.cores.n_passes`).
    """

    nodes: int = 1
    cores: float = 2.0
    replicas: int = 1
    passes: int = 2


@dataclass(slots=True)
class Outcome:
    """What was simulated.

    Attributes:
        cpu_s: in all.
        turns: live steps and second passes.
        late_turns: after which more than `LATE_S` of sound waited.
        lags_s: sound that waited after each live step.
        reads_s: sound that each live step read: that much later its first word is captioned.
        left_out_s: sound that was never heard.
        refined_s: sound that had its second pass.
        over_s: from the end of the sound to the end of the work on it.
    """

    cpu_s: float = 0.0
    turns: int = 0
    late_turns: int = 0
    lags_s: list[float] = field(default_factory=list)
    reads_s: list[float] = field(default_factory=list)
    left_out_s: float = 0.0
    refined_s: float = 0.0
    over_s: float = 0.0

    @property
    def late(self) -> float:
        """The share of turns that were late."""
        return self.late_turns / self.turns if self.turns else 0.0

    def lag_s(self, share: float) -> float:
        """This quantile of the lags."""
        return _quantile(self.lags_s, share)

    def read_s(self, share: float) -> float:
        """This quantile of what steps read."""
        return _quantile(self.reads_s, share)


def _quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


@dataclass(slots=True)
class _Session:
    began: float
    heard_until: float = 0.0
    refined_until: float = 0.0
    is_busy: bool = False
    is_refining: bool = False
    asks_to_refine: bool = False


@dataclass(slots=True, eq=False)
class _Job:
    session: _Session
    left: float
    until: float
    is_live: bool


class _Replica:
    """Sessions that share passes."""

    def __init__(self, passes: int) -> None:
        self.passes = passes
        self.sessions: list[_Session] = []
        self.running: list[_Job] = []


class _Node:
    """Replicas that share cores: each job gets an equal part, at most one core."""

    def __init__(self, farm: Farm) -> None:
        self.cores = farm.cores
        self.replicas = [_Replica(farm.passes) for _ in range(farm.replicas)]

    def speed(self) -> float:
        """Of each job, in cores."""
        n = sum(len(replica.running) for replica in self.replicas)
        return min(1.0, self.cores / n) if n else 1.0


def simulate(
    costs: Costs,
    farm: Farm,
    sessions: int,
    seconds: float,
    stagger: float = 0.7,
    seed: int = 1,
    placed: Sequence[int] | None = None,
) -> Outcome:
    """Caption so many sessions of speech without pauses.

    Args:
        costs: of the model.
        farm: machines.
        sessions: in all.
        seconds: of sound of each.
        stagger: between the starts of two sessions.
        seed: of the chance in the costs.
        placed: the number of each session's replica; None: the one with the fewest sessions.
    """
    chance = random.Random(seed)
    nodes = [_Node(farm) for _ in range(farm.nodes)]
    replicas = [replica for node in nodes for replica in node.replicas]
    for number in range(sessions):
        replica = (
            min(replicas, key=lambda one: len(one.sessions))
            if placed is None
            else replicas[placed[number]]
        )
        replica.sessions.append(_Session(number * stagger))
    outcome = Outcome()
    for node in nodes:
        _Run(costs, node, seconds, chance, outcome).run()
    fed = sessions * seconds
    outcome.cpu_s += costs.wire * fed
    return outcome


class _Run:
    """One node: it shares nothing with the others."""

    def __init__(
        self, costs: Costs, node: _Node, seconds: float, chance: random.Random, outcome: Outcome
    ) -> None:
        self._costs, self._node, self._seconds = costs, node, seconds
        self._chance, self._outcome = chance, outcome
        self._now = 0.0

    def run(self) -> None:
        """Until all sound is captioned."""
        while True:
            for replica in self._node.replicas:
                self._start_jobs(replica)
            next_due = self._next_due()
            first = self._first_to_end()
            if next_due is None and first is None:
                last = max((s.began for r in self._node.replicas for s in r.sessions), default=0.0)
                over = self._now - last - self._seconds
                self._outcome.over_s = max(self._outcome.over_s, over)
                return
            ends = math.inf if first is None else self._now + first.left / self._speed()
            at = min(ends, math.inf if next_due is None else next_due)
            self._pass_until(at)
            if first is not None and ends <= at:
                self._end(first)

    def _speed(self) -> float:
        # What messages and the gate take, the passes do not get.
        cores = self._node.cores
        sounding = sum(
            session.began <= self._now < session.began + self._seconds
            for replica in self._node.replicas
            for session in replica.sessions
        )
        return self._node.speed() * max(0.1, 1 - sounding * self._costs.wire / cores)

    def _pass_until(self, at: float) -> None:
        done = (at - self._now) * self._speed()
        for replica in self._node.replicas:
            for job in replica.running:
                job.left -= done
        self._now = at

    def _first_to_end(self) -> _Job | None:
        running = [job for replica in self._node.replicas for job in replica.running]
        return min(running, key=lambda job: job.left, default=None)

    def _fed(self, session: _Session) -> float:
        return min(self._seconds, max(0.0, self._now - session.began))

    def _lag(self, session: _Session) -> float:
        return self._fed(session) - session.heard_until

    def _is_due(self, session: _Session) -> bool:
        waits = self._lag(session)
        is_last = self._fed(session) >= self._seconds and waits > 0
        return not session.is_busy and (waits >= self._costs.pace - 1e-9 or is_last)

    def _next_due(self) -> float | None:
        """When a session that waits for sound has enough of it."""
        times = []
        for replica in self._node.replicas:
            for session in replica.sessions:
                if not session.is_busy and session.heard_until < self._seconds:
                    enough = min(session.heard_until + self._costs.pace, self._seconds)
                    due = session.began + enough
                    if due > self._now:
                        times.append(due)
        return min(times, default=None)

    def _start_jobs(self, replica: _Replica) -> None:
        """Live steps first, the longest waiting before others; then second passes."""
        free = replica.passes - len(replica.running)
        if free <= 0:
            return
        due = [session for session in replica.sessions if self._is_due(session)]
        for session in heapq.nlargest(free, due, key=self._lag):
            replica.running.append(self._live(session))
            free -= 1
        for session in replica.sessions:
            if free <= 0:
                return
            if self._wants_second_pass(session):
                replica.running.append(self._second_pass(session))
                free -= 1

    def _live(self, session: _Session) -> _Job:
        waits = self._lag(session)
        if waits > BACKLOG_S:
            self._outcome.left_out_s += waits - BACKLOG_S
            session.heard_until += waits - BACKLOG_S
        sound = min(self._lag(session), MOST_STEP_S)
        cost = self._costs.step + self._costs.sound * sound
        cost *= max(0.2, self._chance.gauss(1.0, self._costs.spread))
        session.is_busy = True
        self._outcome.cpu_s += cost
        self._outcome.reads_s.append(sound)
        return _Job(session, cost, session.heard_until + sound, is_live=True)

    def _wants_second_pass(self, session: _Session) -> bool:
        if session.is_refining:
            return False
        ready = session.heard_until - session.refined_until
        is_over = session.heard_until >= self._seconds
        return ready >= self._costs.utterance or (is_over and ready > 1e-9)

    def _second_pass(self, session: _Session) -> _Job:
        sound = min(self._costs.utterance, session.heard_until - session.refined_until)
        cost = self._costs.second_pass * sound
        session.is_refining = True
        self._outcome.cpu_s += cost
        self._outcome.refined_s += sound
        return _Job(session, cost, session.refined_until + sound, is_live=False)

    def _end(self, job: _Job) -> None:
        session = job.session
        for replica in self._node.replicas:
            if job in replica.running:
                replica.running.remove(job)
        self._outcome.turns += 1
        if job.is_live:
            lag = self._lag(session)
            session.heard_until, session.is_busy = job.until, False
            self._outcome.lags_s.append(self._lag(session))
            if lag > OVERLOAD_S:
                # Its lines become final without the second pass.
                ready = session.heard_until - session.refined_until
                session.refined_until += ready // self._costs.utterance * self._costs.utterance
        else:
            session.refined_until, session.is_refining = job.until, False
        self._outcome.late_turns += self._lag(session) > LATE_S
