"""How the last hosts were, as a short table."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import PurePath
from typing import Any, Final

from wlk_host.setup import probes

_PROBE: Final = "wlk_host.runtime.host.health_probe"
_MINUTES: Final = 10
"""Shown of the newest host."""

_TIME: Final = "%Y-%m-%d %H:%M"
_ENDS: Final = {"running": "not told", "ended": "yes", "hung": "hung", "no_memory": "no memory"}
Kept = Mapping[str, Any]


def health(python: PurePath) -> Kept | str:
    """What is kept of the last hosts, otherwise why it cannot be read."""
    result = probes.run(python, _PROBE)
    if isinstance(result, str):
        return result
    kept: Kept = json.loads(result.stdout)
    return kept


def to_text(kept: Kept | str) -> str:
    """The last hosts, the last minutes of the newest one, and the errors of all."""
    if isinstance(kept, str):
        return f"How the last hosts were cannot be read: {kept}"
    runs: Sequence[Kept] = kept["runs"]
    if not runs:
        return "No host has captioned anything yet."
    lines = [f"The last hosts ({kept['file']}):", _HOSTS]
    lines += [_host(run) for run in runs]
    minutes = runs[0]["minutes"][-_MINUTES:]
    if minutes:
        lines += ["", "The last minutes of the newest one:", _HEAD]
        lines += [_minute(minute) for minute in minutes]
    failures = _failures(runs)
    if failures:
        lines += ["", "Errors:", *failures]
    return "\n".join(lines)


_HOSTS: Final = "first session     minutes  sessions  most behind  left out  memory  ended"
_HEAD: Final = "minute            sessions  most behind  left out  memory"


def _host(run: Kept) -> str:
    minutes: Sequence[Kept] = run["minutes"]
    sessions = max((minute["sessions"] for minute in minutes), default=0)
    lag_ms = max((minute["lag_ms"] for minute in minutes), default=0)
    skipped_ms = sum(minute["skipped_ms"] for minute in minutes)
    known = [minute["memory_mb"] for minute in minutes if minute["memory_mb"] is not None]
    return (
        f"{_when(run['began'])}  {len(minutes):>7}  {sessions:>8}  {_seconds(lag_ms):>11}  "
        f"{_seconds(skipped_ms):>8}  {_memory(max(known, default=None)):>6}  {_ENDS[run['state']]}"
    )


def _minute(minute: Kept) -> str:
    return (
        f"{_when(minute['at'])}  {minute['sessions']:>8}  {_seconds(minute['lag_ms']):>11}  "
        f"{_seconds(minute['skipped_ms']):>8}  {_memory(minute['memory_mb']):>6}"
    )


def _failures(runs: Sequence[Kept]) -> list[str]:
    """The newest first."""
    found = [failure for run in runs for failure in run["failures"]]
    found.sort(key=lambda failure: -failure["at"])
    return [f"{_when(f['at'])}  {f['code']}, {_times(f['count'])}" for f in found[:20]]


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _when(at: int) -> str:
    return datetime.fromtimestamp(at).astimezone().strftime(_TIME)


def _seconds(ms: int) -> str:
    return f"{ms / 1000:.1f} s"


def _memory(mb: int | None) -> str:
    return "?" if mb is None else f"{mb} MB"
