"""Logs of what was shown when, and references of what was said, from which systems are scored.

A folder holds `run.json` (what ran, on which recordings), and for each recording `ID.json`, the
log, and `ID.ref.json`, the reference. Any system that writes these files can be scored and
compared.
"""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from wlk_host.bench.delays import Delays
from wlk_host.core.errors import WlkError
from wlk_host.core.tab_options import TaskName
from wlk_host.json_files import read_json
from wlk_host.runtime.files.caption_log import Shown

TimedWord = tuple[str, float, float]
"""A word, its start and its end in seconds."""

_SETUP: Final = "run.json"

_MOST_LOG: Final = 1 << 30
"""Bytes of a log; one of a day has a fifth of that."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What is said in a recording.

    Attributes:
        id: the name of the recording.
        text: the correct captions; None if they are unknown, "" if nothing is said.
        language: the language of the text, which decides how it is scored.
        spoken: the language of the speech; None if nothing is said or it is unknown.
        task: whether the text is a transcript or its English translation.
        words: the words with their times, if known.
        utterance_ends_s: the ends of its utterances, if known.
        translation: the text in the language that lines are translated into, if known.
    """

    id: str
    text: str | None
    language: str = "en"
    spoken: str | None = None
    task: TaskName = "transcribe"
    words: tuple[TimedWord, ...] = ()
    utterance_ends_s: tuple[float, ...] = ()
    translation: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """What one system showed for one recording, and what it cost.

    Attributes:
        log: one entry for each change.
        duration_s: the length of the recording.
        cpu_s: processor time of the whole process.
        rss_mb: peak memory of the process so far, including loading; None if the system does not
            report it.
        running_mb: peak memory during this recording; None if the system does not report it.
        words: the words of the final text with their times.
        final_until: (time, position) in seconds; from that time on, nothing before that position
            changed.
        lag: (time, lag) in seconds: speech received but not captioned, the worst of each second.
        skipped_s: sound that was skipped because the machine could not keep up.
        delays: the delays of committed words and of translations.
    """

    log: tuple[Shown, ...]
    duration_s: float
    cpu_s: float
    rss_mb: float | None = None
    running_mb: float | None = None
    words: tuple[TimedWord, ...] = ()
    final_until: tuple[tuple[float, float], ...] = ()
    lag: tuple[tuple[float, float], ...] = ()
    skipped_s: float = 0.0
    delays: Delays = field(default_factory=Delays)


def _machine() -> str:
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"


@dataclass(frozen=True, slots=True)
class Setup:
    """What ran.

    Attributes:
        system: name and version.
        options: the chosen options, as text.
        live: whether captions were made while the sound was playing. An offline run has no
            latencies.
        clock: the clock that measured the time.
        machine: the machine it ran on.
        at: the time of the run, in ISO 8601.
    """

    system: str
    options: dict[str, str] = field(default_factory=dict)
    live: bool = True
    clock: str = "virtual"
    machine: str = field(default_factory=_machine)
    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))


Logged = tuple[Reference, Run]


def write_log(folder: Path, reference: Reference, run: Run) -> None:
    """Write one recording's log and reference."""
    folder.mkdir(parents=True, exist_ok=True)
    log = {
        "dur": run.duration_s,
        "cpu": run.cpu_s,
        "rss": run.rss_mb,
        "running_rss": run.running_mb,
        "log": [asdict(shown) for shown in run.log],
        "words": run.words,
        "final_until": run.final_until,
        "lag": run.lag,
        "skipped": run.skipped_s,
        "delays": asdict(run.delays),
    }
    if run.rss_mb is None:
        del log["rss"]
    expected = asdict(reference)
    expected["lang"] = expected.pop("language")
    _write(folder / f"{reference.id}.json", log)
    _write(folder / f"{reference.id}.ref.json", expected)


def write_setup(folder: Path, setup: Setup, ids: Sequence[str]) -> None:
    """Write what ran, and on which recordings."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / _SETUP, {**asdict(setup), "recordings": list(ids)})


def read_logs(folder: Path) -> tuple[Setup, list[Logged]]:
    """Read what `write_setup` and `write_log` wrote.

    Raises:
        WlkError: `logs_unreadable`.
    """
    try:
        setup = read_json(folder / _SETUP)
        ids = msgspec.convert(setup.pop("recordings"), list[str])
        logs = [(_reference(folder, id_), _run(folder, id_)) for id_ in ids]
        return msgspec.convert(setup, Setup), logs
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WlkError(
            code="logs_unreadable",
            message=f"{folder} has no logs of a bench: {error}",
            hint="choose a folder written by: wlk-host bench MANIFEST --out DIR",
        ) from error


def _reference(folder: Path, id_: str) -> Reference:
    row = read_json(folder / f"{id_}.ref.json")
    row["language"] = row.pop("lang")
    return msgspec.convert(row, Reference)


def _run(folder: Path, id_: str) -> Run:
    row = read_json(folder / f"{id_}.json", _MOST_LOG)
    fields = {
        "log": row["log"],
        "duration_s": row["dur"],
        "cpu_s": row["cpu"],
        "rss_mb": row.get("rss"),
        "running_mb": row["running_rss"],
        "words": row["words"],
        "final_until": row["final_until"],
        "lag": row["lag"],
        "skipped_s": row["skipped"],
        "delays": row.get("delays", {}),
    }
    return msgspec.convert(fields, Run)


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
