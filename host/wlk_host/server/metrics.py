"""What is counted, as Prometheus reads it (text exposition format 0.0.4)."""

import re
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from wlk_host.core.types import SAMPLE_RATE, Sample, seconds
from wlk_host.runtime.host.memory import resident_mb

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

_MOST_CODES: Final = 64
"""Codes of errors that are counted apart."""

_LABEL: Final = re.compile(r"[^a-z0-9_]")

Values: TypeAlias = Sequence[tuple[str, float]]
"""Of a metric, by its labels."""

_LATE_ABOVE: Final = 2 * SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted, in one process or in several.

    Attributes:
        sessions: that are open.
        heard: sound received.
        turns: of sessions.
        late_turns: of them, after which more than 2 s of sound waited.
        failures: by code.
        requests: by interface and outcome.
        resident_mb: memory.
        replicas: engines at work.
    """

    sessions: int = 0
    heard: Sample = 0
    turns: int = 0
    late_turns: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    requests: Counter[tuple[str, str]] = field(default_factory=Counter)
    resident_mb: int = 0
    replicas: int = 0

    def plus(self, other: "Counts") -> "Counts":
        """Both together."""
        return Counts(
            self.sessions + other.sessions,
            self.heard + other.heard,
            self.turns + other.turns,
            self.late_turns + other.late_turns,
            self.failures + other.failures,
            self.requests + other.requests,
            self.resident_mb + other.resident_mb,
            self.replicas + other.replicas,
        )

    def without_present(self) -> "Counts":
        """What was counted up to now, of a process that has ended."""
        return replace(self, sessions=0, resident_mb=0, replicas=0)


class Metrics:
    """Counts, from any thread. Nothing in it names a user or says what was spoken."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sessions = 0
        self._heard: Sample = 0
        self._turns = 0
        self._late_turns = 0
        self._failures: Counter[str] = Counter()
        self._requests: Counter[tuple[str, str]] = Counter()

    def sessions(self, n: int) -> None:
        """So many sessions are open."""
        self._sessions = n

    def heard(self, length: Sample) -> None:
        """So much sound has come."""
        with self._lock:
            self._heard += length

    def turned(self, lag: Sample) -> None:
        """A turn of a session is over."""
        with self._lock:
            self._turns += 1
            self._late_turns += lag > _LATE_ABOVE

    def failed(self, code: str) -> None:
        """Something was refused or ended with this code."""
        with self._lock:
            if code in self._failures or len(self._failures) < _MOST_CODES:
                self._failures[code] += 1

    def request(self, interface: str, outcome: str) -> None:
        """A client came to one of the server's interfaces."""
        with self._lock:
            self._requests[interface, outcome] += 1

    def counts(self) -> Counts:
        """All of it, now."""
        with self._lock:
            return Counts(
                self._sessions,
                self._heard,
                self._turns,
                self._late_turns,
                Counter(self._failures),
                Counter(self._requests),
                resident_mb() or 0,
                1,
            )

    def text(self) -> str:
        """All of it, as Prometheus reads it."""
        return text_of(self.counts())


def text_of(counts: Counts) -> str:
    """These, as Prometheus reads them."""
    codes: Values = [
        (f'{{code="{_LABEL.sub("_", code)}"}}', n) for code, n in counts.failures.items()
    ]
    requests: Values = [
        (f'{{interface="{name}",outcome="{outcome}"}}', n)
        for (name, outcome), n in counts.requests.items()
    ]
    rows = [
        *_metric("sessions", "gauge", "Sessions that are open.", [("", counts.sessions)]),
        *_metric(
            "sound_seconds_total", "counter", "Sound received.", [("", seconds(counts.heard))]
        ),
        *_metric("turns_total", "counter", "Turns of sessions.", [("", counts.turns)]),
        *_metric(
            "late_turns_total",
            "counter",
            "Turns after which more than 2 s of sound waited.",
            [("", counts.late_turns)],
        ),
        *_metric("errors_total", "counter", "Errors by code.", codes),
        *_metric("requests_total", "counter", "Requests by interface and outcome.", requests),
        *_metric("replicas", "gauge", "Engines at work.", [("", counts.replicas)]),
    ]
    if counts.resident_mb:
        memory = counts.resident_mb << 20
        rows += _metric(
            "resident_bytes", "gauge", "Memory of the server's processes.", [("", memory)]
        )
    return "".join(f"{row}\n" for row in rows)


def _metric(name: str, kind: str, help_text: str, values: Values) -> list[str]:
    full = f"wlk_{name}"
    head = [f"# HELP {full} {help_text}", f"# TYPE {full} {kind}"]
    return head + [
        f"{full}{labels} {value:g}" if isinstance(value, float) else f"{full}{labels} {value}"
        for labels, value in sorted(values)
    ]
