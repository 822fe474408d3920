"""The terminal that a command writes to: its encoding, its end, and the user's Ctrl-C.

Stdlib only. The process that the browser starts does not use it: its output is a pipe of messages.
"""

import errno
import io
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Final, TextIO

from wlk_host.core.errors import WlkError

OUTPUT_FAILED: Final = "output_failed"
"""The code of the error when the output cannot be written, as on a full disk."""

OUTPUT_REFUSED: Final = "output_refused"
"""The code of the error when a file for it cannot be made there."""

_BY_SIGNAL: Final = 128
"""A shell adds this to the number of the signal that ended a program."""

INTERRUPTED: Final = _BY_SIGNAL + signal.SIGINT
"""The exit code after Ctrl-C."""

READER_GONE: Final = _BY_SIGNAL + 13
"""The exit code when whoever read the output has gone, as `| head` does (SIGPIPE)."""


_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""Errors of a place that takes nothing more."""


class TerminatedError(KeyboardInterrupt):
    """The process was asked to end (SIGTERM); it ends like after Ctrl-C."""


def write(text: str) -> None:
    """Write to standard output, and let it be read at once.

    Raises:
        BrokenPipeError: nobody reads it any more.
        WlkError: `output_failed`.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        raise _explained(error) from error


def run(command: Callable[[], int]) -> int:
    """Run a command that writes text, and return its exit code.

    Whatever the system's code page, output is UTF-8: a file of captions can be in any language.
    A pipe without a reader, and Ctrl-C, end the command quietly.

    Raises:
        WlkError: `output_failed`, and those of the command.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    earlier = signal.signal(signal.SIGTERM, _terminate)
    try:
        code = command()
        write("")
    except OSError as error:
        raised = _explained(error)
        if isinstance(raised, BrokenPipeError):
            _discard(sys.stdout)
            return READER_GONE
        if isinstance(raised, WlkError):
            raise raised from error
        raise
    except TerminatedError:
        return _BY_SIGNAL + signal.SIGTERM
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        signal.signal(signal.SIGTERM, earlier)
        _leave_nothing()
    return code


def output_failed(error: OSError, path: Path) -> WlkError:
    """The error as it is told: `OUTPUT_FAILED` if there is no room, otherwise `OUTPUT_REFUSED`."""
    return WlkError(
        OUTPUT_FAILED if error.errno in _FULL else OUTPUT_REFUSED,
        f"{path} cannot be written: {error.strerror}",
        "free some space there, or choose another place",
    )


def _terminate(_number: int, _frame: FrameType | None) -> None:
    raise TerminatedError


def _explained(error: OSError) -> OSError | WlkError:
    """The error as it is told, or itself if it has nothing to do with the output."""
    # Windows reports a pipe without a reader as an invalid argument.
    if isinstance(error, BrokenPipeError) or (os.name == "nt" and error.errno == errno.EINVAL):
        return BrokenPipeError(*error.args)
    if error.errno not in _FULL:
        return error
    return WlkError(
        OUTPUT_FAILED,
        f"the output cannot be written: {error.strerror}",
        "free some space there, or choose another place",
    )


def _leave_nothing() -> None:
    """Discard what cannot be written, so that nothing tries again when the process ends."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        _discard(sys.stdout)


def _discard(stream: TextIO) -> None:
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)
