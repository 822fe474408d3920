"""`wlk-host bench`: measures captions of recordings whose text is known."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import fields
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from wlk_host.backends.service.client import Endpoint
from wlk_host.bench.figures import Measured, measure
from wlk_host.bench.logs import Setup, write_log, write_setup
from wlk_host.bench.manifest import Recording, read_manifest
from wlk_host.bench.progress import Progress
from wlk_host.bench.report import (
    Book,
    about,
    compare,
    markdown,
    read_book,
    tabulate,
    write_comparison,
    write_report,
)
from wlk_host.bench.runner import Bench
from wlk_host.core.errors import WlkError
from wlk_host.core.live.alignatt_pass import LiveOptions
from wlk_host.core.options import SessionOptions
from wlk_host.runtime.loading.command_line import live_options, service, session_options
from wlk_host.runtime.loading.resolve import called, resolve
from wlk_host.version import __version__

_EXTRA: Final = {"whisper_normalizer": "whisper-normalizer", "matplotlib": "matplotlib"}
"""Modules that only the bench needs, with their packages."""

_LIVE: Final = LiveOptions()


def bench(arguments: argparse.Namespace) -> int:
    """Run a manifest or compare runs. Print a table, and write reports if requested.

    Raises:
        WlkError: the manifest, a recording, the model or earlier logs cannot be read, or packages
            that the bench needs are missing.
    """
    _require_extra()
    folder = Path(arguments.out) if arguments.out else None
    if arguments.compare:
        return _compare([read_book(Path(name)) for name in arguments.compare], folder)
    options, sent_to = session_options(arguments), service(arguments)
    live = live_options(arguments.beams, arguments.rolling, arguments.end_of_word)
    setup = Setup(
        system=f"wlk-host {__version__}",
        options={"model": _model(options, sent_to), "backend": options.backend or arguments.wish}
        | _chosen(options, arguments.detect)
        | _chosen_live(arguments),
        clock="real" if arguments.realtime else "virtual",
    )
    runner = Bench(options, arguments.realtime, arguments.detect, live, arguments.device, sent_to)
    recordings = _recordings(Path(arguments.manifest), arguments.only)
    measured = _run(runner, recordings, setup, folder)
    if folder:
        write_report(folder, Book(folder.resolve().name, setup, tuple(measured)))
    sys.stdout.write(f"{about(setup)}\n\n{markdown(tabulate(measured))}")
    return 0


def _model(options: SessionOptions, sent_to: Endpoint | None) -> str:
    """The model's name for the report."""
    return called(options.model, resolve(options.model)) if sent_to is None else sent_to.model


def _recordings(manifest: Path, only: str) -> list[Recording]:
    """The recordings of the manifest whose id contains `only`.

    Raises:
        WlkError: `manifest_unreadable`, `nothing_to_measure`.
    """
    recordings = [r for r in read_manifest(manifest) if only in r.reference.id]
    if not recordings:
        raise WlkError(
            code="nothing_to_measure",
            message=f"{manifest} has no recording" + (f" with {only!r} in its id" if only else ""),
            hint="choose a manifest with recordings, or omit --only",
        )
    return recordings


def _run(
    runner: Bench, recordings: Sequence[Recording], setup: Setup, folder: Path | None
) -> list[Measured]:
    """Run and score the recordings, and log each in the folder."""
    measured: list[Measured] = []
    progress = Progress(len(recordings))
    for recording in recordings:
        reference = recording.expected(runner.options.task, runner.options.translate_to)
        progress.begin(reference.id, recording.duration_s)
        run = runner.run(recording, progress.heard)
        progress.end()
        measured.append(measure((reference, run)))
        if folder:
            # After each recording, so that an interrupted bench keeps its results.
            write_log(folder, reference, run)
            write_setup(folder, setup, [m.reference.id for m in measured])
    return measured


def _compare(books: Sequence[Book], folder: Path | None) -> int:
    if folder:
        write_comparison(folder, books)
    sys.stdout.write(markdown(compare(books), "run"))
    return 0


def _chosen(options: SessionOptions, detect: bool) -> dict[str, str]:
    """The options that differ from the defaults, for the report."""
    chosen = {
        field.name: str(value)
        for field in fields(options)
        if field.name != "model" and (value := getattr(options, field.name)) != field.default
    }
    return chosen | ({"language": "detected"} if detect else {})


def _chosen_live(arguments: argparse.Namespace) -> dict[str, str]:
    """The chosen options of the live pass, for the report."""
    chosen = {
        "beams": arguments.beams,
        "rolling": arguments.rolling,
        "end of word": arguments.end_of_word,
    }
    return {name: str(value) for name, value in chosen.items() if value is not None}


def _require_extra() -> None:
    """Check before a long run that the packages for its report are installed.

    Raises:
        WlkError: `bench_missing`.
    """
    missing = [package for name, package in _EXTRA.items() if find_spec(name) is None]
    if missing:
        raise WlkError(
            code="bench_missing",
            message=f"the bench needs the packages {' and '.join(missing)}",
            hint=f"run: pip install {' '.join(missing)}",
        )
