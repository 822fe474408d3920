"""What hours of captions came to: a table, and what holds of what must hold."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from soak_tabs import Soak

_GROWTH: Final = 0.05
_YOUNG_S: Final = 90
"""A host that has just started, and one that works a fault off, say nothing of what stays."""

_SPAN_S: Final = 300
_MORE: Final = 1
"""Descriptors or threads that can differ by the moment."""


@dataclass(frozen=True)
class Sample:
    """What the host used at a moment.

    Attributes:
        at_s: since the beginning.
        host_s: since the host's start.
        lag_s: the longest that a tab's status told.
        cpu_s: used by the host since its start.
        load: of the whole machine, over the last minute.
    """

    at_s: float
    host_s: float
    memory_mb: float
    descriptors: int
    threads: int
    lag_s: float
    cpu_s: float
    load: float


@dataclass(frozen=True)
class Span:
    """The medians of five minutes; None where no sample of them counts."""

    begin_s: float
    memory_mb: float
    most_mb: float
    descriptors: float
    threads: float
    lag_s: float
    load: float
    counts: bool


def spans(samples: Sequence[Sample], faults: Sequence[float], settle_s: float) -> Iterator[Span]:
    """Five minutes each. Samples soon after a fault count only where there are no others."""
    length_s = min(_SPAN_S, settle_s)
    n_spans = int(samples[-1].at_s // length_s) + 1
    for n in range(n_spans):
        begin_s = n * length_s
        inside = [one for one in samples if begin_s <= one.at_s < begin_s + length_s]
        calm = [one for one in inside if _is_calm(one, faults)]
        chosen = calm or inside
        if chosen:
            yield Span(
                begin_s,
                float(np.median([one.memory_mb for one in chosen])),
                max(one.memory_mb for one in inside),
                float(np.median([one.descriptors for one in chosen])),
                float(np.median([one.threads for one in chosen])),
                max(one.lag_s for one in inside),
                float(np.mean([one.load for one in inside])),
                counts=begin_s >= settle_s and len(chosen) > 1,
            )


def _is_calm(sample: Sample, faults: Sequence[float]) -> bool:
    since = [sample.at_s - at for at in faults if at <= sample.at_s]
    return sample.host_s > _YOUNG_S and min(since, default=_YOUNG_S + 1) > _YOUNG_S


def show(soak: "Soak", settle_s: float, exit_code: int, state: Path) -> int:
    """Print all of it; 1 where something does not hold."""
    faults = [at for at, _ in soak.faults]
    rows = list(spans(soak.samples, faults, settle_s))
    print("\n min |  MB | most | files | threads | lag, s | load | what")
    for row in rows:
        end_s = row.begin_s + min(_SPAN_S, settle_s)
        what = "; ".join(what for at, what in soak.faults if row.begin_s <= at < end_s)
        print(
            f"{row.begin_s / 60:4.0f} | {row.memory_mb:3.0f} | {row.most_mb:4.0f} "
            f"| {row.descriptors:5.0f} | {row.threads:7.0f} | {row.lag_s:6.2f} "
            f"| {row.load:4.1f} | {what}"
        )
    for tab in soak.browser.tabs:
        delays = tab.delays_s or [0.0]
        late = sorted(tab.late)
        print(
            f"{tab.name}: {tab.n_lines} final lines, words after "
            f"{np.percentile(delays, 50):.2f} / {np.percentile(delays, 95):.2f} s (p50, p95), "
            f"sound captioned after {tab.worst_s:.1f} s at the most, {len(late)} moments after "
            f"more than 5 s, {len(tab.unannounced)} of them unannounced, "
            f"{tab.skipped_ms} ms skipped"
        )
    print(f"errors: {soak.browser.errors}")
    held = list(_verdicts(soak, rows, exit_code, state))
    for holds, what in held:
        print(f"{'holds' if holds else 'FAILS'}: {what}")
    return int(not all(holds for holds, _ in held))


def _verdicts(
    soak: "Soak", rows: Sequence[Span], exit_code: int, state: Path
) -> Iterator[tuple[bool, str]]:
    unannounced = [(at, where) for tab in soak.browser.tabs for at, where in tab.unannounced]
    where = "".join(f"\n    {at / 60:.1f} min: {what}" for at, what in unannounced[:20])
    yield not unannounced, f"no unannounced lag over 5 s ({len(unannounced)} moments){where}"
    counted = [row for row in rows if row.counts]
    if counted:
        first, rest = counted[0], counted[1:] or counted
        most = max(row.memory_mb for row in rest) / first.memory_mb - 1
        last = rest[-1].memory_mb / first.memory_mb - 1
        change = f"most {100 * most:+.1f} %, last {100 * last:+.1f} %"
        yield most <= _GROWTH, f"memory, {change}, of {first.memory_mb:.0f} MB"
        for name in ("descriptors", "threads"):
            before, after = getattr(first, name), [getattr(row, name) for row in rest]
            what = f"{name} {before:.0f}, at the most {max(after):.0f}, in the end {after[-1]:.0f}"
            yield after[-1] <= before + _MORE, what
    silent = [tab.name for tab in soak.browser.tabs if tab.n_lines == 0]
    yield not silent, f"every tab was captioned {silent or ''}"
    shown = "".join(f"\n    {error}" for error in soak.browser.unexpected[:20])
    yield (
        not soak.browser.unexpected,
        f"no unprovoked error ({len(soak.browser.unexpected)}){shown}",
    )
    yield exit_code == 0, f"the host's exit code is {exit_code}"
    told = sorted(_told(soak, state))
    yield not told, f"no file beside the log holds a spoken word {told[:10] or ''}"


def _told(soak: "Soak", state: Path) -> Iterator[str]:
    """Long spoken words that the host's files hold. Shorter ones can stand there as well."""
    words = set[str]().union(*(tab.words for tab in soak.browser.tabs))
    files = [file for file in state.rglob("*") if file.is_file()]
    for file in files:
        written = file.read_text(encoding="utf-8", errors="replace").lower()
        yield from (f"{word} in {file.name}" for word in words if word in written)
