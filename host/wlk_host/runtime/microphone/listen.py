"""`wlk-host listen`: the captions of the microphone, live in the terminal."""

import argparse
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import FrameType

from wlk_host import console
from wlk_host.core.types import AudioChunk, CaptionUpdate
from wlk_host.runtime.files import forms
from wlk_host.runtime.files.captioner import (
    Captioner,
    Loader,
    Outcome,
    Reader,
    Session,
    contents_of,
    output_in,
)
from wlk_host.runtime.files.output import FinishedLines, Output
from wlk_host.runtime.files.part_file import PartFile, refuse_existing
from wlk_host.runtime.files.progress import is_terminal
from wlk_host.runtime.microphone.capture import Microphone, microphones, portaudio
from wlk_host.runtime.microphone.follow import follow
from wlk_host.runtime.microphone.live_screen import LiveScreen, Screen, understands_escapes


def listen(arguments: argparse.Namespace, loader: Loader | None = None) -> int:
    """Caption the microphone until Ctrl-C. The exit code is 0, or 2 if lines are untranslated.

    Args:
        arguments: of the command.
        loader: of the model; None: that of the arguments.

    Raises:
        WlkError: there is no microphone or no model, or the captions cannot be written.
    """
    if arguments.microphones:
        for number, name, is_default in microphones(portaudio()):
            console.write(f"{number}: {name}{' (default)' if is_default else ''}\n")
        return 0
    target = None if arguments.output is None else Path(arguments.output)
    if target is not None and not arguments.force:
        refuse_existing(target)
    is_screen = _is_screen(arguments)
    drafts = is_screen or arguments.format == "jsonl"
    captioner = Captioner(arguments, drafts=drafts, is_live=True, loader=loader)
    try:
        with Microphone(arguments.microphone) as microphone:
            captioner.load()
            with PartFile(target) if target is not None else nullcontext() as file:
                listening = _Listening(arguments, is_screen, file)
                outcome = listening.run(captioner, microphone)
    finally:
        captioner.release()
    sys.stderr.write(f"model: {captioner.model_name}\n")
    return 0 if outcome.untranslated is None else 2


def _is_screen(arguments: argparse.Namespace) -> bool:
    """Whether standard output shows live text, rather than a format."""
    is_free = arguments.format is None or arguments.output is not None
    return is_free and is_terminal(sys.stdout) and understands_escapes(sys.stdout)


class _Listening:
    """One run.

    Args:
        arguments: of the command.
        is_screen: whether standard output shows live text.
        file: takes the captions in their format; None: standard output does.
    """

    def __init__(
        self, arguments: argparse.Namespace, is_screen: bool, file: PartFile | None
    ) -> None:
        self._arguments = arguments
        self._is_screen = is_screen
        self._file = file
        self._screen: LiveScreen | None = None

    def run(self, captioner: Captioner, microphone: Microphone) -> Outcome:
        """Caption until Ctrl-C, also the last words.

        Raises:
            WlkError: the microphone broke off, or the captions cannot be written.
        """
        write = (
            self._file.write if self._file is not None and not self._is_screen else console.write
        )
        reader = Reader(self._output, write, self._tell)
        with _until_interrupted() as is_over:
            microphone.start()
            self._tell(f"listening to {microphone.name}; Ctrl-C ends")
            sound = _Watched(microphone, self._tell)
            return captioner.follow(lambda session: follow(session, sound, is_over), reader)

    def _output(self, session: Session) -> Output:
        form = forms.chosen(self._arguments.format, self._arguments.output)
        written = output_in(form, "", self._arguments, session)
        if not self._is_screen:
            return written
        lines = FinishedLines(session.asks_translator)
        self._screen = LiveScreen(lines, contents_of(self._arguments), Screen.of(sys.stdout))
        return self._screen if self._file is None else _Both(self._screen, written, self._file)

    def _tell(self, sentence: str) -> None:
        if self._screen is not None:
            console.write(self._screen.erased())
        sys.stderr.write(f"{sentence}\n")
        sys.stderr.flush()


class _Both:
    """`Output` for a screen that writes the same to a file."""

    def __init__(self, screen: Output, written: Output, file: PartFile) -> None:
        self._screen = screen
        self._written = written
        self._file = file

    def add(self, t: float, update: CaptionUpdate) -> Iterator[str]:
        """See `Output`."""
        for text in self._written.add(t, update):
            self._file.write(text)
        yield from self._screen.add(t, update)

    def rest(self) -> Iterator[str]:
        """See `Output`."""
        for text in self._written.rest():
            self._file.write(text)
        yield from self._screen.rest()


class _Watched:
    """A microphone of which problems are told."""

    def __init__(self, microphone: Microphone, tell: Callable[[str], None]) -> None:
        self._microphone = microphone
        self._tell = tell

    def heard(self, *, wait: bool) -> list[AudioChunk]:
        """See `Microphone.heard`."""
        chunks = self._microphone.heard(wait=wait)
        problem = self._microphone.problem()
        if problem is not None:
            self._tell(problem)
        return chunks


@contextmanager
def _until_interrupted() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed. Pressed again, it interrupts."""
    is_over = threading.Event()

    def note(_number: int, _frame: FrameType | None) -> None:
        is_over.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    earlier = signal.signal(signal.SIGINT, note)
    try:
        yield is_over.is_set
    finally:
        signal.signal(signal.SIGINT, earlier)
