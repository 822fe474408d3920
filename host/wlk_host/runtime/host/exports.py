"""Transcripts that the extension keeps, written as files for it."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from wlk_host.core.errors import WlkError
from wlk_host.core.ports import Promise
from wlk_host.core.subtitles.file_names import file_name
from wlk_host.core.subtitles.files import TranscriptFile
from wlk_host.protocol import convert
from wlk_host.protocol.export import Export, Exported
from wlk_host.protocol.messages import ToExtension
from wlk_host.runtime.ports import Threads

MOST_OPEN: Final = 2
"""Transcripts that are written at the same time."""

MOST_LINES: Final = 50_000
"""Of one transcript: some 15 h of speech."""

PATIENCE_S: Final = 60.0
"""After so long without further lines, a transcript is given up."""

PART_CHARACTERS: Final = 128 * 1024
"""Of the text in one message. As JSON it has at most 768 KiB, which fits into a frame."""

_MOST_REMEMBERED: Final = 64
"""Requests refused or given up whose lines can still come."""


@dataclass(slots=True)
class _Writing:
    """A transcript that is being written.

    Attributes:
        file_name: what the extension is told with the first part.
        n_lines: received so far.
        heard_at: when the last of them came.
        text: written and not yet sent.
        is_broken: whether writing failed, or is under way.
    """

    file: TranscriptFile
    file_name: str | None
    n_lines: int = 0
    heard_at: float = 0.0
    text: str = ""
    is_broken: bool = False


class Exports:
    """Writes on a thread of its own; `take` returns at once.

    Args:
        threads: one thread, which does its jobs in order.
        send: sends a message; called by that thread.
        now: seconds that pass.
    """

    def __init__(
        self,
        threads: Threads,
        send: Callable[[ToExtension], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._threads = threads
        self._send = send
        self._now = now
        self._open: dict[str, _Writing] = {}
        self._given_up: dict[str, None] = {}
        self._refused: dict[str, None] = {}
        self._jobs: deque[tuple[Promise[None], bool]] = deque()

    def take(self, part: Export) -> None:
        """Begin to write these lines of a transcript. What comes for a refused one is dropped.

        Raises:
            WlkError: `exports_too_many`, `export_too_long`, `export_given_up`; it is refused.
        """
        self._give_up_old_ones()
        request = part.request
        if request in self._refused:
            if part.last:
                del self._refused[request]
            return
        try:
            writing = self._writing(part)
        except WlkError:
            self._open.pop(request, None)
            if not part.last:
                _remember(self._refused, request)
            raise
        if part.last:
            del self._open[request]
        job = self._threads.submit(partial(self._write, writing, part))
        self._jobs.append((job, part.last))

    def ended(self) -> Iterator[Promise[None]]:
        """The jobs that are over. One that failed raises its error, and its transcript ends."""
        while self._jobs and self._jobs[0][0].done():
            yield self._jobs.popleft()[0]

    def _writing(self, part: Export) -> _Writing:
        """The transcript of this part, with its lines counted."""
        if part.request in self._given_up:
            del self._given_up[part.request]
            raise _given_up()
        writing = self._open.get(part.request)
        if writing is None:
            n_closing = sum(is_last and not job.done() for job, is_last in self._jobs)
            if len(self._open) + n_closing >= MOST_OPEN:
                raise _too_many()
            file = TranscriptFile(part.format, part.content, part.title, part.language)
            name = file_name(part.title, part.language, part.format)
            writing = self._open[part.request] = _Writing(file, name)
        writing.n_lines += len(part.lines)
        writing.heard_at = self._now()
        if writing.n_lines > MOST_LINES:
            raise _too_long()
        return writing

    def _give_up_old_ones(self) -> None:
        since = self._now() - PATIENCE_S
        for request in [name for name, one in self._open.items() if one.heard_at < since]:
            del self._open[request]
            _remember(self._given_up, request)

    # On the thread

    def _write(self, writing: _Writing, part: Export) -> None:
        if writing.is_broken:
            return
        writing.is_broken = True
        for text in writing.file.add(map(convert.transcript_line, part.lines)):
            self._say(writing, part.request, text)
        if part.last:
            for text in writing.file.rest():
                self._say(writing, part.request, text)
            self._send_part(writing, part.request, writing.text, last=True)
        writing.is_broken = False

    def _say(self, writing: _Writing, request: str, text: str) -> None:
        """Send what fills whole messages, and keep the rest."""
        writing.text += text
        while len(writing.text) > PART_CHARACTERS:
            self._send_part(writing, request, writing.text[:PART_CHARACTERS], last=False)
            writing.text = writing.text[PART_CHARACTERS:]

    def _send_part(self, writing: _Writing, request: str, text: str, *, last: bool) -> None:
        name, writing.file_name = writing.file_name, None
        self._send(Exported.of(request, text, name, last=last))


def _remember(requests: dict[str, None], request: str) -> None:
    requests[request] = None
    while len(requests) > _MOST_REMEMBERED:
        del requests[next(iter(requests))]


def _too_many() -> WlkError:
    return WlkError(
        code="exports_too_many",
        message=f"{MOST_OPEN} transcripts are being written, which is the most",
        hint="wait until one of them is done, then export again",
    )


def _too_long() -> WlkError:
    return WlkError(
        code="export_too_long",
        message=f"got more than {MOST_LINES} lines, which is the most of one file",
        hint="export the transcript in parts",
    )


def _given_up() -> WlkError:
    return WlkError(
        code="export_given_up",
        message=f"no lines came for {PATIENCE_S:g} s, so the file was given up",
        hint="export again",
    )
