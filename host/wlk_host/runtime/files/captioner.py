"""Captions one sound after the other, with a model that is loaded once."""

import argparse
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from typing import Protocol

from wlk_host import console
from wlk_host.core.caption_session import CaptionSession
from wlk_host.core.errors import WlkError
from wlk_host.core.options import WHISPER, SessionOptions
from wlk_host.core.subtitles.files import TranscriptFile
from wlk_host.core.subtitles.transcript import Contents
from wlk_host.core.types import AudioChunk, CaptionUpdate, Event, Sample, seconds
from wlk_host.runtime.files.clocks import SoundClock, WallClock
from wlk_host.runtime.files.forms import Form
from wlk_host.runtime.files.media import Sound
from wlk_host.runtime.files.output import FileOutput, FinishedLines, JsonOutput, Output
from wlk_host.runtime.files.playback import play
from wlk_host.runtime.loading.automatic import this_machine
from wlk_host.runtime.loading.command_line import live_options, service, session_options
from wlk_host.runtime.loading.loader import ModelLoader
from wlk_host.runtime.workers import Workers


class Session(CaptionSession, Protocol):
    """What captions one sound."""

    @property
    def translation_problem(self) -> WlkError | None:
        """Why there are no translations at present."""
        ...

    def asks_translator(self, language: str) -> bool:
        """Whether a line in that language is translated apart, some time after it is final."""
        ...


class Model(Protocol):
    """What opens sessions."""

    @property
    def name(self) -> str:
        """The name that users know."""
        ...

    def open(self, options: SessionOptions, start: Sample, context: str) -> Session:
        """A session whose sound begins there, after that text."""
        ...


class Loader(Protocol):
    """What loads a model."""

    def load(self, options: SessionOptions) -> Model:
        """The model for sessions with these options; raises `WlkError`."""
        ...

    def release_all(self) -> None:
        """Free everything."""
        ...


Play = Callable[[Session], Iterable[tuple[float, Event]]]
"""Feeds a session, and yields (seconds, event) as they come."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the captions of one sound.

    Attributes:
        output: makes text of them.
        write: takes the text.
        tell: takes sentences about what is wrong.
    """

    output: Callable[[Session], Output]
    write: Callable[[str], None]
    tell: Callable[[str], None]


@dataclass(slots=True)
class Outcome:
    """How the captions of one sound went.

    Attributes:
        lines: those with text.
        untranslated: why lines were left untranslated; None if they were not.
    """

    lines: set[Sample] = field(default_factory=set)
    untranslated: WlkError | None = None


class Captioner:
    """Captions with the options of a command.

    Args:
        arguments: of `caption` or `listen`.
        drafts: whether lines are translated while they grow.
        is_live: whether the sound comes while it is said.
        loader: of the model; None: that of the arguments.

    Attributes:
        is_broken: whether there was no model, so that nothing can be captioned.

    Raises:
        WlkError: the options do not fit.
    """

    def __init__(
        self,
        arguments: argparse.Namespace,
        *,
        drafts: bool,
        is_live: bool,
        loader: Loader | None = None,
    ) -> None:
        self._options = _options(arguments)
        self._is_live = is_live
        self._loader = loader or _loader(arguments, drafts=drafts, is_live=is_live)
        self._model: Model | None = None
        self.is_broken = False

    @property
    def model_name(self) -> str | None:
        """Of the model that captions; None before one is loaded."""
        return self._model.name if self._model is not None else None

    def load(self) -> Model:
        """The model, loaded by the first call.

        Raises:
            WlkError: it cannot be.
        """
        if self._model is None:
            self.is_broken = True
            self._model = self._loader.load(self._options)
            self.is_broken = False
        return self._model

    def release(self) -> None:
        """Free everything."""
        self._loader.release_all()

    def caption(self, sound: Sound, reader: Reader, heard: Callable[[float], None]) -> Outcome:
        """Caption this. Whatever ends it early, what was captioned until then is written.

        Args:
            sound: to caption.
            reader: of the captions.
            heard: is told how many seconds have been heard.

        Raises:
            WlkError: the sound or the model cannot be read, or the captions not be written.
            KeyboardInterrupt: the user has had enough.
        """
        chunks = sound.chunks()
        # What cannot be read is reported before a model is loaded for it.
        first = next(chunks, None)
        every = _counted(chain([] if first is None else [first], chunks), heard)
        self.load()
        clock = WallClock() if self._is_live else SoundClock()
        try:
            return self.follow(lambda session: play(session, every, clock), reader)
        finally:
            if sound.damage.problem is not None:
                reader.tell(str(sound.damage.problem))

    def follow(self, played: Play, reader: Reader) -> Outcome:
        """Caption what is fed to a new session; see `caption`."""
        session = self.load().open(self._options, 0, "")
        outcome = Outcome()
        output = reader.output(session)
        try:
            for t, update in _updates(session, played(session), outcome, reader.tell):
                _write(reader, output.add(t, update))
        except (KeyboardInterrupt, WlkError) as stop:
            if not _is_of_output(stop):
                _write(reader, output.rest())
            raise
        _write(reader, output.rest())
        outcome.untranslated = session.translation_problem
        if session.skipped:
            reader.tell(str(_skipped(seconds(session.skipped))))
        return outcome


def output_in(form: Form, title: str, arguments: argparse.Namespace, session: Session) -> Output:
    """The captions of a session in that format.

    Args:
        form: of the captions.
        title: of what is captioned; empty if it has none.
        arguments: say which texts of a line are shown.
        session: makes them.
    """
    if form == "jsonl":
        return JsonOutput()
    file = TranscriptFile(form, contents_of(arguments), title)
    return FileOutput(FinishedLines(session.asks_translator), file)


def contents_of(arguments: argparse.Namespace) -> Contents:
    """Which texts of a line are shown."""
    return "both" if arguments.bilingual else "translation"


def nothing_said(name: str) -> WlkError:
    """What is told of sound without captions."""
    return WlkError(
        "nothing_said",
        f"no speech was found in {name}",
        "if there is some, name its --language, try a larger --model, or another --track",
    )


def _skipped(length_s: float) -> WlkError:
    return WlkError(
        "sound_skipped",
        f"{length_s:.0f} s of sound were left out, because this machine did not keep up",
        "choose a smaller --model",
    )


def _options(arguments: argparse.Namespace) -> SessionOptions:
    options = session_options(arguments)
    if options.task == "translate" and arguments.bilingual and not options.translate_to:
        return replace(options, task="transcribe", translate_to="en", translator=WHISPER)
    return options


def _loader(arguments: argparse.Namespace, *, drafts: bool, is_live: bool) -> ModelLoader:
    live = live_options(arguments.beams, arguments.rolling, arguments.end_of_word)
    loader = partial(
        ModelLoader,
        drafts=drafts,
        live=live,
        service=service(arguments),
        device=arguments.device,
    )
    if is_live:
        # Only real time needs a model that is fast enough here.
        automatic = this_machine()
        return loader(Workers(), Workers(name="translations"), automatic=automatic)
    return loader(SoundClock())


def _counted(chunks: Iterable[AudioChunk], heard: Callable[[float], None]) -> Iterator[AudioChunk]:
    for chunk in chunks:
        yield chunk
        heard(seconds(chunk.end))


def _updates(
    session: Session,
    played: Iterable[tuple[float, Event]],
    outcome: Outcome,
    tell: Callable[[str], None],
) -> Iterator[tuple[float, CaptionUpdate]]:
    """The updates as they come. A problem of the translator is told when it begins."""
    reported: WlkError | None = None
    for t, event in played:
        if session.translation_problem is not reported:
            reported = session.translation_problem
            if reported is not None:
                tell(str(reported))
        if isinstance(event, CaptionUpdate):
            outcome.lines |= {line.id for line in event.lines if line.text}
            outcome.lines -= {line.id for line in event.lines if not line.text}
            yield t, event


def _write(reader: Reader, texts: Iterable[str]) -> None:
    for text in texts:
        reader.write(text)


def _is_of_output(stop: BaseException) -> bool:
    """Whether nothing more can be written."""
    codes = (console.OUTPUT_FAILED, console.OUTPUT_REFUSED)
    return isinstance(stop, WlkError) and stop.code in codes
