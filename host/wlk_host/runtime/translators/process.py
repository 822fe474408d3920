"""A `TranslationService` in a process of its own, which is started and restarted as needed."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import msgspec

from wlk_host.core.errors import WlkError
from wlk_host.core.translation.translators import TranslationRequest
from wlk_host.protocol.framing import FrameDecoder, encode_frame
from wlk_host.runtime.translators.changes import CHANGES
from wlk_host.runtime.translators.child import Answer, Failed

CHILD: Final = (sys.executable, "-m", "wlk_host.runtime.translators.child")

_PATIENCE_S: Final = 120.0
"""How long one answer may take, including the loading of a large model from a cold disk."""

_BESIDE_S: Final = 10.0
"""The same for a word that a user looks up: nothing is loaded for it here, and lines wait."""

_log = logging.getLogger(__name__)


class TranslatorProcess:
    """Passes requests to the process, one at a time.

    Args:
        command: starts the process.
        patience_s: an answer that takes longer means that the process hangs.
    """

    def __init__(self, command: Sequence[str] = CHILD, patience_s: float = _PATIENCE_S) -> None:
        self._command = command
        self._patience_s = patience_s
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    @property
    def changes(self) -> int:
        """How often translators were installed or removed by this process."""
        return CHANGES.number

    @property
    def pid(self) -> int | None:
        """The ID of the process; None while none is running."""
        process = self._process
        return None if process is None else process.pid

    def translate(self, request: TranslationRequest) -> list[str]:
        """One translation for each text.

        Raises:
            WlkError: `translator_died`, `translator_hung`, after which the next call starts the
                process again; or an error that the process reports.
        """
        patience_s = min(self._patience_s, _BESIDE_S) if request.beside else self._patience_s
        process = self._running()
        hung = threading.Event()

        def give_up() -> None:
            hung.set()
            process.kill()

        timer = threading.Timer(patience_s, give_up)
        timer.start()
        try:
            known = replace(request, changes=self.changes)
            payload = _exchange(process, msgspec.json.encode(known))
        finally:
            timer.cancel()
        if payload is None:
            self._forget(process)
            raise _hung(patience_s) if hung.is_set() else _died(process.wait())
        answer: Answer = msgspec.json.decode(payload, type=Answer)
        if isinstance(answer, Failed):
            raise WlkError(answer.code, answer.message, answer.hint)
        return answer.texts

    def release(self) -> None:
        """End the process and free its memory. A call in progress fails. Thread-safe."""
        if (process := self._process) is not None:
            process.kill()
            self._forget(process)

    def _running(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._process is None:
                self._process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    bufsize=0,
                    creationflags=_creation_flags(),
                )
                _log.info("translator started")
            return self._process

    def _forget(self, process: subprocess.Popen[bytes]) -> None:
        with self._lock:
            if self._process is process:
                self._process = None
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def _exchange(process: subprocess.Popen[bytes], payload: bytes) -> bytes | None:
    """The answer; None if the process ended instead."""
    assert process.stdin is not None  # noqa: S101 - Popen was given pipes
    assert process.stdout is not None  # noqa: S101
    decoder = FrameDecoder()
    try:
        process.stdin.write(encode_frame(payload))
        while received := os.read(process.stdout.fileno(), 64 * 1024):
            for answer in decoder.feed(received):
                return answer
    except OSError:  # The pipe broke.
        pass
    return None


def _creation_flags() -> int:
    if sys.platform != "win32":
        return 0
    return subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS


def _died(code: int) -> WlkError:
    how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
    return WlkError(
        code="translator_died",
        message=f"the translator {how}",
        hint="it will be restarted; if this happens again, memory may be short: choose a smaller "
        "translator",
    )


def _hung(patience_s: float) -> WlkError:
    return WlkError(
        code="translator_hung",
        message=f"the translator did not answer within {patience_s:g} s",
        hint="it will be restarted; if this happens again, choose a smaller translator",
    )
