"""`wlk-host caption`: the captions of a file, made like those of a tab."""

import argparse
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path

from wlk_host import console
from wlk_host.core.errors import WlkError
from wlk_host.core.options import WHISPER, SessionOptions
from wlk_host.core.subtitles.files import TranscriptFile
from wlk_host.core.subtitles.transcript import Contents
from wlk_host.core.translation.session import TranslatedSession
from wlk_host.core.types import AudioChunk, CaptionUpdate
from wlk_host.runtime.files.clocks import SoundClock, WallClock
from wlk_host.runtime.files.media import SoundFile
from wlk_host.runtime.files.output import FileOutput, FinishedLines, JsonOutput, Output
from wlk_host.runtime.files.playback import play
from wlk_host.runtime.loading.automatic import this_machine
from wlk_host.runtime.loading.command_line import live_options, service, session_options
from wlk_host.runtime.loading.loader import ModelLoader
from wlk_host.runtime.workers import Workers


def caption(arguments: argparse.Namespace) -> int:
    """Caption one file to stdout. The exit code is 0, or 2 if lines were left untranslated.

    Whatever ends it early, what was captioned until then is printed.

    Raises:
        WlkError: the file or the model cannot be read, or the output not be written.
        KeyboardInterrupt: the user has had enough.
    """
    options = _options(arguments)
    sound = SoundFile(Path(arguments.file), arguments.track)
    if sound.choice:
        _tell(sound.choice)
    chunks = sound.chunks()
    # An unreadable file is reported before a model is loaded for it.
    first = next(chunks, None)
    heard = chain([] if first is None else [first], chunks)
    loader, clock = _loader_and_clock(arguments, drafts=arguments.format == "jsonl")
    model = loader.load(options)
    session = model.open(options, 0, "")
    try:
        _print(_updates(session, heard, clock), _output(session, arguments))
    finally:
        loader.release_all()
        if sound.damage.problem is not None:
            _tell(str(sound.damage.problem))
    _tell(f"model: {model.name}")
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
                _tell(str(reported))
        if isinstance(event, CaptionUpdate):
            yield t, event


def _output(session: TranslatedSession, arguments: argparse.Namespace) -> Output:
    if arguments.format == "jsonl":
        return JsonOutput()
    contents: Contents = "both" if arguments.bilingual else "translation"
    title = Path(arguments.file).stem
    file = TranscriptFile(arguments.format, contents, title)
    return FileOutput(FinishedLines(session.asks_translator), file)


def _print(updates: Iterator[tuple[float, CaptionUpdate]], output: Output) -> None:
    """Print everything, also what is left when captions break off."""
    try:
        for t, update in updates:
            _write(output.add(t, update))
    except (KeyboardInterrupt, WlkError) as stop:
        if not (isinstance(stop, WlkError) and stop.code == console.OUTPUT_FAILED):
            _write(output.rest())
        raise
    _write(output.rest())


def _write(texts: Iterable[str]) -> None:
    for text in texts:
        console.write(text)


def _tell(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
