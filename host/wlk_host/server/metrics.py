"""What is counted, as Prometheus reads it (text exposition format 0.0.4)."""

import re
import threading
from collections import Counter
from typing import Final

from wlk_host.core.types import SAMPLE_RATE, Sample, seconds
from wlk_host.runtime.host.memory import resident_mb

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

_MOST_CODES: Final = 64
"""Codes of errors that are counted apart."""

_LABEL: Final = re.compile(r"[^a-z0-9_]")

_LATE_ABOVE: Final = 2 * SAMPLE_RATE


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

    def text(self) -> str:
        """All of it."""
        with self._lock:
            rows = [
                *_metric("sessions", "gauge", "Sessions that are open.", [("", self._sessions)]),
                *_metric(
                    "sound_seconds_total",
                    "counter",
                    "Sound received.",
                    [("", seconds(self._heard))],
                ),
                *_metric("turns_total", "counter", "Turns of sessions.", [("", self._turns)]),
                *_metric(
                    "late_turns_total",
                    "counter",
                    "Turns after which more than 2 s of sound waited.",
                    [("", self._late_turns)],
                ),
                *_metric(
                    "errors_total",
                    "counter",
                    "Errors by code.",
                    [(f'{{code="{_LABEL.sub("_", c)}"}}', n) for c, n in self._failures.items()],
                ),
                *_metric(
                    "requests_total",
                    "counter",
                    "Requests by interface and outcome.",
                    [
                        (f'{{interface="{name}",outcome="{outcome}"}}', n)
                        for (name, outcome), n in self._requests.items()
                    ],
                ),
            ]
        memory = resident_mb()
        if memory is not None:
            rows += _metric(
                "resident_bytes", "gauge", "Memory of the process.", [("", memory << 20)]
            )
        return "".join(f"{row}\n" for row in rows)


def _metric(name: str, kind: str, help_text: str, values: list[tuple[str, float]]) -> list[str]:
    full = f"wlk_{name}"
    head = [f"# HELP {full} {help_text}", f"# TYPE {full} {kind}"]
    return head + [
        f"{full}{labels} {value:g}" if isinstance(value, float) else f"{full}{labels} {value}"
        for labels, value in sorted(values)
    ]
