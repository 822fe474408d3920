"""`wlk-host caption`: the captions of a file, made like those of a tab."""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import partial
from itertools import chain
from pathlib import Path

from wlk_host.core.errors import WlkError
from wlk_host.core.options import WHISPER, SessionOptions
from wlk_host.core.translation.session import TranslatedSession
from wlk_host.core.types import AudioChunk, CaptionUpdate
from wlk_host.runtime.files.caption_log import CaptionLog
from wlk_host.runtime.files.clocks import SoundClock, WallClock
from wlk_host.runtime.files.media import read_chunks
from wlk_host.runtime.files.output import Contents, FinishedLines, LinePrinter
from wlk_host.runtime.files.playback import play
from wlk_host.runtime.loading.automatic import this_machine
from wlk_host.runtime.loading.command_line import live_options, service, session_options
from wlk_host.runtime.loading.loader import ModelLoader
from wlk_host.runtime.workers import Workers


def caption(arguments: argparse.Namespace) -> int:
    """Caption one file to stdout. The exit code is 0, or 2 if lines were left untranslated.

    Raises:
        WlkError: the file or the model cannot be read.
    """
    options = _options(arguments)
    chunks = read_chunks(Path(arguments.file))
    # An unreadable file is reported before a model is loaded for it.
    first = next(chunks, None)
    sound = chain([] if first is None else [first], chunks)
    as_log = arguments.format == "jsonl"
    loader, clock = _loader_and_clock(arguments, drafts=as_log)
    model = loader.load(options)
    session = model.open(options, 0, "")
    updates = _updates(session, sound, clock)
    try:
        if as_log:
            log = CaptionLog()
            for t, update in updates:
                _write(json.dumps(asdict(log.add(t, update)), ensure_ascii=False) + "\n")
        else:
            _write_lines(updates, session, arguments)
    finally:
        loader.release_all()
    sys.stderr.write(f"model: {model.name}\n")
    return 0 if session.translation_problem is None else 2


def _options(arguments: argparse.Namespace) -> SessionOptions:
    options = session_options(arguments)
    if options.task == "translate" and arguments.bilingual and not options.translate_to:
        return replace(options, task="transcribe", translate_to="en", translator=WHISPER)
    return options


def _loader_and_clock(
    arguments: argparse.Namespace, *, drafts: bool
) -> tuple[ModelLoader, WallClock | SoundClock]:
    live = live_options(arguments.beams, arguments.rolling, arguments.end_of_word)
    loader = partial(
        ModelLoader,
        drafts=drafts,
        live=live,
        service=service(arguments),
        device=arguments.device,
    )
    if arguments.realtime:
        # Only real time needs a model that is fast enough here.
        automatic = this_machine()
        return loader(Workers(), Workers(name="translations"), automatic=automatic), WallClock()
    clock = SoundClock()
    return loader(clock), clock


def _updates(
    session: TranslatedSession, sound: Iterator[AudioChunk], clock: WallClock | SoundClock
) -> Iterator[tuple[float, CaptionUpdate]]:
    """The updates as they come. A problem of the translator is printed when it begins."""
    reported: WlkError | None = None
    for t, event in play(session, sound, clock):
        if session.translation_problem is not reported:
            reported = session.translation_problem
            if reported is not None:
                sys.stderr.write(f"{reported}\n")
        if isinstance(event, CaptionUpdate):
            yield t, event


def _write_lines(
    updates: Iterator[tuple[float, CaptionUpdate]],
    session: TranslatedSession,
    arguments: argparse.Namespace,
) -> None:
    contents: Contents = "both" if arguments.bilingual else "translation"
    printer = LinePrinter(arguments.format == "srt", contents)
    lines = FinishedLines(session.asks_translator)
    for _, update in updates:
        for line in lines.add(update):
            _write(printer.print(line))
    for line in lines.rest():
        _write(printer.print(line))


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
